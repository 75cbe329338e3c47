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
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// legacyTable is every operation of the model before access controls held
// scopes. The public API deprecates it, so that it can be left out.
func (s *Server) legacyTable() []route {
	return []route{
		{"GET", api.PathRoles, one(api.ScopeRoleRead), s.handleRoleList},
		{"GET", api.PathRole, one(api.ScopeRoleRead), s.handleRoleGet},
		{"GET", api.PathPermissions, one(api.ScopePermissionRead), s.handlePermissionList},
		{"GET", api.PathPermission, one(api.ScopePermissionRead), s.handlePermissionGet},
		{"GET", api.PathResources, one(api.ScopeResourceRead), s.handleResourceList},
		{"GET", api.PathResource, one(api.ScopeResourceRead), s.handleResourceGet},
		{"GET", api.PathUserGrantsOn, one(api.ScopeAccessRead), s.handleUserControlsOn},
		{"GET", api.PathUserPermissions, one(api.ScopePermissionRead), s.handleUserPermissions},
	}
}

// legacyItem is a role, a permission or a resource.
type legacyItem struct {
	id       string
	name     string // in English
	document func(legacyView) any
}

func (i legacyItem) texts() map[string]string { return english(i.name) }

// legacyView says how the documents of the old model go out.
type legacyView struct {
	view
	on   bool      // the model is not left out
	made time.Time // what has a date in it

	// Of access controls only.
	role, resource     bool   // are expanded
	roleID, resourceID string // which are asked for; empty for all
}

// legacyView reads how the request wants the old model. Its things are as old
// as the tenant and never change.
func (s *Server) legacyView(c *call) (legacyView, error) {
	v, err := s.accepted(c)
	if err != nil {
		return legacyView{}, err
	}
	t, err := s.store.Tenant(c.ctx, c.tenant)
	if err != nil {
		return legacyView{}, fmt.Errorf("reading the tenant: %w", err)
	}
	return legacyView{view: v, on: true, made: t.CreatedAt}, nil
}

// controlView reads how the request wants access controls.
func (s *Server) controlView(c *call) (legacyView, error) {
	if s.noLegacy {
		v, err := s.accepted(c)
		return legacyView{view: v}, err
	}
	expanded := strings.Split(c.query("expand"), ",")
	role, resource := slices.Contains(expanded, "role"), slices.Contains(expanded, "resource")
	var l legacyView
	var err error
	if role || resource {
		l, err = s.legacyView(c)
	} else {
		l.view, err = s.accepted(c)
	}
	l.on, l.role, l.resource = true, role, resource
	l.roleID, l.resourceID = c.query("roleId"), c.query("resourceId")
	return l, err
}

func (l legacyView) metadata() *api.Metadata {
	return &api.Metadata{Version: 1, CreatedAt: stamp(l.made)}
}

// control presents an access control with the role and the resource that it
// was made of.
func (l legacyView) control(control store.AccessControl) api.LegacyAccessControl {
	doc := api.LegacyAccessControl{AccessControl: controlToWire(control, l.view)}
	role, resource, ok := legacyOf(control)
	if !l.on || !ok {
		return doc
	}
	doc.RoleID, doc.ResourceID = role.ID, resource.ID
	if l.role {
		doc.Role = l.roleToWire(role)
	}
	if l.resource {
		doc.Resource = l.resourceToWire(resource)
	}
	return doc
}

// legacyOf returns what an access control was in the old model.
func legacyOf(control store.AccessControl) (role access.LegacyRole, resource access.LegacyResource, ok bool) {
	predefined, _ := access.ControlByID(control.ID)
	return predefined.Legacy()
}

// selects reports whether the access control is one of those asked for.
func (l legacyView) selects(control store.AccessControl) bool {
	role, resource, _ := legacyOf(control)
	return (l.roleID == "" || l.roleID == role.ID) && (l.resourceID == "" || l.resourceID == resource.ID)
}

func (l legacyView) roleToWire(role access.LegacyRole) *api.LegacyRole {
	doc := &api.LegacyRole{ID: role.ID, Name: l.text(english(role.Label)), Metadata: l.metadata()}
	for _, level := range role.Permissions() {
		permission := api.LegacyRolePermission{ID: level.String(), Resources: resourceIDs(func(r access.LegacyResource) bool {
			return role.AppliesTo(r) && r.Entity.Product.Admits(level)
		})}
		doc.Permissions = append(doc.Permissions, permission)
	}
	return doc
}

func (l legacyView) permissionToWire(level access.Level) api.LegacyPermission {
	return api.LegacyPermission{
		ID: level.String(), Code: level.String(), Name: l.text(english(permissionName(level))), Metadata: l.metadata(),
		Resources: resourceIDs(func(r access.LegacyResource) bool { return r.Entity.Product.Admits(level) }),
	}
}

