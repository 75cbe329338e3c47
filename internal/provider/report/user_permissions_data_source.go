package report

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ datasource.DataSourceWithConfigure        = (*userPermissionsDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*userPermissionsDataSource)(nil)
)

type userPermissionsDataSource struct {
	plumbing.DataSource
}

// NewUserPermissionsDataSource returns the data source iam_user_permissions.
func NewUserPermissionsDataSource() datasource.DataSource {
	return &userPermissionsDataSource{plumbing.DataSource{Name: "user_permissions"}}
}

// userPermissionsModel is the state of the data source iam_user_permissions.
type userPermissionsModel struct {
	UserID   types.String `tfsdk:"user_id"`
	Email    types.String `tfsdk:"email"`
	Locked   types.Bool   `tfsdk:"locked"`
	Status   types.String `tfsdk:"status"`
	Groups   types.List   `tfsdk:"groups"`
	Rows     types.List   `tfsdk:"rows"`
	Scopes   types.List   `tfsdk:"scopes"`
	Make     types.List   `tfsdk:"make_roles"`
	VendorID types.String `tfsdk:"vendor_id"`
	CSV      types.String `tfsdk:"csv"`

	TeamRole      types.String `tfsdk:"team_role"`
	Abilities     types.List   `tfsdk:"abilities"`
	Products      types.Map    `tfsdk:"products"`
	Organizations types.List   `tfsdk:"organizations"`
}

// rowModel is a row of the report.
type rowModel struct {
	Category         types.String `tfsdk:"category"`
	Entity           types.String `tfsdk:"entity"`
	EntityLabel      types.String `tfsdk:"entity_label"`
	Level            types.String `tfsdk:"level"`
	Restrictions     types.List   `tfsdk:"restrictions"`
	RestrictionAware types.Bool   `tfsdk:"restriction_aware"`
	GrantedBy        types.List   `tfsdk:"granted_by"`
	Source           types.String `tfsdk:"source"`
	Sources          types.List   `tfsdk:"sources"`
	VendorID         types.String `tfsdk:"vendor_id"`
	Scopes           types.List   `tfsdk:"scopes"`
}

func (m *rowModel) fromCore(r access.Row) {
	m.Category = types.StringValue(r.Category)
	m.Entity = types.StringValue(r.Entity)
	m.EntityLabel = types.StringValue(r.EntityLabel)
	m.Level = types.StringValue(r.LevelText())
	m.Restrictions = plumbing.StringList(r.Restrictions)
	m.RestrictionAware = types.BoolValue(r.RestrictionAware)
	m.GrantedBy = plumbing.StringList(r.GrantedBy)
	m.Source = types.StringValue(string(r.Source))
	sources := make([]string, len(r.Sources))
	for i, source := range r.Sources {
		sources[i] = string(source)
	}
	m.Sources, m.Scopes = plumbing.StringList(sources), plumbing.StringList(r.Scopes)
	m.VendorID = plumbing.StringOrNull(r.VendorID)
}

func rowAttributes() map[string]schema.Attribute {
	text := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	list := func(about string) schema.Attribute {
		return schema.ListAttribute{MarkdownDescription: about, ElementType: types.StringType, Computed: true}
	}
	return map[string]schema.Attribute{
		"category":          text("Category of the entity."),
		"entity":            text("Code of the entity, such as `orders`; empty for scopes that belong to no entity."),
		"entity_label":      text("Name of the entity."),
		"level":             text("Level that the user has, such as `manage`. If the user has only some of its scopes, `partly` and the level, such as `partly manage`. Empty for scopes of no entity."),
		"restrictions":      list("Restriction values to whose records the level is limited; empty means all records."),
		"restriction_aware": schema.BoolAttribute{MarkdownDescription: "Whether restrictions can limit access to the entity.", Computed: true},
		"granted_by":        list("Ids of the groups that give the level or a part of it."),
		"sources":           list("What gives the level in each of these groups, in the same order."),
		"vendor_id":         text("Vendor to whose own records the level is limited; null for the records of the whole tenant."),
		"scopes":            list("The scopes of a partial level, or those that belong to no entity; empty for a complete level."),
		"source":            text("What gives the level in the first of these groups: `template`, `access`, `access_control` (the tenant's own access controls, and predefined ones that are not a complete level), `derived` or `correlated` (follows another entity: `parent` and `tied_to` of `iam_access_catalog`)."),
	}
}

