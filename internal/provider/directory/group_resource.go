package directory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure      = (*groupResource)(nil)
	_ resource.ResourceWithIdentity       = (*groupResource)(nil)
	_ resource.ResourceWithImportState    = (*groupResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*groupResource)(nil)
	_ resource.ResourceWithValidateConfig = (*groupResource)(nil)
)

type groupResource struct {
	plumbing.IdentifiedResource
}

// groupType is shared by the resource and its list resource.
var groupType = plumbing.NewIdentifiedResource("group", plumbing.ID("group")).Keyed(groupKey)

// NewGroupResource returns iam_group.
func NewGroupResource() resource.Resource { return &groupResource{groupType} }

// ValidateConfig refuses ids of predefined groups, access or a vendor on groups of
// customers, and what does not fit the role or the product.
func (r *groupResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config groupModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if predefined(config.ID.ValueString()) {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Predefined Group", predefinedText(config.ID.ValueString()))
	}
	resp.Diagnostics.Append(config.checkVendorRole()...)
	resp.Diagnostics.Append(config.checkConfiguredProduct()...)
	if resp.Diagnostics.HasError() || config.UserType.ValueString() != string(access.Customer) {
		return
	}
	const summary, detail = "Access Not For Customers", "Role templates and levels are for groups of employees. Omit the attribute from a group with user_type CUSTOMER."
	if plumbing.IsSet(config.RoleTemplate) {
		resp.Diagnostics.AddAttributeError(path.Root("role_template"), summary, detail)
	}
	if plumbing.IsSet(config.Access) {
		resp.Diagnostics.AddAttributeError(path.Root("access"), summary, detail)
	}
	if plumbing.IsSet(config.VendorID) {
		resp.Diagnostics.AddAttributeError(path.Root("vendor_id"), "Vendor Not For Customers", "The groups of a vendor accept employees only. Omit the attribute from a group with user_type CUSTOMER.")
	}
}

// ModifyPlan plans product, effective_access, partial_access and unmet_dependencies.
func (r *groupResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, groupStep)...)
		r.planDestroy(ctx, req, resp)
		return
	}
	var plan, state groupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	resp.Diagnostics.Append(r.checkCodes(ctx, plan, state)...)
	unknown := types.MapUnknown(types.StringType)
	resp.Diagnostics.Append(unknownProduct(ctx, req.Config, &plan)...)
	plan.EffectiveAccess, plan.PartialAccess, plan.UnmetDependencies = unknown, unknown, unknown
	if wanted, tenant, known := r.planAccess(ctx, plan, &resp.Diagnostics); known {
		given := attainable(plan.RoleTemplate.ValueString(), wanted, tenant.Has)
		resp.Diagnostics.Append(unavailable(plan, wanted, given, req.State.Raw.IsNull())...)
		resp.Diagnostics.Append(r.checkPublishing(plan, state, given, tenant)...)
		group, whole := r.planEffective(ctx, &plan, state, given, tenant)
		planned := plannedGroup{group, whole, wanted, tenant.Rights}
		resp.Diagnostics.Append(r.planProduct(ctx, req, &plan, state, planned)...)
		resp.Diagnostics.Append(plan.checkVendorRecords(planned)...)
		if !plan.UnmetDependencies.IsUnknown() {
			resp.Diagnostics.Append(r.planDependencies(plan, plan.UnmetDependencies, tenant, state.UnmetDependencies)...)
		}
	}
	resp.Diagnostics.Append(r.checkControls(ctx, plan)...)
	resp.Diagnostics.Append(r.checkRestrictions(ctx, plan, state)...)
	resp.Diagnostics.Append(r.planUses(plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(r.warnOfKept(ctx, plan, state)...)
	}
	if !req.State.Raw.IsNull() && !req.Plan.Raw.Equal(req.State.Raw) {
		resp.Diagnostics.Append(r.warnOfStale(ctx, plan, state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("product"), plan.Product)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("effective_access"), plan.EffectiveAccess)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("partial_access"), plan.PartialAccess)...)
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("unmet_dependencies"), plan.UnmetDependencies)...)
	if plan.Code.IsUnknown() {
		// Only predefined groups have one, and they are not created here.
		resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("code"), types.StringNull())...)
	}
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, resp.Plan, req.State, groupStep)...)
}

