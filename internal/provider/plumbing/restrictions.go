package plumbing

import (
	"context"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// RestrictionRules reads which restriction values the tenant allows. whole is false if
// the API key may not read inactive sites, whose codes are also allowed.
func RestrictionRules(ctx context.Context, c *client.Client) (r access.RestrictionRules, whole bool, err error) {
	if r.Listed, _, err = Setting[[]string](ctx, c, api.SettingRestrictions); err != nil {
		return r, true, err
	}
	if r.SyncWithSites, _, err = Setting[bool](ctx, c, api.SettingSiteSync); err != nil || !r.SyncWithSites {
		return r, true, err
	}
	r.Sites, whole, err = SiteCodes(ctx, c)
	return r, whole, err
}

// SiteCodes returns the codes of the tenant's sites. If the API key may not read
// inactive sites, it returns the codes of the active ones and whole is false.
func SiteCodes(ctx context.Context, c *client.Client) (codes []string, whole bool, err error) {
	codes, err = c.SiteCodes(ctx, true)
	if client.IsForbidden(err) {
		codes, err = c.SiteCodes(ctx, false)
		return codes, false, err
	}
	return codes, true, err
}

// restrictionRules are the tenant's rules as read during this run.
type restrictionRules struct {
	access.RestrictionRules
	whole bool
}

// RefusedRestrictions returns the values that the tenant will not allow after the
// apply, according to the plan so far. sure is false if they may be codes of inactive
// sites that the API key may not read. The tenant is read once per run, and again
// before a value is refused.
func (d *Data) RefusedRestrictions(ctx context.Context, values []string) (refused []string, sync, sure bool, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	fresh := d.restrictions == nil
	for {
		if fresh {
			r, whole, err := RestrictionRules(ctx, d.Client)
			if err == nil && !r.SyncWithSites && d.planned.sync.Value {
				r.Sites, whole, err = SiteCodes(ctx, d.Client)
			}
			if err != nil {
				return nil, false, false, err
			}
			d.restrictions = &restrictionRules{r, whole}
		}
		rules, known := d.plannedRules(d.restrictions.RestrictionRules)
		if !known {
			return nil, false, false, nil
		}
		refused = slices.DeleteFunc(rules.Refused(values), func(v string) bool {
			return rules.SyncWithSites && d.planned.objects[Object{KindSite, v}]
		})
		if len(refused) == 0 || fresh {
			return refused, rules.SyncWithSites, d.restrictions.whole || !rules.SyncWithSites, nil
		}
		fresh = true
	}
}

// plannedRules returns the tenant's rules with the plans of this run applied; known is
// false if one of those plans is unknown.
func (d *Data) plannedRules(r access.RestrictionRules) (_ access.RestrictionRules, known bool) {
	sync, values := d.planned.sync, d.planned.values
	if sync.State != SettingNotPlanned {
		r.SyncWithSites = sync.Value
	}
	if values.State != SettingNotPlanned {
		r.Listed = values.Value
	}
	r.Listed = slices.DeleteFunc(slices.Clone(r.Listed), func(v string) bool { return d.Uses.Removed(Object{KindRestriction, v}) })
	for o := range d.planned.objects {
		if o.Kind == KindRestriction {
			r.Listed = append(r.Listed, o.ID)
		}
	}
	r.Sites = slices.DeleteFunc(slices.Clone(r.Sites), func(code string) bool { return d.Uses.Removed(Object{KindSite, code}) })
	return r, sync.State != SettingUnknown && values.State != SettingUnknown
}
