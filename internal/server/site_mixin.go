package server

import (
	"fmt"
	"maps"
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
)

// handleSiteMixinList answers GET /site/{tenant}/sites/{siteCode}/mixins: an object of
// all mixins of the site, by name.
func (s *Server) handleSiteMixinList(c *call) error {
	site, err := loadSite(c.ctx, s.store, c.tenant, c.value("siteCode"))
	if err != nil {
		return err
	}
	all := wire.Object{}
	mixins, _ := site["mixins"].(wire.Object)
	for name := range mixins {
		all[name] = wire.Mixin(site, name)
	}
	return c.write(http.StatusOK, all)
}

// handleSiteMixinGet answers GET /site/{tenant}/sites/{siteCode}/mixins/{mixinName}.
func (s *Server) handleSiteMixinGet(c *call) error {
	site, err := loadSite(c.ctx, s.store, c.tenant, c.value("siteCode"))
	if err != nil {
		return err
	}
	mixin, err := siteMixin(c, site)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, mixin)
}

// siteMixin returns the mixin of the path, or refuses with 404.
func siteMixin(c *call, site wire.Object) (any, error) {
	name := c.value("mixinName")
	mixin := wire.Mixin(site, name)
	if mixin == nil {
		return nil, notFound("Mixin not found", name, fmt.Sprintf("Site '%s' has no mixin '%s'", c.value("siteCode"), name))
	}
	return mixin, nil
}

// handleSiteMixinCreate answers POST /site/{tenant}/sites/{siteCode}/mixins. The body has one
// member, whose name is that of the mixin.
func (s *Server) handleSiteMixinCreate(c *call) error {
	body, err := c.decodeObject()
	if err != nil {
		return err
	}
	names := slices.Collect(maps.Keys(body))
	if len(names) != 1 {
		return badRequest("Mixin could not be created", fmt.Sprintf("The body must be an object with one member, which is the mixin, not with %d", len(names)))
	}
	name := names[0]
	mixin, err := checkMixin(name, body[name])
	if err != nil {
		return err
	}
	if !api.Addressable(name) {
		return about(name, badRequest("Mixin could not be created", fmt.Sprintf("'%s' cannot be the name of a mixin: it is not a valid path segment", name)))
	}
	err = s.overwriteSite(c, func(site wire.Object) (wire.Object, error) {
		if wire.Mixin(site, name) != nil {
			return nil, conflict("Mixin could not be created", name, fmt.Sprintf("Site '%s' has a mixin '%s' already", c.value("siteCode"), name))
		}
		return wire.WithMixin(site, name, mixin), nil
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusCreated, api.Created{ID: name})
}

// checkMixin returns the value of a mixin, or refuses it.
func checkMixin(name string, value any) (wire.Object, error) {
	refused := func(member, message string) error {
		return invalid("The mixin is not valid", api.ServiceDetail{Field: member, Type: api.DetailType, Message: message})
	}
	mixin, ok := value.(wire.Object)
	if !ok {
		return nil, refused(name, "A mixin must be an object")
	}
	metadata, said := mixin["metadata"]
	if said && metadata != nil {
		members, ok := metadata.(wire.Object)
		if !ok {
			return nil, refused(name+".metadata", "The metadata of a mixin must be an object")
		}
		if _, isText := members["schema"].(string); members["schema"] != nil && !isText {
			return nil, refused(name+".metadata.schema", "The schema of a mixin must be the address of one")
		}
	}
	return mixin, nil
}

// namedMixin returns the mixin in a body: the body itself, or its one member if that is
// an object with the name of the mixin. The platform's examples have both.
func (c *call) namedMixin() (wire.Object, error) {
	body, err := c.decodeObject()
	if err != nil {
		return nil, err
	}
	name := c.value("mixinName")
	if named, ok := body[name].(wire.Object); ok && len(body) == 1 {
		body = named
	}
	return checkMixin(name, body)
}

// handleSiteMixinPut answers PUT /site/{tenant}/sites/{siteCode}/mixins/{mixinName}: it
// replaces a mixin.
func (s *Server) handleSiteMixinPut(c *call) error {
	return s.changeSiteMixin(c, func(_, body wire.Object) wire.Object { return body })
}

// handleSiteMixinPatch answers PATCH /site/{tenant}/sites/{siteCode}/mixins/{mixinName}:
// it changes a mixin by a JSON merge patch.
func (s *Server) handleSiteMixinPatch(c *call) error { return s.changeSiteMixin(c, wire.MergePatch) }

// changeSiteMixin replaces a mixin with the overlay of the present one and the body.
func (s *Server) changeSiteMixin(c *call, overlay func(present, body wire.Object) wire.Object) error {
	body, err := c.namedMixin()
	if err != nil {
		return err
	}
	return s.changeSite(c, func(site wire.Object) (wire.Object, error) {
		present, err := siteMixin(c, site)
		if err != nil {
			return nil, err
		}
		object, _ := present.(wire.Object)
		return wire.WithMixin(site, c.value("mixinName"), overlay(object, body)), nil
	})
}

// handleSiteMixinDelete answers DELETE /site/{tenant}/sites/{siteCode}/mixins/{mixinName}.
func (s *Server) handleSiteMixinDelete(c *call) error {
	err := s.overwriteSite(c, func(site wire.Object) (wire.Object, error) {
		_, err := siteMixin(c, site)
		return wire.WithMixin(site, c.value("mixinName"), nil), err
	})
	if err != nil {
		return err
	}
	return c.done()
}
