package rights

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// idsOf returns the ids in a list; the value is true for predefined objects.
func idsOf[T any](list []T, err error, of func(T) (id string, predefined bool)) (map[string]bool, error) {
	ids := make(map[string]bool, len(list))
	for _, item := range list {
		id, predefined := of(item)
		ids[id] = predefined
	}
	return ids, err
}

// scopeKey is the natural key of a scope.
var scopeKey = plumbing.NaturalKey{
	Thing: "scope", At: []string{"id"}, Label: "domain",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		list, err := d.Client.Scopes(ctx)
		return idsOf(list, err, func(s api.Scope) (string, bool) { return s.ID, s.Predefined })
	},
	Model: func(ctx context.Context, d *plumbing.Data, id string, _ *diag.Diagnostics) (any, error) {
		s, err := d.Client.Scope(ctx, id)
		if err != nil {
			return nil, err
		}
		var m scopeModel
		m.fromAPI(*s)
		return m, nil
	},
}

// accessControlKey is the natural key of an access control.
var accessControlKey = plumbing.NaturalKey{
	Thing: "access control", At: []string{"id"}, Label: "name",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		list, err := d.Client.AccessControls(ctx)
		return idsOf(list, err, func(c api.AccessControl) (string, bool) { return c.ID, c.Predefined })
	},
	Model: func(ctx context.Context, d *plumbing.Data, id string, _ *diag.Diagnostics) (any, error) {
		c, err := d.Client.AccessControl(ctx, id)
		if err != nil {
			return nil, err
		}
		m := accessControlModel{Description: types.MapNull(types.StringType), Scopes: types.SetNull(types.StringType), Domains: types.SetNull(types.StringType)}
		m.fromAPI(*c)
		return m, nil
	},
	Fixed: []string{"restricted_to"},
}

// roleTemplateKey is the natural key of a role template whose id the
// configuration sets.
var roleTemplateKey = plumbing.NaturalKey{
	Thing: "role template", At: []string{"id"}, Label: "name",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		list, err := d.Templates(ctx)
		return idsOf(list, err, func(t api.Template) (string, bool) {
			_, predefined := access.TemplateByID(t.ID)
			return t.ID, predefined
		})
	},
	Model: func(ctx context.Context, d *plumbing.Data, id string, _ *diag.Diagnostics) (any, error) {
		t, err := d.Client.Template(ctx, id)
		if err != nil {
			return nil, err
		}
		var m customTemplateModel
		m.fromAPI(*t)
		return m, nil
	},
	Silent: []string{"access", "based_on"}, // effective_access shows what these give
}
