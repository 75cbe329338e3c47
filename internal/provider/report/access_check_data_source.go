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
		MarkdownDescription: "Whether a user has an access level, and which group decides. Uses the same rules as `iam_user_permissions`. " +
			"For `check` blocks and tests of an access configuration.",
		Attributes: map[string]schema.Attribute{
			"user_id": schema.StringAttribute{MarkdownDescription: "Id of the user. Exactly one of `user_id` and `email` is required.", Optional: true, Computed: true},
			"email":   schema.StringAttribute{MarkdownDescription: "E-mail address of the user (case-insensitive). Exactly one of `user_id` and `email` is required.", Optional: true, Computed: true},
			"entity":  schema.StringAttribute{MarkdownDescription: "Code of the entity, such as `orders`.", Required: true},
			"level":   schema.StringAttribute{MarkdownDescription: "Level to check: any level of the entity except `none`.", Required: true},
			"restriction": schema.StringAttribute{
				MarkdownDescription: "Restriction value of the record, such as `DE`. By default, a record without one. Only affects restriction-aware entities.",
				Optional:            true,
				Validators:          []validator.String{plumbing.ValidRestriction()},
			},
			"vendor_id": schema.StringAttribute{
				MarkdownDescription: "Vendor whose own records are checked. By default, records of no particular vendor, for which access from a vendor's groups does not count.",
				Optional:            true,
			},
			"allowed":    schema.BoolAttribute{MarkdownDescription: "Whether the user has the level on these records.", Computed: true},
			"reason":     schema.StringAttribute{MarkdownDescription: "One sentence that names the deciding group: a group that allows the access, or the one that comes closest.", Computed: true},
			"granted_by": schema.ListAttribute{MarkdownDescription: "Ids of the groups that allow the access; empty if it is not allowed.", ElementType: types.StringType, Computed: true},
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

// wanted returns the level to check. An entity or a level that nobody can have
// is an error, not a denial.
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
			fmt.Sprintf("\"none\" means no access and needs no group. To check that a user has no access to %s, check the level \"read\" and expect allowed to be false.", entity))
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
