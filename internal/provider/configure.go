package provider

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-log/tflog"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

// Configure creates the client that every type uses. While a value is unknown,
// it creates none: no request is sent, and nothing fails until the value is
// known.
func (p *iamProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var m providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	data := &plumbing.Data{
		Defaults:   userDefaults(ctx, m.UserDefaults, &resp.Diagnostics),
		Guardrails: guardrails(ctx, m.Guardrails, &resp.Diagnostics),

		AdoptExisting: p.adoptExisting(m.AdoptExisting, &resp.Diagnostics),
	}
	data.RememberReplacementsIn(cmp.Or(p.getenv("TF_DATA_DIR"), ".terraform"))
	data.Keys.Runs = &p.runs
	p.data.Store(data)
	resp.ResourceData, resp.DataSourceData, resp.ListResourceData = data, data, data
	resp.EphemeralResourceData, resp.ActionData = data, data
	if m.unknown() {
		return
	}
	s := p.settings(ctx, m, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	data.Client = p.connect(ctx, s, &resp.Diagnostics)
	if data.Client != nil {
		warnMissingScopes(ctx, data.Client, &resp.Diagnostics)
	}
}

// unknown reports whether a value that requests depend on is unknown.
func (m providerModel) unknown() bool {
	values := []attr.Value{m.APIURL, m.Tenant, m.ClientID, m.ClientSecret, m.AccessToken, m.Scope, m.Embedded, m.RequestTimeout, m.TotalTimeout, m.MaxRetries, m.AdoptExisting}
	for _, v := range m.Embedded.Attributes() {
		values = append(values, v)
	}
	return slices.ContainsFunc(values, func(v attr.Value) bool { return v.IsUnknown() })
}

// adoptExisting reads the argument and, where that is left out, the environment.
func (p *iamProvider) adoptExisting(v types.Bool, diags *diag.Diagnostics) bool {
	const name = "IAM_ADOPT_EXISTING"
	text := p.getenv(name)
	if !v.IsNull() || text == "" {
		return v.ValueBool()
	}
	adopt, err := strconv.ParseBool(text)
	if err != nil {
		diags.AddAttributeError(path.Root("adopt_existing"), "Invalid Environment Variable", fmt.Sprintf("%s is %q. Set it to 1 or 0.", name, text))
	}
	return adopt
}

func userDefaults(ctx context.Context, object types.Object, diags *diag.Diagnostics) (defaults plumbing.UserDefaults) {
	if object.IsUnknown() {
		unknown := types.StringUnknown()
		return plumbing.UserDefaults{Department: unknown, PreferredSite: unknown, PreferredCurrency: unknown, PreferredLanguage: unknown}
	}
	if !object.IsNull() {
		diags.Append(object.As(ctx, &defaults, basetypes.ObjectAsOptions{})...)
	}
	return defaults
}

// settings is the configuration, completed from the environment.
type settings struct {
	client   client.Options
	embedded *embedded.Options // nil if api_url is used
	seed     string            // folder with the initial configuration of a new embedded backend
}

// settings reads the block and, for arguments that are left out, the
// environment. The block takes precedence in choosing between api_url and the
// embedded backend.
func (p *iamProvider) settings(ctx context.Context, m providerModel, diags *diag.Diagnostics) settings {
	s := settings{client: client.Options{
		BaseURL: p.value(m.APIURL, "API_URL"), Tenant: strings.ToLower(p.value(m.Tenant, "TENANT")),
		ClientID: p.value(m.ClientID, "CLIENT_ID"), ClientSecret: p.value(m.ClientSecret, "CLIENT_SECRET"),
		AccessToken: p.value(m.AccessToken, "ACCESS_TOKEN"), Scope: p.value(m.Scope, "SCOPE"),
	}}
	if !m.RequestTimeout.IsNull() {
		s.client.RequestTimeout, _ = time.ParseDuration(m.RequestTimeout.ValueString()) // checked by validDuration
	}
	if !m.TotalTimeout.IsNull() {
		s.client.TotalTimeout, _ = time.ParseDuration(m.TotalTimeout.ValueString())
	}
	if !m.MaxRetries.IsNull() {
		retries := int(m.MaxRetries.ValueInt64())
		s.client.MaxRetries = &retries
	}
	var e embeddedModel
	if plumbing.IsSet(m.Embedded) {
		diags.Append(m.Embedded.As(ctx, &e, basetypes.ObjectAsOptions{})...)
	}
	file := e.Path.ValueString()
	if file == "" {
		file = p.getenv("IAM_EMBEDDED_PATH")
	}
	switch {
	case !m.Embedded.IsNull() && file == "":
		diags.AddAttributeError(path.Root("embedded").AtName("path"), "Missing Database Path", "The embedded backend needs a path for its database file: set embedded = { path = \"iam.db\" }, or IAM_EMBEDDED_PATH.")
		return s // the other checks need a backend
	case !m.Embedded.IsNull(), m.APIURL.IsNull() && file != "" && s.client.BaseURL == "":
		s.embedded = &embedded.Options{Path: file, Tenant: s.client.Tenant, Owner: e.Owner.ValueString(), PrivateIntegromat: e.AllowPrivateMake.ValueBool(), EncryptionKey: p.getenv("IAM_ENCRYPTION_KEY")}
		s.seed = e.Seed.ValueString()
	case m.APIURL.IsNull() && file != "" && s.client.BaseURL != "":
		diags.AddError("Two Backends Configured", "The environment names both an API (IAM_API_URL or EMPORIX_API_URL) and an embedded backend (IAM_EMBEDDED_PATH). Unset one of them, or set api_url or embedded in the provider block.")
	}
	s.check(diags)
	return s
}

// value returns the configured value or, if it is null, that of the
// environment.
func (p *iamProvider) value(v types.String, name string) string {
	if !v.IsNull() {
		return v.ValueString()
	}
	if text := p.getenv("IAM_" + name); text != "" {
		return text
	}
	return p.getenv("EMPORIX_" + name)
}

// check reports everything that is missing, with the ways to set it.
func (s settings) check(diags *diag.Diagnostics) {
	if s.embedded == nil && s.client.BaseURL == "" && !diags.HasError() {
		diags.AddError("No Backend Configured",
			"The provider needs to know where the tenant is. Set the URL of an IAM API:\n\n"+
				"  provider \"iam\" {\n    api_url       = \"https://api.emporix.io\"\n    tenant        = \"acme\"\n    client_id     = var.client_id\n    client_secret = var.client_secret\n  }\n\n"+
				"or a database file for the reference backend inside the provider, which needs no account:\n\n"+
				"  provider \"iam\" {\n    tenant   = \"acme\"\n    embedded = { path = \"iam.db\" }\n  }\n\n"+
				"You can also use the environment variables IAM_API_URL and IAM_EMBEDDED_PATH.")
		return
	}
	if s.client.Tenant == "" {
		diags.AddAttributeError(path.Root("tenant"), "Missing Tenant", "Set tenant in the provider block, or IAM_TENANT in the environment.")
	} else if !api.ValidTenant(s.client.Tenant) { // it can come from the environment
		diags.AddAttributeError(path.Root("tenant"), "Invalid Tenant", plumbing.TenantRule(s.client.Tenant))
	}
	if s.embedded == nil && s.client.AccessToken == "" && (s.client.ClientID == "" || s.client.ClientSecret == "") {
		diags.AddError("Missing Credentials", "Set client_id and client_secret in the provider block (IAM_CLIENT_ID and IAM_CLIENT_SECRET in the environment), or access_token (IAM_ACCESS_TOKEN).")
	}
}

// connect creates the client, and before it the embedded backend.
func (p *iamProvider) connect(ctx context.Context, s settings, diags *diag.Diagnostics) *client.Client {
	if s.embedded != nil {
		if err := p.seedMissing(ctx, s); err != nil {
			diags.AddAttributeError(path.Root("embedded").AtName("seed"), "Unable to create embedded backend", "No database was created. "+err.Error())
			return nil
		}
		backend, err := p.backend(ctx, *s.embedded)
		if err != nil {
			diags.AddAttributeError(path.Root("embedded").AtName("path"), "Unable to open embedded backend", plumbing.Sentence(err.Error()))
			return nil
		}
		if kept := backend.MigrationBackup(); kept != "" {
			tflog.Info(ctx, "The tables of the embedded backend were migrated.", map[string]any{"backup": kept})
		}
		s.client.BaseURL, s.client.Transport, s.client.AccessToken = embedded.BaseURL, backend, backend.Token()
	}
	s.client.UserAgent = "terraform-provider-iam/" + p.version
	s.client.Trace = p.trace(ctx)
	s.client.Log = func(ctx context.Context, msg string, fields map[string]any) { tflog.Debug(ctx, msg, fields) }
	c, err := client.New(s.client)
	var badURL *client.BaseURLError
	if errors.As(err, &badURL) { // it can come from the environment
		diags.AddAttributeError(path.Root("api_url"), "Invalid API URL", plumbing.Sentence(err.Error()))
		return nil
	}
	if err != nil {
		diags.AddError("Invalid Provider Configuration", plumbing.Sentence(err.Error()))
		return nil
	}
	return c
}

// trace returns the trace of this run, from the environment.
func (p *iamProvider) trace(ctx context.Context) api.Trace {
	trace, err := api.ParseTrace(p.getenv("TRACEPARENT"), p.getenv("TRACESTATE"))
	if err != nil {
		tflog.Warn(ctx, "TRACEPARENT or TRACESTATE of the environment is not passed on.", map[string]any{"cause": err.Error()})
	}
	return trace
}

// blocked describes, by scope, what the provider cannot do without it.
var blocked = map[string]string{
	api.ScopeUserRead:         "read iam_user, iam_users_csv, iam_group_members",
	api.ScopeUserCreate:       "create iam_user, iam_users_csv",
	api.ScopeUserUpdate:       "update iam_user, iam_users_csv",
	api.ScopeUserDelete:       "delete iam_user, iam_users_csv",
	api.ScopeGroupRead:        "read iam_group, iam_group_membership, iam_vendor",
	api.ScopeGroupManage:      "create, update and delete iam_group",
	api.ScopeAssignmentManage: "write iam_group_membership, iam_group_members",
	api.ScopeTemplateRead:     "read iam_group, iam_role_template",
	api.ScopeTemplateManage:   "create, update and delete iam_role_template (reference backend only)",
	api.ScopeAccessRead:       "read iam_access_control, and check in the plan of iam_group that the tenant has the access",
	api.ScopeAccessManage:     "create, update and delete iam_access_control",
	api.ScopeScopeRead:        "read iam_scope, and the scopes in iam_user_permissions",
	api.ScopeScopeManage:      "create, update and delete iam_scope",
	api.ScopeSettingRead:      "read iam_restriction, iam_restriction_settings, iam_company_domains, and check the restrictions of iam_group",
	api.ScopeSettingManage:    "create, update and delete iam_restriction, iam_restriction_settings, iam_company_domains",
	api.ScopeSiteRead:         "check iam_restriction and iam_restriction_settings against the sites",
	api.ScopeSiteManage:       "create, update and delete iam_site, and see inactive sites",
	api.ScopeVendorRead:       "read iam_vendor",
	api.ScopeVendorManage:     "create, update and delete iam_vendor",
	api.ScopeTeamRead:         "read iam_team_member, iam_team_owner, iam_product, iam_product_assignment, iam_team, iam_products, iam_organizations",
	api.ScopeAuditRead:        "read iam_audit_events (reference backend only)",
	api.ScopeTeamManage:       "write iam_team_member, iam_team_owner, iam_product, iam_product_assignment",
	api.ScopeMakeRead:         "read iam_make_organization, iam_make_members, and find stale Make members in iam_access_review",
	api.ScopeMakeManage:       "write iam_make_organization",
}

// extensions lists the scopes of services that only the reference backend has.
var extensions = [][]string{{api.ScopeTeamRead, api.ScopeTeamManage}, {api.ScopeMakeRead, api.ScopeMakeManage}}

// absentFromAPI reports whether the API does not seem to know the scope, as the
// public API does not know teams. A warning would not help there; using a team
// without the scope is an error that names the scope.
func absentFromAPI(scope string, granted []string) bool {
	return slices.ContainsFunc(extensions, func(scopes []string) bool {
		return slices.Contains(scopes, scope) && !slices.ContainsFunc(granted, func(s string) bool { return slices.Contains(scopes, s) })
	})
}

// ofBackend lists the scopes that only the reference backend has. Their absence
// is no reason for a warning.
var ofBackend = []string{api.ScopeTemplateManage, api.ScopeAuditRead}

// warnMissingScopes reports in one warning what the token cannot do, because
// the API silently drops scopes that a key lacks.
func warnMissingScopes(ctx context.Context, c *client.Client, diags *diag.Diagnostics) {
	granted, err := c.GrantedScopes(ctx)
	if err != nil {
		diags.Append(plumbing.Unable("get", "access token", "for the tenant", err))
		return
	}
	if granted == nil {
		return // a given token does not list its scopes
	}
	var lines []string
	public := false
	for _, scope := range plumbing.SortedKeys(blocked) {
		if !slices.Contains(granted, scope) && !absentFromAPI(scope, granted) {
			lines = append(lines, fmt.Sprintf("  %s: needed to %s", scope, blocked[scope]))
			public = public || !slices.Contains(ofBackend, scope)
		}
	}
	if public {
		diags.AddWarning("Scopes Missing", "The access token lacks scopes that some types need:\n\n"+strings.Join(lines, "\n")+"\n\nUse an API key that has them, unless the configuration does not use these types.")
	}
}

// validDuration accepts positive durations in Go syntax.
type validDuration struct{}

func (validDuration) Description(context.Context) string { return "must be a duration such as 45s" }

func (v validDuration) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (validDuration) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !plumbing.IsSet(req.ConfigValue) {
		return
	}
	if d, err := time.ParseDuration(req.ConfigValue.ValueString()); err != nil || d <= 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid Duration", fmt.Sprintf("%q is not a duration such as 45s or 2m.", req.ConfigValue.ValueString()))
	}
}
