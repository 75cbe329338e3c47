package access

import (
	"cmp"
	"slices"
	"strings"
)

// In the API's old model an access control was a role on a resource, and a role
// was a list of permissions. This file derives that model from the predefined
// access controls: a role represents a level, a resource an entity, and a
// permission what a level adds to the one below it.

// LegacyRole is the role that represents a level.
type LegacyRole struct {
	ID    string
	Label string
	Level Level
}

// LegacyResource is the resource that represents an entity.
type LegacyResource struct {
	ID     string
	Code   string // service.resource, such as "catalog.catalog"
	Entity Entity
}

// LegacyRoles returns the roles, lowest level first. If the platform has no id
// for a role, its id is a word.
func LegacyRoles() []LegacyRole {
	return []LegacyRole{
		{ID: "1rl5e52e-6e27-4ac5-9471-2467d3fb7500", Label: "Viewer", Level: Read},
		{ID: "editor", Label: "Editor", Level: Edit},
		{ID: "1rl5e52e-6e27-4ac5-9471-2467d3fb7502", Label: "Manager", Level: Manage},
		{ID: "administrator", Label: "Administrator", Level: Administrate},
	}
}

// LegacyResources returns the resources in catalog order. If the platform has no
// id for a resource, its id is the code of the entity.
func LegacyResources() []LegacyResource {
	return slices.Clone(legacyResources)
}

// Legacy returns the access control's role and resource in the old model. ok is
// false for controls of things outside the catalog and for vendor-aware ones,
// which the old model does not have.
func (c Control) Legacy() (role LegacyRole, resource LegacyResource, ok bool) {
	entity, known := entityIndex[c.Entity]
	if !known || c.VendorAware {
		return role, resource, false
	}
	return LegacyRoles()[c.Level-Read], legacyResources[entity], true
}

// Permissions returns the levels that the role includes.
func (r LegacyRole) Permissions() []Level {
	var levels []Level
	for level := Read; level <= r.Level; level++ {
		levels = append(levels, level)
	}
	return levels
}

// AppliesTo reports whether an access control grants the role on the resource.
func (r LegacyRole) AppliesTo(resource LegacyResource) bool {
	return len(bundles[entityIndex[resource.Entity.Code]][r.Level]) > 0
}

// publishedResources are the resources whose id and code the platform publishes.
var publishedResources = map[string]LegacyResource{
	"catalogs":           {ID: "1sr5e52e-6e27-4ac5-9471-2467d3fb7514", Code: "catalog.catalog"},
	"system_preferences": {ID: "1sr5e52e-6e27-4ac5-9471-2467d3fb7518", Code: "configuration.configuration"},
}

var legacyResources = indexResources()

func indexResources() []LegacyResource {
	services := map[string]string{}
	for _, c := range controls {
		service, _, _ := strings.Cut(c.Scopes[0], ".")
		services[c.Entity] = cmp.Or(services[c.Entity], service)
	}
	var list []LegacyResource
	for _, e := range catalog {
		published := publishedResources[e.Code]
		list = append(list, LegacyResource{
			ID: cmp.Or(published.ID, e.Code), Code: cmp.Or(published.Code, services[e.Code]+"."+e.Code), Entity: e,
		})
	}
	return list
}
