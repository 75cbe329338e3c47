package wire

import (
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Legacy selects how documents of the old model are shown.
type Legacy struct {
	View

	On   bool      // the model is not omitted
	Made time.Time // the creation time of its documents, which never change

	// For access controls only.
	Role, Resource     bool   // whether they are expanded
	RoleID, ResourceID string // filters; empty for all
}

// LegacyItem is a role, a permission or a resource.
type LegacyItem struct {
	ID       string
	Name     string // in English
	Document func(Legacy) any
}

// Texts returns the name as a localized text.
func (i LegacyItem) Texts() map[string]string { return English(i.Name) }

func (l Legacy) metadata() *api.Metadata {
	return &api.Metadata{Version: 1, CreatedAt: Time(l.Made)}
}

// Control converts an access control, with the role and the resource that it was
// in the old model.
func (l Legacy) Control(control store.AccessControl) api.LegacyAccessControl {
	doc := api.LegacyAccessControl{AccessControl: Control(control, l.View)}
	role, resource, ok := LegacyOf(control)
	if !l.On || !ok {
		return doc
	}
	doc.RoleID, doc.ResourceID = role.ID, resource.ID
	if l.Role {
		doc.Role = l.roleToWire(role)
	}
	if l.Resource {
		doc.Resource = l.resourceToWire(resource)
	}
	return doc
}

// LegacyOf returns the role and the resource that an access control was in the old
// model.
func LegacyOf(control store.AccessControl) (role access.LegacyRole, resource access.LegacyResource, ok bool) {
	predefined, _ := access.ControlByID(control.ID)
	return predefined.Legacy()
}

// Selects reports whether the access control passes the filters.
func (l Legacy) Selects(control store.AccessControl) bool {
	role, resource, _ := LegacyOf(control)
	return (l.RoleID == "" || l.RoleID == role.ID) && (l.ResourceID == "" || l.ResourceID == resource.ID)
}

func (l Legacy) roleToWire(role access.LegacyRole) *api.LegacyRole {
	doc := &api.LegacyRole{ID: role.ID, Name: l.Text(English(role.Label)), Metadata: l.metadata()}
	for _, level := range role.Permissions() {
		permission := api.LegacyRolePermission{ID: level.String(), Resources: resourceIDs(func(r access.LegacyResource) bool {
			return role.AppliesTo(r) && r.Entity.Product.Admits(level)
		})}
		doc.Permissions = append(doc.Permissions, permission)
	}
	return doc
}

func (l Legacy) permissionToWire(level access.Level) api.LegacyPermission {
	return api.LegacyPermission{
		ID: level.String(), Code: level.String(), Name: l.Text(English(permissionName(level))), Metadata: l.metadata(),
		Resources: resourceIDs(func(r access.LegacyResource) bool { return r.Entity.Product.Admits(level) }),
	}
}

func (l Legacy) resourceToWire(r access.LegacyResource) *api.LegacyResource {
	return &api.LegacyResource{ID: r.ID, Code: r.Code, Name: l.Text(English(r.Entity.Label)), Metadata: l.metadata()}
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

// LegacyRoles returns the roles.
func LegacyRoles() (items []LegacyItem) {
	for _, role := range access.LegacyRoles() {
		items = append(items, LegacyItem{role.ID, role.Label, func(l Legacy) any { return l.roleToWire(role) }})
	}
	return items
}

// LegacyPermissionsUpTo returns the permissions up to a level, of those known.
func LegacyPermissionsUpTo(highest access.Level, known func(access.Level) bool) (items []LegacyItem) {
	for level := access.Read; level <= highest; level++ {
		if known(level) {
			items = append(items, LegacyItem{level.String(), permissionName(level), func(l Legacy) any { return l.permissionToWire(level) }})
		}
	}
	return items
}

// LegacyPermissions returns all permissions.
func LegacyPermissions() []LegacyItem {
	return LegacyPermissionsUpTo(access.Administrate, func(access.Level) bool { return true })
}

// LegacyResources returns the resources.
func LegacyResources() (items []LegacyItem) {
	for _, r := range access.LegacyResources() {
		items = append(items, LegacyItem{r.ID, r.Entity.Label, func(l Legacy) any { return l.resourceToWire(r) }})
	}
	return items
}

// Documents converts the items.
func (l Legacy) Documents(items []LegacyItem) []any {
	documents := make([]any, len(items))
	for i, item := range items {
		documents[i] = item.Document(l)
	}
	return documents
}
