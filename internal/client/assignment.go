package client

import (
	"cmp"
	"context"
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Members returns the memberships of a group.
func (c *Client) Members(ctx context.Context, groupID string) ([]api.Assignment, error) {
	member := func(a api.Assignment) string { return string(a.UserType) + " " + a.UserID }
	members, err := list(ctx, c, c.path(api.PathMembers, groupID), func(a api.Assignment) string {
		if a.UserID == "" || a.GroupID != "" && a.GroupID != groupID {
			return "" // not a member of this group
		}
		return cmp.Or(a.ID, member(a))
	})
	// A user is in a group at most once per user type, even if the ids of the
	// assignments differ.
	seen := map[string]bool{}
	return slices.DeleteFunc(members, func(a api.Assignment) bool {
		again := seen[member(a)]
		seen[member(a)] = true
		return again
	}), err
}

// AssignMember adds a user to a group. Adding it again changes nothing.
func (c *Client) AssignMember(ctx context.Context, groupID string, userType access.UserType, userID string) error {
	r, err := c.do(ctx, call{
		method: http.MethodPut, path: c.path(api.PathMemberType, groupID, string(userType), userID),
		want: []int{http.StatusCreated, http.StatusNoContent},
	})
	if err == nil && len(r.body) > 0 {
		_, err = decode[api.Created](r) // its id is that of the assignment
	}
	return err
}

// RemoveMember removes a user from a group.
func (c *Client) RemoveMember(ctx context.Context, groupID, userID string) error {
	return c.remove(ctx, c.path(api.PathMember, groupID, userID), false)
}

// RemoveFromGroups removes a user from all groups.
func (c *Client) RemoveFromGroups(ctx context.Context, userID string) error {
	return c.remove(ctx, c.path(api.PathUserGroups, userID), false)
}
