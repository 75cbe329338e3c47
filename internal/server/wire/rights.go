package wire

import (
	"encoding/json"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Group converts a group.
func Group(g store.Group, v View) api.Group {
	doc := api.Group{
		ID: g.ID, Name: v.Text(g.Name), Description: v.Text(g.Description), Code: g.Code, UserType: access.UserType(g.UserType),
		VendorID: g.VendorID, AccessControls: List(g.AccessControls), Templates: g.Templates, Restrictions: g.Restrictions,
		Metadata: &api.Metadata{Version: g.Version, CreatedAt: Time(g.CreatedAt), ModifiedAt: Time(g.ModifiedAt)},
	}
	if g.LegalEntityID != "" {
		doc.B2B = &api.B2B{LegalEntityID: g.LegalEntityID}
	}
	if g.Mixins != "" {
		// It was encoded from the same type, so this cannot fail.
		_ = json.Unmarshal([]byte(g.Mixins), &doc.Mixins)
	}
	return doc
}

// Control converts an access control.
func Control(control store.AccessControl, v View) api.AccessControl {
	return api.AccessControl{
		ID: control.ID, Name: v.Text(control.Name), Description: v.Text(control.Description), Domains: control.Domains, Scopes: List(control.Scopes),
		RestrictionAware: control.RestrictionAware, RestrictedTo: access.UserType(control.RestrictedTo),
		Predefined: control.Predefined, VendorAware: control.VendorAware,
		Metadata: &api.Metadata{Version: control.Version, CreatedAt: Time(control.CreatedAt), ModifiedAt: Time(control.ModifiedAt)},
	}
}

// Template converts a role template.
func Template(t store.Template, v View) api.Template {
	return api.Template{
		ID: t.ID, Name: v.Text(t.Name), Description: v.Text(t.Description), AccessControls: List(t.AccessControls),
	}
}

// TemplateDefinition converts a role template with its definition. The definition
// of a predefined template is in the catalog.
func TemplateDefinition(t store.Template, v View) api.TemplateDefinition {
	doc := api.TemplateDefinition{
		Template: Template(t, v), BasedOn: t.BasedOn, Access: t.Access, Predefined: t.Predefined,
		Metadata: &api.Metadata{Version: t.Version, CreatedAt: Time(t.CreatedAt), ModifiedAt: Time(t.ModifiedAt)},
	}
	if known, ok := access.TemplateByID(t.ID); ok && t.Predefined {
		doc.Access = map[string]string{}
		for entity, level := range known.Access.Map() {
			doc.Access[entity] = level.String()
		}
	}
	return doc
}

// PredefinedScope converts a predefined scope, which is as old as the tenant.
func PredefinedScope(p access.Scope, t store.Tenant) api.Scope {
	return api.Scope{ID: p.ID, Domain: p.Domain, Predefined: true, Metadata: &api.Metadata{Version: 1, CreatedAt: Time(t.CreatedAt)}}
}

// Scope converts a custom scope.
func Scope(d store.Document) (api.Scope, error) {
	var scope api.Scope
	if err := json.Unmarshal([]byte(d.Body), &scope); err != nil {
		return scope, fmt.Errorf("reading the scope %s of %s: %w", d.ID, d.Tenant, err)
	}
	scope.Metadata = &api.Metadata{Version: d.Version, CreatedAt: Time(d.CreatedAt), ModifiedAt: Time(d.ModifiedAt)}
	return scope, nil
}
