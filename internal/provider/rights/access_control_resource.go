package rights

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure      = (*accessControlResource)(nil)
	_ resource.ResourceWithIdentity       = (*accessControlResource)(nil)
	_ resource.ResourceWithImportState    = (*accessControlResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*accessControlResource)(nil)
	_ resource.ResourceWithValidateConfig = (*accessControlResource)(nil)
)

type accessControlResource struct {
	plumbing.IdentifiedResource
}

// accessControlType is shared by the resource and its list resource.
var accessControlType = plumbing.NewIdentifiedResource("access_control", plumbing.ID("access control")).Keyed(accessControlKey)

// NewAccessControlResource returns iam_access_control.
func NewAccessControlResource() resource.Resource { return &accessControlResource{accessControlType} }

func (r *accessControlResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	text := []validator.String{plumbing.NotEmpty()}
	resp.Schema = schema.Schema{
		MarkdownDescription: "One of the tenant's own access controls: a set of scopes that groups can carry (`access_control_ids` of `iam_group`). " +
			"It can hold predefined scopes and the tenant's own (`iam_scope`).\n\n" +
			"Predefined access controls cannot be managed; read them with the data source `iam_access_controls`. " +
			"Destroying an access control removes it from the groups that carry it. The plan names groups that it does not otherwise change, with their members, and fails if a group still lists it. " +
			"With `lifecycle { create_before_destroy = true }`, a replacement is added to the groups before the previous one is removed; otherwise the API refuses to replace an access control that a group carries.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the access control: 1 to 66 letters, digits, dots, hyphens and underscores; unique in the tenant, case-sensitive. Changing it replaces the access control.",
				Required:            true,
				Validators:          []validator.String{plumbing.ValidID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"name": schema.MapAttribute{
				MarkdownDescription: "Name by language, such as `{ en = \"Export invoices\" }`.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          plumbing.ValidText(),
			},
			"description": schema.MapAttribute{
				MarkdownDescription: "Description by language. The public API does not return it, so changes made elsewhere may not be detected.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          plumbing.ValidText(),
			},
			"scopes": schema.SetAttribute{
				MarkdownDescription: "Ids of the scopes that members of a group get, such as `order.order_read`; at least one. Each must exist.",
				ElementType:         types.StringType,
				Required:            true,
				Validators:          []validator.Set{plumbing.NotEmptySet("An access control holds at least one scope. "), setvalidator.ValueStringsAre(plumbing.ValidScope())},
			},
			"domains": schema.SetAttribute{
				MarkdownDescription: "Domains of the access control, such as names of services.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(text...)},
			},
			"restricted_to": schema.StringAttribute{
				MarkdownDescription: "The type of groups that can carry it: `EMPLOYEE` or `CUSTOMER`; all by default. Changing it replaces the access control, which no group may carry at that time.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.OneOf(string(access.Employee), string(access.Customer))},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"restriction_aware": schema.BoolAttribute{
				MarkdownDescription: "Whether the restrictions of a group limit the scopes.",
				Computed:            true,
			},
			"vendor_aware": schema.BoolAttribute{
				MarkdownDescription: "Whether the scopes are limited to a vendor's own records.",
				Computed:            true,
			},
		},
	}
}

// ValidateConfig returns an error for ids of predefined access controls.
func (r *accessControlResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var id types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &id)...)
	if _, ok := access.ControlByID(id.ValueString()); ok {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Predefined Access Control", predefinedText("access control", "iam_access_control", id.ValueString())+" Choose another id for your own.")
	}
}

// ModifyPlan returns an error for languages that the tenant does not have. It
// keeps computed values while the scopes, on which they depend, do not change,
// and reports the groups from which a destroy removes the access control.
func (r *accessControlResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	r.planUses(ctx, req, resp)
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, controlStep)...)
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state accessControlModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	resp.Diagnostics.Append(r.CheckText(ctx, path.Root("name"), plan.Name, state.Name)...)
	resp.Diagnostics.Append(r.CheckText(ctx, path.Root("description"), plan.Description, state.Description)...)
	r.planGives(plan, state)
	if resp.Diagnostics.HasError() || req.State.Raw.IsNull() || !plan.Scopes.Equal(state.Scopes) {
		return
	}
	plan.RestrictionAware, plan.VendorAware = state.RestrictionAware, state.VendorAware
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
}

// planGives records what the access control will give, for groups that are
// planned later.
func (r *accessControlResource) planGives(plan, state accessControlModel) {
	if r.Data != nil && plumbing.IsSet(plan.ID) {
		r.PlanControl(plan.ID.ValueString(), plan.gives(state), plumbing.FullyKnown(plan.Scopes))
	}
}

// gives returns what a planned access control gives, as far as it is known. An
// update does not change restriction_aware.
func (m accessControlModel) gives(state accessControlModel) access.OwnControl {
	scopes := plumbing.Strings(m.Scopes)
	return access.OwnControl{Scopes: scopes, RestrictionAware: state.RestrictionAware.ValueBool(), VendorAware: access.VendorScopes(scopes)}
}

