package rights

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// domainFilter selects scopes or access controls.

// NewScopeList returns the list resource iam_scope.
func NewScopeList() list.ListResource {
	return &plumbing.List[domainFilter]{
		IdentifiedResource: scopeType,
		About:              "The tenant's own scopes by id, without predefined ones, which cannot be managed.",
		Filters:            map[string]schema.Attribute{"domain": plumbing.Filter("Only scopes of this domain.")},
		Find: func(ctx context.Context, d *plumbing.Data, filter domainFilter) (found []plumbing.ListItem, err error) {
			scopes, err := d.Client.Scopes(ctx)
			slices.SortFunc(scopes, func(a, b api.Scope) int { return cmp.Compare(a.ID, b.ID) })
			for _, s := range scopes {
				if !s.Predefined && plumbing.Matches(filter.Domain, s.Domain) {
					var m scopeModel
					m.fromAPI(s)
					found = append(found, plumbing.ListItem{Name: s.ID, State: plumbing.Known(m)})
				}
			}
			return found, err
		},
	}
}
