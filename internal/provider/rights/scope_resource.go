package rights

import (
	"context"
	"fmt"
	"maps"
	"strings"

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
	_ resource.ResourceWithConfigure      = (*scopeResource)(nil)
	_ resource.ResourceWithIdentity       = (*scopeResource)(nil)
	_ resource.ResourceWithImportState    = (*scopeResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*scopeResource)(nil)
	_ resource.ResourceWithValidateConfig = (*scopeResource)(nil)
)

type scopeResource struct {
	plumbing.IdentifiedResource
}

// scopeType is shared by the resource and its list resource.
var scopeType = plumbing.NewIdentifiedResource("scope", plumbing.ID("scope")).Keyed(scopeKey)

// NewScopeResource returns iam_scope.
func NewScopeResource() resource.Resource { return &scopeResource{scopeType} }

// scopeModel is the state of iam_scope.
type scopeModel struct {
	ID          types.String `tfsdk:"id"`
	Description types.Map    `tfsdk:"description"`
	Domain      types.String `tfsdk:"domain"`
}

func (r *scopeResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One of the tenant's own scopes, which your services can check in the tokens of users who have it. " +
			"Access controls (`iam_access_control`) hold scopes, and groups carry access controls.\n\n" +
			"Predefined scopes cannot be managed; read them with the data source `iam_scopes`. " +
			"A deleted scope gives nothing, although API keys and access controls that hold it keep its id.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the scope, such as `billing.invoice_export`: 1 to 255 letters, digits, dots, hyphens and underscores; case-sensitive. " +
					"Ids that start with `custom.` are reserved by the platform for custom types of its Schema service. Changing it replaces the scope.",
				Required:      true,
				Validators:    []validator.String{plumbing.ValidScope()},
				PlanModifiers: []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"description": schema.MapAttribute{
				MarkdownDescription: "Description by language, such as `{ en = \"Exports invoices\" }`.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          plumbing.ValidText(),
			},
			"domain": schema.StringAttribute{
				MarkdownDescription: "Domain of the scope, such as the name of a service.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
		},
	}
}

// ValidateConfig returns an error for ids of predefined scopes.
func (r *scopeResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var id types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("id"), &id)...)
	if _, ok := access.ScopeByID(id.ValueString()); ok {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Predefined Scope", predefinedText("scope", "iam_scope", id.ValueString())+" Choose another id for your own.")
	}
}

// ModifyPlan returns an error for languages that the tenant does not have,
// warns of an id that the platform reserves, and names what holds a destroyed
// scope.
func (r *scopeResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	r.planUses(ctx, req, resp)
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, scopeStep)...)
	var plan, state scopeModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		r.planExists(state.ID, false)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	resp.Diagnostics.Append(r.CheckText(ctx, path.Root("description"), plan.Description, state.Description)...)
	r.planExists(plan.ID, true)
	if req.State.Raw.IsNull() && strings.HasPrefix(plan.ID.ValueString(), "custom.") {
		resp.Diagnostics.AddAttributeWarning(path.Root("id"), "Reserved Scope Id",
			"The platform creates the scopes custom.TYPE_read, custom.TYPE_manage, custom.TYPE_read_own and custom.TYPE_manage_own for each custom type of its Schema service. "+
				"Use another prefix for the ids of your own scopes.")
	}
}

// toAPI returns the body that creates or replaces the scope.
func (m scopeModel) toAPI(ctx context.Context, diags *diag.Diagnostics) api.ScopeUpdate {
	return api.ScopeUpdate{Description: plumbing.Text(ctx, m.Description, diags), Domain: m.Domain.ValueString()}
}

// fromAPI sets the attributes from the API.
func (m *scopeModel) fromAPI(s api.Scope) {
	m.ID = types.StringValue(s.ID)
	m.Description = plumbing.TextMap(s.Description)
	m.Domain = plumbing.StringOrNull(s.Domain)
}

// sameScope reports whether the scope matches the body.
func sameScope(s api.Scope, body api.ScopeUpdate) bool {
	return maps.Equal(s.Description, body.Description) && s.Domain == body.Domain
}

