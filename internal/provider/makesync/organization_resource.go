package makesync

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure   = (*organizationResource)(nil)
	_ resource.ResourceWithIdentity    = (*organizationResource)(nil)
	_ resource.ResourceWithImportState = (*organizationResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*organizationResource)(nil)
)

type organizationResource struct {
	plumbing.IdentifiedResource
}

// organizationType is shared by the resource and its list resource.
var organizationType = plumbing.NewIdentifiedResource("make_organization", plumbing.Key{Name: plumbing.KeyTenant, About: "The tenant."}).Keyed(organizationKey)

// organizationKey: a tenant has one organization.
var organizationKey = plumbing.NaturalKey{
	Thing: "Make organization", Label: "organization_id",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		_, err := d.Client.MakeOrganization(ctx)
		if client.IsNotFound(err) {
			return nil, nil
		}
		return map[string]bool{plumbing.KeyTenant: false}, err
	},
	Model: func(ctx context.Context, d *plumbing.Data, _ string, _ *diag.Diagnostics) (any, error) {
		o, err := d.Client.MakeOrganization(ctx)
		if err != nil {
			return nil, err
		}
		var m organizationModel
		m.fromAPI(*o)
		return m, nil
	},
	Silent: []string{"api_key_wo_version"},
}

// NewMakeOrganizationResource returns iam_make_organization.
func NewMakeOrganizationResource() resource.Resource { return &organizationResource{organizationType} }

// organizationModel is the state of iam_make_organization.
type organizationModel struct {
	OrganizationID  types.String `tfsdk:"organization_id"`
	Sync            types.Bool   `tfsdk:"sync"`
	PruneStale      types.Bool   `tfsdk:"prune_stale"`
	APIURL          types.String `tfsdk:"api_url"`
	APIKeyWO        types.String `tfsdk:"api_key_wo"` // null except in the configuration
	APIKeyWOVersion types.Int64  `tfsdk:"api_key_wo_version"`
}

func (r *organizationResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The tenant's Make organization, and the sync of users with it. One per tenant.\n\n" +
			"A user is eligible for Make in a group that carries one of the access controls `make-scenario-editor` (`integromat.scenario_edit`) or `make-app-developer` (`integromat.app_developer`), " +
			"as `oe-editor`, `oe-manager` and `oe-admin` do, or an access control of your own with one of these scopes. The sync makes such users members of the organization, with the role Member, and sends an e-mail, " +
			"then and whenever their groups change. It continues in the background, after the apply if necessary, until Make has accepted every change: `iam_make_members` shows its progress.\n\n" +
			"A user who loses the roles, is locked or leaves the tenant keeps access to Make and shows as stale, in `iam_make_members` and among the findings of `iam_access_review`, unless `prune_stale` is set.\n\n" +
			"Destroying the resource ends the sync and leaves members in Make. Needs the reference backend: the public API has no Make organizations.",
		Attributes: map[string]schema.Attribute{
			"organization_id": schema.StringAttribute{
				MarkdownDescription: "Id of the organization in Make, such as `12345`: 1 to 66 letters, digits, dots, hyphens and underscores. Changing it restarts the sync; members of the previous organization stay there.",
				Required:            true,
				Validators:          []validator.String{plumbing.ValidID()},
			},
			"sync": schema.BoolAttribute{
				MarkdownDescription: "Whether the sync runs. Defaults to `true`. Turning it on checks every user.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(true),
			},
			"prune_stale": schema.BoolAttribute{
				MarkdownDescription: "Whether the sync removes members who have lost the roles from the organization; defaults to `false`. It removes only members that it knows and whose role in Make is Member.",
				Optional:            true,
				Computed:            true,
				Default:             booldefault.StaticBool(false),
			},
			"api_url": schema.StringAttribute{
				MarkdownDescription: "URL of the Make zone that has the organization, such as `https://eu1.make.com`. Defaults to the reference Make inside the backend. Requires `api_key_wo` when it is set or changed; an imported organization keeps the key that the API has.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty(), validAddress{}},
			},
			"api_key_wo": schema.StringAttribute{
				MarkdownDescription: "Key of that Make API, with permission to read and change the organization's users. Write-only: it is not stored in state or plan, and can come from an ephemeral value (Terraform 1.11 or OpenTofu 1.11). Requires `api_url` and `api_key_wo_version`.",
				Optional:            true,
				Sensitive:           true,
				WriteOnly:           true,
				Validators:          []validator.String{plumbing.NotEmpty(), stringvalidator.AlsoRequires(path.MatchRoot("api_url"), path.MatchRoot("api_key_wo_version"))},
			},
			"api_key_wo_version": schema.Int64Attribute{
				MarkdownDescription: "Version of `api_key_wo`, such as `1`. Change it (or `api_url`) to send the key again. The API never returns the key, so Terraform does not detect changes made elsewhere.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.AlsoRequires(path.MatchRoot("api_key_wo"))},
			},
		},
	}
}