func (d *userPermissionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The permissions report of a user: every entity that the user has access to, at which level, and through which groups. " +
			"Also available as CSV, for an access review.",
		Attributes: map[string]schema.Attribute{
			"user_id": schema.StringAttribute{MarkdownDescription: "Id of the user. Exactly one of `user_id` and `email` is required.", Optional: true, Computed: true},
			"email":   schema.StringAttribute{MarkdownDescription: "E-mail address of the user (case-insensitive). Exactly one of `user_id` and `email` is required.", Optional: true, Computed: true},
			"locked":  schema.BoolAttribute{MarkdownDescription: "Whether the user is locked. A locked user has no access, regardless of groups.", Computed: true},
			"status":  schema.StringAttribute{MarkdownDescription: "`PROVISIONED` until the invitation is accepted, then `ACTIVE`; `INACTIVE` while the user is locked.", Computed: true},
			"groups":  schema.ListAttribute{MarkdownDescription: "Ids of the user's groups.", ElementType: types.StringType, Computed: true},
			"rows": schema.ListNestedAttribute{
				MarkdownDescription: "A row for each entity that the user has access to, and another for each lower level that covers more records; ordered by category, entity and level, highest first.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: rowAttributes()},
			},
			"scopes": schema.ListAttribute{
				MarkdownDescription: "Scopes in the user's tokens, sorted, such as `order.order_read`, or `order.order_read--AT#DE` if restricted. Null, with a warning, if the API key lacks `iam.scope_read`.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"make_roles": schema.ListAttribute{
				MarkdownDescription: "Roles in Make that the user's groups give, sorted: `integromat.app_developer`, `integromat.scenario_edit`, `member` and `owner`.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"vendor_id": schema.StringAttribute{
				MarkdownDescription: "Vendor of the user's groups. Null if there is none, or if the API key lacks `iam.scope_read`.",
				Computed:            true,
			},
			"team_role": schema.StringAttribute{
				MarkdownDescription: "Team role of the member with this e-mail address (case-insensitive): `owner`, `admin`, `member` or `billing_contact`. Null if the user is not in the team, if the API has no teams (the public one), or, with a warning, if the API key lacks `team.team_read`; in the last two cases `products`, `abilities` and `organizations` are also null.",
				Computed:            true,
			},
			"products": schema.MapAttribute{
				MarkdownDescription: "Products that the team member holds, each with the role in it, or an empty string if the product has no roles. Empty if the user is not in the team.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"abilities": schema.ListAttribute{
				MarkdownDescription: "What the user may do in the team and in its products, such as `team.invite` or `orchestrator.view_logs`; the guide [Access reference](../guides/access-reference.md) lists all of them. Empty for a locked user, before the user has joined the team, and for users who are not in the team.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"organizations": schema.ListAttribute{
				MarkdownDescription: "Names of the tenants that the account with the user's e-mail address belongs to, sorted; this tenant is one of them.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"csv": schema.StringAttribute{
				MarkdownDescription: "The report as CSV (RFC 4180) with a header row, in the columns of `csv` of `iam_access_review`: the user with name, department, groups, role templates, team role, products and roles in Make, then the row. A user without rows has one line. Lists are separated by spaces; cells that a spreadsheet would run as a formula start with an apostrophe.",
				Computed:            true,
			},
		},
	}
}

func (d *userPermissionsDataSource) ConfigValidators(ctx context.Context) []datasource.ConfigValidator {
	return append(d.DataSource.ConfigValidators(ctx), datasourcevalidator.ExactlyOneOf(path.MatchRoot("user_id"), path.MatchRoot("email")))
}

func (d *userPermissionsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m userPermissionsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	user, subject, err := readSubject(ctx, d.Client, "data.iam_user_permissions", &m.UserID, &m.Email)
	if err != nil && errors.Is(err.cause, client.ErrControlsUnread) {
		resp.Diagnostics.AddAttributeWarning(path.Root("rows"), "Access Controls Not Read",
			"The API key lacks the scope iam.access_read, and groups of "+user.ContactEmail+" carry the tenant's own access controls: rows and make_roles leave out what these give. Use a key that has the scope.")
		err = nil
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(err.at, "report", "permissions of user", err.user, err.cause))
		return
	}
	is := subject.Subject()
	rows := is.Report()
	models := make([]rowModel, len(rows))
	for i, r := range rows {
		models[i].fromCore(r)
	}
	list, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: rowAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	m.readScopes(ctx, d.Client, *user, &resp.Diagnostics)
	status := m.readTeam(ctx, d.Client, *user, &resp.Diagnostics)
	m.Locked, m.Status = types.BoolValue(user.Locked()), types.StringValue(string(user.Status))
	m.Groups = plumbing.StringList(user.GroupIDs)
	m.Rows, m.Make = list, plumbing.StringList(is.MakeRoles())
	var text strings.Builder
	_ = access.WriteReportCSV(&text, client.ReportState(*user, subject, status)) // a strings.Builder never fails
	m.CSV = types.StringValue(text.String())
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// readScopes reads the user's scopes. If the key has no permission, the rest of
// the report is still returned.
func (m *userPermissionsModel) readScopes(ctx context.Context, c *client.Client, user api.User, diags *diag.Diagnostics) {
	m.Scopes, m.VendorID = types.ListNull(types.StringType), types.StringNull()
	held, err := c.UserScopes(ctx, user.ID)
	var e *client.Error
	switch {
	case err == nil:
		scopes := slices.DeleteFunc(strings.Fields(held.Scopes), func(scope string) bool { return strings.HasPrefix(scope, "tenant=") })
		slices.Sort(scopes)
		m.Scopes, m.VendorID = plumbing.StringList(scopes), plumbing.StringOrNull(held.VendorID)
	case errors.As(err, &e) && e.StatusCode == http.StatusForbidden:
		diags.AddAttributeWarning(path.Root("scopes"), "Scopes Not Read",
			"The API key lacks the scope "+api.ScopeScopeRead+", so scopes and vendor_id in the report are null. Use a key that has it, unless the configuration does not use them.")
	default:
		diags.Append(plumbing.UnableAt(path.Root("scopes"), "read", "scopes of user", user.ContactEmail, err))
	}
}
