package client

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func groupKey(g api.Group) string { return g.ID }

// Groups returns all groups.
func (c *Client) Groups(ctx context.Context) ([]api.Group, error) {
	return list(ctx, c, c.path(api.PathGroups), groupKey)
}

// Group returns one group.
func (c *Client) Group(ctx context.Context, id string) (*api.Group, error) {
	return getOne(ctx, c, c.path(api.PathGroup, id), hasID(groupKey, id))
}

// CreateGroup creates a group and returns its id. With an id chosen by the caller
// the request may be repeated, because it cannot create a second group.
func (c *Client) CreateGroup(ctx context.Context, group api.GroupCreate) (string, error) {
	return c.create(ctx, call{path: c.path(api.PathGroups), body: group, again: group.ID != ""}, group.ID)
}

// UpdateGroup replaces a group. If it no longer exists the API creates it, and
// created is true.
func (c *Client) UpdateGroup(ctx context.Context, id string, group api.GroupUpdate) (created bool, err error) {
	return c.put(ctx, call{path: c.path(api.PathGroup, id), body: group}, id)
}

// DeleteGroup deletes a group. With force its members leave it first; otherwise a
// group that has members stays, and the status is 400.
func (c *Client) DeleteGroup(ctx context.Context, id string, force bool) error {
	return c.remove(ctx, c.path(api.PathGroup, id), force)
}

// UserGroups returns the groups a user is a member of.
func (c *Client) UserGroups(ctx context.Context, userID string) ([]api.Group, error) {
	return list(ctx, c, c.path(api.PathUserGroups, userID), groupKey)
}

// UserGroup returns the group if the user is a member of it. IsNotFound holds
// for the error if not.
func (c *Client) UserGroup(ctx context.Context, userID, groupID string) (*api.Group, error) {
	return getOne(ctx, c, c.path(api.PathUserGroup, userID, groupID), hasID(groupKey, groupID))
}
