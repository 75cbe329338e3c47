package server

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleRoleList answers GET /iam/{tenant}/roles.
func (s *Server) handleRoleList(c *call) error { return s.writeLegacy(c, wire.LegacyRoles()) }

// handleRoleGet answers GET /iam/{tenant}/roles/{roleId}.
func (s *Server) handleRoleGet(c *call) error {
	return s.writeLegacyOne(c, "role", c.value("roleId"), wire.LegacyRoles())
}

// handlePermissionList answers GET /iam/{tenant}/permissions.
func (s *Server) handlePermissionList(c *call) error {
	return s.writeLegacy(c, wire.LegacyPermissions())
}

// handlePermissionGet answers GET /iam/{tenant}/permissions/{permissionId}.
func (s *Server) handlePermissionGet(c *call) error {
	return s.writeLegacyOne(c, "permission", c.value("permissionId"), wire.LegacyPermissions())
}

// handleResourceList answers GET /iam/{tenant}/resources.
func (s *Server) handleResourceList(c *call) error { return s.writeLegacy(c, wire.LegacyResources()) }

// handleResourceGet answers GET /iam/{tenant}/resources/{resourceId}.
func (s *Server) handleResourceGet(c *call) error {
	return s.writeLegacyOne(c, "resource", c.value("resourceId"), wire.LegacyResources())
}

// writeLegacy lists items. All are as old as the tenant, so they are sorted by id.
func (s *Server) writeLegacy(c *call, items []wire.LegacyItem) error {
	l, err := s.legacyView(c)
	if err != nil {
		return err
	}
	all := l
	all.View = wire.View{All: true}
	slices.SortFunc(items, func(a, b wire.LegacyItem) int { return strings.Compare(a.ID, b.ID) })
	items, total, err := listing[wire.LegacyItem]{
		document: func(i wire.LegacyItem) any { return i.Document(all) },
		name:     wire.LegacyItem.Texts,
		about:    func(wire.LegacyItem) map[string]string { return nil },
		modified: func(wire.LegacyItem) time.Time { return l.Made },
		sortable: true, localized: true,
	}.apply(c, items)
	if err != nil {
		return err
	}
	return writeList(c, l.Documents(items), total)
}

func (s *Server) writeLegacyOne(c *call, kind, id string, items []wire.LegacyItem) error {
	l, err := s.legacyView(c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(items, func(item wire.LegacyItem) bool { return item.ID == id })
	if i < 0 {
		return legacyNotFound(kind, id)
	}
	return c.write(http.StatusOK, items[i].Document(l))
}

func legacyNotFound(kind, id string) error {
	return notFound("Error while getting "+kind, id, fmt.Sprintf("%s with id '%s' not found", strings.ToUpper(kind[:1])+kind[1:], id))
}

// handleUserControlsOn answers GET /iam/{tenant}/users/{userId}/access-controls/{resourceId}.
func (s *Server) handleUserControlsOn(c *call) error {
	l, err := s.controlView(c)
	if err != nil {
		return err
	}
	id := c.value("resourceId")
	if !slices.ContainsFunc(access.LegacyResources(), func(r access.LegacyResource) bool { return r.ID == id }) {
		return legacyNotFound("resource", id)
	}
	groups, err := s.groupsOfKnownUser(c)
	if err != nil {
		return err
	}
	controls, err := s.controlsOf(c, groups)
	if err != nil {
		return err
	}
	documents := []api.LegacyAccessControl{}
	for _, control := range controls {
		if doc := l.Control(control); doc.ResourceID == id {
			documents = append(documents, doc)
		}
	}
	return c.write(http.StatusOK, documents)
}

// handleUserPermissions answers GET /iam/{tenant}/users/{userId}/permissions/{resourceId}:
// what the access controls of the user's groups permit. An unknown or locked user and an
// unknown resource have no permissions.
func (s *Server) handleUserPermissions(c *call) error {
	l, err := s.legacyView(c)
	if err != nil {
		return err
	}
	groups, err := s.groupsOf(c, c.value("userId"))
	if err != nil {
		return err
	}
	u, err := s.store.User(c.ctx, c.tenant, c.value("userId"))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("reading user: %w", err)
	}
	controls, err := s.controlsOf(c, groups)
	if err != nil {
		return err
	}
	highest, known := access.None, access.Product("").Admits
	for _, control := range controls {
		if role, resource, ok := wire.LegacyOf(control); ok && !barred(u) && resource.ID == c.value("resourceId") {
			highest, known = max(highest, role.Level), resource.Entity.Product.Admits
		}
	}
	return c.write(http.StatusOK, l.Documents(wire.LegacyPermissionsUpTo(highest, known)))
}
