package review

import (
	"context"
	"maps"
	"slices"

	tfjson "github.com/hashicorp/terraform-json"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

func (a *applied) putScope(c change) { a.SetScope(c.after.text("id"), true) }

func (a *applied) endScope(c change) {
	if !c.replacesSame("id") {
		a.SetScope(c.before.text("id"), false)
	}
}

// putControl sets the scopes of one of the tenant's own access controls.
func (a *applied) putControl(c change) {
	id := c.after.text("id")
	own := a.Rights().Controls[id]
	scopes := c.after.texts("scopes")
	if c.isUnknown("scopes") {
		a.note(c, "some of the scopes are not known before the apply")
		scopes = union(own.Scopes, scopes)
	}
	own.Scopes = scopes
	for attribute, aware := range map[string]*bool{"restriction_aware": &own.RestrictionAware, "vendor_aware": &own.VendorAware} {
		if is, known := c.after[attribute].(bool); known {
			*aware = is
		}
	}
	a.SetControl(id, own)
}

func (a *applied) endControl(c change) {
	if !c.replacesSame("id") {
		a.RemoveControl(c.before.text("id"))
	}
}

// template is one of the tenant's own role templates: its base, and the levels
// that override the base.
type template struct {
	basedOn string
	levels  map[string]access.Level
}

func (a *applied) nameTemplate(c change) {
	if c.deposed == "" {
		a.others[c.address] = c.before.text("id")
	}
}

// putTemplate sets the levels of a role template, and updates the templates
// based on it.
func (a *applied) putTemplate(c change) {
	id := idOf(c)
	a.others[c.address] = id
	is := template{c.after.text("based_on"), levelsOf(c.after.textMap("access"))}
	if c.isUnknown("based_on") || c.isUnknown("access") || c.isUnknown("effective_access") {
		a.note(c, "the access that the role template gives is not known before the apply")
		return
	}
	a.bases[id] = is
	a.giveTemplate(id, c.after.effectiveAccess(), 0)
	if a.offline && c.does(tfjson.ActionUpdate) {
		a.note(c, "offline, groups based on the role template that are not in this state are not reviewed")
	}
}

// giveTemplate sets the levels of a role template and of the templates based on
// it.
func (a *applied) giveTemplate(id string, levels access.Access, depth int) {
	a.SetTemplate(id, access.ControlIDs(levels))
	if depth > len(a.bases) {
		return // a cycle, which no tenant has
	}
	for _, other := range slices.Sorted(maps.Keys(a.bases)) {
		if t := a.bases[other]; t.basedOn == id {
			a.giveTemplate(other, access.ExpandOn(levels, t.levels), depth+1)
		}
	}
}

func (a *applied) endTemplate(c change) {
	if c.replacesSame("id") {
		return
	}
	a.RemoveTemplate(c.before.text("id"))
	delete(a.bases, c.before.text("id"))
	if a.offline {
		a.note(c, "offline, groups based on the role template that are not in this state are not reviewed")
	}
}

// readTemplates reads the bases of the tenant's role templates if the plan
// changes a template.
func (a *applied) readTemplates(ctx context.Context, t *part) error {
	if !slices.ContainsFunc(t.changes, func(c change) bool { return c.typeName == "iam_role_template" && c.does(tfjson.ActionUpdate) }) {
		return nil
	}
	for id := range a.Rights().Templates {
		if _, predefined := access.TemplateByID(id); predefined {
			continue // it has no base
		}
		d, err := t.client.Template(ctx, id)
		if client.IsUnsupported(err) || client.IsNotFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		a.bases[id] = template{d.BasedOn, levelsOf(d.Access)}
	}
	return nil
}

// nameVendor records the addresses of a vendor and its groups.
func (a *applied) nameVendor(c change) {
	if c.deposed != "" {
		return
	}
	a.others[c.address] = c.before.text("id")
	for kind, id := range c.before.textMap("group_ids") {
		a.groups[c.address+"/"+kind] = id
	}
}

// putVendor creates the groups of a new vendor.
func (a *applied) putVendor(c change) {
	vendor := idOf(c)
	a.others[c.address] = vendor
	if !c.does(tfjson.ActionCreate) {
		a.putPublishing(c)
		return // otherwise the groups do not change
	}
	known := c.after.textMap("group_ids")
	for _, g := range access.VendorGroups() {
		id := known[g.Kind]
		if id == "" {
			id = c.address + "/" + g.Kind
		}
		a.groups[c.address+"/"+g.Kind] = id
		controls := g.Controls
		if publish, _ := c.after[publishing].(bool); publish && g.Kind == access.VendorPublisher {
			controls = access.SetPublishing(controls, true)
		}
		a.SetGroup(access.Group{ID: id, Name: c.after.text("name") + " " + g.Label, VendorID: vendor, Controls: controls})
	}
}

// publishing is the argument that lets a vendor's product managers publish products.
const publishing = "product_managers_publish"

// putPublishing gives the product managers of a vendor the rights to publish, or takes
// them away.
func (a *applied) putPublishing(c change) {
	if c.isUnknown(publishing) {
		a.note(c, "whether the product managers of the vendor can publish products is not known before the apply")
		return
	}
	publish, given := c.after[publishing].(bool)
	g, ok := a.Group(c.before.textMap("group_ids")[access.VendorPublisher])
	if !ok || !given {
		return
	}
	g.Controls = access.SetPublishing(g.Controls, publish)
	a.SetGroup(g)
}

// endVendor removes the groups of a vendor.
func (a *applied) endVendor(c change) {
	for _, id := range c.before.textMap("group_ids") {
		if force, _ := c.before["delete_groups"].(bool); len(a.Members(id)) > 0 && !force {
			a.note(c, "group %s of the vendor still has members and delete_groups is not set: the apply fails unless they are removed first", id)
		}
		a.RemoveGroup(id)
	}
}
