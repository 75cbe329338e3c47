package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/query"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// sitePageSize is the default page size of the site service.
const sitePageSize = 16

// handleSiteList answers GET /site/{tenant}/sites.
func (s *Server) handleSiteList(c *call) error {
	sites, err := s.listedSites(c)
	if err != nil {
		return err
	}
	view := wire.ParseSiteView(c.query("expand"))
	for i, site := range sites {
		sites[i] = view.Show(site)
	}
	return c.write(http.StatusOK, wire.List(sites))
}

// handleSiteCodeList answers GET /site/{tenant}/siteslist.
func (s *Server) handleSiteCodeList(c *call) error {
	sites, err := s.listedSites(c)
	if err != nil {
		return err
	}
	codes := make([]any, len(sites))
	for i, site := range sites {
		codes[i] = site["code"]
	}
	return c.write(http.StatusOK, codes)
}

// listedSites returns the requested page of sites, and counts all sites if the request
// asks for it.
func (s *Server) listedSites(c *call) ([]wire.Object, error) {
	inactive, err := c.flag("includeInactive")
	if err != nil {
		return nil, err
	}
	if inactive && !c.holds(api.ScopeSiteManage) {
		return nil, forbidden(api.ScopeSiteManage)
	}
	counted, err := c.flag("totalCount")
	if err != nil {
		return nil, err
	}
	documents, err := s.store.Documents(c.ctx, c.tenant, store.KindSite)
	if err != nil {
		return nil, fmt.Errorf("listing sites: %w", err)
	}
	sites := make([]wire.Object, len(documents))
	for i, d := range documents {
		if sites[i], err = wire.Site(d); err != nil {
			return nil, err
		}
		if !c.holds(api.ScopeSiteManage) {
			sites[i] = wire.WithoutRestricted(sites[i]) // q and sort must not reveal it either
		}
	}
	if !inactive {
		sites = slices.DeleteFunc(sites, func(site wire.Object) bool { return site["active"] != true })
	}
	l := listing[wire.Object]{document: func(site wire.Object) any { return site }, filter: true, sortable: true, pageSize: sitePageSize}
	sites, total, err := l.apply(c, sites)
	if err == nil && counted {
		c.w.Header().Set(api.HeaderSiteCount, strconv.Itoa(total))
	}
	return sites, err
}

// handleSiteGet answers GET /site/{tenant}/sites/{siteCode}.
func (s *Server) handleSiteGet(c *call) error {
	site, err := loadSite(c.ctx, s.store, c.tenant, c.value("siteCode"))
	if err != nil {
		return err
	}
	if !c.holds(api.ScopeSiteManage) {
		if site["active"] != true {
			return forbidden(api.ScopeSiteManage)
		}
		site = wire.WithoutRestricted(site)
	}
	return c.write(http.StatusOK, wire.ParseSiteView(c.query("expand")).Show(site))
}

// loadSite reads a site, or refuses with 404.
func loadSite(ctx context.Context, tx store.DocumentTx, tenant, code string) (wire.Object, error) {
	d, err := tx.Document(ctx, tenant, store.KindSite, code)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound("Site not found", code, fmt.Sprintf("There is no site with the code '%s'", code))
	}
	if err != nil {
		return nil, fmt.Errorf("reading site: %w", err)
	}
	return wire.Site(d)
}

// handleSiteCreate answers POST /site/{tenant}/sites.
func (s *Server) handleSiteCreate(c *call) error {
	body, err := c.decodeObject()
	if err != nil {
		return err
	}
	doc := wire.MergePatch(nil, body) // without nulls
	site, err := checkSite(doc)
	if err != nil {
		return err
	}
	err = s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		if _, err := tx.Document(c.ctx, c.tenant, store.KindSite, site.Code); err == nil {
			return conflict("Site could not be created", site.Code, fmt.Sprintf("There is a site with the code '%s' already", site.Code))
		} else if !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading site: %w", err)
		}
		if site.Default {
			if err := s.unsetDefaultSite(c.ctx, tx, c.tenant); err != nil {
				return err
			}
		}
		return s.storeSite(c.ctx, tx, c.tenant, doc)
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusCreated, api.Created{ID: site.Code})
}

// handleSitePut answers PUT /site/{tenant}/sites/{siteCode}: it replaces the site. Members
// that reads omit, and those that the service decides, are kept if they are missing.
func (s *Server) handleSitePut(c *call) error {
	body, err := c.decodeObject()
	if err != nil {
		return err
	}
	view := wire.ParseSiteView(c.query("expand"))
	return s.changeSite(c, func(present wire.Object) (wire.Object, error) {
		kept := wire.Object{}
		for _, name := range []string{"code", "default", "mixins"} {
			_, said := body[name]
			if value, ok := present[name]; ok && !said {
				kept[name] = value
			}
		}
		metadata, _ := present["metadata"].(wire.Object)
		if schemas, ok := metadata["mixins"]; ok && kept["mixins"] != nil && !query.Has(body, "metadata.mixins") {
			kept["metadata"] = wire.Object{"mixins": schemas}
		}
		doc := wire.MergePatch(kept, body)
		view.Keep(present, doc)
		return doc, nil
	})
}

