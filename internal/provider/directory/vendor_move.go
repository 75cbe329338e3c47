package directory

import (
	"context"
	"fmt"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// All groups of an employee belong to the same vendor, or to none. An employee who moves
// from one vendor's groups to another's has to leave before joining, but Terraform
// applies the changes of several resources in any order.

// conflictingGroups returns the groups of an employee that prevent joining this one.
func conflictingGroups(ctx context.Context, c *client.Client, group, user string) ([]string, error) {
	joined, err := c.Group(ctx, group)
	if err != nil || joined.UserType != access.Employee {
		return nil, err
	}
	employee, err := c.User(ctx, user)
	if err != nil {
		return nil, err
	}
	var ids []string
	// Read the groups one by one, because the list of groups may lag behind.
	for _, id := range employee.GroupIDs {
		g, err := c.Group(ctx, id)
		if client.IsNotFound(err) {
			continue // the group was deleted meanwhile
		}
		if err != nil {
			return nil, err
		}
		if access.CheckVendors(access.GroupVendor{GroupID: id, VendorID: g.VendorID}, access.GroupVendor{GroupID: group, VendorID: joined.VendorID}) != nil {
			ids = append(ids, id)
		}
	}
	return ids, nil
}

// join adds the user to the group and returns with the user's lock held. If groups of
// another vendor prevent that, it waits without the lock for another resource of the
// same apply to remove the user from them.
func join(ctx context.Context, d *plumbing.Data, p plumbing.Pair, userType access.UserType) (unlock func(), err error) {
	unlock, err = tryJoin(ctx, d, p, userType)
	if !client.IsBadRequest(err) || userType != access.Employee { // customers are never in a vendor's groups
		return unlock, err
	}
	var groups []string
	_, wait := client.WaitFor(ctx, func(ctx context.Context) (*[]string, error) {
		found, err := conflictingGroups(ctx, d.Client, p.Group, p.User)
		if err == nil {
			groups = found
		}
		return &found, err
	}, func(found []string) bool { return len(found) == 0 })
	if wait != nil && len(groups) > 0 {
		return nil, &otherVendorError{groups: groups, err: err}
	}
	return tryJoin(ctx, d, p, userType)
}

func tryJoin(ctx context.Context, d *plumbing.Data, p plumbing.Pair, userType access.UserType) (unlock func(), err error) {
	unlock = d.Client.Lock(lockUser, p.User)
	if err := enter(ctx, d, p, userType); err != nil {
		unlock()
		return nil, err
	}
	return unlock, nil
}

// enter adds a user to a group. The caller holds the user's lock.
func enter(ctx context.Context, d *plumbing.Data, p plumbing.Pair, userType access.UserType) error {
	d.Members.Hold(p)
	if err := d.Client.AssignMember(ctx, p.Group, userType, p.User); err != nil {
		return err
	}
	d.Members.Joined(p)
	return nil
}

// otherVendorError is the error of a membership that groups of another vendor prevent.
type otherVendorError struct {
	groups []string
	err    error
}

func (e *otherVendorError) Error() string {
	return fmt.Sprintf("%v. The user is still in %s, and no other change of this apply has removed the user. "+
		"Remove the user there; if another resource of this configuration does so, apply again", e.err, strings.Join(e.groups, ", "))
}

func (e *otherVendorError) Unwrap() error { return e.err }
