package client

import (
	"context"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// The Read methods are for the refresh of many objects: they answer from a
// listing where that takes fewer requests. Who is about to write, or looks for
// what it wrote, uses the methods without Read, which always ask about the
// object itself. Access controls, scopes and sites have no Read methods: servers
// leave members out of the lists of these, localize them otherwise, or list only
// some.
//
// Each reader is answered about an object from the same listing once; its name
// tells it from others who read the same object.

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

// ReadUser is User for the refresh of many. Expected says whether the user is as
// the reader knows it; nil expects anything. What a listing shows otherwise is
// read again on its own: the listing may lag behind a write that was seen.
func (c *Client) ReadUser(ctx context.Context, reader, id string, expected func(api.User) bool) (*api.User, error) {
	if u := c.users.find(ctx, reader, id); u != nil && (expected == nil || expected(*u)) {
		return u, nil
	}
	return c.User(ctx, id)
}

// ReadUsers is Users for many who need them all. Nobody may change them.
func (c *Client) ReadUsers(ctx context.Context, reader string) ([]api.User, error) {
	return c.all.get(ctx, c, [2]string{reader, ""}, c.Users)
}

// ReadUserBy is FindUser for many: by id or, where that is empty, by e-mail
// address. Who is not among all users, as others read them, may have come since.
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

// ReadGroup is Group for the refresh of many.
func (c *Client) ReadGroup(ctx context.Context, reader, id string) (*api.Group, error) {
	if g := c.groups.find(ctx, reader, id); g != nil {
		return g, nil
	}
	return c.Group(ctx, id)
}

// ReadGroups is Groups for many who need them all. Nobody may change them.
func (c *Client) ReadGroups(ctx context.Context, reader string) ([]api.Group, error) {
	return c.allOf.get(ctx, c, [2]string{reader, ""}, c.Groups)
}

// ReadTeamMember is TeamMember for the refresh of many.
func (c *Client) ReadTeamMember(ctx context.Context, reader, id string) (*api.TeamMember, error) {
	if m := c.team.find(ctx, reader, id); m != nil {
		return m, nil
	}
	return c.TeamMember(ctx, id)
}

// ReadSetting is Setting for the refresh of many objects that stand in the same
// one.
func (c *Client) ReadSetting(ctx context.Context, reader, key string) (*api.Setting, error) {
	return c.setting.get(ctx, c, [2]string{reader, key}, func(ctx context.Context) (*api.Setting, error) { return c.Setting(ctx, key) })
}

// ReadMembership reports, for the refresh of many, whether the user is a member
// of the group. A listing of users holds all memberships of employees. A group or
// user that is gone takes its memberships with it.
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

// HasMember reports whether the user is a member of the group.
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

// present is the error of looking for what may be missing.
func present(err error) error {
	if IsNotFound(err) {
		return nil
	}
	return err
}
