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

// Configure makes the client that every type uses. While a value is unknown it
// makes none: no request is sent, and nothing fails until it is known.
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
	p.data.Store(data)
	resp.ResourceData, resp.DataSourceData, resp.ListResourceData = data, data, data
	resp.EphemeralResourceData, resp.ActionData = data, data
	if m.unknown(ctx) {
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
func (m providerModel) unknown(ctx context.Context) bool {
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

// settings is the configuration with the environment behind it.
type settings struct {
	client   client.Options
	embedded *embedded.Options // nil: the API is elsewhere
	seed     string            // folder with the configuration that a new embedded backend begins with
}

// settings reads the block and, for what it leaves out, the environment. What
// stands in the block decides between an address and the embedded backend.
func (p *iamProvider) settings(ctx context.Context, m providerModel, diags *diag.Diagnostics) settings {
	s := settings{client: client.Options{
		BaseURL: p.value(m.APIURL, "API_URL"), Tenant: strings.ToLower(p.value(m.Tenant, "TENANT")),
		ClientID: p.value(m.ClientID, "CLIENT_ID"), ClientSecret: p.value(m.ClientSecret, "CLIENT_SECRET"),
		AccessToken: p.value(m.AccessToken, "ACCESS_TOKEN"), Scope: p.value(m.Scope, "SCOPE"),
	}}
	if !m.RequestTimeout.IsNull() {
		s.client.RequestTimeout, _ = time.ParseDuration(m.RequestTimeout.ValueString()) // validDuration saw it
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
		return s // nothing else is known to be missing
	case !m.Embedded.IsNull(), m.APIURL.IsNull() && file != "" && s.client.BaseURL == "":
		s.embedded = &embedded.Options{Path: file, Tenant: s.client.Tenant, Owner: e.Owner.ValueString(), PrivateIntegromat: e.AllowPrivateMake.ValueBool(), EncryptionKey: p.getenv("IAM_ENCRYPTION_KEY")}
		s.seed = e.Seed.ValueString()
	case m.APIURL.IsNull() && file != "" && s.client.BaseURL != "":
		diags.AddError("Two Backends Configured", "The environment names both an API (IAM_API_URL or EMPORIX_API_URL) and an embedded backend (IAM_EMBEDDED_PATH). Unset one of them, or say in the provider block which to use.")
	}
	s.check(diags)
	return s
}

// value returns the configured value, else the environment's.
func (p *iamProvider) value(v types.String, name string) string {
	if !v.IsNull() {
		return v.ValueString()
	}
	if text := p.getenv("IAM_" + name); text != "" {
		return text
	}
	return p.getenv("EMPORIX_" + name)
}

// check names everything that is missing, with the ways to give it.
func (s settings) check(diags *diag.Diagnostics) {
	if s.embedded == nil && s.client.BaseURL == "" && !diags.HasError() {
		diags.AddError("No Backend Configured",
			"The provider needs to know where the tenant lives. Either the address of an IAM API:\n\n"+
				"  provider \"iam\" {\n    api_url       = \"https://api.emporix.io\"\n    tenant        = \"acme\"\n    client_id     = var.client_id\n    client_secret = var.client_secret\n  }\n\n"+
				"or a file, for the reference backend inside the provider, which needs no account:\n\n"+
				"  provider \"iam\" {\n    tenant   = \"acme\"\n    embedded = { path = \"iam.db\" }\n  }\n\n"+
				"The environment variables IAM_API_URL and IAM_EMBEDDED_PATH say the same.")
		return
	}
	if s.client.Tenant == "" {
		diags.AddAttributeError(path.Root("tenant"), "Missing Tenant", "Set tenant in the provider block, or IAM_TENANT in the environment.")
	} else if !api.ValidTenant(s.client.Tenant) { // it may come from the environment
		diags.AddAttributeError(path.Root("tenant"), "Invalid Tenant", plumbing.TenantRule(s.client.Tenant))
	}
	if s.embedded == nil && s.client.AccessToken == "" && (s.client.ClientID == "" || s.client.ClientSecret == "") {
		diags.AddError("Missing Credentials", "Set client_id and client_secret in the provider block (IAM_CLIENT_ID and IAM_CLIENT_SECRET in the environment), or access_token (IAM_ACCESS_TOKEN).")
	}
}

// connect makes the client, and the embedded backend before it.
func (p *iamProvider) connect(ctx context.Context, s settings, diags *diag.Diagnostics) *client.Client {
	if s.embedded != nil {
		if err := p.seedMissing(ctx, s); err != nil {
			diags.AddAttributeError(path.Root("embedded").AtName("seed"), "Unable to create embedded backend", "No database was made. "+err.Error())
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
	if errors.As(err, &badURL) { // it may come from the environment
		diags.AddAttributeError(path.Root("api_url"), "Invalid API URL", plumbing.Sentence(err.Error()))
		return nil
	}
	if err != nil {
		diags.AddError("Invalid Provider Configuration", plumbing.Sentence(err.Error()))
		return nil
	}
	return c
}

// trace is the trace that the environment says this run belongs to.
func (p *iamProvider) trace(ctx context.Context) api.Trace {
	trace, err := api.ParseTrace(p.getenv("TRACEPARENT"), p.getenv("TRACESTATE"))
	if err != nil {
		tflog.Warn(ctx, "TRACEPARENT or TRACESTATE of the environment is not passed on.", map[string]any{"cause": err.Error()})
	}
	return trace
}

// blocked names, per scope, what the provider cannot do without it.
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
	api.ScopeAccessRead:       "read iam_access_control, and tell in the plan of iam_group what the tenant cannot give",
	api.ScopeAccessManage:     "create, update and delete iam_access_control",
	api.ScopeScopeRead:        "read iam_scope, and the scopes in iam_user_permissions",
	api.ScopeScopeManage:      "create, update and delete iam_scope",
	api.ScopeSettingRead:      "read iam_restriction, iam_restriction_settings, and check the restrictions of iam_group",
	api.ScopeSettingManage:    "create, update and delete iam_restriction, iam_restriction_settings",
	api.ScopeSiteRead:         "check iam_restriction and iam_restriction_settings against the sites",
	api.ScopeSiteManage:       "create, update and delete iam_site, and see inactive sites",
	api.ScopeVendorRead:       "read iam_vendor",
	api.ScopeVendorManage:     "create, update and delete iam_vendor",
	api.ScopeTeamRead:         "read iam_team_member, iam_team_owner, iam_product_assignment, iam_team, iam_products, iam_organizations",
	api.ScopeAuditRead:        "read iam_audit_events (reference backend only)",
	api.ScopeTeamManage:       "write iam_team_member, iam_team_owner, iam_product_assignment",
	api.ScopeMakeRead:         "read iam_make_organization, iam_make_members, and find stale Make members in iam_access_review",
	api.ScopeMakeManage:       "write iam_make_organization",
}

// extensions are the services that only the reference backend has, each with its
// scopes.
var extensions = [][]string{{api.ScopeTeamRead, api.ScopeTeamManage}, {api.ScopeMakeRead, api.ScopeMakeManage}}

// absentFromAPI reports whether the scope seems to be none that the API knows: a
// token of the public API has no scope of teams. Nobody could heed a warning
// there; whoever uses a team without the scope gets an error that names it.
func absentFromAPI(scope string, granted []string) bool {
	return slices.ContainsFunc(extensions, func(scopes []string) bool {
		return slices.Contains(scopes, scope) && !slices.ContainsFunc(granted, func(s string) bool { return slices.Contains(scopes, s) })
	})
}

// ofBackend are the scopes that only the reference backend has. An API that
// cannot grant them is no reason for a warning.
var ofBackend = []string{api.ScopeTemplateManage, api.ScopeAuditRead}

// warnMissingScopes tells in one warning what the token cannot do, as the API
// drops scopes that a key lacks without a word.
func warnMissingScopes(ctx context.Context, c *client.Client, diags *diag.Diagnostics) {
	granted, err := c.GrantedScopes(ctx)
	if err != nil {
		diags.Append(plumbing.Unable("get", "access token", "for the tenant", err))
		return
	}
	if granted == nil {
		return // a ready token does not tell
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
		diags.AddWarning("Scopes Missing", "The access token lacks scopes that some types need:\n\n"+strings.Join(lines, "\n")+"\n\nUse an API key that has them, unless the configuration does without these types.")
	}
}

// validDuration accepts positive durations as Go writes them.
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
