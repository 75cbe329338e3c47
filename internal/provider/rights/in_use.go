package rights

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// The API refuses to delete an access control that groups carry, and a role
// template that groups or templates use. Terraform destroys either before it
// changes a group that referred to it, and plans both in any order. So a
// destroy removes the object from its users: those that the plan has named, and
// no others.

// usage holds the uses of an object that the plan of a destroy finds.
type usage struct {
	kept   []string             // uses that this plan keeps, in the words of the API
	open   []string             // uses that the destroy ends, named for a message
	detach plumbing.PlannedUses // the same by kind and id
}

// add records a use by another object, unless the plan ends it. named is called
// for a use that the plan has not ended so far.
func (u *usage) add(d *plumbing.Data, o, by plumbing.Object, kept string, named func() (string, error)) error {
	switch d.Uses.Planned(o, by) {
	case plumbing.UseKept:
		u.kept = append(u.kept, kept)
		return nil
	case plumbing.UseNotPlanned, plumbing.UseUnknown:
		text, err := named()
		if err != nil {
			return err
		}
		u.open = append(u.open, text)
	}
	if u.detach == nil {
		u.detach = plumbing.PlannedUses{}
	}
	u.detach[by.Kind] = append(u.detach[by.Kind], by.ID)
	return nil
}

// report reports what uses the object, and stores for Delete what to remove it
// from.
func (u *usage) report(ctx context.Context, o plumbing.Object, ends, advice string, resp *resource.ModifyPlanResponse) {
	if len(u.kept) > 0 {
		resp.Diagnostics.AddError("Unable to delete "+o.Kind, fmt.Sprintf("This plan destroys %s %s but keeps it in use: %s. %s", o.Kind, o.ID, strings.Join(u.kept, "; "), advice))
		return
	}
	if len(u.open) > 0 {
		resp.Diagnostics.AddWarning(fmt.Sprintf("%s In Use: %s", titles[o.Kind], o.ID), fmt.Sprintf("Still in use, as far as this plan has progressed:\n\n  %s\n\n%s",
			strings.Join(u.open, "\n  "), ends))
	}
	resp.Diagnostics.Append(plumbing.SaveUses(ctx, u.detach, resp.Private)...)
}

// titles holds the kinds in title case.
var titles = map[string]string{plumbing.KindControl: "Access Control", plumbing.KindTemplate: "Role Template"}

// plannedLater ends a warning about uses.
const plannedLater = "Terraform plans in no fixed order: if this plan also changes or destroys one of them, that change decides."

// planDestroy reports which groups carry the access control.
func (r *accessControlResource) planDestroy(ctx context.Context, id string, resp *resource.ModifyPlanResponse) {
	o := plumbing.Object{Kind: plumbing.KindControl, ID: id}
	r.Uses.NoteRemoval(o)
	groups, err := r.Client.ReadGroups(ctx, "destroy of access control "+id)
	if client.IsForbidden(err) {
		return // Delete reports what blocks it
	}
	var u usage
	for _, g := range groups {
		if err != nil || !slices.Contains(g.AccessControls, id) {
			continue
		}
		err = u.add(r.Data, o, plumbing.Object{Kind: plumbing.KindGroup, ID: g.ID}, fmt.Sprintf("Group '%s' carries it", g.ID), func() (string, error) {
			return r.DescribeGroup(ctx, g, "destroy of access control "+id)
		})
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "groups", "of the tenant", err))
		return
	}
	u.report(ctx, o,
		"The apply removes the access control from these groups before it deletes it: their members lose what only it gives. "+plannedLater,
		"Remove it from access_control_ids of the groups in the same change, or keep it. Both can be done in one apply, with or without lifecycle { create_before_destroy = true }.", resp)
}

// delete removes the access control from the groups that the plan named and
// deletes it.
func (r *accessControlResource) delete(ctx context.Context, id string, groups []string) error {
	defer r.Client.Lock(lockControl, id)()
	err := r.Client.DeleteAccessControl(ctx, id)
	if !client.IsBadRequest(err) || len(groups) == 0 {
		return err
	}
	for _, group := range groups {
		err := r.ChangeGroup(ctx, group, func(present api.Group, body *api.GroupUpdate) bool {
			body.AccessControls = without(present.AccessControls, id)
			return len(body.AccessControls) < len(present.AccessControls)
		})
		if err != nil {
			return fmt.Errorf("removing it from group %s: %w", group, err)
		}
	}
	return r.Client.DeleteAccessControl(ctx, id)
}

// without returns a copy of the list without an element, never nil.
func without(list []string, element string) []string {
	return slices.DeleteFunc(append([]string{}, list...), func(other string) bool { return other == element })
}