// planEffective plans the access of members: by the given levels, the listed access
// controls, and those that the group keeps although they are not listed.
// It returns the group, and whether all that it will carry is known.
func (r *groupResource) planEffective(ctx context.Context, plan *groupModel, state groupModel, given access.Access, tenant plumbing.Rights) (access.Group, bool) {
	group := access.Group{VendorID: plan.VendorID.ValueString(), Controls: append(access.RoleControlIDs(plan.RoleTemplate.ValueString(), given), plumbing.Strings(plan.AccessControlIDs)...)}
	if plan.VendorID.IsUnknown() {
		group.VendorID = "unknown" // it makes no difference to the access which vendor it is
	}
	kept, known := r.kept(ctx, *plan, state, tenant)
	group.Controls = append(group.Controls, kept...)
	known = known && tenant.KnowsAll(group.Controls)
	if known {
		plan.setEffective(tenant.Rights, group)
	}
	return group, known
}

// kept returns the access controls that a group keeps because its configuration lists
// none. It makes no request if the state shows that they give no levels.
func (r *groupResource) kept(ctx context.Context, plan, state groupModel, tenant plumbing.Rights) (ids []string, known bool) {
	if !plan.AccessControlIDs.IsNull() || state.ID.IsNull() || state.ID.ValueString() != plan.ID.ValueString() {
		return nil, true
	}
	template, _ := templateAccess(state.RoleTemplate.ValueString(), tenant.List)
	own, _ := plumbing.Levels(state.Access)
	shown, _ := plumbing.Levels(state.EffectiveAccess)
	role := state.RoleTemplate.ValueString()
	if access.FromMap(shown) == attainable(role, wantedAccess(role, template, own, nil), tenant.Has) && len(state.PartialAccess.Elements()) == 0 {
		return nil, true
	}
	group, err := r.Client.ReadGroup(ctx, "plan of iam_group", state.ID.ValueString())
	if err != nil {
		return nil, client.IsNotFound(err)
	}
	return slices.DeleteFunc(unexplained(group.AccessControls, plan.isVendorRole()), func(id string) bool {
		return r.Uses.Removed(plumbing.Object{Kind: plumbing.KindControl, ID: id})
	}), true
}

// planAccess evaluates the planned template and levels, whether or not the tenant can
// give them. known is false if one of them or the tenant is unknown.
func (r *groupResource) planAccess(ctx context.Context, plan groupModel, diags *diag.Diagnostics) (a access.Access, tenant plumbing.Rights, known bool) {
	own, known := plumbing.Levels(plan.Access)
	if !known || plan.RoleTemplate.IsUnknown() || !plumbing.FullyKnown(plan.AccessControlIDs) || r.Data == nil || r.Client == nil {
		return a, tenant, false
	}
	tenant, err := r.Rights(ctx)
	if err != nil {
		diags.Append(plumbing.Unable("read", "role templates and access controls", "of the tenant", err))
		return a, tenant, false
	}
	id := plan.RoleTemplate.ValueString()
	if id == access.VendorRole {
		return access.ExpandVendor(own), tenant, true
	}
	template, found := templateAccess(id, nil)
	if !found {
		// A custom template, which this run may change.
		template, found, known = r.TemplateAccess(id, tenant.List)
	}
	if !found {
		diags.AddAttributeError(path.Root("role_template"), "Unknown Role Template",
			fmt.Sprintf("The tenant has no role template %q. Use one of %s, or one that the data source iam_role_templates lists. If this configuration creates it, refer to the id of the iam_role_template.", id, templateIDs("")))
		return a, tenant, false
	}
	return wantedAccess(id, template, own, plumbing.Strings(plan.AccessControlIDs)), tenant, known
}

// unavailable reports the wanted levels that the tenant cannot give because it lacks
// their access controls: as an error if the group sets the level, as a warning if the
// level comes from the template.
func unavailable(plan groupModel, wanted, effective access.Access, creating bool) (diags diag.Diagnostics) {
	own, _ := plumbing.Levels(plan.Access)
	levels, given := wanted.Map(), effective.Map()
	var lost []string
	for _, entity := range plumbing.SortedKeys(levels) {
		switch {
		case given[entity] == levels[entity]:
		case own[entity] == levels[entity]:
			diags.AddAttributeError(path.Root("access").AtMapKey(entity), "Access Not Available",
				fmt.Sprintf("The tenant has no access control for %s on %s; the highest level it can give is %s. Use that level, or omit the entity.", levels[entity], entity, given[entity]))
		default:
			lost = append(lost, entity)
		}
	}
	if len(lost) > 0 && creating {
		diags.AddAttributeWarning(path.Root("role_template"), "Access Omitted",
			fmt.Sprintf("The tenant lacks access controls for some levels of the role template %s, so the group is created without them: %s. effective_access shows the access of its members.",
				plan.RoleTemplate.ValueString(), strings.Join(lost, ", ")))
	}
	return diags
}

