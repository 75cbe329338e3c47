package review

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// putTemplates changes what groups give that start from a role template which
// the plan changes, and that the plan itself says nothing of: those that are
// managed elsewhere.
func (a *applied) putTemplates(ctx context.Context, t *part) error {
	gives := map[string]access.Access{}
	for _, change := range t.changes {
		if change.typeName != "iam_role_template" || !change.does("update", "create") || change.does("create") && !change.does("delete") {
			continue // a new one has no users yet
		}
		if change.isUnknown("effective_access") {
			a.note(change, "what the role template gives is not known before the apply")
			continue
		}
		gives[change.after.text("id")] = change.after.levels("effective_access")
	}
	if len(gives) == 0 {
		return nil
	}
	templates, err := t.client.Templates(ctx)
	if err != nil {
		return err
	}
	if err := addBased(ctx, t.client, templates, gives); err != nil {
		return err
	}
	for id, given := range gives {
		a.rights.Templates[id] = access.ControlIDs(given)
	}
	return nil
}

// addBased adds the templates that are based on those in gives, which change
// with them.
func addBased(ctx context.Context, c *client.Client, templates []api.Template, gives map[string]access.Access) error {
	var definitions []api.TemplateDefinition
	for _, t := range templates {
		if _, planned := gives[t.ID]; planned {
			continue
		}
		d, err := c.Template(ctx, t.ID)
		if client.IsUnsupported(err) || client.IsNotFound(err) {
			continue // it can be based on nothing
		}
		if err != nil {
			return err
		}
		definitions = append(definitions, *d)
	}
	for added := true; added; {
		added = false
		for _, d := range definitions {
			base, changes := gives[d.BasedOn]
			if _, done := gives[d.ID]; changes && !done && !d.Predefined {
				gives[d.ID], added = access.ExpandOn(base, levelsOf(d.Access)), true
			}
		}
	}
	return nil
}

// noteTemplates notes role templates that change, where nobody can say which
// groups start from them.
func (a *applied) noteTemplates(t *part) {
	for _, c := range t.changes {
		if c.typeName == "iam_role_template" && c.does("update", "delete") {
			a.note(c, "groups that start from the role template and are not in this state are not reviewed offline")
		}
	}
}
