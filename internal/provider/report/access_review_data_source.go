package report

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*accessReviewDataSource)(nil)

type accessReviewDataSource struct {
	plumbing.DataSource
}

// NewAccessReviewDataSource returns the data source iam_access_review.
func NewAccessReviewDataSource() datasource.DataSource {
	return &accessReviewDataSource{plumbing.DataSource{Name: "access_review"}}
}

// accessReviewModel is the state of the data source iam_access_review.
type accessReviewModel struct {
	GroupIDs types.Set    `tfsdk:"group_ids"`
	Emails   types.Set    `tfsdk:"emails"`
	Rows     types.List   `tfsdk:"rows"`
	CSV      types.String `tfsdk:"csv"`
	Findings types.List   `tfsdk:"findings"`
	Admins   types.List   `tfsdk:"admins"`
}

// userRowModel is a row of the report, with its user.
type userRowModel struct {
	rowModel
	UserID types.String `tfsdk:"user_id"`
	Email  types.String `tfsdk:"email"`
}

func userRowAttributes() map[string]schema.Attribute {
	attributes := rowAttributes()
	attributes["user_id"] = schema.StringAttribute{MarkdownDescription: "Id of the user.", Computed: true}
	attributes["email"] = schema.StringAttribute{MarkdownDescription: "E-mail address of the user.", Computed: true}
	return attributes
}

// findingModel is one finding.
type findingModel struct {
	Kind     types.String `tfsdk:"kind"`
	Text     types.String `tfsdk:"text"`
	UserID   types.String `tfsdk:"user_id"`
	Email    types.String `tfsdk:"email"`
	Entity   types.String `tfsdk:"entity"`
	GroupIDs types.List   `tfsdk:"group_ids"`
}

func (m *findingModel) fromCore(f access.Finding) {
	m.Kind = types.StringValue(string(f.Kind))
	m.Text = types.StringValue(f.Text)
	m.UserID = plumbing.StringOrNull(f.UserID)
	m.Email = plumbing.StringOrNull(f.Email)
	m.Entity = plumbing.StringOrNull(f.Entity)
	m.GroupIDs = plumbing.StringList(f.Groups)
}

func findingAttributes() map[string]schema.Attribute {
	text := func(about string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: about, Computed: true}
	}
	return map[string]schema.Attribute{
		"kind": text("`unrestricted_by_accident` (one group gives the user without restriction what another group restricts), `unmet_dependencies` (of a group, or of all groups of a user together), " +
			"`locked_with_groups` (a locked user gets everything back when unlocked), `stale_make_member` (a user who has lost the roles in Make, or left the tenant, is still a member of the Make organization) or `group_without_members`."),
		"text":      text("The finding in one sentence."),
		"user_id":   text("Id of the user; null for a finding about a group."),
		"email":     text("E-mail address of the user."),
		"entity":    text("Code of the entity; null if the finding is about all entities."),
		"group_ids": schema.ListAttribute{MarkdownDescription: "Ids of the groups involved.", ElementType: types.StringType, Computed: true},
	}
}

func (d *accessReviewDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	filter := func(about string) schema.Attribute {
		return schema.SetAttribute{
			MarkdownDescription: about, ElementType: types.StringType, Optional: true,
			Validators: []validator.Set{plumbing.NotEmptySet("An empty filter would review no users. ")},
		}
	}
	list := func(about string, attributes map[string]schema.Attribute) schema.Attribute {
		return schema.ListNestedAttribute{MarkdownDescription: about, Computed: true, NestedObject: schema.NestedAttributeObject{Attributes: attributes}}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "The permissions report of many users, with findings, for an access review. " +
			"Covers all employees, or only those selected by `group_ids` or `emails`; with both, users selected by either. " +
			"A warning names what the API key has no permission to read.",
		Attributes: map[string]schema.Attribute{
			"group_ids": filter("Ids of the groups whose members are reviewed. An id that the tenant does not have is an error."),
			"emails":    filter("E-mail addresses (case-insensitive) of users to review. An address that the tenant does not have is an error."),
			"rows":      list("The rows of each user as in `iam_user_permissions`, ordered by e-mail address. Users without access have no rows.", userRowAttributes()),
			"csv": schema.StringAttribute{
				MarkdownDescription: "The rows as CSV (RFC 4180) with a header row, starting with the user. Lists are separated by spaces; cells that a spreadsheet would run as a formula start with an apostrophe.",
				Computed:            true,
			},
			"findings": list("Findings: first about users, ordered by e-mail address, then about groups, ordered by id. "+
				"If users are selected: about these users, their groups and the groups in `group_ids`.", findingAttributes()),
			"admins": schema.ListAttribute{
				MarkdownDescription: "E-mail addresses of the reviewed users who can manage users and groups.",
				ElementType:         types.StringType,
				Computed:            true,
			},
		},
	}
}

func (d *accessReviewDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m accessReviewModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	state, err := d.Client.State(ctx)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("review", "access of tenant", d.Client.Tenant(), err))
		return
	}
	if len(state.Unread) > 0 {
		resp.Diagnostics.AddWarning("Access Not Reviewed", fmt.Sprintf(
			"The access token has no permission to read %s, so findings about that are missing. Use an API key with this permission.", strings.Join(state.Unread, ", ")))
	}
	chosen := choose(m, state, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	rows := []userRowModel{} // an empty list, not null
	for user, report := range access.Reports(chosen.state) {
		for _, r := range report {
			row := userRowModel{UserID: types.StringValue(user.ID), Email: types.StringValue(user.Email)}
			row.fromCore(r)
			rows = append(rows, row)
		}
	}
	findings := []findingModel{}
	for _, f := range access.Findings(state) {
		if chosen.concerns(f) {
			var finding findingModel
			finding.fromCore(f)
			findings = append(findings, finding)
		}
	}
	var admins []string
	for _, u := range access.Admins(chosen.state) {
		admins = append(admins, u.Email)
	}
	var text strings.Builder
	_ = access.WriteReviewCSV(&text, chosen.state) // a strings.Builder never fails
	rowList, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: userRowAttributes()}.Type(), rows)
	resp.Diagnostics.Append(diags...)
	findingList, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: findingAttributes()}.Type(), findings)
	resp.Diagnostics.Append(diags...)
	m.Rows, m.CSV, m.Findings, m.Admins = rowList, types.StringValue(text.String()), findingList, plumbing.OrderedList(admins)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