func (l legacyView) resourceToWire(r access.LegacyResource) *api.LegacyResource {
	return &api.LegacyResource{ID: r.ID, Code: r.Code, Name: l.text(english(r.Entity.Label)), Metadata: l.metadata()}
}

func permissionName(level access.Level) string {
	return strings.ToUpper(level.String()[:1]) + level.String()[1:]
}

func resourceIDs(chosen func(access.LegacyResource) bool) []string {
	ids := []string{}
	for _, r := range access.LegacyResources() {
		if chosen(r) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func roleItems() (items []legacyItem) {
	for _, role := range access.LegacyRoles() {
		items = append(items, legacyItem{role.ID, role.Label, func(l legacyView) any { return l.roleToWire(role) }})
	}
	return items
}

// permissionItems are the permissions up to a level that the resource knows.
func permissionItems(highest access.Level, known func(access.Level) bool) (items []legacyItem) {
	for level := access.Read; level <= highest; level++ {
		if known(level) {
			items = append(items, legacyItem{level.String(), permissionName(level), func(l legacyView) any { return l.permissionToWire(level) }})
		}
	}
	return items
}

func allPermissions() []legacyItem {
	return permissionItems(access.Administrate, func(access.Level) bool { return true })
}

func resourceItems() (items []legacyItem) {
	for _, r := range access.LegacyResources() {
		items = append(items, legacyItem{r.ID, r.Entity.Label, func(l legacyView) any { return l.resourceToWire(r) }})
	}
	return items
}

// handleRoleList answers GET /iam/{tenant}/roles.
func (s *Server) handleRoleList(c *call) error { return s.writeLegacy(c, roleItems()) }

// handleRoleGet answers GET /iam/{tenant}/roles/{roleId}.
func (s *Server) handleRoleGet(c *call) error {
	return s.writeLegacyOne(c, "role", c.value("roleId"), roleItems())
}

// handlePermissionList answers GET /iam/{tenant}/permissions.
func (s *Server) handlePermissionList(c *call) error { return s.writeLegacy(c, allPermissions()) }

// handlePermissionGet answers GET /iam/{tenant}/permissions/{permissionId}.
func (s *Server) handlePermissionGet(c *call) error {
	return s.writeLegacyOne(c, "permission", c.value("permissionId"), allPermissions())
}

// handleResourceList answers GET /iam/{tenant}/resources.
func (s *Server) handleResourceList(c *call) error { return s.writeLegacy(c, resourceItems()) }

// handleResourceGet answers GET /iam/{tenant}/resources/{resourceId}.
func (s *Server) handleResourceGet(c *call) error {
	return s.writeLegacyOne(c, "resource", c.value("resourceId"), resourceItems())
}

// writeLegacy lists items. All are as old as the tenant, so that they come in
// the order of their ids.
func (s *Server) writeLegacy(c *call, items []legacyItem) error {
	l, err := s.legacyView(c)
	if err != nil {
		return err
	}
	all := l
	all.view = view{all: true}
	slices.SortFunc(items, func(a, b legacyItem) int { return strings.Compare(a.id, b.id) })
	items, total, err := listing[legacyItem]{
		document: func(i legacyItem) any { return i.document(all) },
		name:     legacyItem.texts,
		about:    func(legacyItem) map[string]string { return nil },
		modified: func(legacyItem) time.Time { return l.made },
		sortable: true, localized: true,
	}.apply(c, items)
	if err != nil {
		return err
	}
	return writeList(c, l.documents(items), total)
}

func (l legacyView) documents(items []legacyItem) []any {
	documents := make([]any, len(items))
	for i, item := range items {
		documents[i] = item.document(l)
	}
	return documents
}

func (s *Server) writeLegacyOne(c *call, kind, id string, items []legacyItem) error {
	l, err := s.legacyView(c)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(items, func(item legacyItem) bool { return item.id == id })
	if i < 0 {
		return legacyNotFound(kind, id)
	}
	return c.write(http.StatusOK, items[i].document(l))
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
		if doc := l.control(control); doc.ResourceID == id {
			documents = append(documents, doc)
		}
	}
	return c.write(http.StatusOK, documents)
}

// handleUserPermissions answers GET /iam/{tenant}/users/{userId}/permissions/{resourceId}:
// what the access controls of the user's groups permit. Nobody unknown, nobody
// locked and nothing unknown has permissions.
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
		if role, resource, ok := legacyOf(control); ok && !barred(u) && resource.ID == c.value("resourceId") {
			highest, known = max(highest, role.Level), resource.Entity.Product.Admits
		}
	}
	return c.write(http.StatusOK, l.documents(permissionItems(highest, known)))
}