// grants returns the access controls and templates to write for the planned access.
func (r *groupResource) grants(ctx context.Context, plan groupModel, diags *diag.Diagnostics) (grants, plumbing.Rights) {
	wanted, tenant, _ := r.planAccess(ctx, plan, diags)
	role := plan.RoleTemplate.ValueString()
	return grantsOf(attainable(role, wanted, tenant.Has), role, tenant.List), tenant
}

func (r *groupResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan groupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.Update) {
		return
	}
	if !plumbing.IsSet(plan.ID) {
		// With an id of our own the request can be repeated safely.
		plan.ID = types.StringValue(uuid.NewString())
	}
	g, tenant := r.grants(ctx, plan, &resp.Diagnostics)
	body := plan.toAPI(ctx, g, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.create(ctx, body)
	object := groupLabel(plan)
	switch {
	case err == nil:
		r.restore(ctx, plan, &resp.Diagnostics)
		r.readBack(ctx, body, &plan, tenant, &resp.Diagnostics)
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	case client.IsConflict(err) && predefined(body.ID):
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Unable to create group", predefinedText(body.ID))
	case client.IsConflict(err):
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Unable to create group",
			plumbing.ExistsText("Group "+body.ID, "iam_group", body.ID))
	case client.IsUncertain(err):
		// The group may exist under the id chosen here, so keep the id.
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		resp.Diagnostics.Append(plumbing.Unable("create", "group", object, fmt.Errorf("%w. The group may have been created all the same. Run the same command again: it removes the group if it exists, and creates it again", err)))
	default:
		resp.Diagnostics.Append(r.unable("create", object, plan, err))
	}
}

// groupLabel names a group in a message by its id and its name.
func groupLabel(m groupModel) string {
	for _, language := range plumbing.SortedKeys(m.Name.Elements()) {
		if name, ok := m.Name.Elements()[language].(types.String); ok {
			return fmt.Sprintf("%s (%q)", m.ID.ValueString(), name.ValueString())
		}
	}
	return m.ID.ValueString()
}

// unable returns the error for a group that the API refused. If the API does not have
// one of the access controls, the error names the level and the entity of the
// configuration that need it.
func (r *groupResource) unable(verb, object string, plan groupModel, err error) diag.Diagnostic {
	var e *client.Error
	if !errors.As(err, &e) || e.StatusCode != http.StatusBadRequest {
		return plumbing.Unable(verb, "group", object, err)
	}
	if vendor := plan.VendorID.ValueString(); vendor != "" && e.Document.ResourceID == vendor {
		return plumbing.UnableAt(path.Root("vendor_id"), verb, "group", object, err)
	}
	control, ok := access.ControlByID(e.Document.ResourceID)
	if !ok || control.Entity == "" || slices.Contains(plumbing.Strings(plan.AccessControlIDs), control.ID) {
		return plumbing.Unable(verb, "group", object, err)
	}
	at := path.Root("role_template")
	if _, named := plan.Access.Elements()[control.Entity]; named || plan.RoleTemplate.IsNull() {
		at = path.Root("access")
	}
	return plumbing.UnableAt(at, verb, "group", object, fmt.Errorf("%w. The tenant has no access control %s, which represents %s on %s. Remove it from the template's access with access = { %s = \"none\" }", err, control.ID, control.Level, control.Entity, control.Entity))
}

// predefined reports whether the id is that of a predefined group, which cannot be
// managed.
func predefined(id string) bool {
	return slices.ContainsFunc(access.PredefinedGroups(), func(g access.PredefinedGroup) bool { return g.ID == id })
}

func predefinedText(id string) string {
	return fmt.Sprintf("Group %s is predefined: it cannot be changed, deleted or managed here. "+
		"Read it with the data source iam_group, and manage its members with iam_group_members or iam_group_membership.", id)
}

// create creates the group. A conflict of a repeated request may be with the group that
// the first request created.
func (r *groupResource) create(ctx context.Context, body api.GroupCreate) error {
	_, err := r.Client.CreateGroup(ctx, body)
	if client.IsConflict(err) && client.IsUncertain(err) {
		// The group exists, but the API may not show it yet.
		if found, lookup := r.waitForGroup(ctx, body.ID, func(api.Group) bool { return true }); lookup == nil && sameGroup(*found, body) {
			return nil
		}
	}
	return err
}

