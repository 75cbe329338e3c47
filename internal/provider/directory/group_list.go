package directory

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// groupFilter selects groups.
type groupFilter struct {
	UserType types.String `tfsdk:"user_type"`
	VendorID types.String `tfsdk:"vendor_id"`
	nameFilter
	// VendorGroups includes groups that the API created for vendors, as does VendorID.
	VendorGroups types.Bool `tfsdk:"vendor_groups"`
}

func referToGroup() plumbing.Reference { return plumbing.ReferTo("group", (*client.Client).Group) }

func userTypeFilter() schema.Attribute {
	return plumbing.Filter("Only groups for `EMPLOYEE` or for `CUSTOMER`.", stringvalidator.OneOf(string(access.Employee), string(access.Customer)))
}

// NewGroupList returns the list resource iam_group.
func NewGroupList() list.ListResource {
	return &plumbing.List[groupFilter]{
		IdentifiedResource: groupType,
		About:              "Lists the tenant's groups in the order of their creation, except predefined groups, which cannot be managed. Groups that the API created for vendors are listed only with `vendor_groups` or `vendor_id`: they belong to the vendor, and `group_ids` of `iam_vendor` has their ids.",
		Filters: map[string]schema.Attribute{
			"user_type":     userTypeFilter(),
			"name":          plumbing.Filter(nameFilters["name"]),
			"name_contains": plumbing.Filter(nameFilters["name_contains"]),
			"vendor_id":     plumbing.Filter("Only groups of the vendor with this id, including those that the API created for it."),
			"vendor_groups": schema.BoolAttribute{
				MarkdownDescription: "Whether to also list the groups that the API created for vendors.",
				Optional:            true,
			},
		},
		Refers: map[string]plumbing.Reference{"vendor_id": plumbing.ReferTo("vendor", (*client.Client).Vendor)},
		Find:   findGroups,
	}
}

func findGroups(ctx context.Context, d *plumbing.Data, filter groupFilter) (found []plumbing.ListItem, err error) {
	groups, err := sortedGroups(ctx, d)
	if err != nil {
		return nil, err
	}
	tenant, err := d.PresentRights(ctx)
	created := map[string]bool{} // by the API, for a vendor
	if filter.VendorID.IsNull() && !filter.VendorGroups.ValueBool() {
		for _, g := range plumbing.VendorGroups(groups) {
			created[g.ID] = true
		}
	}
	for _, g := range groups {
		if g.Code != "" || predefined(g.ID) || created[g.ID] || !plumbing.Matches(filter.UserType, string(g.UserType)) || !plumbing.Matches(filter.VendorID, g.VendorID) || !filter.selects(g.Name) {
			continue
		}
		found = append(found, plumbing.ListItem{Name: plumbing.Label(g.Name, g.ID), State: func(context.Context) (any, error) { return importedGroup(g, tenant), nil }})
	}
	return found, err
}

// sortedGroups returns all groups in the order of their creation.
func sortedGroups(ctx context.Context, d *plumbing.Data) ([]api.Group, error) {
	groups, err := d.Client.Groups(ctx)
	plumbing.SortByCreation(groups, func(g api.Group) (string, string) { return g.Metadata.Created(), g.ID })
	return groups, err
}
