package client

import (
	"context"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// The Read methods are for refreshing many objects: they answer from a listing
// where that takes fewer requests. Code that is about to write, or that reads back
// what it wrote, uses the methods without Read, which always request the object
// itself. Access controls, scopes and sites have no Read methods: in their lists
// servers omit members, localize differently, or return only some objects.
//
// The name of a reader distinguishes it from other readers of the same object. Each
// gets an answer about an object from the same listing once.

func (c *Client) startReaders() {
	c.users = batchReader[api.User]{
		client: c,
		walk:   func() *walk[api.User] { return newWalk(c, c.path(api.PathUsers), nil, userKey) },
		id:     userKey,
		other:  func(u api.User) string { return u.BackofficeUserNumber },
	}
	c.groups = batchReader[api.Group]{
		client: c,
		walk:   func() *walk[api.Group] { return newWalk(c, c.path(api.PathGroups), nil, groupKey) },
		id:     groupKey,
	}
	c.team = batchReader[api.TeamMember]{
		client: c,
		walk:   func() *walk[api.TeamMember] { return newWalk(c, c.path(api.PathTeamMembers), nil, teamMemberKey) },
		id:     teamMemberKey,
	}
}

// ReadUser is User for refreshing many. Expected reports whether the user is in the
// state that the reader knows; nil accepts any state. ReadUser requests the user
// itself if the listing differs: the listing may lag behind a write.
func (c *Client) ReadUser(ctx context.Context, reader, id string, expected func(api.User) bool) (*api.User, error) {
	if u := c.users.find(ctx, reader, id); u != nil && (expected == nil || expected(*u)) {
		return u, nil
	}
	return c.User(ctx, id)
}

// ReadUsers is Users for many readers. The users must not be changed.
func (c *Client) ReadUsers(ctx context.Context, reader string) ([]api.User, error) {
	return c.all.get(ctx, c, [2]string{reader, ""}, c.Users)
}

// ReadUserBy is FindUser for many: by id or, if that is empty, by e-mail address. If
// the shared list lacks the address, ReadUserBy searches for it, because the user
// may be new.
func (c *Client) ReadUserBy(ctx context.Context, reader, id, email string) (*api.User, error) {
	if id != "" {
		return c.ReadUser(ctx, reader, id, nil)
	}
	if c.wrote.Load() {
		return c.UserByEmail(ctx, email)
	}
	users, err := c.ReadUsers(ctx, reader+" "+strings.ToLower(email))
	if err != nil {
		return nil, err
	}
	if u := withEmail(users, email); u != nil {
		return u, nil
	}
	return c.UserByEmail(ctx, email)
}

// ReadGroup is Group for refreshing many.
func (c *Client) ReadGroup(ctx context.Context, reader, id string) (*api.Group, error) {
	if g := c.groups.find(ctx, reader, id); g != nil {
		return g, nil
	}
	return c.Group(ctx, id)
}

// ReadGroups is Groups for many readers. The groups must not be changed.
func (c *Client) ReadGroups(ctx context.Context, reader string) ([]api.Group, error) {
	return c.allOf.get(ctx, c, [2]string{reader, ""}, c.Groups)
}

// ReadTeamMember is TeamMember for refreshing many.
func (c *Client) ReadTeamMember(ctx context.Context, reader, id string) (*api.TeamMember, error) {
	if m := c.team.find(ctx, reader, id); m != nil {
		return m, nil
	}
	return c.TeamMember(ctx, id)
}

// ReadSetting is Setting for refreshing many objects that are part of the same
// setting.
func (c *Client) ReadSetting(ctx context.Context, reader, key string) (*api.Setting, error) {
	return c.setting.get(ctx, c, [2]string{reader, key}, func(ctx context.Context) (*api.Setting, error) { return c.Setting(ctx, key) })
}

// ReadMembership is HasMember for refreshing many. A listing of users has all
// memberships of employees.
func (c *Client) ReadMembership(ctx context.Context, groupID string, userType access.UserType, userID string) (bool, error) {
	if userType != access.Employee {
		members, err := c.members.get(ctx, c, [2]string{userID, groupID}, func(ctx context.Context) ([]api.Assignment, error) {
			return c.Members(ctx, groupID)
		})
		return isMember(members, userID), present(err)
	}
	u := c.users.find(ctx, "member of "+groupID, userID)
	if u != nil && slices.Contains(u.GroupIDs, groupID) {
		return true, nil
	}
	return c.HasMember(ctx, groupID, userType, userID)
}

// HasMember reports whether the user is a member of the group. A group or user that
// does not exist has no memberships.
func (c *Client) HasMember(ctx context.Context, groupID string, userType access.UserType, userID string) (bool, error) {
	if userType != access.Employee {
		members, err := c.Members(ctx, groupID)
		return isMember(members, userID), present(err)
	}
	_, err := c.UserGroup(ctx, userID, groupID)
	return err == nil, present(err)
}

func isMember(members []api.Assignment, userID string) bool {
	return slices.ContainsFunc(members, func(a api.Assignment) bool { return a.UserID == userID })
}

// present returns the error of a search, unless it is that nothing was found.
func present(err error) error {
	if IsNotFound(err) {
		return nil
	}
	return err
}
