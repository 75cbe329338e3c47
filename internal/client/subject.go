package client

import (
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// AccessGroup converts a group of the API for the access rules.
func AccessGroup(g api.Group) access.Group {
	return access.Group{
		ID: g.ID, Name: anyLanguage(g.Name), VendorID: g.VendorID,
		Templates: g.Templates, Controls: g.AccessControls, Restrictions: g.Restrictions,
	}
}

// anyLanguage returns the English text, or the first one by language.
func anyLanguage(t api.Text) string {
	if text := t["en"]; text != "" || len(t) == 0 {
		return text
	}
	return t[slices.Min(slices.Collect(maps.Keys(t)))]
}

// ErrControlsUnread is returned if groups carry custom access controls and the token
// may not read the scopes of these.
var ErrControlsUnread = errors.New("their scopes cannot be read")

// Subject reads the groups of a user, for the access rules to evaluate. With
// ErrControlsUnread it is complete except for what custom access controls give.
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
