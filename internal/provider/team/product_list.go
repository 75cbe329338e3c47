package team

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/list"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// NewProductList returns the list resource iam_product.
func NewProductList() list.ListResource {
	return &plumbing.List[struct{}]{
		IdentifiedResource: productType,
		About:              "The products that the tenant has added to its team, oldest first, without predefined ones, which cannot be managed. Needs the reference backend: the public API has no teams.",
		Find: func(ctx context.Context, d *plumbing.Data, _ struct{}) (found []plumbing.ListItem, err error) {
			products, err := d.Client.TeamProducts(ctx)
			for _, p := range products {
				if !p.Predefined {
					var m productModel
					m.fromAPI(p)
					found = append(found, plumbing.ListItem{Name: p.Label, State: plumbing.Known(m)})
				}
			}
			return found, err
		},
	}
}
