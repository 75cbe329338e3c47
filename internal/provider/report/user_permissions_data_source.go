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
	Groups   types.List   `tfsdk:"groups"`
	Rows     types.List   `tfsdk:"rows"`
	Scopes   types.List   `tfsdk:"scopes"`
	Make     types.List   `tfsdk:"make_roles"`
	VendorID types.String `tfsdk:"vendor_id"`
	CSV      types.String `tfsdk:"csv"`

	TeamRole      types.String `tfsdk:"team_role"`
	Products      types.Map    `tfsdk:"products"`
	Organizations types.List   `tfsdk:"organizations"`
}

// rowModel is one line of the report.
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
		"category":          text("Heading that the entity stands under."),
		"entity":            text("Code of the entity, such as `orders`; empty for scopes that belong to no entity."),
		"entity_label":      text("The entity as people know it."),
		"level":             text("Level that the user holds wholly, such as `manage`. Of a level of which only some scopes are held, `partly` and the level, such as `partly manage`; empty for scopes of no entity."),
		"restrictions":      list("Restriction values that limit which records the level reaches; empty means every record."),
		"restriction_aware": schema.BoolAttribute{MarkdownDescription: "Whether restrictions can limit access to the entity.", Computed: true},
		"granted_by":        list("Ids of the groups that give the level, or a part of it."),
		"sources":           list("What gives the level in each of those groups, in their order."),
		"vendor_id":         text("Vendor whose own records the level is limited to; null for the records of the whole tenant."),
		"scopes":            list("The scopes that are held of a part of a level, and those that belong to no entity; empty for a whole level."),
		"source":            text("What gives the level in the first of those groups: `template`, `access`, `access_control` (access controls of the tenant's own, and single ones that are not the whole level), `derived` or `correlated` (follows another entity: `parent` and `tied_to` of `iam_access_catalog`)."),
	}
}

func (d *userPermissionsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The permissions report of one user: every entity that the user has access to, how far, and through which groups. " +
			"Also as CSV, for an access review.",
		Attributes: map[string]schema.Attribute{
			"user_id": schema.StringAttribute{MarkdownDescription: "Id of the user. Give this or `email`.", Optional: true, Computed: true},
			"email":   schema.StringAttribute{MarkdownDescription: "E-mail address of the user, in any case. Give this or `user_id`.", Optional: true, Computed: true},
			"locked":  schema.BoolAttribute{MarkdownDescription: "Whether the user is locked: then it has no access, whatever its groups.", Computed: true},
			"groups":  schema.ListAttribute{MarkdownDescription: "Ids of the user's groups.", ElementType: types.StringType, Computed: true},
			"rows": schema.ListNestedAttribute{
				MarkdownDescription: "A row for each entity that the user has access to, and another for each lower level that reaches further; ordered by category, entity and level, highest first.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: rowAttributes()},
			},
			"scopes": schema.ListAttribute{
				MarkdownDescription: "What a token of the user holds, sorted, such as `order.order_read`, or `order.order_read--AT#DE` where restrictions narrow it. Null, with a warning, where the API key lacks `iam.scope_read`.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"make_roles": schema.ListAttribute{
				MarkdownDescription: "Roles in Make that the user's groups give, sorted: `integromat.app_developer`, `integromat.scenario_edit`, `member` and `owner`. Null where the API key lacks `iam.scope_read`.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"vendor_id": schema.StringAttribute{
				MarkdownDescription: "Vendor that the user's groups belong to. Null for none, and where the API key lacks `iam.scope_read`.",
				Computed:            true,
			},
			"team_role": schema.StringAttribute{
				MarkdownDescription: "Role in the tenant's team of the member with the user's e-mail address, whatever its case: `owner`, `admin`, `member` or `billing_contact`. Null for who is not in the team, on an API without teams (the public one), and, with a warning, where the API key lacks `team.team_read`; so are `products` and `organizations` in the latter two cases.",
				Computed:            true,
			},
			"products": schema.MapAttribute{
				MarkdownDescription: "Products that the member of the team may use, each with the role in it, which is empty where the product has no roles. Empty for who is not in the team.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"organizations": schema.ListAttribute{
				MarkdownDescription: "Names of the tenants that the account with the user's e-mail address belongs to, sorted; this tenant is one of them.",
				ElementType:         types.StringType,
				Computed:            true,
			},
			"csv": schema.StringAttribute{
				MarkdownDescription: "The rows as CSV (RFC 4180) with a header row. Lists are separated by spaces; cells that a spreadsheet would run as a formula start with an apostrophe.",
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
			"The API key lacks the scope iam.access_read, and groups of "+user.ContactEmail+" carry access controls of the tenant's own: the rows leave out what these give. Use a key that has the scope.")
		err = nil
	}
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(err.at, "report", "permissions of user", err.user, err.cause))
		return
	}
	rows := access.Report(subject)
	models := make([]rowModel, len(rows))
	for i, r := range rows {
		models[i].fromCore(r)
	}
	list, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: rowAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	m.readScopes(ctx, d.Client, *user, &resp.Diagnostics)
	m.readTeam(ctx, d.Client, *user, &resp.Diagnostics)
	m.Locked = types.BoolValue(user.Locked())
	m.Groups = plumbing.StringList(user.GroupIDs)
	m.Rows = list
	m.CSV = types.StringValue(access.ReportCSV(rows))
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// readScopes asks the API for the user's scopes. A key that may not is no
// reason to go without the rest of the report.
func (m *userPermissionsModel) readScopes(ctx context.Context, c *client.Client, user api.User, diags *diag.Diagnostics) {
	m.Scopes, m.Make, m.VendorID = types.ListNull(types.StringType), types.ListNull(types.StringType), types.StringNull()
	held, err := c.UserScopes(ctx, user.ID)
	var e *client.Error
	switch {
	case err == nil:
		scopes := slices.DeleteFunc(strings.Fields(held.Scopes), func(scope string) bool { return strings.HasPrefix(scope, "tenant=") })
		slices.Sort(scopes)
		m.Scopes, m.Make, m.VendorID = plumbing.StringList(scopes), plumbing.StringList(access.MakeRoles(scopes)), plumbing.StringOrNull(held.VendorID)
	case errors.As(err, &e) && e.StatusCode == http.StatusForbidden:
		diags.AddAttributeWarning(path.Root("scopes"), "Scopes Not Read",
			"The API key lacks the scope "+api.ScopeScopeRead+", so that scopes, make_roles and vendor_id of the report are null. Use a key that has it, unless the configuration does without them.")
	default:
		diags.Append(plumbing.UnableAt(path.Root("scopes"), "read", "scopes of user", user.ContactEmail, err))
	}
}
