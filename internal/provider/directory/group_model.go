package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-jsontypes/jsontypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// groupModel is the state of iam_group.
type groupModel struct {
	ID                types.String         `tfsdk:"id"`
	Name              types.Map            `tfsdk:"name"`
	Description       types.Map            `tfsdk:"description"`
	UserType          types.String         `tfsdk:"user_type"`
	Product           types.String         `tfsdk:"product"`
	RoleTemplate      types.String         `tfsdk:"role_template"`
	Access            types.Map            `tfsdk:"access"`
	AccessControlIDs  types.Set            `tfsdk:"access_control_ids"`
	Restrictions      types.Set            `tfsdk:"restrictions"`
	LegalEntityID     types.String         `tfsdk:"legal_entity_id"`
	VendorID          types.String         `tfsdk:"vendor_id"`
	Mixins            jsontypes.Normalized `tfsdk:"mixins"`
	ForceDelete       types.Bool           `tfsdk:"force_delete"`
	Code              types.String         `tfsdk:"code"`
	EffectiveAccess   types.Map            `tfsdk:"effective_access"`
	PartialAccess     types.Map            `tfsdk:"partial_access"`
	UnmetDependencies types.Map            `tfsdk:"unmet_dependencies"`
}

// grants are the access controls and templates that represent a group's access in the
// API.
type grants struct {
	controls  []string
	templates []string
}

// grantsOf converts an access to access controls. It refers to the tenant's role
// template with the id only if the tenant's definition is part of the access, because
// in the API a group can add to a template but not subtract from it.
func grantsOf(effective access.Access, template string, tenant []api.Template) grants {
	g := grants{controls: access.RoleControlIDs(template, effective)}
	if template == access.VendorRole {
		return g
	}
	i := slices.IndexFunc(tenant, func(t api.Template) bool { return t.ID == template })
	if i < 0 {
		return g
	}
	if access.Merge(tenant[i].Levels(), effective) != effective {
		return g
	}
	g.templates = []string{template}
	g.controls = slices.DeleteFunc(g.controls, func(id string) bool { return slices.Contains(tenant[i].AccessControls, id) })
	return g
}

// toAPI returns the body that creates the group.
func (m groupModel) toAPI(ctx context.Context, g grants, diags *diag.Diagnostics) api.GroupCreate {
	body := m.toUpdate(ctx, g, api.Group{}, diags).Create(m.ID.ValueString())
	body.VendorID = m.VendorID.ValueString()
	return body
}

// toUpdate returns the body that updates the group. It repeats from the present group
// what this resource does not manage, because the API removes what is missing.
func (m groupModel) toUpdate(ctx context.Context, g grants, present api.Group, diags *diag.Diagnostics) api.GroupUpdate {
	body := api.GroupUpdate{
		Name: plumbing.Text(ctx, m.Name, diags), Description: plumbing.Text(ctx, m.Description, diags),
		UserType: access.UserType(m.UserType.ValueString()), AccessControls: g.controls, Templates: g.templates,
		Restrictions: plumbing.Strings(m.Restrictions), Mixins: present.Mixins,
		Metadata: present.Metadata.Expected(),
	}
	additional := plumbing.Strings(m.AccessControlIDs)
	if m.AccessControlIDs.IsNull() {
		additional = unexplained(present.AccessControls, m.isVendorRole())
	}
	for _, id := range additional {
		if !slices.Contains(body.AccessControls, id) {
			body.AccessControls = append(body.AccessControls, id)
		}
	}
	if plumbing.IsSet(m.LegalEntityID) {
		body.B2B = &api.B2B{LegalEntityID: m.LegalEntityID.ValueString()}
	}
	if plumbing.IsSet(m.Mixins) {
		body.Mixins = nil
		diags.Append(m.Mixins.Unmarshal(&body.Mixins)...)
	}
	return body
}

// unexplained returns the access controls that represent no level of the catalog. For
// a group with the role of a vendor, levels on the vendor's own records count as well.
func unexplained(ids []string, vendorRole bool) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
		c, ok := access.ControlByID(id)
		return ok && c.Entity != "" && (vendorRole || !c.VendorAware)
	})
}

// isVendorRole reports whether the group has the role of a vendor.
func (m *groupModel) isVendorRole() bool { return m.RoleTemplate.ValueString() == access.VendorRole }

// wantedAccess returns the access that a role, with the access of its template, and
// levels give a group.
func wantedAccess(role string, template access.Access, own map[string]access.Level, controls []string) access.Access {
	if role == access.VendorRole {
		return access.ExpandVendor(own)
	}
	return access.ExpandOn(template, own, controls...)
}

// attainable returns as much of the wanted access as the tenant can give.
func attainable(role string, wanted access.Access, has func(control string) bool) access.Access {
	if role == access.VendorRole {
		return wanted // the platform has all of a vendor's access controls
	}
	return access.Attainable(wanted, has)
}

