package rights

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/google/uuid"
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
	_ resource.ResourceWithConfigure      = (*roleTemplateResource)(nil)
	_ resource.ResourceWithIdentity       = (*roleTemplateResource)(nil)
	_ resource.ResourceWithImportState    = (*roleTemplateResource)(nil)
	_ resource.ResourceWithModifyPlan     = (*roleTemplateResource)(nil)
	_ resource.ResourceWithValidateConfig = (*roleTemplateResource)(nil)
)

type roleTemplateResource struct {
	plumbing.IdentifiedResource
}

// roleTemplateType is shared by the resource and its list resource.
var roleTemplateType = plumbing.NewIdentifiedResource("role_template", plumbing.ID("role template")).Keyed(roleTemplateKey)

// NewRoleTemplateResource returns iam_role_template.
func NewRoleTemplateResource() resource.Resource { return &roleTemplateResource{roleTemplateType} }

func (r *roleTemplateResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "One of the tenant's own role templates: levels that groups can use as a base, optionally based on another template. " +
			"A change affects every group that uses the template and every template that is based on it, and their plan shows it in `effective_access`.\n\n" +
			"Needs the reference backend: the public API lists role templates but cannot create one. " +
			"When a template is destroyed, groups and templates that use it keep their access: its levels are copied into them. The plan names those that it does not otherwise change, and fails if one still refers to the template. " +
			"To replace a template that is in use, set `lifecycle { create_before_destroy = true }` on it.",
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the template: 1 to 66 letters, digits, dots, hyphens and underscores; unique in the tenant, case-sensitive. Generated if left out. Changing it replaces the template.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{plumbing.ValidID()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown(), stringplanmodifier.RequiresReplaceIfConfigured()},
			},
			"name": schema.MapAttribute{
				MarkdownDescription: "Name by language, such as `{ en = \"Returns Clerk\" }`.",
				ElementType:         types.StringType,
				Required:            true,
				Validators:          plumbing.ValidText(),
			},
			"description": schema.MapAttribute{
				MarkdownDescription: "Description by language.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          plumbing.ValidText(),
			},
			"based_on": schema.StringAttribute{
				MarkdownDescription: "Id of the base template, predefined or the tenant's own. For the latter, refer to the `id` of its `iam_role_template`. No base if left out.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"access": schema.MapAttribute{
				MarkdownDescription: "Levels by entity that override those of `based_on`; `none` removes access. " +
					"Entities and levels are those of `iam_group`; the data source `iam_access_catalog` lists them.",
				ElementType: types.StringType,
				Required:    true,
				Validators:  []validator.Map{plumbing.ValidAccess()},
			},
			"effective_access": schema.MapAttribute{
				MarkdownDescription: "The resulting level by entity, including base, own levels, tied and derived entities. Entities without access are left out. Known in the plan.",
				ElementType:         types.StringType,
				Computed:            true,
			},
		},
	}
}

// ValidateConfig returns errors for what no tenant accepts.
func (r *roleTemplateResource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config customTemplateModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || !plumbing.IsSet(config.ID) {
		return
	}
	id := config.ID.ValueString()
	if _, ok := access.TemplateByID(id); ok {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Predefined Role Template", predefinedText("role template", "iam_role_template", id)+" Choose another id for your own.")
	}
	if config.BasedOn.ValueString() == id {
		resp.Diagnostics.AddAttributeError(path.Root("based_on"), "Role Template Based On Itself", fmt.Sprintf("The template %s cannot be based on itself. Set another template, or leave the argument out for no base.", id))
	}
}

