package console

import (
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// restrictionsPage is the content of the restrictions of a group.
type restrictionsPage struct {
	groupHead
	Values []restrictionRow
	Limits []limitedEntity
	Known  bool // what the tenant allows
	Fixed  bool // the group cannot be changed
}

// restrictionRow is a value that records must have.
type restrictionRow struct {
	Value string
	Stale bool // the tenant does not have it any more
}

// limitedEntity is an entity that the group gives, which restrictions can limit.
type limitedEntity struct{ Entity, Level string }

// handleGroupRestrictions shows which records the members of a group see.
func (v *visit) handleGroupRestrictions() error {
	head, err := v.groupHead("restrictions")
	if err != nil {
		return err
	}
	rights, err := v.client().Rights(v.r.Context())
	if err != nil && !client.IsForbidden(err) {
		return err
	}
	allowed, err := v.restrictionValues()
	if err != nil {
		return err
	}
	page := restrictionsPage{groupHead: head, Known: allowed != nil, Fixed: fixedWhy(*head.Group) != ""}
	for _, value := range head.Group.Restrictions {
		page.Values = append(page.Values, restrictionRow{value, page.Known && !slices.Contains(allowed, value)})
	}
	group := client.AccessGroup(*head.Group)
	levels := access.Merge(rights.Access(group), rights.VendorAccess(group))
	for _, e := range access.Entities() {
		if e.RestrictionAware && levels.Of(e.Code) > access.None {
			page.Limits = append(page.Limits, limitedEntity{e.Label, levels.Of(e.Code).String()})
		}
	}
	return v.show("group-restrictions.html", head.Row.Name, page)
}
