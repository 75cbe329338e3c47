package directory

import (
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// NewCompanyDomainsList returns the list resource iam_company_domains.
func NewCompanyDomainsList() list.ListResource {
	return &plumbing.List[plumbing.NoFilter]{
		IdentifiedResource: companyDomainsType,
		About:              "The company's e-mail domains; there is one list for each tenant that has any.",
		Find: func(ctx context.Context, d *plumbing.Data, _ plumbing.NoFilter) ([]plumbing.ListItem, error) {
			domains, _, err := plumbing.Setting[[]string](ctx, d.Client, api.SettingEmailDomains)
			if err != nil || len(domains) == 0 {
				return nil, err
			}
			slices.Sort(domains)
			m := companyDomainsModel{ID: types.StringValue(d.Client.Tenant()), Domains: plumbing.StringSet(slices.Compact(domains), types.SetNull(types.StringType))}
			return []plumbing.ListItem{{Name: "Domains of " + d.Client.Tenant(), State: plumbing.Known(m)}}, nil
		},
	}
}
