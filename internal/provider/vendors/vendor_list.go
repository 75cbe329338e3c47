package vendors

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// vendorFilter selects vendors.
type vendorFilter struct {
	Type types.String `tfsdk:"type"`
}

// NewVendorList returns the list resource iam_vendor.
func NewVendorList() list.ListResource {
	return &plumbing.List[vendorFilter]{
		IdentifiedResource: vendorType,
		About:              "The tenant's vendors in the order of their creation.",
		Filters: map[string]schema.Attribute{
			"type": plumbing.Filter("Only vendors of this type: `COMPANY` or `SUBSIDIARY`.", stringvalidator.OneOf(string(api.VendorCompany), string(api.VendorSubsidiary))),
		},
		Find: findVendors,
	}
}

func findVendors(ctx context.Context, d *plumbing.Data, filter vendorFilter) (found []plumbing.ListItem, err error) {
	vendors, err := d.Client.Vendors(ctx)
	if err != nil || len(vendors) == 0 {
		return nil, err
	}
	groups, err := d.Client.Groups(ctx)
	if err != nil {
		return nil, err
	}
	ofVendor := map[string][]api.Group{}
	for _, g := range groups {
		ofVendor[g.VendorID] = append(ofVendor[g.VendorID], g)
	}
	plumbing.SortByCreation(vendors, func(v api.Vendor) (string, string) { return v.Metadata.Created(), v.ID })
	var diags diag.Diagnostics
	for _, v := range vendors {
		if !plumbing.Matches(filter.Type, string(v.Type)) {
			continue
		}
		m := importedVendor()
		m.fromAPI(ctx, v, &diags)
		m.readGroups(ofVendor[v.ID])
		found = append(found, plumbing.ListItem{Name: v.Name + " (" + v.ID + ")", State: plumbing.Known(m)})
	}
	return found, plumbing.FirstError(diags)
}
