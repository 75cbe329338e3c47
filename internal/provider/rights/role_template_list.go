package rights

import (
	"cmp"
	"context"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

type domainFilter struct {
	Domain types.String `tfsdk:"domain"`
}

// NewRoleTemplateList returns the list resource iam_role_template.
func NewRoleTemplateList() list.ListResource {
	return &plumbing.List[plumbing.NoFilter]{
		IdentifiedResource: roleTemplateType,
		About:              "The tenant's own role templates by id, without predefined ones, which cannot be managed.",
		Find:               findTemplates,
	}
}

// findTemplates reads each template individually, because the list does not
// have its base.
func findTemplates(ctx context.Context, d *plumbing.Data, _ plumbing.NoFilter) (found []plumbing.ListItem, err error) {
	templates, err := d.Templates(ctx)
	templates = slices.SortedFunc(slices.Values(templates), func(a, b api.Template) int { return cmp.Compare(a.ID, b.ID) })
	for _, t := range templates {
		if _, ok := access.TemplateByID(t.ID); ok {
			continue
		}
		found = append(found, plumbing.ListItem{Name: plumbing.Label(t.Name, t.ID), State: func(ctx context.Context) (any, error) {
			whole, err := d.Client.Template(ctx, t.ID)
			if err == nil && whole.Predefined { // which the list does not say
				err = &client.NotFoundError{What: "role template " + t.ID + " of the tenant's own"}
			}
			if err != nil {
				return nil, err
			}
			var m customTemplateModel
			m.fromAPI(*whole)
			return m, nil
		}})
	}
	return found, err
}