// ModifyPlan returns an error for languages that the tenant does not have,
// computes effective_access, and records it for resources that are planned
// later.
func (r *roleTemplateResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	r.planUses(ctx, req, resp)
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan, state customTemplateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	resp.Diagnostics.Append(r.CheckText(ctx, path.Root("name"), plan.Name, state.Name)...)
	resp.Diagnostics.Append(r.CheckText(ctx, path.Root("description"), plan.Description, state.Description)...)
	if req.State.Raw.IsNull() && r.Data != nil && r.Client != nil {
		if err := templatesSupported(ctx, r.Data); err != nil {
			resp.Diagnostics.Append(refused("create", cmp.Or(plan.ID.ValueString(), "with a generated id"), err))
		}
	}
	if resp.Diagnostics.HasError() {
		return
	}
	value := types.MapUnknown(types.StringType)
	gives, known := r.planAccess(ctx, plan, &resp.Diagnostics)
	if known {
		value = plumbing.LevelMap(gives.Map(), false)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	resp.Diagnostics.Append(resp.Plan.SetAttribute(ctx, path.Root("effective_access"), value)...)
	if known && plumbing.IsSet(plan.ID) && (!value.Equal(state.EffectiveAccess) || !plan.ID.Equal(state.ID)) {
		resp.Diagnostics.Append(r.CheckTemplateImpact(ctx, plan.ID.ValueString(), gives)...)
	}
	if r.Data != nil && plumbing.IsSet(plan.ID) && r.PlanTemplate(plan.ID.ValueString(), gives, known) {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Role Template Planned Too Late",
			fmt.Sprintf("A group or another template that uses %s was planned before this change was known, so the plan does not show the access of its members. "+
				"Refer to this resource there, as in role_template = iam_role_template.name.id, instead of repeating the id.", plan.ID.ValueString()))
	}
}

// planAccess evaluates the planned levels; known is false while the levels or
// the base are unknown.
func (r *roleTemplateResource) planAccess(ctx context.Context, plan customTemplateModel, diags *diag.Diagnostics) (gives access.Access, known bool) {
	own, known := plumbing.Levels(plan.Access)
	if !known || plan.BasedOn.IsUnknown() {
		return gives, false
	}
	if plan.BasedOn.IsNull() {
		return access.ExpandOn(gives, own), true
	}
	if r.Data == nil || r.Client == nil {
		return gives, false
	}
	tenant, err := r.Templates(ctx)
	if err != nil {
		diags.Append(plumbing.Unable("read", "role templates", "of the tenant", err))
		return gives, false
	}
	id := plan.BasedOn.ValueString()
	base, found, known := r.TemplateAccess(id, tenant)
	if !found {
		diags.AddAttributeError(path.Root("based_on"), "Unknown Role Template",
			fmt.Sprintf("The tenant has no role template %q. Use one that the data source iam_role_templates lists. If this configuration creates it, refer to the id of the iam_role_template.", id))
	}
	return access.ExpandOn(base, own), found && known
}

// refused returns the diagnostic of an operation that the API refused.
func refused(verb, object string, err error) diag.Diagnostic {
	if client.IsUnsupported(err) {
		err = fmt.Errorf("%w. Or set the levels in the access of each iam_group", err)
	}
	return plumbing.Unable(verb, "role template", object, err)
}

