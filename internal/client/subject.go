package client

import (
	"context"
	"maps"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// AccessGroup reads a group of the API as the access rules see it, with the
// levels of the templates that it refers to.
func AccessGroup(g api.Group, templates []api.Template) access.Group {
	result := access.Group{ID: g.ID, Name: anyLanguage(g.Name), Controls: g.AccessControls, Withheld: g.Withheld(), Restrictions: g.Restrictions}
	for _, t := range templates {
		if slices.Contains(g.Templates, t.ID) {
			result.Templates = append(result.Templates, t.Gives())
			result.Withheld = append(result.Withheld, t.Withheld...)
		}
	}
	return result
}

// anyLanguage returns one of the texts: English where there is one, else the
// first by language.
func anyLanguage(t api.Text) string {
	if text := t["en"]; text != "" || len(t) == 0 {
		return text
	}
	return t[slices.Min(slices.Collect(maps.Keys(t)))]
}

// Subject reads the groups of a user, for the access rules to evaluate.
func (c *Client) Subject(ctx context.Context, user api.User) (access.User, error) {
	subject := access.User{Locked: user.Locked()}
	groups, err := c.UserGroups(ctx, user.ID)
	if err != nil {
		return subject, err
	}
	var templates []api.Template
	if slices.ContainsFunc(groups, func(g api.Group) bool { return len(g.Templates) > 0 }) {
		if templates, err = c.Templates(ctx); err != nil {
			return subject, err
		}
	}
	for _, g := range groups {
		subject.Groups = append(subject.Groups, AccessGroup(g, templates))
	}
	return subject, nil
}
