package client

import (
	"context"
	"net/http"
	"net/url"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func siteKey(s api.Site) string { return s.Code }

// Sites returns all sites, inactive ones only on request: they need the scope to
// manage sites.
func (c *Client) Sites(ctx context.Context, inactive bool) ([]api.Site, error) {
	return listWhere(ctx, c, c.path(api.PathSites), siteQuery(inactive), siteKey)
}

// SiteCodes returns the codes of all sites, those of inactive ones only on request.
func (c *Client) SiteCodes(ctx context.Context, inactive bool) ([]string, error) {
	return listWhere(ctx, c, c.path(api.PathSiteCodes), siteQuery(inactive), func(code string) string { return code })
}

// siteQuery also requests the total number of sites, because the service ignores the
// header.
func siteQuery(inactive bool) url.Values {
	query := url.Values{"totalCount": {"true"}}
	if inactive {
		query.Set("includeInactive", "true")
	}
	return query
}

// Site returns one site.
func (c *Client) Site(ctx context.Context, code string) (*api.Site, error) {
	return getOne(ctx, c, c.path(api.PathSite, code), hasID(siteKey, code))
}

// CreateSite creates a site. The request may be repeated, since its caller
// chooses the code: the second one is a conflict with the first.
func (c *Client) CreateSite(ctx context.Context, site api.Site) error {
	_, err := c.create(ctx, call{path: c.path(api.PathSites), body: site, again: true}, site.Code)
	return err
}

// UpdateSite changes the members of a site that are in the body and keeps the
// others.
func (c *Client) UpdateSite(ctx context.Context, code string, site api.SiteUpdate) error {
	r, err := c.do(ctx, call{
		method: http.MethodPatch, path: c.path(api.PathSite, code), body: site, want: []int{http.StatusOK, http.StatusNoContent},
	})
	if err == nil {
		err = checkAnswerID(r, siteKey, code)
	}
	return err
}

// DeleteSite deletes a site.
func (c *Client) DeleteSite(ctx context.Context, code string) error {
	return c.remove(ctx, c.path(api.PathSite, code), false)
}