// handleSitePatch answers PATCH /site/{tenant}/sites/{siteCode}: it changes the members of
// the body, objects member by member, and removes members that are null.
func (s *Server) handleSitePatch(c *call) error {
	body, err := c.decodeObject()
	if err != nil {
		return err
	}
	return s.changeSite(c, func(present wire.Object) (wire.Object, error) { return wire.MergePatch(present, body), nil })
}

// changeSite stores what change returns for the site of the path, and responds.
func (s *Server) changeSite(c *call, change func(present wire.Object) (wire.Object, error)) error {
	if err := s.overwriteSite(c, change); err != nil {
		return err
	}
	return c.changed()
}

func (s *Server) overwriteSite(c *call, change func(present wire.Object) (wire.Object, error)) error {
	code := c.value("siteCode")
	return s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		present, err := loadSite(c.ctx, tx, c.tenant, code)
		if err != nil {
			return err
		}
		doc, err := change(present)
		if err != nil {
			return err
		}
		site, err := checkSite(doc)
		if err != nil {
			return err
		}
		version := wire.SiteVersion(present)
		switch {
		case site.Code != code:
			return badRequest("The site is not valid", fmt.Sprintf("The code of site '%s' cannot change", code))
		case site.Metadata != nil && site.Metadata.Version != nil && *site.Metadata.Version != version:
			return outdated("site", code, version, *site.Metadata.Version)
		case present["default"] == true && !site.Default:
			return badRequest("A tenant has one default site", fmt.Sprintf("Make another site the default instead of unsetting '%s'", code))
		case present["default"] != true && site.Default:
			if err := s.unsetDefaultSite(c.ctx, tx, c.tenant); err != nil {
				return err
			}
		}
		return s.storeSite(c.ctx, tx, c.tenant, doc)
	})
}

// unsetDefaultSite makes no site the default, before another one becomes it.
func (s *Server) unsetDefaultSite(ctx context.Context, tx store.DocumentTx, tenant string) error {
	documents, err := tx.Documents(ctx, tenant, store.KindSite)
	if err != nil {
		return fmt.Errorf("listing sites: %w", err)
	}
	for _, d := range documents {
		site, err := wire.Site(d)
		if err != nil {
			return err
		}
		if site["default"] != true {
			continue
		}
		site["default"] = false
		if err := s.storeSite(ctx, tx, tenant, site); err != nil {
			return err
		}
	}
	return nil
}

// handleSiteDelete answers DELETE /site/{tenant}/sites/{siteCode}.
func (s *Server) handleSiteDelete(c *call) error {
	code := c.value("siteCode")
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		site, err := loadSite(c.ctx, tx, c.tenant, code)
		if err != nil {
			return err
		}
		if site["default"] == true {
			return badRequest("Site could not be deleted", fmt.Sprintf("Site '%s' is the default site: make another site the default first", code))
		}
		rules, err := restrictionRules(c.ctx, tx, c.tenant)
		if err != nil {
			return err
		}
		if rules.SyncWithSites && slices.Contains(rules.Listed, code) {
			return badRequest("Site could not be deleted", fmt.Sprintf(
				"The tenant lists '%s' as a restriction value, and %s ties these to the sites: remove it from the list, or turn that setting off, first", code, api.SettingSiteSync))
		}
		return tx.DeleteDocument(c.ctx, c.tenant, store.KindSite, code)
	})
	if err != nil {
		return err
	}
	return c.done()
}

// storeSite stores a site. The store counts its version.
func (s *Server) storeSite(ctx context.Context, tx store.DocumentTx, tenant string, doc wire.Object) error {
	code, _ := doc["code"].(string)
	kept := wire.MergePatch(doc, wire.Object{"metadata": wire.Object{"version": nil}})
	if rest, _ := kept["metadata"].(wire.Object); len(rest) == 0 {
		delete(kept, "metadata")
	}
	body, err := json.Marshal(kept)
	if err != nil {
		return fmt.Errorf("encoding site %s: %w", code, err)
	}
	now := s.timestamp()
	err = tx.PutDocument(ctx, store.Document{Tenant: tenant, Kind: store.KindSite, ID: code, Body: string(body), CreatedAt: now, ModifiedAt: now})
	if err != nil {
		return fmt.Errorf("keeping site %s: %w", code, err)
	}
	return nil
}
