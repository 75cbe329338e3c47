package rights

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

var _ datasource.DataSourceWithConfigure = (*accessControlsDataSource)(nil)

type accessControlsDataSource struct {
	plumbing.DataSource
}

// NewAccessControlsDataSource returns the data source iam_access_controls.
func NewAccessControlsDataSource() datasource.DataSource {
	return &accessControlsDataSource{plumbing.DataSource{Name: "access_controls"}}
}

// accessControlsModel is the state of the data source iam_access_controls.
type accessControlsModel struct {
	Predefined     types.Bool   `tfsdk:"predefined"`
	Domain         types.String `tfsdk:"domain"`
	AccessControls types.List   `tfsdk:"access_controls"`
}

// accessControlListModel is an access control in the list.
type accessControlListModel struct {
	accessControlModel

	Predefined types.Bool `tfsdk:"predefined"`
}

func accessControlListAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":                schema.StringAttribute{MarkdownDescription: "Id of the access control.", Computed: true},
		"name":              schema.MapAttribute{MarkdownDescription: "Name by language.", ElementType: types.StringType, Computed: true},
		"description":       schema.MapAttribute{MarkdownDescription: "Description by language; null if the API does not return it.", ElementType: types.StringType, Computed: true},
		"scopes":            schema.SetAttribute{MarkdownDescription: "Ids of the scopes that it holds.", ElementType: types.StringType, Computed: true},
		"domains":           schema.SetAttribute{MarkdownDescription: "Domains of the access control.", ElementType: types.StringType, Computed: true},
		"restricted_to":     schema.StringAttribute{MarkdownDescription: "The type of groups that can carry it; null for all.", Computed: true},
		"restriction_aware": schema.BoolAttribute{MarkdownDescription: "Whether the restrictions of a group limit the scopes.", Computed: true},
		"vendor_aware":      schema.BoolAttribute{MarkdownDescription: "Whether the scopes are limited to a vendor's own records.", Computed: true},
		"predefined":        schema.BoolAttribute{MarkdownDescription: "Whether it is predefined. Predefined access controls cannot be managed.", Computed: true},
	}
}

func (d *accessControlsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "The tenant's access controls, predefined ones and its own, ordered by id.",
		Attributes: map[string]schema.Attribute{
			"predefined": schema.BoolAttribute{
				MarkdownDescription: "`true` selects only predefined ones, `false` only the tenant's own.",
				Optional:            true,
			},
			"domain": schema.StringAttribute{
				MarkdownDescription: "Only access controls of this domain.",
				Optional:            true,
				Validators:          []validator.String{plumbing.NotEmpty()},
			},
			"access_controls": schema.ListNestedAttribute{
				MarkdownDescription: "The access controls.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: accessControlListAttributes()},
			},
		},
	}
}

func (d *accessControlsDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var m accessControlsModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &m)...)
	if resp.Diagnostics.HasError() || !d.Ready(&resp.Diagnostics) {
		return
	}
	controls, err := d.list(ctx, m)
	if err != nil {
		resp.Diagnostics.Append(plumbing.Unable("list", "access controls", "of the tenant", err))
		return
	}
	models := make([]accessControlListModel, len(controls))
	none := types.SetValueMust(types.StringType, nil)
	for i, c := range controls {
		models[i].Description, models[i].Scopes, models[i].Domains = types.MapNull(types.StringType), none, none
		models[i].fromAPI(c)
		models[i].Predefined = types.BoolValue(c.Predefined)
	}
	list, diags := types.ListValueFrom(ctx, schema.NestedAttributeObject{Attributes: accessControlListAttributes()}.Type(), models)
	resp.Diagnostics.Append(diags...)
	m.AccessControls = list
	resp.Diagnostics.Append(resp.State.Set(ctx, m)...)
}

// list returns the selected access controls, ordered by id. Access controls
// that the API lists without scopes are read individually.
func (d *accessControlsDataSource) list(ctx context.Context, m accessControlsModel) ([]api.AccessControl, error) {
	controls, err := d.Client.AccessControls(ctx)
	if err != nil {
		return nil, err
	}
	controls = slices.DeleteFunc(controls, func(c api.AccessControl) bool {
		return !m.Predefined.IsNull() && c.Predefined != m.Predefined.ValueBool() ||
			!m.Domain.IsNull() && !slices.Contains(c.Domains, m.Domain.ValueString())
	})
	for i, c := range controls {
		if len(c.Scopes) > 0 {
			continue
		}
		single, err := d.Client.AccessControl(ctx, c.ID)
		if err != nil {
			return nil, err
		}
		controls[i].Scopes = single.Scopes
	}
	slices.SortFunc(controls, func(a, b api.AccessControl) int { return cmp.Compare(a.ID, b.ID) })
	return controls, nil
}
