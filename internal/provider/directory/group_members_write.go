package directory

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// write sets the group's members to those of the plan, and returns when the API shows
// them. It adds before it removes, so members who stay never lose access. It adds users
// in groups of another vendor last, because two groups may exchange their members.
func (r *groupMembersResource) write(ctx context.Context, plan groupMembersModel) error {
	group := plan.GroupID.ValueString()
	planned := plan.members()
	hold(r.Data, group, slices.Collect(maps.Keys(planned)))
	present, err := r.present(ctx, group)
	if err != nil {
		return err
	}
	leaving := slices.DeleteFunc(plumbing.SortedKeys(present), func(id string) bool { _, stays := planned[id]; return stays })
	for _, id := range leaving {
		if r.Members.Held(plumbing.Pair{Group: group, User: id}) {
			return heldElsewhere(nameOf(ctx, r.Data, plumbing.Person{ID: id}), group)
		}
	}
	late, err := r.add(ctx, plan, present)
	if err != nil {
		return err
	}
	err = eachOf(ctx, leaving, func(ctx context.Context, id string) error {
		defer r.Client.Lock(lockUser, id)()
		if err := leaveNow(ctx, r.Data, plumbing.Pair{Group: group, User: id}); err != nil {
			return fmt.Errorf("removing %s: %w", id, err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range late {
		unlock, err := join(ctx, r.Data, plumbing.Pair{Group: group, User: id}, access.UserType(plan.UserType.ValueString()))
		if err != nil {
			return fmt.Errorf("adding %s: %w", planned[id], err)
		}
		unlock()
	}
	return r.waitForMembers(ctx, group, planned, leaving)
}

// waitForMembers waits until the API shows the added and removed members. If someone
// else adds a member meanwhile, the next plan shows it.
func (r *groupMembersResource) waitForMembers(ctx context.Context, group string, planned map[string]string, leaving []string) error {
	_, err := client.WaitFor(ctx, func(ctx context.Context) (*map[string]bool, error) {
		shown, err := r.shown(ctx, group)
		return &shown, err
	}, func(shown map[string]bool) bool {
		for id := range planned {
			if !shown[id] {
				return false
			}
		}
		return !slices.ContainsFunc(leaving, func(id string) bool { return shown[id] })
	})
	return err
}

// shown returns the ids of the group's members as the API lists them.
func (r *groupMembersResource) shown(ctx context.Context, group string) (map[string]bool, error) {
	assignments, err := r.Client.Members(ctx, group)
	if err != nil {
		return nil, err
	}
	ids := make(map[string]bool, len(assignments))
	for _, a := range assignments {
		ids[a.UserID] = true
	}
	return ids, nil
}

// present returns shown without the members whom this run has removed.
func (r *groupMembersResource) present(ctx context.Context, group string) (map[string]bool, error) {
	ids, err := r.shown(ctx, group)
	maps.DeleteFunc(ids, func(id string, _ bool) bool { return r.Members.HasLeft(plumbing.Pair{Group: group, User: id}) })
	return ids, err
}

// add adds the planned members who are not in the group. It returns as late those who
// cannot join because they are in groups of another vendor.
func (r *groupMembersResource) add(ctx context.Context, plan groupMembersModel, present map[string]bool) (late []string, err error) {
	group, userType, planned := plan.GroupID.ValueString(), access.UserType(plan.UserType.ValueString()), plan.members()
	var mu sync.Mutex // guards late
	err = eachOf(ctx, plumbing.SortedKeys(planned), func(ctx context.Context, id string) error {
		if present[id] {
			return nil
		}
		pair := plumbing.Pair{Group: group, User: id}
		unlock, err := tryJoin(ctx, r.Data, pair, userType)
		if client.IsBadRequest(err) {
			others, lookup := conflictingGroups(ctx, r.Client, group, id)
			if lookup == nil && len(others) > 0 {
				mu.Lock()
				late = append(late, id)
				mu.Unlock()
				return nil
			}
			unlock, err = tryJoin(ctx, r.Data, pair, userType) // the user may have left the other groups by now
		}
		if err != nil {
			return fmt.Errorf("adding %s: %w", planned[id], err)
		}
		unlock()
		return nil
	})
	slices.Sort(late)
	return late, err
}

// eachOf calls do for each user, several at a time, until the first error. It lets
// calls under way finish, so their outcome is known.
func eachOf(ctx context.Context, ids []string, do func(ctx context.Context, id string) error) error {
	var users errgroup.Group
	var failed atomic.Bool
	users.SetLimit(usersAtOnce)
	for _, id := range ids {
		if failed.Load() || ctx.Err() != nil {
			break
		}
		users.Go(func() error {
			err := do(ctx, id)
			if err != nil {
				failed.Store(true)
			}
			return err
		})
	}
	if err := users.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}