func (r *roleTemplateResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan customTemplateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.Update) {
		return
	}
	if plumbing.IsSet(plan.ID) {
		// The API replaces an existing template.
		resp.Diagnostics.Append(r.free(ctx, plan.ID.ValueString())...)
	} else {
		plan.ID = types.StringValue(uuid.NewString())
	}
	body := plan.toAPI(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := plan.ID.ValueString()
	defer r.ForgetTemplates()
	_, err := r.Client.PutTemplate(ctx, id, body)
	if err != nil && !answered(err) {
		// The template can exist under the generated id: keep the id.
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
		err = fmt.Errorf("%w. The template may still have been created. Run the same command again: it deletes the template if it exists and creates it again", err)
	}
	if err != nil {
		resp.Diagnostics.Append(refused("create", id, err))
		return
	}
	made, err := r.await(ctx, plan, body)
	if err != nil {
		resp.Diagnostics.Append(plumbing.ReadBackWarning("role template", id, err))
	} else {
		plan.fromAPI(*made)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// free returns an error if a template has the id.
func (r *roleTemplateResource) free(ctx context.Context, id string) (diags diag.Diagnostics) {
	found, err := r.Client.Template(ctx, id)
	switch {
	case err == nil:
		diags.AddAttributeError(path.Root("id"), "Unable to create role template", existsText("role template", "iam_role_template", id, found.Predefined))
	case !client.IsNotFound(err):
		diags.Append(refused("create", id, err))
	}
	return diags
}

// answered reports whether the API answered that it did nothing.
func answered(err error) bool {
	e, ok := errors.AsType[*client.Error](err)
	return client.IsUnsupported(err) || ok && e.StatusCode < http.StatusInternalServerError
}

// await reads the template after the API shows what was written, also in the
// list of templates that groups use.
func (r *roleTemplateResource) await(ctx context.Context, plan customTemplateModel, body api.TemplateUpdate) (*api.TemplateDefinition, error) {
	id := plan.ID.ValueString()
	written, err := client.WaitFor(ctx,
		func(ctx context.Context) (*api.TemplateDefinition, error) { return r.Client.Template(ctx, id) },
		func(t api.TemplateDefinition) bool {
			return sameTemplate(t, body) && plumbing.LevelMap(t.Levels().Map(), false).Equal(plan.EffectiveAccess)
		})
	if err != nil {
		return nil, err
	}
	_, err = client.WaitFor(ctx,
		func(ctx context.Context) (*[]api.Template, error) {
			list, err := r.Client.Templates(ctx)
			return &list, err
		},
		func(list []api.Template) bool {
			return slices.ContainsFunc(list, func(t api.Template) bool { return t.ID == id && t.Levels() == written.Levels() })
		})
	return written, err
}

func (r *roleTemplateResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state customTemplateModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	id := state.ID.ValueString()
	template, err := r.Client.Template(ctx, id)
	switch {
	case client.IsNotFound(err):
		resp.Diagnostics.Append(plumbing.GoneWarning("Role Template", id))
		resp.State.RemoveResource(ctx)
	case err != nil:
		resp.Diagnostics.Append(refused("read", id, err))
	default:
		state.fromAPI(*template)
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

func (r *roleTemplateResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan customTemplateModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	body := plan.toAPI(ctx, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	// Every member is managed, so no present value must be kept.
	id := plan.ID.ValueString()
	defer r.ForgetTemplates()
	created, err := r.Client.PutTemplate(ctx, id, body)
	var written *api.TemplateDefinition
	if err == nil {
		written, err = r.await(ctx, plan, body)
	}
	if err != nil {
		resp.Diagnostics.Append(refused("update", id, err))
		return
	}
	if created {
		resp.Diagnostics.AddWarning("Role Template Created Again", fmt.Sprintf("Role template %s was deleted by someone else during the apply and was created again. If the deletion was intended, remove it from the configuration.", id))
	}
	plan.fromAPI(*written)
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *roleTemplateResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state customTemplateModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	id := state.ID.ValueString()
	planned, diags := plumbing.SavedUses(ctx, req.Private)
	if resp.Diagnostics.Append(diags...); resp.Diagnostics.HasError() {
		return
	}
	defer r.ForgetTemplates()
	err := r.RetryWhileInUse(ctx, func(ctx context.Context) error { return r.delete(ctx, id, planned) }, client.IsBadRequest)
	if err == nil {
		err = awaitGone(ctx, func(ctx context.Context) error { _, err := r.Client.Template(ctx, id); return err })
	}
	if client.IsBadRequest(err) {
		err = fmt.Errorf("%w. First set another template in everything that uses this one and apply, then destroy it. "+
			"To replace it, set lifecycle { create_before_destroy = true } and give the new one another id", err)
	}
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(refused("delete", id, err))
	}
}

// ImportState accepts the id of a template.
func (r *roleTemplateResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	id, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	if _, ok := access.TemplateByID(id); ok {
		resp.Diagnostics.AddError("Unable to import role template", predefinedText("role template", "iam_role_template", id))
		return
	}
	if _, err := r.Client.Template(ctx, id); err != nil {
		resp.Diagnostics.Append(refused("import", id, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("id"), id)...)
}
