package directory

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

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ resource.ResourceWithConfigure   = (*companyDomainsResource)(nil)
	_ resource.ResourceWithIdentity    = (*companyDomainsResource)(nil)
	_ resource.ResourceWithImportState = (*companyDomainsResource)(nil)
	_ resource.ResourceWithModifyPlan  = (*companyDomainsResource)(nil)
)

type companyDomainsResource struct {
	plumbing.IdentifiedResource
}

// companyDomainsType is shared by the resource and its list resource.
var companyDomainsType = plumbing.NewIdentifiedResource("company_domains", plumbing.Key{Name: "id", About: "The tenant."}).Keyed(companyDomainsKey)

// NewCompanyDomainsResource returns iam_company_domains.
func NewCompanyDomainsResource() resource.Resource {
	return &companyDomainsResource{companyDomainsType}
}

// companyDomainsModel is the state of iam_company_domains.
type companyDomainsModel struct {
	ID      types.String `tfsdk:"id"`
	Domains types.Set    `tfsdk:"domains"`
}

func (r *companyDomainsResource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The e-mail domains of the company: only people with an address of one of them can be invited to the tenant, as users or to the team. One per tenant, authoritative for the list. Without it, every address can be invited.\n\n" +
			"Plans refuse `iam_user`, rows of `iam_users_csv` and `iam_team_member` that would invite another address. Users and members who are in the tenant already stay as they are; a plan that changes the domains names those outside. " +
			"If one configuration adds a domain and invites people from it, use `depends_on` in the users, so that the domain is added first.\n\n" +
			"The domains are the setting `company_email_domains` of the tenant, which the reference backend enforces. The public API may store it without enforcing it; there, only the plans of this provider check addresses.\n\n" +
			"Destroying the resource empties the list, and every address can be invited again; the plan warns of it.",
		Attributes: map[string]schema.Attribute{
			"domains": schema.SetAttribute{
				MarkdownDescription: "The domains, such as `example.com`: what follows the `@` of an address. A domain does not include its subdomains. Case has no effect, and an internationalized domain is the same as its encoded form (`xn--…`).",
				ElementType:         types.StringType,
				Required:            true,
				Validators: []validator.Set{
					plumbing.NotEmptySet("To allow every address, remove the resource. "),
					setvalidator.ValueStringsAre(plumbing.ValidEmailDomain()),
					distinctDomains{},
				},
				PlanModifiers: []planmodifier.Set{sameDomains{}},
			},
			"id": schema.StringAttribute{
				MarkdownDescription: "The tenant.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
		},
	}
}

// distinctDomains refuses a set that has a domain in two spellings.
type distinctDomains struct{}

func (distinctDomains) Description(context.Context) string {
	return "must not have a domain in two spellings"
}

func (v distinctDomains) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (distinctDomains) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	domains := plumbing.Strings(req.ConfigValue)
	slices.Sort(domains)
	if d := access.RepeatedDomain(domains); d != "" {
		resp.Diagnostics.AddAttributeError(req.Path.AtSetValue(types.StringValue(d)), "Duplicate E-Mail Domain",
			fmt.Sprintf("%q is the same domain as another one of the set, in another spelling. Remove one of them.", d))
	}
}

// sameDomains keeps the domains in the state if the configuration spells them
// differently.
type sameDomains struct{}

func (sameDomains) Description(context.Context) string {
	return "Differences in spelling have no effect."
}

func (m sameDomains) MarkdownDescription(ctx context.Context) string { return m.Description(ctx) }

func (sameDomains) PlanModifySet(_ context.Context, req planmodifier.SetRequest, resp *planmodifier.SetResponse) {
	if plumbing.FullyKnown(req.PlanValue) && !req.StateValue.IsNull() && access.SameDomains(plumbing.Strings(req.PlanValue), plumbing.Strings(req.StateValue)) {
		resp.PlanValue = req.StateValue
	}
}

// ModifyPlan announces the domains to resources that are planned later, refuses those
// that people planned so far are not of, and says whom a change concerns.
func (r *companyDomainsResource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	r.PlanKey(ctx, req, resp)
	if req.Plan.Raw.IsNull() {
		resp.Diagnostics.AddWarning("Every Address Can Be Invited",
			"Destroying the resource empties the tenant's list of company e-mail domains. From then on, people with any e-mail address can be invited to the tenant and its team.")
		return
	}
	var plan, state companyDomainsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	}
	if resp.Diagnostics.HasError() || r.Data == nil {
		return
	}
	known := plumbing.FullyKnown(plan.Domains)
	domains := plumbing.Strings(plan.Domains)
	slices.Sort(domains)
	r.PlanCompanyDomains(plumbing.PlanSetting(domains, known))
	if !known {
		return
	}
	at := path.Root("domains")
	if outside := outsideOf(r.PlannedInvitations(), domains); len(outside) > 0 {
		resp.Diagnostics.AddAttributeError(at, "Not A Company Address",
			fmt.Sprintf("The plan invites people outside these domains: %s. Add their domains, or remove them from the configuration.", plumbing.JoinNames(outside)))
	}
	if r.Client == nil || plan.Domains.Equal(state.Domains) {
		return
	}
	if req.State.Raw.IsNull() {
		r.warnOfRemovals(ctx, domains, &resp.Diagnostics)
	}
	r.warnOfPeople(ctx, domains, &resp.Diagnostics)
}

