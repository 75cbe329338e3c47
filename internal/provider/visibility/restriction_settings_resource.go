package visibility

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure   = (*restrictionSettingsResource)(nil)
	_ resource.ResourceWithIdentity    = (*restrictionSettingsResource)(nil)
	_ resource.ResourceWithImportState = (*restrictionSettingsResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*restrictionSettingsResource)(nil)
)

type restrictionSettingsResource struct {
	plumbing.IdentifiedResource
}

// restrictionSettingsType is shared by the resource and its list resource.
var restrictionSettingsType = plumbing.NewIdentifiedResource("restriction_settings", plumbing.Key{Name: "id", About: "The tenant."}).Keyed(restrictionSettingsKey)

// NewRestrictionSettingsResource returns iam_restriction_settings.
func NewRestrictionSettingsResource() resource.Resource {
	return &restrictionSettingsResource{restrictionSettingsType}
}

// restrictionSettingsModel is the state of iam_restriction_settings.
type restrictionSettingsModel struct {
	ID            types.String `tfsdk:"id"`
	SyncWithSites types.Bool   `tfsdk:"sync_with_sites"`
	Values        types.Set    `tfsdk:"values"`
	ExternalSites types.Bool   `tfsdk:"external_sites"`
}

func (r *restrictionSettingsResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The restriction settings of the tenant: whether the allowed values are the codes of its sites, and the list of values. One per tenant; arguments that are left out are not managed. " +
			"Authoritative for the list if `values` is set; to manage single values, use `iam_restriction` instead. Do not use both.\n\n" +
			"While restrictions are tied to the sites, every value of the list must be the code of a site, and the API refuses to delete a site that is on the list. Destroying an `iam_site` removes its code from the list, unless this resource still lists it. Make this resource refer to the sites, as in `values = [iam_site.de.code]` or `depends_on`, and groups to this resource. Terraform then destroys them in reverse order.\n\n" +
			"Destroying the resource unties restrictions from the sites if it tied them. The list stays, so that no group loses a value that it is restricted to; a warning names the remaining values. To empty the list, first apply `values = []`.\n\n" + otherOwner,
		Attributes: map[string]schema.Attribute{
			"sync_with_sites": schema.BoolAttribute{
				MarkdownDescription: "Whether the codes of the tenant's sites, including inactive ones, are the allowed values, instead of the list. Not managed if left out; in a new tenant it is off.",
				Optional:            true,
			},
			"values": schema.SetAttribute{
				MarkdownDescription: "The complete list of values to which groups can be restricted: texts without white space, `#` or `--`. Not managed if left out. Groups that hold a removed value keep it.",
				ElementType:         types.StringType,
				Optional:            true,
				Validators:          []validator.Set{setvalidator.ValueStringsAre(plumbing.ValidRestriction())},
			},
			"external_sites": schema.BoolAttribute{
				MarkdownDescription: "Whether something other than `iam_site` creates sites of `values` in the same apply, such as resources of the platform's own provider: refer to them, as in `values = [emporix_site.de.code]`, and let groups refer to this resource. " +
					"Values that are not sites yet are then warnings instead of errors.",
				Optional: true,
			},
			"id": schema.StringAttribute{
				MarkdownDescription: "The tenant.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

// ModifyPlan returns errors for new values that must be sites and are not.
func (r *restrictionSettingsResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	var plan, state restrictionSettingsModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if state.SyncWithSites.ValueBool() { // which Delete unties
			r.PlanSiteSync(plumbing.PlanSetting(false, true))
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	if r.Data != nil && !plan.Values.IsNull() {
		resp.Diagnostics.Append(r.Keys.HoldList(restrictionList, restrictionListName, key.Claim, true, path.Root("values"))...)
	}
	r.announce(plan)
	if state.Values.IsNull() && r.Client != nil && !plan.Values.IsNull() && plumbing.FullyKnown(plan.Values) {
		r.warnOfRemovals(ctx, plan, &resp.Diagnostics)
	}
	if !req.State.Raw.IsNull() && r.Client != nil {
		r.planKept(ctx, plan, state, &resp.Diagnostics)
	}
	if plan.SyncWithSites.IsUnknown() {
		return
	}
	tied := plan.SyncWithSites.ValueBool() && !state.SyncWithSites.ValueBool()
	added := map[string]path.Path{}
	for _, v := range plumbing.Strings(plan.Values) {
		if tied || !slices.Contains(plumbing.Strings(state.Values), v) || r.Data != nil && r.Uses.Removed(plumbing.Object{Kind: plumbing.KindSite, ID: v}) {
			added[v] = path.Root("values").AtSetValue(types.StringValue(v))
		}
	}
	resp.Diagnostics.Append(checkSites(ctx, r.Data, added, plan.ExternalSites.ValueBool())...)
}

// warnOfRemovals names the values that the apply removes from a list that was
// not managed until now: they are in no state, so the diff does not show them.
func (r *restrictionSettingsResource) warnOfRemovals(ctx context.Context, plan restrictionSettingsModel, diags *diag.Diagnostics) {
	present, _, err := plumbing.Setting[[]string](ctx, r.Client, api.SettingRestrictions)
	if client.IsForbidden(err) {
		return // a key that can write the list can read it: the apply reports the error
	}
	if err != nil {
		diags.Append(plumbing.UnableAt(path.Root("values"), "read", "restrictions", "of the tenant", err))
		return
	}
	stays := plumbing.Strings(plan.Values)
	leaving := slices.DeleteFunc(slices.Compact(slices.Sorted(slices.Values(present))), func(v string) bool { return slices.Contains(stays, v) })
	if len(leaving) > 0 {
		diags.AddAttributeWarning(path.Root("values"), "Restriction Values Will Be Removed",
			fmt.Sprintf("The apply removes values from the tenant's list that are not listed here: %s. List them to keep them, or use iam_restriction, which leaves other values alone.", strings.Join(leaving, ", ")))
	}
}

// announce records the planned settings for checks of resources that are
// planned later.
func (r *restrictionSettingsResource) announce(plan restrictionSettingsModel) {
	if !plan.SyncWithSites.IsNull() {
		r.PlanSiteSync(plumbing.PlanSetting(plan.SyncWithSites.ValueBool(), !plan.SyncWithSites.IsUnknown()))
	}
	if !plan.Values.IsNull() {
		r.PlanRestrictionValues(plumbing.PlanSetting(plumbing.Strings(plan.Values), plumbing.FullyKnown(plan.Values)))
	}
}

func (r *restrictionSettingsResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan restrictionSettingsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	plan.ID = types.StringValue(r.Client.Tenant())
	if err := r.write(ctx, plan); err != nil {
		resp.Diagnostics.Append(plumbing.Unable("create", "restriction settings", "of tenant "+r.Client.Tenant(), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// write sets what is managed. It unties the sites before it writes the list and
// ties them afterwards, because the tie forbids values that are not sites.
func (r *restrictionSettingsResource) write(ctx context.Context, m restrictionSettingsModel) error {
	if !m.SyncWithSites.IsNull() && !m.SyncWithSites.ValueBool() {
		if err := r.tie(ctx, false); err != nil {
			return err
		}
	}
	if !m.Values.IsNull() {
		wanted := plumbing.Strings(m.Values)
		slices.Sort(wanted)
		err := plumbing.ChangeSetting(ctx, r.Client, api.SettingRestrictions, func(present []string, _ bool) ([]string, bool, error) {
			return append([]string{}, wanted...), !sameTexts(present, wanted), nil
		})
		if err != nil {
			return err
		}
	}
	if m.SyncWithSites.ValueBool() {
		return r.tie(ctx, true)
	}
	return nil
}

// tie sets whether restrictions are tied to the sites.
func (r *restrictionSettingsResource) tie(ctx context.Context, on bool) error {
	return plumbing.ChangeSetting(ctx, r.Client, api.SettingSiteSync, func(present, _ bool) (bool, bool, error) { return on, present != on, nil })
}

// sameTexts compares texts as sets.
func sameTexts(a, b []string) bool {
	distinct := func(texts []string) []string { return slices.Compact(slices.Sorted(slices.Values(texts))) }
	return slices.Equal(distinct(a), distinct(b))
}

func (r *restrictionSettingsResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state restrictionSettingsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	err := r.read(ctx, &state)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "restriction settings", "of tenant "+r.Client.Tenant(), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// read sets the managed attributes from the tenant. A missing item was never
// set.
func (r *restrictionSettingsResource) read(ctx context.Context, m *restrictionSettingsModel) error {
	if !m.SyncWithSites.IsNull() {
		on, _, err := plumbing.Setting[bool](ctx, r.Client, api.SettingSiteSync)
		if err != nil {
			return err
		}
		m.SyncWithSites = types.BoolValue(on)
	}
	if !m.Values.IsNull() {
		values, _, err := plumbing.Setting[[]string](ctx, r.Client, api.SettingRestrictions)
		if err != nil {
			return err
		}
		slices.Sort(values)
		m.Values = plumbing.StringSet(slices.Compact(values), m.Values)
	}
	return nil
}

func (r *restrictionSettingsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan restrictionSettingsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	if err := r.write(ctx, plan); err != nil {
		resp.Diagnostics.Append(plumbing.Unable("update", "restriction settings", "of tenant "+r.Client.Tenant(), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *restrictionSettingsResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state restrictionSettingsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	if state.SyncWithSites.ValueBool() {
		if err := r.tie(ctx, false); err != nil {
			resp.Diagnostics.Append(plumbing.Unable("delete", "restriction settings", "of tenant "+r.Client.Tenant(), err))
			return
		}
	}
	if values := plumbing.Strings(state.Values); len(values) > 0 {
		slices.Sort(values)
		resp.Diagnostics.AddWarning("Restriction Values Left", fmt.Sprintf(
			"The restriction values %s remain on the tenant's list because groups may still use them. Terraform no longer manages the list. "+
				"To empty it, apply values = [] before the resource is destroyed; to keep managing single values, import them as iam_restriction.", strings.Join(values, ", ")))
	}
}

// ImportState accepts the tenant and imports all of its settings.
func (r *restrictionSettingsResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	tenant := r.Client.Tenant()
	if !strings.EqualFold(key, tenant) {
		resp.Diagnostics.Append(plumbing.Unable("import", "restriction settings", fmt.Sprintf("%q", key),
			fmt.Errorf("the import id must be the tenant, and the provider is configured for %s", tenant)))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, importedSettings(tenant))...)
}

// importedSettings returns the initial state of an import: everything is
// managed and not read yet.
func importedSettings(tenant string) restrictionSettingsModel {
	return restrictionSettingsModel{
		ID: types.StringValue(tenant), SyncWithSites: types.BoolValue(false), Values: types.SetValueMust(types.StringType, nil),
	}
}
