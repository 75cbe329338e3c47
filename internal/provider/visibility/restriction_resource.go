package visibility

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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
	_ resource.ResourceWithConfigure   = (*restrictionResource)(nil)
	_ resource.ResourceWithIdentity    = (*restrictionResource)(nil)
	_ resource.ResourceWithImportState = (*restrictionResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*restrictionResource)(nil)
)

type restrictionResource struct {
	plumbing.IdentifiedResource
}

// restrictionType is shared by the resource and its list resource.
var restrictionType = plumbing.NewIdentifiedResource("restriction", plumbing.Key{Name: "value", About: "The value."}).Keyed(restrictionKey)

// NewRestrictionResource returns iam_restriction.
func NewRestrictionResource() resource.Resource { return &restrictionResource{restrictionType} }

// restrictionModel is the state of iam_restriction.
type restrictionModel struct {
	Value        types.String `tfsdk:"value"`
	ExternalSite types.Bool   `tfsdk:"external_site"`
}

// otherOwner warns that another provider can manage the same setting.
const otherOwner = "The tenant keeps these in its configuration items `restrictions` and `enableSyncBetweenRestrictionsAndSiteCodes`, which `emporix_tenant_configuration` of the platform's own provider (`emporix/emporix`) can also manage: use only one of them."

func (r *restrictionResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "A value in the tenant's list to which groups can be restricted. Additive: other values in the list are left alone. " +
			"To manage the whole list in one configuration, use `values` of `iam_restriction_settings` instead; do not use both.\n\n" +
			"While restrictions are tied to the sites (`sync_with_sites` of `iam_restriction_settings`), the value must be the code of a site: refer to it as `iam_site.name.code`. " +
			"Groups should also refer to the value, so that Terraform creates sites, list and groups in this order and destroys them in reverse. " +
			"Destroying the resource removes the value from the list; groups that hold it keep it, see `stale` of the data source `iam_restrictions`.\n\n" + otherOwner,
		Attributes: map[string]schema.Attribute{
			"value": schema.StringAttribute{
				MarkdownDescription: "The value: any text without white space, `#` or `--`. Case-sensitive. Changing it replaces the restriction.",
				Required:            true,
				Validators:          []validator.String{plumbing.ValidRestriction()},
				PlanModifiers:       []planmodifier.String{stringplanmodifier.RequiresReplace()},
			},
			"external_site": schema.BoolAttribute{
				MarkdownDescription: "Whether something other than `iam_site` creates the site of this code in the same apply, such as a resource of the platform's own provider: refer to that resource. " +
					"While restrictions are tied to the sites, a code that is not a site yet is then a warning instead of an error.",
				Optional: true,
			},
		},
	}
}

// ModifyPlan announces the value to the checks of groups, and returns an error
// for a new value that must be a site and is not. It names the groups that hold
// a removed value.
func (r *restrictionResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	key := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, key, req, resp)
	var plan, state restrictionModel
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
		if v := state.Value.ValueString(); r.Data != nil && r.Client != nil && !resp.Diagnostics.HasError() {
			r.Uses.NoteRemoval(plumbing.Object{Kind: plumbing.KindRestriction, ID: v})
			resp.Diagnostics.Append(warnOfHolders(ctx, r.Data, []string{v}, "destroy of restriction "+v)...)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() || !plumbing.IsSet(plan.Value) {
		return
	}
	if r.Data != nil {
		resp.Diagnostics.Append(r.Keys.HoldList(restrictionList, restrictionListName, key.Claim, false, path.Root("value"))...)
	}
	r.NotePlanned(plumbing.Object{Kind: plumbing.KindRestriction, ID: plan.Value.ValueString()})
	if r.Data != nil {
		r.Uses.NoteKept(plumbing.Object{Kind: plumbing.KindRestriction, ID: plan.Value.ValueString()})
	}
	site := plumbing.Object{Kind: plumbing.KindSite, ID: plan.Value.ValueString()}
	if plan.Value.Equal(state.Value) && (r.Data == nil || !r.Uses.Removed(site)) {
		return
	}
	resp.Diagnostics.Append(checkSites(ctx, r.Data, map[string]path.Path{plan.Value.ValueString(): path.Root("value")}, plan.ExternalSite.ValueBool())...)
}

func (r *restrictionResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan restrictionModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.Update) {
		return
	}
	v := plan.Value.ValueString()
	err := plumbing.ChangeSetting(ctx, r.Client, api.SettingRestrictions, func(values []string, mine bool) ([]string, bool, error) {
		switch there := slices.Contains(values, v); {
		case there && mine:
			return nil, false, nil
		case there:
			return nil, false, errors.New(strings.TrimSuffix(plumbing.ExistsText("restriction "+v, "iam_restriction", v), "."))
		}
		return append(values, v), true, nil
	})
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("value"), "create", "restriction", v, err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

func (r *restrictionResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state restrictionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	v := state.Value.ValueString()
	values, err := plumbing.ReadSetting[[]string](ctx, r.Client, "iam_restriction "+v, api.SettingRestrictions)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "restriction", v, err))
		return
	}
	if !slices.Contains(values, v) {
		resp.Diagnostics.Append(plumbing.GoneWarning("Restriction", v))
		resp.State.RemoveResource(ctx)
	}
}

// Update stores arguments that only affect plans; changing the value replaces
// the resource.
func (r *restrictionResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	resp.State.Raw = req.Plan.Raw
}

func (r *restrictionResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state restrictionModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	v := state.Value.ValueString()
	err := unlist(ctx, r.Client, v)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("delete", "restriction", v, err))
	}
}

// ImportState accepts the value.
func (r *restrictionResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	v, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	values, _, err := plumbing.Setting[[]string](ctx, r.Client, api.SettingRestrictions)
	if err == nil && !slices.Contains(values, v) {
		err = &client.NotFoundError{What: "such value in the tenant's list"}
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "restriction", fmt.Sprintf("%q", v), err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("value"), v)...)
}