// validAddress accepts the URL of a Make zone as the backend stores it.
type validAddress struct{}

func (validAddress) Description(context.Context) string {
	return "must be an address such as https://eu1.make.com"
}

func (v validAddress) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v validAddress) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	text := req.ConfigValue.ValueString()
	if !plumbing.IsSet(req.ConfigValue) || text == "" { // another validator refuses the empty string
		return
	}
	if !strings.HasPrefix(text, "https://") && !strings.HasPrefix(text, "http://") || strings.HasSuffix(text, "/") || strings.ContainsAny(text, "?#@ ") {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Address", fmt.Sprintf("%q %s, without a trailing slash.", text, v.Description(ctx)))
	}
}

// toAPI omits the key: the API keeps the one that it has.
func (m *organizationModel) toAPI() api.MakeOrganizationUpdate {
	return api.MakeOrganizationUpdate{
		OrganizationID: m.OrganizationID.ValueString(), Sync: m.Sync.ValueBool(), PruneStale: m.PruneStale.ValueBool(),
		APIURL: m.APIURL.ValueString(),
	}
}

// fromAPI sets the attributes that the API returns. Without a key the version
// is null, so the next plan sends a key again.
func (m *organizationModel) fromAPI(o api.MakeOrganization) {
	m.OrganizationID = types.StringValue(o.OrganizationID)
	m.Sync, m.PruneStale = types.BoolValue(o.Sync), types.BoolValue(o.PruneStale)
	m.APIURL = plumbing.StringOrNull(o.APIURL)
	if !o.HasAPIKey {
		m.APIKeyWOVersion = types.Int64Null()
	}
}

// organizationStep returns the change of a plan for the guardrails. A nil plan
// is a destroy.
func organizationStep(plan, _ *organizationModel) func(*access.Tenant) {
	return func(t *access.Tenant) {
		switch {
		case plan == nil:
			t.RemoveMake()
		case plumbing.IsSet(plan.OrganizationID) && plumbing.IsSet(plan.Sync) && plumbing.IsSet(plan.PruneStale):
			t.SetMake(plan.OrganizationID.ValueString(), plan.Sync.ValueBool(), plan.PruneStale.ValueBool())
		}
	}
}

// ModifyPlan reports an API without Make organizations, and a missing key,
// before anything is applied.
func (r *organizationResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	natural := r.PlanKey(ctx, req, resp)
	defer r.PlanAdoption(ctx, natural, req, resp)
	resp.Diagnostics.Append(plumbing.CheckPlanImpact(ctx, r.Data, req.Plan, req.State, organizationStep)...)
	if req.Plan.Raw.IsNull() {
		return
	}
	var key, planned, present types.String
	resp.Diagnostics.Append(req.Config.GetAttribute(ctx, path.Root("api_key_wo"), &key)...)
	resp.Diagnostics.Append(req.Plan.GetAttribute(ctx, path.Root("api_url"), &planned)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.GetAttribute(ctx, path.Root("api_url"), &present)...)
	}
	if key.IsNull() && !planned.IsUnknown() { // unknown values are planned again in the apply
		resp.Diagnostics.Append(lacksKey(planned, present)...)
	}
	if r.Data == nil || r.Client == nil || !req.State.Raw.IsNull() {
		return
	}
	if err := r.Client.CheckMake(ctx); err != nil {
		resp.Diagnostics.Append(plumbing.Unable("plan", "Make organization", "to sync with", err))
	}
}

