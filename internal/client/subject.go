package client

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// AccessGroup reads a group of the API as the access rules see it.
func AccessGroup(g api.Group) access.Group {
	return access.Group{
		ID: g.ID, Name: anyLanguage(g.Name), VendorID: g.VendorID,
		Templates: g.Templates, Controls: g.AccessControls, Restrictions: g.Restrictions,
	}
}

// anyLanguage returns one of the texts: English where there is one, else the
// first by language.
func anyLanguage(t api.Text) string {
	if text := t["en"]; text != "" || len(t) == 0 {
		return text
	}
	return t[slices.Min(slices.Collect(maps.Keys(t)))]
}

// ErrControlsUnread says that groups carry access controls of the tenant's own and
// the token may not read what they give.
var ErrControlsUnread = errors.New("what these give cannot be read")

// Subject reads the groups of a user, for the access rules to evaluate. With
// ErrControlsUnread it is whole but for what the tenant's own access controls
// give.
func (c *Client) Subject(ctx context.Context, user api.User) (access.User, error) {
	subject := access.User{Locked: user.Locked()}
	groups, err := c.UserGroups(ctx, user.ID)
	if err != nil {
		return subject, err
	}
	for _, g := range groups {
		subject.Groups = append(subject.Groups, AccessGroup(g))
	}
	subject.Rights, err = c.rightsOf(ctx, subject.Groups)
	return subject, err
}
