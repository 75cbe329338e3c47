package team

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
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
	_ resource.ResourceWithConfigure      = (*productResource)(nil)
	_ resource.ResourceWithIdentity       = (*productResource)(nil)
	_ resource.ResourceWithImportState    = (*productResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*productResource)(nil)
	_ resource.ResourceWithValidateConfig = (*productResource)(nil)
)

type productResource struct {
	plumbing.IdentifiedResource
}

// productType is shared by the resource and its list resource.
var productType = plumbing.NewIdentifiedResource("product", plumbing.ID("product")).Keyed(productKey)

// NewProductResource returns iam_product.
func NewProductResource() resource.Resource { return &productResource{productType} }

// productModel is the state of iam_product.
type productModel struct {
	ID    types.String `tfsdk:"id"`
	Label types.String `tfsdk:"label"`
	Roles types.List   `tfsdk:"roles"`
}

func (r *productResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A product that the tenant adds to those that every team has. The Owner and Admins of the team hold it at once, with its first role; " +
			"members hold it once an `iam_product_assignment` assigns it to them. A product that is still assigned cannot be destroyed.\n\n" +
			"Predefined products cannot be managed; read them with the data source `iam_products`.\n\n" +
			"Needs the reference backend: the public API has no teams.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the product, such as `service_hub`: 1 to 66 letters, digits, dots, hyphens and underscores; case-sensitive. Changing it replaces the product.",
				Required:            true,
				Validators:          []validator.String{plumbing.ValidID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"label": schema.StringAttribute{
				MarkdownDescription: "Name of the product, such as `Service Hub`.",
				Required:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"roles": schema.ListAttribute{
				MarkdownDescription: "Roles that a member can have in the product, the one with all rights first. Without roles, everyone who holds the product may do everything in it. A role that a member has cannot be removed.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.List{listvalidator.SizeAtLeast(1)},
			},
		},
	}
}

// product converts the product for the rules.
func (m productModel) product() access.TeamProduct {
	p := access.TeamProduct{ID: m.ID.ValueString(), Label: m.Label.ValueString()}
	for _, role := range m.Roles.Elements() {
		if text, ok := role.(types.String); ok {
			p.Roles = append(p.Roles, text.ValueString())
		}
	}
	return p
}

// fromAPI sets the attributes from the API.
func (m *productModel) fromAPI(p api.TeamProduct) {
	m.ID, m.Label, m.Roles = types.StringValue(p.ID), types.StringValue(p.Label), types.ListNull(types.StringType)
	if len(p.Roles) > 0 {
		m.Roles = plumbing.OrderedList(p.Roles)
	}
}

// ValidateConfig returns an error for a predefined product, and for roles that a product
// cannot have.
func (r *productResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config productModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if err := access.CheckAdded(access.TeamProduct{ID: config.ID.ValueString()}); err != nil {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Predefined Product", plumbing.Sentence(err.Error())+" Choose another id for your own.")
		return
	}
	known := !slices.ContainsFunc(config.Roles.Elements(), func(role attr.Value) bool { return role.IsUnknown() })
	if err := access.CheckAdded(config.product()); err != nil && known && !config.Roles.IsUnknown() && !config.ID.IsUnknown() {
		resp.Diagnostics.AddAttributeError(path.Root("roles"), "Invalid Role", plumbing.Sentence(err.Error()))
	}
}

// ModifyPlan records the product for assignments that are planned later.
func (r *productResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, productStep)...)
	if r.Data == nil {
		return
	}
	var plan productModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &plan)...)
		planOf(r.Data).setProduct(plan.ID.ValueString(), nil)
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if req.State.Raw.IsNull() && r.Client != nil {
		if err := checkTeam(ctx, r.Data); err != nil {
			resp.Diagnostics.Append(plumbing.Unable("plan", "product", plan.ID.ValueString(), err))
		}
	}
	if plumbing.IsSet(plan.ID) {
		p := plan.product()
		planOf(r.Data).setProduct(p.ID, &p)
	}
}

// same reports whether the API shows the product as planned.
func (m productModel) same(p api.TeamProduct) bool {
	want := m.product()
	return p.Label == want.Label && slices.Equal(p.Roles, want.Roles)
}

// write adds or changes the product, waits until the API shows it, and reports whether
// it succeeded.
func (r *productResource) write(ctx context.Context, verb string, plan productModel, diags *diag.Diagnostics) bool {
	want := plan.product()
	if err := r.Client.PutTeamProduct(ctx, want.ID, api.TeamProductUpdate{Label: want.Label, Roles: want.Roles}); err != nil {
		diags.Append(plumbing.Unable(verb, "product", want.ID, err))
		return false
	}
	_, err := client.WaitFor(ctx, func(ctx context.Context) (*api.TeamProduct, error) { return r.Client.TeamProduct(ctx, want.ID) }, plan.same)
	if err != nil {
		diags.Append(plumbing.ReadBackWarning("product", want.ID, err))
	}
	return true
}

func (r *productResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan productModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.Update) {
		return
	}
	// The API would change an existing product.
	id := plan.ID.ValueString()
	switch _, err := r.Client.TeamProduct(ctx, id); {
	case err == nil:
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Unable to create product", plumbing.ExistsText("Product "+id, "iam_product", id))
		return
	case !client.IsNotFound(err):
		resp.Diagnostics.Append(plumbing.Unable("create", "product", id, err))
		return
	}
	if r.write(ctx, "create", plan, &resp.Diagnostics) {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

func (r *productResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state productModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	product, err := r.Client.TeamProduct(ctx, state.ID.ValueString())
	switch {
	case client.IsNotFound(err):
		resp.Diagnostics.Append(plumbing.GoneWarning("Product", state.ID.ValueString()))
		resp.State.RemoveResource(ctx)
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("read", "product", state.ID.ValueString(), err))
	default:
		state.fromAPI(*product)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

func (r *productResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan productModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || !r.write(ctx, "update", plan, &resp.Diagnostics) {
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *productResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state productModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	err := r.Client.DeleteTeamProduct(ctx, state.ID.ValueString())
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.Unable("delete", "product", state.ID.ValueString(), err))
	}
}

// ImportState accepts the id of a product that the tenant has added.
func (r *productResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	found, err := r.Client.TeamProduct(ctx, id)
	switch {
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("import", "product", id, err))
	case found.Predefined:
		resp.Diagnostics.AddError("Unable to import product", plumbing.Sentence(access.CheckAdded(access.TeamProduct{ID: id}).Error()))
	default:
		resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
	}
}
