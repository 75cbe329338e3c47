// Package provider is the Terraform provider: its schema, its configuration
// and the registry of its types, which live in one package per domain.
package provider

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/directory"
	"github.com/access-config/terraform-provider-iam/internal/provider/makesync"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
	"github.com/access-config/terraform-provider-iam/internal/provider/report"
	"github.com/access-config/terraform-provider-iam/internal/provider/rights"
	"github.com/access-config/terraform-provider-iam/internal/provider/team"
	"github.com/access-config/terraform-provider-iam/internal/provider/vendors"
	"github.com/access-config/terraform-provider-iam/internal/provider/visibility"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

var (
	_ provider.ProviderWithFunctions          = (*iamProvider)(nil)
	_ provider.ProviderWithEphemeralResources = (*iamProvider)(nil)
	_ provider.ProviderWithActions            = (*iamProvider)(nil)
	_ provider.ProviderWithListResources      = (*iamProvider)(nil)
	_ provider.ProviderWithConfigValidators   = (*iamProvider)(nil)
)

type iamProvider struct {
	*Plugin
	data atomic.Pointer[plumbing.Data] // nil until the provider is configured
	runs plumbing.Runs
}

// Plugin creates the providers of a process and holds what must be closed when
// the process ends.
type Plugin struct {
	version string
	getenv  func(string) string

	mu       sync.Mutex
	backends map[embedded.Options]*embedded.Backend
	writes   writes
}

// New returns the plugin. version is its release; getenv reads environment
// variables for arguments that are left out.
func New(version string, getenv func(string) string) *Plugin {
	return &Plugin{version: version, getenv: getenv, backends: map[embedded.Options]*embedded.Backend{}}
}

// Provider returns a provider that is not configured yet.
func (p *Plugin) Provider() provider.Provider { return &iamProvider{Plugin: p} }

// backend opens an embedded backend. It closes a backend with the same options
// that an earlier configuration opened: a long-running process, as under a
// debugger, would otherwise keep one for each run.
func (p *Plugin) backend(ctx context.Context, o embedded.Options) (*embedded.Backend, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if earlier, ok := p.backends[o]; ok {
		delete(p.backends, o)
		if err := earlier.Close(); err != nil {
			return nil, err
		}
	}
	backend, err := embedded.Open(ctx, o)
	if err == nil {
		p.backends[o] = backend
	}
	return backend, err
}

// Close closes the embedded backends, so that the database file is complete and
// has no log file beside it.
func (p *Plugin) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []error
	for _, backend := range p.backends {
		all = append(all, backend.Close())
	}
	clear(p.backends)
	return errors.Join(all...)
}

// Resources registers every managed type.
func (p *iamProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		directory.NewUserResource,
		directory.NewGroupResource,
		directory.NewGroupMembershipResource,
		directory.NewGroupMembersResource,
		directory.NewUserGroupsResource,
		directory.NewUsersCSVResource,
		directory.NewCompanyDomainsResource,
		rights.NewScopeResource,
		rights.NewAccessControlResource,
		rights.NewRoleTemplateResource,
		visibility.NewRestrictionResource,
		visibility.NewRestrictionSettingsResource,
		visibility.NewSiteResource,
		vendors.NewVendorResource,
		team.NewTeamMemberResource,
		team.NewTeamOwnerResource,
		team.NewProductResource,
		team.NewProductAssignmentResource,
		makesync.NewMakeOrganizationResource,
	}
}

// ListResources registers every managed type whose objects can be listed.
func (p *iamProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		directory.NewUserList,
		directory.NewGroupList,
		directory.NewGroupMembershipList,
		directory.NewGroupMembersList,
		directory.NewUserGroupsList,
		directory.NewCompanyDomainsList,
		rights.NewScopeList,
		rights.NewAccessControlList,
		rights.NewRoleTemplateList,
		visibility.NewRestrictionList,
		visibility.NewRestrictionSettingsList,
		visibility.NewSiteList,
		vendors.NewVendorList,
		team.NewTeamMemberList,
		team.NewTeamOwnerList,
		team.NewProductList,
		team.NewProductAssignmentList,
		makesync.NewMakeOrganizationList,
	}
}

