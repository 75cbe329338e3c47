package plumbing

import (
	"context"
	"fmt"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// LockGroup is the kind of the lock that is held while a group is read, changed and
// written.
const LockGroup = "group"

// GroupLabel names a group in a message: by its id and its name.
func GroupLabel(g api.Group) string {
	name := g.Name["en"]
	if name == "" && len(g.Name) > 0 {
		name = g.Name[SortedKeys(g.Name)[0]]
	}
	return fmt.Sprintf("%s (%q)", g.ID, name)
}

// MemberNames returns the names of a group's members by id: e-mail addresses of
// employees, customer numbers of customers. It is for plans, which may read many
// groups.
func (d *Data) MemberNames(ctx context.Context, g api.Group, reader string) (map[string]string, error) {
	names := map[string]string{}
	if g.UserType != access.Employee {
		members, err := d.Client.Members(ctx, g.ID)
		for _, m := range members {
			names[m.UserID] = m.UserID
		}
		return names, err
	}
	users, err := d.Client.ReadUsers(ctx, reader+" "+g.ID)
	for _, u := range users {
		if slices.Contains(u.GroupIDs, g.ID) {
			names[u.ID] = u.ContactEmail
		}
	}
	return names, err
}

// DescribeGroup names a group and its members in a message. It omits the members if
// the API key may not read them.
func (d *Data) DescribeGroup(ctx context.Context, g api.Group, reader string) (string, error) {
	members, err := d.MemberNames(ctx, g, reader)
	switch {
	case client.IsForbidden(err):
		return "group " + GroupLabel(g), nil
	case err != nil:
		return "", err
	case len(members) == 0:
		return fmt.Sprintf("group %s, without members", GroupLabel(g)), nil
	}
	names := make([]string, 0, len(members))
	for _, name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	return fmt.Sprintf("group %s with %s", GroupLabel(g), JoinNames(names)), nil
}

// ChangeGroup reads a group, lets alter change it, and writes it. It starts again if
// the group was written in between. alter reports whether there is anything to
// write. ChangeGroup succeeds if the group does not exist.
func (d *Data) ChangeGroup(ctx context.Context, id string, alter func(present api.Group, body *api.GroupUpdate) bool) error {
	const tries = 5
	defer d.Client.Lock(LockGroup, id)()
	read := func(ctx context.Context) (*api.Group, error) { return d.Client.Group(ctx, id) }
	present, err := read(ctx)
	for try := 1; err == nil; try++ {
		body := api.GroupUpdate{
			Name: present.Name, Description: present.Description, UserType: present.UserType, AccessControls: present.AccessControls,
			Templates: present.Templates, Restrictions: present.Restrictions, B2B: present.B2B, Mixins: present.Mixins,
			Metadata: present.Metadata.Expected(),
		}
		if !alter(*present, &body) {
			return nil
		}
		var created bool
		created, err = d.Client.UpdateGroup(ctx, id, body)
		switch {
		case created: // it was deleted meanwhile, and must stay deleted
			err = d.Client.DeleteGroup(ctx, id, false)
		case client.IsConflict(err) && try < tries:
			present, err = client.WaitForUpdate(ctx, read, func(shown api.Group) bool {
				return shown.Metadata != nil && body.Metadata != nil && body.Metadata.Allows(shown.Metadata.Version)
			})
			continue
		}
		break
	}
	if client.IsNotFound(err) {
		return nil
	}
	return err
}