// fromAPI sets the model to the group that the API returned.
func (m *groupModel) fromAPI(g api.Group, tenant plumbing.Rights) {
	m.ID = types.StringValue(g.ID)
	m.Name = plumbing.TextMap(g.Name)
	m.Description = plumbing.TextMap(g.Description)
	m.UserType = types.StringValue(string(g.UserType))
	m.Code = plumbing.StringOrNull(g.Code)
	m.Restrictions = plumbing.StringSet(g.Restrictions, m.Restrictions)
	m.VendorID = plumbing.StringOrNull(g.VendorID)
	m.LegalEntityID = types.StringNull()
	if g.B2B != nil {
		m.LegalEntityID = plumbing.StringOrNull(g.B2B.LegalEntityID)
	}
	if !m.AccessControlIDs.IsNull() {
		m.AccessControlIDs = plumbing.StringSet(m.additional(g), m.AccessControlIDs)
	}
	if !m.Mixins.IsNull() {
		m.Mixins = jsontypes.NewNormalizedValue(mixinsText(g))
	}
	m.readAccess(g, tenant)
}

// mixinsText returns the custom attributes of a group as JSON; {} if it has none.
func mixinsText(g api.Group) string {
	if len(g.Mixins) == 0 {
		return "{}"
	}
	text, _ := json.Marshal(g.Mixins) // it was decoded from JSON
	return string(text)
}

// importedGroup returns the state of an imported group. It lists access controls that
// represent no level, because a configuration should show them. It does not manage
// custom attributes.
func importedGroup(g api.Group, tenant plumbing.Rights) groupModel {
	m := groupModel{
		ForceDelete: types.BoolValue(false), Access: types.MapNull(types.StringType),
		AccessControlIDs: types.SetNull(types.StringType), Restrictions: types.SetNull(types.StringType),
	}
	group := client.AccessGroup(g)
	role := roleOf(group, tenant.Rights)
	if role == access.VendorRole {
		m.RoleTemplate = types.StringValue(role)
	}
	if listed := parts(g, tenant); len(unexplained(g.AccessControls, m.isVendorRole())) > 0 || len(listed) > 0 {
		m.AccessControlIDs = plumbing.StringSet(listed, types.SetValueMust(types.StringType, nil)) // fromAPI completes it
		m.RoleTemplate = plumbing.StringOrNull(role)
	}
	m.fromAPI(g, tenant)
	return m
}

// parts returns the access controls of a group that give only a part of a level, so no
// level represents them.
func parts(g api.Group, tenant plumbing.Rights) []string {
	held := tenant.Access(client.AccessGroup(g))
	return slices.DeleteFunc(slices.Clone(g.AccessControls), func(id string) bool {
		c, ok := access.ControlByID(id)
		return !ok || c.Entity == "" || c.VendorAware || held.Of(c.Entity) >= c.Level
	})
}

// findGroup returns the group with this id or code or, if there is none, with this name
// in any language.
func findGroup(ctx context.Context, c *client.Client, key string) (*api.Group, error) {
	if api.ValidID(key) {
		group, err := c.Group(ctx, key)
		if err == nil || !client.IsNotFound(err) {
			return group, err
		}
	}
	groups, err := c.Groups(ctx)
	if err != nil {
		return nil, err
	}
	var exact, named []api.Group
	for _, g := range groups {
		if key != "" && (g.Code == key || g.ID == key) { // an id that a configuration cannot choose
			exact = append(exact, g)
		}
		if slices.Contains(slices.Collect(maps.Values(g.Name)), key) {
			named = append(named, g)
		}
	}
	if len(exact) > 0 {
		named = exact
	}
	return plumbing.ExactlyOne("groups", "id, code or name", key, named, func(g api.Group) string { return g.ID })
}

