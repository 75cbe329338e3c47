package report

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework-validators/datasourcevalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var (
	_ datasource.DataSourceWithConfigure        = (*accessCheckDataSource)(nil)
	_ datasource.DataSourceWithConfigValidators = (*accessCheckDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig   = (*accessCheckDataSource)(nil)
)

type accessCheckDataSource struct {
	plumbing.DataSource
}

// NewAccessCheckDataSource returns the data source iam_access_check.
func NewAccessCheckDataSource() datasource.DataSource {
	return &accessCheckDataSource{plumbing.DataSource{Name: "access_check"}}
}

// accessCheckModel is the state of the data source iam_access_check.
type accessCheckModel struct {
	UserID      types.String `tfsdk:"user_id"`
	Email       types.String `tfsdk:"email"`
	Entity      types.String `tfsdk:"entity"`
	Level       types.String `tfsdk:"level"`
	Restriction types.String `tfsdk:"restriction"`
	VendorID    types.String `tfsdk:"vendor_id"`
	Allowed     types.Bool   `tfsdk:"allowed"`
	Reason      types.String `tfsdk:"reason"`
	GrantedBy   types.List   `tfsdk:"granted_by"`
}

func (d *accessCheckDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Whether a user may do something, and which group decides: one question to the same rules that `iam_user_permissions` reports by. " +
			"For `check` blocks and tests of an access configuration.",
		Attributes: map[string]schema.Attribute{
			"user_id": schema.StringAttribute{MarkdownDescription: "Id of the user. Give this or `email`.", Optional: true, Computed: true},
			"email":   schema.StringAttribute{MarkdownDescription: "E-mail address of the user, in any case. Give this or `user_id`.", Optional: true, Computed: true},
			"entity":  schema.StringAttribute{MarkdownDescription: "Code of the entity, such as `orders`.", Required: true},
			"level":   schema.StringAttribute{MarkdownDescription: "Level that the user would need: one that the entity admits, other than `none`.", Required: true},
			"restriction": schema.StringAttribute{
				MarkdownDescription: "Restriction value that the record carries, such as `DE`. Left out: a record that carries none. Matters for restriction-aware entities only.",
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidRestriction()},
			},
			"vendor_id": schema.StringAttribute{
				MarkdownDescription: "Vendor whose own records are meant. Left out: records of no vendor in particular, so that what the groups of a vendor give does not count.",
				Optional:            true,
			},
			"allowed":    schema.BoolAttribute{MarkdownDescription: "Whether the user holds the level on such records.", Computed: true},
			"reason":     schema.StringAttribute{MarkdownDescription: "One sentence that names the deciding group: one that allows it, or the one that comes nearest.", Computed: true},
			"granted_by": schema.ListAttribute{MarkdownDescription: "Ids of the groups that allow it; empty when it is not allowed.", ElementType: types.StringType, Computed: true},
		},
	}
}

func (d *accessCheckDataSource) ConfigValidators(ctx context.Context) []datasource.ConfigValidator {
	return append(d.DataSource.ConfigValidators(ctx), datasourcevalidator.ExactlyOneOf(path.MatchRoot("user_id"), path.MatchRoot("email")))
}

func (d *accessCheckDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var m accessCheckModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if plumbing.IsSet(m.Entity) && plumbing.IsSet(m.Level) {
		m.wanted(&resp.Diagnostics)
	}
}

// wanted returns the level that is asked about. An entity or a level that
// nobody can hold is a mistake in the question, not a no.
func (m *accessCheckModel) wanted(diags *diag.Diagnostics) access.Level {
	entity, name := m.Entity.ValueString(), m.Level.ValueString()
	level, err := access.Check(entity, name)
	_, known := access.EntityByCode(entity)
	switch {
	case !known:
		diags.AddAttributeError(path.Root("entity"), "Unknown Entity", plumbing.Sentence(err.Error()))
	case err != nil:
		diags.AddAttributeError(path.Root("level"), "Invalid Level", plumbing.Sentence(err.Error()))
	case level == access.None:
		diags.AddAttributeError(path.Root("level"), "Invalid Level",
			fmt.Sprintf("\"none\" is no access, which needs no group. To check that a user has no access to %s, ask for the level \"read\" and expect that it is not allowed.", entity))
	}
	return level
}

func (d *accessCheckDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m accessCheckModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() {
		return
	}
	level := m.wanted(&resp.Diagnostics)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	_, subject, err := readSubject(ctx, d.Client, fmt.Sprint("data.iam_access_check", m.Entity, m.Level, m.Restriction, m.VendorID), &m.UserID, &m.Email)
	if err != nil {
		resp.Diagnostics.Append(plumbing.UnableAt(err.at, "check", "access of user", err.user, err.cause))
		return
	}
	decision := access.Decide(subject, m.Entity.ValueString(), level, access.Records{Restriction: m.Restriction.ValueStringPointer(), VendorID: m.VendorID.ValueString()})
	m.Allowed = types.BoolValue(decision.Allowed)
	m.Reason = types.StringValue(decision.Reason)
	m.GrantedBy = plumbing.StringList(decision.GrantedBy)
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}