// DataSources registers every data source.
func (p *iamProvider) DataSources(context.Context) []func() datasource.DataSource {
	return lookUps(
		directory.NewUserDataSource,
		directory.NewUsersDataSource,
		directory.NewGroupDataSource,
		directory.NewGroupsDataSource,
		directory.NewGroupMembersDataSource,
		rights.NewRoleTemplateDataSource,
		rights.NewRoleTemplatesDataSource,
		rights.NewRoleTemplateComparisonDataSource,
		rights.NewAccessCatalogDataSource,
		rights.NewAccessControlsDataSource,
		rights.NewScopesDataSource,
		report.NewUserPermissionsDataSource,
		report.NewAccessCheckDataSource,
		report.NewAccessReviewDataSource,
		report.NewAuditEventsDataSource,
		visibility.NewRestrictionsDataSource,
		visibility.NewSitesDataSource,
		vendors.NewVendorDataSource,
		vendors.NewVendorsDataSource,
		directory.NewInvitationsDataSource,
		team.NewTeamDataSource,
		team.NewProductsDataSource,
		team.NewOrganizationsDataSource,
		makesync.NewMakeMembersDataSource,
	)
}

// lookUps wraps data sources so that white space around their arguments is
// trimmed.
func lookUps(constructors ...func() datasource.DataSource) []func() datasource.DataSource {
	all := make([]func() datasource.DataSource, len(constructors))
	for i, construct := range constructors {
		all[i] = func() datasource.DataSource { return plumbing.TrimArguments(construct()) }
	}
	return all
}

// EphemeralResources registers every ephemeral resource.
func (p *iamProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{
		rights.NewAccessTokenEphemeral,
	}
}

// Actions registers every action.
func (p *iamProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		directory.NewResendInvitationAction,
		directory.NewLockUserAction,
		directory.NewUnlockUserAction,
		team.NewTransferTeamOwnerAction,
		makesync.NewSyncMakeAction,
	}
}

// Functions registers every function.
func (p *iamProvider) Functions(context.Context) []func() function.Function {
	return []func() function.Function{
		rights.NewParseUsersCSVFunction,
		rights.NewFormatUsersCSVFunction,
		rights.NewExpandTemplateFunction,
		rights.NewMergeAccessFunction,
		rights.NewMissingDependenciesFunction,
		rights.NewCompareAccessFunction,
		team.NewParseEmailsFunction,
	}
}

// Metadata names the provider.
func (p *iamProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "iam"
	resp.Version = p.version
}

// ConfigValidators check every argument of the provider block.
func (p *iamProvider) ConfigValidators(context.Context) []provider.ConfigValidator {
	return []provider.ConfigValidator{plumbing.NoNullElements{}, plumbing.VisibleTexts{}}
}

// Schema describes the provider block.
func (p *iamProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Access configuration as code: users, groups, memberships and role templates of a tenant, and reports of what each user can do.\n\n" +
			"The provider works against the public IAM API or a reference backend that runs elsewhere (`api_url`), " +
			"or against the reference backend inside the provider process (`embedded`), which needs no account and no network.",
		Attributes: map[string]schema.Attribute{
			"api_url": schema.StringAttribute{
				MarkdownDescription: "Base URL of the IAM API, such as `https://api.emporix.io`. Can also be set with `IAM_API_URL` or `EMPORIX_API_URL`. Conflicts with `embedded`.",
				Optional:            true,
				Validators: []validator.String{
					plumbing.NotEmpty(),
					stringvalidator.ConflictsWith(path.MatchRoot("embedded")),
				},
			},
			"tenant": schema.StringAttribute{
				MarkdownDescription: "Tenant: 3 to 16 letters and digits, starting with a letter; converted to lower case. Can also be set with `IAM_TENANT` or `EMPORIX_TENANT`.",
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidTenant()},
			},
			"client_id": schema.StringAttribute{
				MarkdownDescription: "Client id of the API key. Can also be set with `IAM_CLIENT_ID` or `EMPORIX_CLIENT_ID`.",
				Optional:            true,
			},
			"client_secret": schema.StringAttribute{
				MarkdownDescription: "Client secret of the API key. Can also be set with `IAM_CLIENT_SECRET` or `EMPORIX_CLIENT_SECRET`. If it comes from a variable, make that `ephemeral` (Terraform 1.10 or OpenTofu 1.11): Terraform stores other variables in saved plans.",
				Optional:            true,
				Sensitive:           true,
			},
			"access_token": schema.StringAttribute{
				MarkdownDescription: "An access token; takes precedence over `client_id` and `client_secret`. Can also be set with `IAM_ACCESS_TOKEN` or `EMPORIX_ACCESS_TOKEN`.",
				Optional:            true,
				Sensitive:           true,
			},
			"scope": schema.StringAttribute{
				MarkdownDescription: "Scopes to request, separated by spaces; all scopes of the API key by default. Can also be set with `IAM_SCOPE` or `EMPORIX_SCOPE`.",
				Optional:            true,
			},
			"adopt_existing": schema.BoolAttribute{
				MarkdownDescription: "Whether creating a resource adopts an existing object with the same key (e-mail address, id, code or value) and updates it to match the configuration; `false` by default. " +
					"The plan warns of each object and says what changes, and `guardrails` count it. Use it for one run, after an interrupted run or to bring a tenant under management: set `IAM_ADOPT_EXISTING=1` in the environment of that run. " +
					"Otherwise an existing object that is in no state is an error in the plan, which shows its `import` block. Groups, role templates and vendors with generated ids have no key and cannot be adopted.",
				Optional: true,
			},
			"embedded":      embeddedAttribute(),
			"user_defaults": userDefaultsAttribute(),
			"request_timeout": schema.StringAttribute{
				MarkdownDescription: "Timeout of one attempt of a request, including the response, such as `45s`. Defaults to `30s`.",
				Optional:            true,
				Validators:          []validator.String{validDuration{}},
			},
			"total_timeout": schema.StringAttribute{
				MarkdownDescription: "Timeout of one request with all attempts and the waits between them, such as `10m`. Defaults to `5m`.",
				Optional:            true,
				Validators:          []validator.String{validDuration{}},
			},
			"max_retries": schema.Int64Attribute{
				MarkdownDescription: "How often to retry a request if the API is busy or unreachable: 0 to 20 times. Defaults to `4`.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(0, 20)},
			},
		},
		Blocks: map[string]schema.Block{"guardrails": guardrailsBlock()},
	}
}

