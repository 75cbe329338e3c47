package report

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
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
	GroupIDs      types.Set    `tfsdk:"group_ids"`
	Emails        types.Set    `tfsdk:"emails"`
	IncludeRows   types.Bool   `tfsdk:"include_rows"`
	IncludeCSV    types.Bool   `tfsdk:"include_csv"`
	Rows          types.List   `tfsdk:"rows"`
	CSV           types.String `tfsdk:"csv"`
	Findings      types.List   `tfsdk:"findings"`
	FindingCounts types.Map    `tfsdk:"finding_counts"`
	UserCount     types.Int64  `tfsdk:"user_count"`
	RowCount      types.Int64  `tfsdk:"row_count"`
	Admins        types.List   `tfsdk:"admins"`
}

// maxReviewRows is the largest number of rows that a state holds: Terraform keeps
// each cell several times.
const maxReviewRows = 10_000

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
			"include_rows": schema.BoolAttribute{
				MarkdownDescription: fmt.Sprintf("Whether to set `rows`. At most %d rows are possible; if there are more, select users, or use `include_csv`.", maxReviewRows),
				Optional:            true,
			},
			"include_csv": schema.BoolAttribute{
				MarkdownDescription: "Whether to set `csv`. The command `terraform-provider-iam report --all --format csv` writes the same for all employees, without a state.",
				Optional:            true,
			},
			"rows": list("With `include_rows`, the rows of each user as in `iam_user_permissions`, ordered by e-mail address. Users without access have no rows.", userRowAttributes()),
			"csv": schema.StringAttribute{
				MarkdownDescription: "With `include_csv`, the rows as CSV (RFC 4180) with a header row, starting with the user. Lists are separated by spaces; cells that a spreadsheet would run as a formula start with an apostrophe.",
				Computed:            true,
			},
			"findings": list("Findings: first about users, ordered by e-mail address, then about groups, ordered by id. "+
				"If users are selected: about these users, their groups and the groups in `group_ids`.", findingAttributes()),
			"finding_counts": schema.MapAttribute{
				MarkdownDescription: "Number of findings by `kind`, without kinds that have none.",
				ElementType:         types.Int64Type,
				Computed:            true,
			},
			"user_count": schema.Int64Attribute{MarkdownDescription: "Number of reviewed users, including those without access.", Computed: true},
			"row_count":  schema.Int64Attribute{MarkdownDescription: "Number of rows, whether they are included or not.", Computed: true},
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
	m.setRows(ctx, chosen.state, &resp.Diagnostics)
	m.setFindings(ctx, access.Findings(state), chosen, &resp.Diagnostics)
	var admins []string
	for _, u := range access.Admins(chosen.state) {
		admins = append(admins, u.Email)
	}
	m.Admins, m.UserCount = plumbing.OrderedList(admins), types.Int64Value(int64(len(chosen.state.Users)))
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// setRows counts the rows and sets those that the configuration includes.
func (m *accessReviewModel) setRows(ctx context.Context, state access.State, diags *diag.Diagnostics) {
	rows, count := []userRowModel{}, int64(0) // an empty list, not null
	for user, report := range access.Reports(state) {
		count += int64(len(report))
		if !m.IncludeRows.ValueBool() || count > maxReviewRows {
			continue
		}
		for _, r := range report {
			row := userRowModel{UserID: types.StringValue(user.ID), Email: types.StringValue(user.Email)}
			row.fromCore(r)
			rows = append(rows, row)
		}
	}
	rowType := schema.NestedAttributeObject{Attributes: userRowAttributes()}.Type()
	m.RowCount, m.Rows, m.CSV = types.Int64Value(count), types.ListNull(rowType), types.StringNull()
	switch {
	case m.IncludeRows.ValueBool() && count > maxReviewRows:
		diags.AddAttributeError(path.Root("include_rows"), "Too Many Rows", fmt.Sprintf(
			"The review has %d rows, and a state holds at most %d. Select users with group_ids or emails, set include_csv instead, or run terraform-provider-iam report --all --format csv.", count, maxReviewRows))
		return
	case m.IncludeRows.ValueBool():
		list, found := types.ListValueFrom(ctx, rowType, rows)
		diags.Append(found...)
		m.Rows = list
	}
	if m.IncludeCSV.ValueBool() {
		var text strings.Builder
		_ = access.WriteReportCSV(&text, state) // a strings.Builder never fails
		m.CSV = types.StringValue(text.String())
	}
}

// setFindings sets the findings that concern the chosen users and groups.
func (m *accessReviewModel) setFindings(ctx context.Context, all []access.Finding, chosen choice, diags *diag.Diagnostics) {
	findings, counts := []findingModel{}, map[string]int64{}
	for _, f := range all {
		if chosen.concerns(f) {
			var finding findingModel
			finding.fromCore(f)
			findings = append(findings, finding)
			counts[string(f.Kind)]++
		}
	}
	list, found := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: findingAttributes()}.Type(), findings)
	diags.Append(found...)
	m.Findings = list
	m.FindingCounts, found = types.MapValueFrom(ctx, types.Int64Type, counts)
	diags.Append(found...)
}