func (r *accessControlResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan accessControlModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.Update) {
		return
	}
	defer r.ForgetRights()
	id := plan.ID.ValueString()
	body := plan.toAPI(ctx, &resp.Diagnostics)
	defer r.Client.Lock(lockControl, id)()
	// The API would replace an existing access control.
	switch found, err := r.Client.AccessControl(ctx, id); {
	case err == nil:
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Unable to create access control", existsText("access control", "iam_access_control", id, found.Predefined))
		return
	case !client.IsNotFound(err):
		resp.Diagnostics.Append(plumbing.Unable("create", "access control", id, err))
		return
	}
	if _, err := r.Client.PutAccessControl(ctx, id, body); err != nil {
		resp.Diagnostics.Append(refusedControl("create", id, body, err))
		return
	}
	if control, err := r.await(ctx, id, body); err != nil {
		// The next refresh reads computed values.
		plan.RestrictionAware, plan.VendorAware = types.BoolValue(false), types.BoolValue(access.VendorScopes(body.Scopes))
		resp.Diagnostics.Append(plumbing.ReadBackWarning("access control", id, err))
	} else {
		plan.fromAPI(*control)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// refusedControl returns the diagnostic of an access control that the API
// refused, on the scopes if the API names one of them.
func refusedControl(verb, id string, body api.AccessControlUpdate, err error) diag.Diagnostic {
	var e *client.Error
	if errors.As(err, &e) && e.StatusCode == http.StatusBadRequest && slices.Contains(body.Scopes, e.Document.ResourceID) {
		return plumbing.UnableAt(path.Root("scopes"), verb, "access control", id,
			fmt.Errorf("%w. Create the scope with iam_scope and refer to its id here, or use one that the data source iam_scopes lists", err))
	}
	return plumbing.Unable(verb, "access control", id, err)
}

// await reads the access control after the API shows what was written.
func (r *accessControlResource) await(ctx context.Context, id string, body api.AccessControlUpdate) (*api.AccessControl, error) {
	return client.WaitFor(ctx, func(ctx context.Context) (*api.AccessControl, error) { return r.Client.AccessControl(ctx, id) },
		func(c api.AccessControl) bool { return sameControl(c, body) })
}

func (r *accessControlResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state accessControlModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	// Read individually, because lists can omit scopes.
	control, err := r.Client.AccessControl(ctx, state.ID.ValueString())
	switch {
	case client.IsNotFound(err):
		resp.Diagnostics.Append(plumbing.GoneWarning("Access Control", state.ID.ValueString()))
		resp.State.RemoveResource(ctx)
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("read", "access control", state.ID.ValueString(), err))
	default:
		state.fromAPI(*control)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

func (r *accessControlResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan accessControlModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	defer r.ForgetRights()
	id, body := plan.ID.ValueString(), plan.toAPI(ctx, &resp.Diagnostics)
	control, err := r.update(ctx, id, body, &resp.Diagnostics)
	if err != nil {
		resp.Diagnostics.Append(refusedControl("update", id, body, err))
		return
	}
	plan.fromAPI(*control)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// update replaces the access control and reads it back.
func (r *accessControlResource) update(ctx context.Context, id string, body api.AccessControlUpdate, diags *diag.Diagnostics) (*api.AccessControl, error) {
	defer r.Client.Lock(lockControl, id)()
	read := func(ctx context.Context) (*api.AccessControl, error) { return r.Client.AccessControl(ctx, id) }
	created, err := rewrite(ctx, read, func(c api.AccessControl) *api.Metadata { return c.Metadata }, func(version *api.VersionOnly) (bool, error) {
		body.Metadata = version
		return r.Client.PutAccessControl(ctx, id, body)
	})
	if err != nil {
		return nil, err
	}
	if created {
		diags.AddWarning("Access Control Created Again", fmt.Sprintf("Access control %s was deleted by someone else during the apply and was created again. If the deletion was intended, remove it from the configuration.", id))
	}
	return r.await(ctx, id, body)
}

func (r *accessControlResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state accessControlModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	defer r.ForgetRights()
	id := state.ID.ValueString()
	planned, diags := plumbing.SavedUses(ctx, req.Private)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	err := r.RetryWhileInUse(ctx, func(ctx context.Context) error { return r.delete(ctx, id, planned[plumbing.KindGroup]) }, client.IsBadRequest)
	switch {
	case err == nil:
		err = awaitGone(ctx, func(ctx context.Context) error { _, err := r.Client.AccessControl(ctx, id); return err })
	case client.IsBadRequest(err):
		err = fmt.Errorf("%w. If groups still carry it, remove it from their access_control_ids, apply, and destroy again. To replace it, set lifecycle { create_before_destroy = true } and give the new one another id", err)
	}
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.Unable("delete", "access control", id, err))
	}
}

// ImportState accepts the id of one of the tenant's own access controls.
func (r *accessControlResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	found, err := r.Client.AccessControl(ctx, id)
	switch {
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("import", "access control", id, err))
	case found.Predefined:
		resp.Diagnostics.AddError("Unable to import access control", predefinedText("access control", "iam_access_control", id))
	default:
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	}
}