func (r *organizationResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan organizationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.Adopt(ctx, req, resp, r.Update) {
		return
	}
	defer r.Client.Lock("make organization", "")()
	id := plan.OrganizationID.ValueString()
	present, err := r.Client.MakeOrganization(ctx)
	switch {
	case err == nil:
		resp.Diagnostics.AddAttributeError(path.Root("organization_id"), "Unable to create Make organization",
			plumbing.ExistsText("Make organization "+present.OrganizationID, "iam_make_organization", present.OrganizationID))
		return
	case !client.IsNotFound(err):
		resp.Diagnostics.Append(plumbing.Unable("create", "Make organization", id, err))
		return
	}
	r.write(ctx, "create", plan.toAPI(), configuredKey(ctx, req.Config, &resp.Diagnostics), &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

// lacksKey returns an error if a new address has no key.
func lacksKey(planned, present types.String) (diags diag.Diagnostics) {
	if !planned.IsNull() && !planned.Equal(present) {
		diags.AddAttributeError(path.Root("api_key_wo"), "Missing API Key", fmt.Sprintf("The sync cannot use %s without a key of that Make API. Set api_key_wo and api_key_wo_version: "+
			"a key is required when api_url is set or changed. If an organization already syncs with this address, import it instead; it keeps its key.", planned.ValueString()))
	}
	return diags
}

// configuredKey returns the key, which is only in the configuration.
func configuredKey(ctx context.Context, config tfsdk.Config, diags *diag.Diagnostics) string {
	var key types.String
	diags.Append(config.GetAttribute(ctx, path.Root("api_key_wo"), &key)...)
	return key.ValueString()
}

// write creates or updates the organization, with the key unless it is empty,
// and waits until the API shows it.
func (r *organizationResource) write(ctx context.Context, verb string, wanted api.MakeOrganizationUpdate, key string, diags *diag.Diagnostics) {
	if diags.HasError() {
		return
	}
	wanted.APIKey = key
	_, err := r.Client.PutMakeOrganization(ctx, wanted)
	if err == nil {
		_, err = client.WaitFor(ctx, r.Client.MakeOrganization, func(o api.MakeOrganization) bool {
			return o.OrganizationID == wanted.OrganizationID && o.Sync == wanted.Sync && o.PruneStale == wanted.PruneStale && o.APIURL == wanted.APIURL
		})
	}
	if err != nil {
		diags.Append(plumbing.Unable(verb, "Make organization", wanted.OrganizationID, err))
	}
}

func (r *organizationResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state organizationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	id := state.OrganizationID.ValueString()
	o, err := r.Client.MakeOrganization(ctx)
	if client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.GoneWarning("Make organization", id))
		resp.State.RemoveResource(ctx)
		return
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("read", "Make organization", id, err))
		return
	}
	state.fromAPI(*o)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

func (r *organizationResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan, state organizationModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	key := ""
	if !plan.APIKeyWOVersion.Equal(state.APIKeyWOVersion) || !plan.APIURL.Equal(state.APIURL) {
		key = configuredKey(ctx, req.Config, &resp.Diagnostics)
	}
	defer r.Client.Lock("make organization", "")()
	r.write(ctx, "update", plan.toAPI(), key, &resp.Diagnostics)
	if !resp.Diagnostics.HasError() {
		resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
	}
}

func (r *organizationResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state organizationModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	err := r.Client.DeleteMakeOrganization(ctx)
	if err != nil && !client.IsNotFound(err) {
		resp.Diagnostics.Append(plumbing.Unable("delete", "Make organization", state.OrganizationID.ValueString(), err))
	}
}

// ImportState accepts the id of the organization or the tenant.
func (r *organizationResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	o, err := r.Client.MakeOrganization(ctx)
	if err == nil && key != o.OrganizationID && !strings.EqualFold(key, r.Client.Tenant()) {
		err = fmt.Errorf("the tenant's Make organization is %s: import by that id", o.OrganizationID)
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("import", "Make organization", key, err))
		return
	}
	resp.Diagnostics.Append(resp.State.SetAttribute(ctx, path.Root("organization_id"), o.OrganizationID)...)
}