// planDestroy reports which groups and templates use the template.
func (r *roleTemplateResource) planDestroy(ctx context.Context, id string, resp *resource.ModifyPlanResponse) {
	o := plumbing.Object{Kind: plumbing.KindTemplate, ID: id}
	r.Uses.NoteRemoval(o)
	groups, err := r.Client.ReadGroups(ctx, "destroy of role template "+id)
	var templates []api.Template
	if err == nil {
		templates, err = r.Templates(ctx)
	}
	if client.IsForbidden(err) {
		return
	}
	var u usage
	for _, g := range groups {
		if err != nil || !slices.Contains(g.Templates, id) {
			continue
		}
		err = u.add(r.Data, o, plumbing.Object{Kind: plumbing.KindGroup, ID: g.ID}, fmt.Sprintf("Group '%s' refers to it", g.ID), func() (string, error) {
			return r.DescribeGroup(ctx, g, "destroy of role template "+id)
		})
	}
	for _, t := range templates {
		if err != nil || !r.basedOn(ctx, t.ID, id) {
			continue
		}
		err = u.add(r.Data, o, plumbing.Object{Kind: plumbing.KindTemplate, ID: t.ID}, fmt.Sprintf("Template '%s' is based on it", t.ID), func() (string, error) {
			return "role template " + t.ID, nil
		})
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "groups and role templates", "of the tenant", err))
		return
	}
	u.report(ctx, o,
		"Before it deletes the template, the apply copies its levels into them, so nobody gains or loses access. "+plannedLater,
		"Set another template there in the same change, or keep this one. Both can be done in one apply, with or without lifecycle { create_before_destroy = true }.", resp)
}

// basedOn reports whether one of the tenant's own templates is based on
// another.
func (r *roleTemplateResource) basedOn(ctx context.Context, id, base string) bool {
	if _, ok := access.TemplateByID(id); ok || id == base {
		return false
	}
	t, err := r.Client.Template(ctx, id)
	return err == nil && t.BasedOn == base
}

// delete deletes the template. Its users that the plan named keep what it gives
// them.
func (r *roleTemplateResource) delete(ctx context.Context, id string, users plumbing.PlannedUses) error {
	err := r.Client.DeleteTemplate(ctx, id)
	if !client.IsBadRequest(err) || len(users) == 0 {
		return err
	}
	rights, err := r.Client.Rights(ctx)
	if err != nil {
		return err
	}
	gives := rights.TemplateControls(id)
	for _, group := range users[plumbing.KindGroup] {
		err := r.ChangeGroup(ctx, group, func(present api.Group, body *api.GroupUpdate) bool { return writeOut(present, body, id, gives) })
		if err != nil {
			return fmt.Errorf("copying its levels into group %s: %w", group, err)
		}
	}
	for _, child := range users[plumbing.KindTemplate] {
		if !r.basedOn(ctx, child, id) {
			continue
		}
		if err := r.writeOutTemplate(ctx, child); err != nil {
			return fmt.Errorf("copying its levels into template %s: %w", child, err)
		}
	}
	return r.Client.DeleteTemplate(ctx, id)
}

// writeOut makes a group carry the access controls that a template gives it.
func writeOut(present api.Group, body *api.GroupUpdate, template string, gives []string) bool {
	if !slices.Contains(present.Templates, template) {
		return false
	}
	body.Templates = without(present.Templates, template)
	body.AccessControls = append([]string{}, present.AccessControls...)
	for _, id := range gives {
		if !slices.Contains(body.AccessControls, id) {
			body.AccessControls = append(body.AccessControls, id)
		}
	}
	return true
}

// writeOutTemplate removes the base of a template and keeps its levels.
func (r *roleTemplateResource) writeOutTemplate(ctx context.Context, id string) error {
	t, err := r.Client.Template(ctx, id)
	if err != nil {
		return err
	}
	gives := t.Levels().Map()
	levels := map[string]string{}
	for _, e := range access.Entities() {
		levels[e.Code] = gives[e.Code].String() // explicit, so that it does not derive from another level
	}
	_, err = r.Client.PutTemplate(ctx, id, api.TemplateUpdate{Name: t.Name, Description: t.Description, Access: levels, Metadata: t.Metadata.Expected()})
	return err
}

// planDestroy reports which access controls hold the scope and which groups
// carry them: they keep its id.
func (r *scopeResource) planDestroy(ctx context.Context, id string) (diags diag.Diagnostics) {
	o := plumbing.Object{Kind: plumbing.KindScope, ID: id}
	r.Uses.NoteRemoval(o)
	controls, err := r.Client.AccessControls(ctx)
	var groups []api.Group
	if err == nil {
		groups, err = r.Client.ReadGroups(ctx, "destroy of scope "+id)
	}
	if client.IsForbidden(err) {
		return nil
	}
	var held []string
	for _, c := range controls {
		by := plumbing.Object{Kind: plumbing.KindControl, ID: c.ID}
		if err != nil || !slices.Contains(c.Scopes, id) || r.Uses.Planned(o, by) == plumbing.UseDropped {
			continue
		}
		if r.IsPlanned(by) && r.Uses.Planned(o, by) == plumbing.UseKept {
			diags.AddError("Unable to delete scope", fmt.Sprintf("Scope %s: this plan destroys it but keeps it in use. Access control '%s' is changed and still holds it: remove it from scopes in the same change, or keep the scope.", id, c.ID))
			return diags
		}
		held = append(held, "access control "+c.ID)
		for _, g := range groups {
			if err != nil || !slices.Contains(g.AccessControls, c.ID) {
				continue
			}
			var text string
			text, err = r.DescribeGroup(ctx, g, "destroy of scope "+id)
			held = append(held, "  carried by "+text)
		}
	}
	switch {
	case err != nil:
		diags.Append(plumbing.Unable("read", "access controls", "of the tenant", err))
	case len(held) > 0:
		diags.AddWarning("Scope In Use: "+id, fmt.Sprintf("Still in use, as far as this plan has progressed:\n\n  %s\n\n"+
			"They keep the id of the scope, which no longer gives anything: users who have it lose it, and the API refuses every change of these access controls until the id is removed from their scopes.", strings.Join(held, "\n  ")))
	}
	return diags
}