func embeddedAttribute() schema.Attribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Runs the reference backend inside the provider process, with a database file and without a port. Conflicts with `api_url`." + plumbing.UnknownMembers,
		Optional:            true,
		Attributes: map[string]schema.Attribute{
			"path": schema.StringAttribute{
				MarkdownDescription: "Path of the database file, which is created if it does not exist. Can also be set with `IAM_EMBEDDED_PATH`.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"owner": schema.StringAttribute{
				MarkdownDescription: "E-mail address of a new tenant's Owner. Defaults to `owner@TENANT.example`.",
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidEmail()},
			},
			"seed": schema.StringAttribute{
				MarkdownDescription: "Folder with a configuration as `terraform-provider-iam export` writes it (resource blocks with literals and references), with which a new database starts. An existing database is used unchanged; delete the file to start again. For tests.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"allow_private_make": schema.BoolAttribute{
				MarkdownDescription: "Allows any `api_url` in `iam_make_organization`, including one in a private network or without TLS. For tests.",
				Optional:            true,
			},
		},
	}
}

func userDefaultsAttribute() schema.Attribute {
	standIn := func(about string, validators ...validator.String) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Optional: true, Validators: validators}
	}
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Defaults for attributes that an `iam_user`, or a cell of an `iam_users_csv`, leaves out. They apply to existing users too: changing a default updates the users who leave the attribute out. " +
			"Without a default, a new user gets the tenant's default site, its currency and language, and the department `" + api.NoDepartment + "`; an existing user keeps the current value." + plumbing.UnknownMembers,
		Optional: true,
		Attributes: map[string]schema.Attribute{
			"department":         standIn("Department.", plumbing.NotEmpty()),
			"preferred_site":     standIn("Code of a site.", plumbing.NotEmpty()),
			"preferred_currency": standIn("Currency, such as `EUR`.", plumbing.ValidCurrency()),
			"preferred_language": standIn("Language, such as `en`.", plumbing.ValidLanguage()),
		},
	}
}

// providerModel is the provider block.
type providerModel struct {
	APIURL         types.String `tfsdk:"api_url"`
	Tenant         types.String `tfsdk:"tenant"`
	ClientID       types.String `tfsdk:"client_id"`
	ClientSecret   types.String `tfsdk:"client_secret"`
	AccessToken    types.String `tfsdk:"access_token"`
	Scope          types.String `tfsdk:"scope"`
	Embedded       types.Object `tfsdk:"embedded"`
	UserDefaults   types.Object `tfsdk:"user_defaults"`
	Guardrails     types.Object `tfsdk:"guardrails"`
	RequestTimeout types.String `tfsdk:"request_timeout"`
	TotalTimeout   types.String `tfsdk:"total_timeout"`
	MaxRetries     types.Int64  `tfsdk:"max_retries"`
	AdoptExisting  types.Bool   `tfsdk:"adopt_existing"`
}

// embeddedModel is the attribute embedded.
type embeddedModel struct {
	Path             types.String `tfsdk:"path"`
	Owner            types.String `tfsdk:"owner"`
	AllowPrivateMake types.Bool   `tfsdk:"allow_private_make"`
	Seed             types.String `tfsdk:"seed"`
}