// planExists records whether the scope will exist, for groups that are planned
// later.
func (r *scopeResource) planExists(id types.String, exists bool) {
	if r.Data != nil && plumbing.IsSet(id) {
		r.PlanScope(id.ValueString(), exists)
	}
}

func (r *scopeResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan scopeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.Update) {
		return
	}
	defer r.ForgetRights()
	id := plan.ID.ValueString()
	body := plan.toAPI(ctx, &resp.Diagnostics)
	defer r.Client.Lock(lockScope, id)()
	// The API would replace an existing scope.
	switch found, err := r.Client.Scope(ctx, id); {
	case err == nil:
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Unable to create scope", existsText("scope", "iam_scope", id, found.Predefined))
		return
	case !client.IsNotFound(err):
		resp.Diagnostics.Append(plumbing.Unable("create", "scope", id, err))
		return
	}
	if _, err := r.Client.PutScope(ctx, id, body); err != nil {
		resp.Diagnostics.Append(plumbing.Unable("create", "scope", id, err))
		return
	}
	if scope, err := r.await(ctx, id, body); err != nil {
		resp.Diagnostics.Append(plumbing.ReadBackWarning("scope", id, err))
	} else {
		plan.fromAPI(*scope)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// await reads the scope after the API shows what was written.
func (r *scopeResource) await(ctx context.Context, id string, body api.ScopeUpdate) (*api.Scope, error) {
	return client.WaitFor(ctx, func(ctx context.Context) (*api.Scope, error) { return r.Client.Scope(ctx, id) },
		func(s api.Scope) bool { return sameScope(s, body) })
}

func (r *scopeResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state scopeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	scope, err := r.Client.Scope(ctx, state.ID.ValueString())
	switch {
	case client.IsNotFound(err):
		resp.Diagnostics.Append(plumbing.GoneWarning("Scope", state.ID.ValueString()))
		resp.State.RemoveResource(ctx)
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("read", "scope", state.ID.ValueString(), err))
	default:
		state.fromAPI(*scope)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

func (r *scopeResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan scopeModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	body := plan.toAPI(ctx, &resp.Diagnostics)
	scope, err := r.update(ctx, plan.ID.ValueString(), body, &resp.Diagnostics)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("update", "scope", plan.ID.ValueString(), err))
		return
	}
	plan.fromAPI(*scope)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// update replaces the scope and reads it back.
func (r *scopeResource) update(ctx context.Context, id string, body api.ScopeUpdate, diags *diag.Diagnostics) (*api.Scope, error) {
	defer r.Client.Lock(lockScope, id)()
	read := func(ctx context.Context) (*api.Scope, error) { return r.Client.Scope(ctx, id) }
	created, err := rewrite(ctx, read, func(s api.Scope) *api.Metadata { return s.Metadata }, func(version *api.VersionOnly) (bool, error) {
		body.Metadata = version
		return r.Client.PutScope(ctx, id, body)
	})
	if err != nil {
		return nil, err
	}
	if created {
		diags.AddWarning("Scope Created Again", fmt.Sprintf("Scope %s was deleted by someone else during the apply and was created again. If the deletion was intended, remove it from the configuration.", id))
	}
	return r.await(ctx, id, body)
}

func (r *scopeResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state scopeModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	defer r.ForgetRights()
	id := state.ID.ValueString()
	defer r.Client.Lock(lockScope, id)()
	err := r.Client.DeleteScope(ctx, id)
	if err == nil {
		err = awaitGone(ctx, func(ctx context.Context) error { _, err := r.Client.Scope(ctx, id); return err })
	}
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.Unable("delete", "scope", id, err))
	}
}

// ImportState accepts the id of one of the tenant's own scopes.
func (r *scopeResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	found, err := r.Client.Scope(ctx, id)
	switch {
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("import", "scope", id, err))
	case found.Predefined:
		resp.Diagnostics.AddError("Unable to import scope", predefinedText("scope", "iam_scope", id))
	default:
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	}
}
