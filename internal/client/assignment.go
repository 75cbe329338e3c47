package client

import (
	"context"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Members returns the memberships of a group.
func (c *Client) Members(ctx context.Context, groupID string) ([]api.Assignment, error) {
	// A user is in a group at most once per user type, whatever the ids of the
	// assignments are.
	key := func(a api.Assignment) string { return string(a.UserType) + " " + a.UserID }
	return list(ctx, c, c.path(api.PathMembers, groupID), key)
}

// AssignMember puts a user into a group. Doing so again changes nothing.
func (c *Client) AssignMember(ctx context.Context, groupID string, userType access.UserType, userID string) error {
	_, err := c.do(ctx, call{
		method: http.MethodPut, path: c.path(api.PathMemberType, groupID, string(userType), userID),
		want: []int{http.StatusCreated, http.StatusNoContent},
	})
	return err
}

// RemoveMember takes a user out of a group.
func (c *Client) RemoveMember(ctx context.Context, groupID, userID string) error {
	return c.remove(ctx, c.path(api.PathMember, groupID, userID), false)
}

// RemoveFromGroups takes a user out of all groups.
func (c *Client) RemoveFromGroups(ctx context.Context, userID string) error {
	return c.remove(ctx, c.path(api.PathUserGroups, userID), false)
}