// outsideOf returns the e-mail addresses that are of none of the domains.
func outsideOf(emails, domains []string) []string {
	return slices.DeleteFunc(emails, func(email string) bool { return access.CheckEmailDomain(email, domains) == nil })
}

// warnOfRemovals names the domains that the apply removes from a list that was not
// managed until now: they are in no state, so the diff does not show them.
func (r *companyDomainsResource) warnOfRemovals(ctx context.Context, domains []string, diags *diag.Diagnostics) {
	present, _, err := plumbing.Setting[[]string](ctx, r.Client, api.SettingEmailDomains)
	if client.IsForbidden(err) {
		return // a key that can write the list can read it: the apply reports the error
	}
	if err != nil {
		diags.Append(plumbing.UnableAt(path.Root("domains"), "read", "company domains", "of the tenant", err))
		return
	}
	if removed := access.OtherDomains(present, domains); len(removed) > 0 {
		diags.AddAttributeWarning(path.Root("domains"), "Company Domains Will Be Removed",
			fmt.Sprintf("The apply removes domains from the tenant's list that are not listed here: %s. List them to keep inviting people from them.", strings.Join(removed, ", ")))
	}
}

// warnOfPeople names the users and team members outside the domains. They are not
// named if the API does not show them.
func (r *companyDomainsResource) warnOfPeople(ctx context.Context, domains []string, diags *diag.Diagnostics) {
	users, err := r.Client.Users(ctx)
	if err != nil && !client.IsForbidden(err) {
		diags.Append(plumbing.Unable("read", "users", "of the tenant", err))
		return
	}
	members, err := r.Client.TeamMembers(ctx)
	if err != nil && !client.IsForbidden(err) && !client.IsUnsupported(err) {
		diags.Append(plumbing.Unable("read", "team members", "of the tenant", err))
		return
	}
	var emails []string
	for _, u := range users {
		emails = append(emails, strings.ToLower(u.ContactEmail))
	}
	for _, m := range members {
		emails = append(emails, strings.ToLower(m.Email))
	}
	slices.Sort(emails)
	if outside := outsideOf(slices.Compact(emails), domains); len(outside) > 0 {
		diags.AddAttributeWarning(path.Root("domains"), "People Outside The Company Domains",
			fmt.Sprintf("These users and team members have addresses outside the domains: %s. They keep their access; once they are removed, they cannot be invited again.", plumbing.JoinNames(outside)))
	}
}

func (r *companyDomainsResource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	defer r.IdentifyCreated(resp)
	var plan companyDomainsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	plan.ID = types.StringValue(r.Client.Tenant())
	if err := r.write(ctx, plumbing.Strings(plan.Domains)); err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("domains"), "create", "company domains", "of tenant "+r.Client.Tenant(), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// write sets the tenant's list, unless it has the same domains.
func (r *companyDomainsResource) write(ctx context.Context, domains []string) error {
	domains = append([]string{}, domains...)
	slices.Sort(domains)
	return plumbing.ChangeSetting(ctx, r.Client, api.SettingEmailDomains, func(present []string, _ bool) ([]string, bool, error) {
		return domains, !access.SameDomains(present, domains), nil
	})
}

func (r *companyDomainsResource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	defer r.IdentifyRead(ctx, req, resp)
	var state companyDomainsModel
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() || !r.ReadyToRead(&resp.Diagnostics) {
		return
	}
	present, _, err := plumbing.Setting[[]string](ctx, r.Client, api.SettingEmailDomains)
	switch {
	case err != nil:
		resp.Diagnostics.Append(plumbing.Unable("read", "company domains", "of tenant "+r.Client.Tenant(), err))
	case len(present) == 0:
		resp.Diagnostics.Append(plumbing.GoneWarning("List of company e-mail domains", "of tenant "+r.Client.Tenant()))
		resp.State.RemoveResource(ctx)
	default:
		if !access.SameDomains(present, plumbing.Strings(state.Domains)) {
			slices.Sort(present)
			state.Domains = plumbing.StringSet(slices.Compact(present), state.Domains)
		}
		resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	}
}

func (r *companyDomainsResource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	defer r.IdentifyUpdated(ctx, resp)
	var plan companyDomainsModel
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() || !r.Ready(&resp.Diagnostics) {
		return
	}
	if err := r.write(ctx, plumbing.Strings(plan.Domains)); err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(path.Root("domains"), "update", "company domains", "of tenant "+r.Client.Tenant(), err))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, plan)...)
}

// Delete empties the list. It does not delete the setting, which can be restricted.
func (r *companyDomainsResource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	if !r.Ready(&resp.Diagnostics) || r.SkipDelete(ctx, req, resp) {
		return
	}
	if err := r.write(ctx, nil); err != nil {
		resp.Diagnostics.Append(plumbing.Unable("delete", "company domains", "of tenant "+r.Client.Tenant(), err))
	}
}

// ImportState accepts the tenant.
func (r *companyDomainsResource) ImportState(ctx context.Context, req resource.ImportStateRequest, resp *resource.ImportStateResponse) {
	key, ok := r.ImportID(ctx, req, &resp.Diagnostics)
	if !ok {
		return
	}
	tenant := r.Client.Tenant()
	if !strings.EqualFold(key, tenant) {
		resp.Diagnostics.Append(plumbing.Unable("import", "company domains", fmt.Sprintf("%q", key),
			fmt.Errorf("the import id must be the tenant, and the provider is configured for %s", tenant)))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, companyDomainsModel{ID: types.StringValue(tenant), Domains: types.SetNull(types.StringType)})...)
}
