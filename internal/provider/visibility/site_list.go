package visibility

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// siteFilter selects sites.

// NewSiteList returns the list resource iam_site.
func NewSiteList() list.ListResource {
	return &plumbing.List[siteFilter]{
		IdentifiedResource: siteType,
		About:              "The tenant's sites by code. Without the scope `site.site_manage`, only active sites are visible.",
		Filters: map[string]schema.Attribute{
			"active": schema.BoolAttribute{MarkdownDescription: "Only sites that are open to the public, or only those that are not.", Optional: true},
		},
		Find: func(ctx context.Context, d *plumbing.Data, filter siteFilter) (found []plumbing.ListItem, err error) {
			sites, err := d.Client.Sites(ctx, true)
			if client.IsForbidden(err) {
				sites, err = d.Client.Sites(ctx, false)
			}
			slices.SortFunc(sites, func(a, b api.Site) int { return cmp.Compare(a.Code, b.Code) })
			for _, s := range sites {
				if filter.Active.IsNull() || filter.Active.ValueBool() == s.Active {
					var m siteModel
					m.fromAPI(s)
					found = append(found, plumbing.ListItem{Name: s.Name + " (" + s.Code + ")", State: plumbing.Known(m)})
				}
			}
			return found, err
		},
	}
}