// additional returns the access controls of a group to show in access_control_ids:
// those that the configuration lists and the group has, and those that represent no
// level of the catalog.
func (m groupModel) additional(g api.Group) []string {
	listed := plumbing.Strings(m.AccessControlIDs)
	ids := unexplained(g.AccessControls, m.isVendorRole())
	for _, id := range g.AccessControls {
		if slices.Contains(listed, id) && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// readAccess compares the group's access with the access that the state describes.
// Without drift the template and levels stay as written. With drift the levels show
// exactly what differs, so the plan shows that and no more.
func (m *groupModel) readAccess(g api.Group, tenant plumbing.Rights) {
	group := client.AccessGroup(g)
	actual := tenant.Access(group)
	if m.isVendorRole() && actual != (access.Access{}) {
		m.RoleTemplate, m.Access = types.StringNull(), types.MapNull(types.StringType) // no longer limited to the vendor's records
	}
	m.readProduct(tenant.Products(group))
	m.setEffective(tenant.Rights, group)
	if m.isVendorRole() {
		m.readVendorAccess(group, tenant.Rights)
		return
	}

	imported := m.RoleTemplate.IsNull() && m.Access.IsNull() && len(plumbing.Strings(m.AccessControlIDs)) == 0
	switch {
	case len(g.Templates) > 0 && g.Templates[0] != m.RoleTemplate.ValueString():
		m.RoleTemplate = types.StringValue(g.Templates[0])
	case imported:
		m.RoleTemplate = plumbing.StringOrNull(templateOf(actual, tenant.Has))
	}
	template, _ := templateAccess(m.RoleTemplate.ValueString(), tenant.List)
	own, _ := plumbing.Levels(m.Access)
	additional := plumbing.Strings(m.AccessControlIDs)
	wanted := access.ExpandOn(template, own, additional...)
	written := append(access.ControlIDs(access.Attainable(wanted, tenant.Has)), additional...)
	expected, observed := access.Held(written), access.Observed(written, tenant.Carried(group))
	if observed == expected {
		return
	}
	// Levels that the tenant cannot give are not drift.
	for i := range observed {
		if observed[i] == expected[i] {
			observed[i] = wanted[i]
		}
	}
	m.Access = plumbing.LevelMap(access.OverlayOn(template, own, observed, additional...), m.Access.IsNull())
}

// readVendorAccess is readAccess for a group with the role of a vendor.
func (m *groupModel) readVendorAccess(group access.Group, rights access.Rights) {
	own, _ := plumbing.Levels(m.Access)
	written := append(access.RoleControlIDs(access.VendorRole, access.ExpandVendor(own)), plumbing.Strings(m.AccessControlIDs)...)
	expected := rights.VendorAccess(access.Group{VendorID: group.VendorID, Controls: written})
	if observed := rights.VendorAccess(group); observed != expected {
		m.Access = plumbing.LevelMap(access.OverlayVendor(own, observed), m.Access.IsNull())
	}
}

// written sets the model to the group that the API returned after a write. If others
// changed its access controls since the plan, it keeps the planned access, as Terraform
// accepts nothing else, and warns.
func (m *groupModel) written(g api.Group, tenant plumbing.Rights) (diags diag.Diagnostics) {
	effective, partial, unmet, product := m.EffectiveAccess, m.PartialAccess, m.UnmetDependencies, m.Product
	m.fromAPI(g, tenant)
	if !product.IsUnknown() {
		m.Product = product // which follows from the planned access
	}
	if effective.IsUnknown() || effective.Equal(m.EffectiveAccess) && partial.Equal(m.PartialAccess) {
		return nil
	}
	m.EffectiveAccess, m.PartialAccess, m.UnmetDependencies = effective, partial, unmet
	diags.AddAttributeWarning(path.Root("effective_access"), "Access Differs From The Plan: "+g.ID,
		fmt.Sprintf("The access controls of group %s have changed since the plan, so the access of its members differs from the plan. The next plan shows their access.", plumbing.GroupLabel(g)))
	return diags
}

// setEffective sets the access of members, whole and partial, and its unmet
// dependencies. Levels on a vendor's own records have no dependencies.
func (m *groupModel) setEffective(rights access.Rights, g access.Group) {
	effective := rights.Access(g)
	m.UnmetDependencies = plumbing.UnmetDependencies(effective)
	m.PartialAccess = plumbing.LevelMap(rights.Partial(g).Map(), false)
	if m.isVendorRole() {
		effective = rights.VendorAccess(g)
	}
	m.EffectiveAccess = plumbing.LevelMap(effective.Map(), false)
}

// roleOf returns the role of a group: that of a vendor, or the role template that it
// refers to or whose access it has; "" if there is none.
func roleOf(g access.Group, rights access.Rights) string {
	switch {
	case rights.IsVendorRole(g):
		return access.VendorRole
	case len(g.Templates) > 0:
		return g.Templates[0]
	}
	return templateOf(rights.Access(g), rights.Has)
}

// templateOf returns the id of the predefined template that gives exactly this access
// in a tenant with these access controls; "" if there is none.
func templateOf(a access.Access, has func(control string) bool) string {
	if a == (access.Access{}) {
		return ""
	}
	for _, t := range access.Templates() {
		if access.Attainable(access.Expand(t.Access, nil), has) == a {
			return t.ID
		}
	}
	return ""
}

// templateAccess returns the access of a predefined or custom role template. The empty
// id gives no access.
func templateAccess(id string, tenant []api.Template) (a access.Access, ok bool) {
	if t, ok := access.TemplateByID(id); ok || id == "" {
		return access.Expand(t.Access, nil), true
	}
	for _, t := range tenant {
		if t.ID == id {
			return t.Levels(), true
		}
	}
	return a, false
}

// sameGroup reports whether the group matches the body of its creation. Then the API
// shows the write, and a conflict of a repeated creation is with our own group.
func sameGroup(g api.Group, body api.GroupCreate) bool {
	return maps.Equal(g.Name, body.Name) && maps.Equal(g.Description, body.Description) && g.UserType == body.UserType &&
		sameIDs(g.AccessControls, body.AccessControls) && sameIDs(g.Templates, body.Templates) &&
		sameIDs(g.Restrictions, body.Restrictions)
}