// readBack completes the state of a new group. If the group cannot be read, it is in
// the state as requested.
func (r *groupResource) readBack(ctx context.Context, body api.GroupCreate, plan *groupModel, tenant plumbing.Rights, diags *diag.Diagnostics) {
	group, err := r.waitForGroup(ctx, body.ID, func(g api.Group) bool { return sameGroup(g, body) })
	if err != nil {
		diags.Append(plumbing.ReadBackWarning("group", body.ID, err))
		return
	}
	diags.Append(plan.written(*group, tenant)...)
}

// waitForGroup reads the group when the API shows the write.
func (r *groupResource) waitForGroup(ctx context.Context, id string, shows func(api.Group) bool) (*api.Group, error) {
	return client.WaitFor(ctx, func(ctx context.Context) (*api.Group, error) { return r.Client.Group(ctx, id) }, shows)
}

func (r *groupResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state groupModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	group, err := r.Client.ReadGroup(ctx, "iam_group", state.ID.ValueString())
	if client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.GoneWarning("Group", state.ID.ValueString()))
		resp.State.RemoveResource(ctx)
		return
	}
	var tenant plumbing.Rights
	if err == nil {
		tenant, err = r.PresentRights(ctx)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "group", state.ID.ValueString(), err))
		return
	}
	if state.ForceDelete.IsNull() {
		state = importedGroup(*group, tenant)
	} else {
		state.fromAPI(*group, tenant)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *groupResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan groupModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	g, tenant := r.grants(ctx, plan, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	group, err := r.update(ctx, plan, g, &resp.Diagnostics)
	if err != nil {
		resp.Diagnostics.Append(r.unable("update", groupLabel(plan), plan, err))
		return
	}
	resp.Diagnostics.Append(plan.written(*group, tenant)...)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// update reads the group, writes it, and reads it back. If someone else writes it in
// between, the API returns a conflict and update reads the group again: the write
// changes the attributes that this resource manages and keeps the others.
func (r *groupResource) update(ctx context.Context, plan groupModel, g grants, diags *diag.Diagnostics) (*api.Group, error) {
	const tries = 3
	id := plan.ID.ValueString()
	defer r.Client.Lock(lockGroup, id)()
	read := func(ctx context.Context) (*api.Group, error) { return r.Client.Group(ctx, id) }
	present, err := read(ctx)
	for try := 1; err == nil; try++ {
		body := plan.toUpdate(ctx, g, *present, diags)
		var created bool
		created, err = r.Client.UpdateGroup(ctx, id, body)
		switch {
		case client.IsConflict(err) && try < tries:
			present, err = client.WaitForUpdate(ctx, read, func(shown api.Group) bool {
				return shown.Metadata != nil && body.Metadata != nil && body.Metadata.Allows(shown.Metadata.Version)
			})
			continue
		case err != nil:
			return nil, err
		case created:
			diags.AddWarning("Group Created Again", fmt.Sprintf("Group %s was deleted by someone else during the apply and was created again, without its members. The next apply adds the members that this configuration manages; add others by hand. If the group is no longer wanted, remove it from the configuration.", id))
		}
		return r.waitForGroup(ctx, id, func(shown api.Group) bool { return sameGroup(shown, body.Create(id)) })
	}
	return nil, err
}

func (r *groupResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state groupModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDeleteWith(ctx, req, &resp.Diagnostics, func() any { return r.leave(ctx, state) }) {
		return
	}
	id, force := state.ID.ValueString(), state.ForceDelete.ValueBool()
	planned, diags := plumbing.SavedUses(ctx, req.Private)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	leavers := r.leavers(id, planned)
	err := r.RetryWhileInUse(ctx, func(ctx context.Context) error { return r.delete(ctx, id, force, leavers) }, client.IsBadRequest)
	if client.IsBadRequest(err) && !force {
		err = fmt.Errorf("%w. The group still has %s, and no other change of this apply has removed them. "+
			"If this configuration removes them, apply again. Otherwise remove them first, or set force_delete = true, apply, and destroy again", err, r.stillMembers(ctx, state))
	}
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.Unable("delete", "group", id, err))
	}
}

// ImportState accepts the id of a group, or its name in any language.
func (r *groupResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	group, err := findGroup(ctx, r.Client, key)
	switch {
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("import", "group", fmt.Sprintf("%q", key), err))
	case group.Code != "" || predefined(group.ID):
		resp.Diagnostics.AddError("Unable to import group", predefinedText(group.ID))
	default:
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), group.ID)...)
	}
}
