package directory

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ datasource.DataSourceWithConfigure        = (*userDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*userDataSource)(nil)
)

type userDataSource struct {
	plumbing.DataSource
}

// NewUserDataSource returns the data source iam_user.
func NewUserDataSource() datasource.DataSource {
	return &userDataSource{plumbing.DataSource{Name: "user"}}
}

// userDataModel has the attributes of one user in data sources.
type userDataModel struct {
	ID                   types.String `tfsdk:"id"`
	Email                types.String `tfsdk:"email"`
	FirstName            types.String `tfsdk:"first_name"`
	LastName             types.String `tfsdk:"last_name"`
	Department           types.String `tfsdk:"department"`
	PreferredSite        types.String `tfsdk:"preferred_site"`
	PreferredCurrency    types.String `tfsdk:"preferred_currency"`
	PreferredLanguage    types.String `tfsdk:"preferred_language"`
	BackofficeUserNumber types.String `tfsdk:"backoffice_user_number"`
	Status               types.String `tfsdk:"status"`
	Locked               types.Bool   `tfsdk:"locked"`
	GroupIDs             types.List   `tfsdk:"group_ids"`
}

func (m *userDataModel) fromAPI(u api.User) {
	m.ID = types.StringValue(u.ID)
	m.Email = types.StringValue(u.ContactEmail)
	m.FirstName = types.StringValue(u.FirstName)
	m.LastName = types.StringValue(u.LastName)
	m.Department = types.StringValue(u.Department)
	m.PreferredSite = types.StringValue(u.PreferredSite)
	m.PreferredCurrency = types.StringValue(u.PreferredCurrency)
	m.PreferredLanguage = types.StringValue(u.PreferredLanguage)
	m.BackofficeUserNumber = types.StringValue(u.BackofficeUserNumber)
	m.Status = types.StringValue(string(u.Status))
	m.Locked = types.BoolValue(u.Locked())
	m.GroupIDs = plumbing.StringList(u.GroupIDs)
}

// userAttributes describe the computed attributes of a user.
func userAttributes() map[string]schema.Attribute {
	text := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	return map[string]schema.Attribute{
		"id":                     text("Id of the user."),
		"email":                  text("E-mail address."),
		"first_name":             text("First name."),
		"last_name":              text("Last name."),
		"department":             text("Department."),
		"preferred_site":         text("Code of the user's preferred site."),
		"preferred_currency":     text("Currency shown to the user."),
		"preferred_language":     text("Language of the dashboard."),
		"backoffice_user_number": text("Number of the user in the back office; equal to `id` for most users."),
		"status":                 text("`PROVISIONED` until the invitation is accepted, then `ACTIVE`; or `INACTIVE`."),
		"locked":                 schema.BoolAttribute{MarkdownDescription: "Whether the user is locked and so has no access. The public API also has a flag of this name on active users, which has no effect unless the status is `INACTIVE`.", Computed: true},
		"group_ids":              schema.ListAttribute{MarkdownDescription: "Ids of the user's groups.", ElementType: types.StringType, Computed: true},
	}
}

func (d *userDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := userAttributes()
	attributes["id"] = schema.StringAttribute{MarkdownDescription: "Id or back-office number of the user. Set exactly one of `id` and `email`.", Optional: true, Computed: true, Validators: []validator.String{plumbing.NotEmpty()}}
	attributes["email"] = schema.StringAttribute{MarkdownDescription: "E-mail address (case-insensitive). Set exactly one of `id` and `email`.", Optional: true, Computed: true, Validators: []validator.String{plumbing.NotEmpty()}}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads a user by id or e-mail address. It is an error if the user does not exist.",
		Attributes:          attributes,
	}
}

func (d *userDataSource) ConfigValidators(ctx context.Context) []datasource.ConfigValidator {
	return append(d.DataSource.ConfigValidators(ctx), datasourcevalidator.ExactlyOneOf(path.MatchRoot("id"), path.MatchRoot("email")))
}

func (d *userDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m userDataModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	user, err := d.Client.ReadUserBy(ctx, "data.iam_user", m.ID.ValueString(), m.Email.ValueString())
	if err != nil {
		at := path.Root("id")
		if m.ID.IsNull() {
			at = path.Root("email")
		}
		resp.Diagnostics.Append(plumbing.UnableAt(at, "read", "user", m.ID.ValueString()+m.Email.ValueString(), err))
		return
	}
	config := m
	m.fromAPI(*user)
	if !config.Email.IsNull() {
		m.Email = config.Email // as the configuration spells it
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
