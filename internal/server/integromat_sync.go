package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// integromatOrganizationOf loads the tenant's Make organization, if it exists.
func integromatOrganizationOf(ctx context.Context, tx store.DocumentTx, tenant string) (o wire.IntegromatOrganization, found bool, err error) {
	d, err := tx.Document(ctx, tenant, store.KindMake, store.KindMake)
	if errors.Is(err, store.ErrNotFound) {
		return o, false, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(d.Body), &o)
	}
	if err != nil {
		return o, false, fmt.Errorf("reading the Make organization: %w", err)
	}
	return o, true, nil
}

// noteMemberships tells the sync with Make that the groups of users have changed. Call it in
// the transaction of the change, after the change.
func (s *Server) noteMemberships(ctx context.Context, tx store.Tx, tenant string, userIDs ...string) error {
	return s.noteIntegromat(ctx, tx, tenant, userIDs, true)
}

// noteUser tells the sync with Make that a user was locked, unlocked or deleted.
func (s *Server) noteUser(ctx context.Context, tx store.Tx, tenant, userID string) error {
	return s.noteIntegromat(ctx, tx, tenant, []string{userID}, false)
}

// noteGroup tells the sync with Make that the rights of a group may have changed.
func (s *Server) noteGroup(ctx context.Context, tx store.Tx, tenant, groupID string) error {
	if _, found, err := integromatOrganizationOf(ctx, tx, tenant); err != nil || !found {
		return err
	}
	ids, err := membersOf(ctx, tx, tenant, groupID)
	if err != nil {
		return err
	}
	return s.noteIntegromat(ctx, tx, tenant, ids, false)
}

// noteControl tells the sync with Make that the scopes of an access control may have changed.
func (s *Server) noteControl(ctx context.Context, tx store.Tx, tenant, controlID string) error {
	if _, found, err := integromatOrganizationOf(ctx, tx, tenant); err != nil || !found {
		return err
	}
	groups, err := tx.Groups(ctx, tenant)
	if err != nil {
		return fmt.Errorf("listing groups: %w", err)
	}
	for _, g := range groups {
		if slices.Contains(g.AccessControls, controlID) {
			if err := s.noteGroup(ctx, tx, tenant, g.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// noteIntegromat stores the wanted state in Make of each user. With notify, eligible users get
// a notice that their groups have changed.
func (s *Server) noteIntegromat(ctx context.Context, tx store.Tx, tenant string, userIDs []string, notify bool) error {
	o, _, err := integromatOrganizationOf(ctx, tx, tenant)
	if err != nil || !o.Sync {
		return err
	}
	roles, err := integromatRolesOf(ctx, tx, tenant, userIDs)
	if err != nil {
		return err
	}
	for _, id := range userIDs {
		u, err := tx.User(ctx, tenant, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading user: %w", err)
		}
		wanted := integromatWanted{notify: notify, prune: o.PruneStale, user: u, roles: roles[id]}
		if u.Locked || err != nil {
			wanted.roles = nil
		}
		if err := s.noteIntegromatUser(ctx, tx, tenant, id, wanted); err != nil {
			return err
		}
	}
	return nil
}

// integromatRolesOf returns the roles in Make that the groups of each user give.
func integromatRolesOf(ctx context.Context, tx store.Tx, tenant string, userIDs []string) (map[string][]string, error) {
	memberships, err := tx.GroupIDs(ctx, tenant, userIDs)
	if err != nil {
		return nil, fmt.Errorf("reading memberships: %w", err)
	}
	groups, err := tx.GroupsByID(ctx, tenant, slices.Concat(slices.Collect(maps.Values(memberships))...))
	if err != nil {
		return nil, fmt.Errorf("reading groups: %w", err)
	}
	for i := range groups {
		groups[i].Templates = nil // they grant no roles in Make
	}
	rights, err := rightsOfGroups(ctx, tx, tenant, groups)
	if err != nil {
		return nil, err
	}
	compiled := compileGroups(rights, groups)
	roles := make(map[string][]string, len(userIDs))
	for _, id := range userIDs {
		roles[id] = compiled.Subject(false, memberships[id]...).MakeRoles()
	}
	return roles, nil
}

// integromatWanted is the wanted state of a user in Make.
type integromatWanted struct {
	notify, prune bool
	user          store.User // the zero value if the user has left the tenant
	roles         []string
}

func (s *Server) noteIntegromatUser(ctx context.Context, tx store.Tx, tenant, id string, w integromatWanted) error {
	m, err := tx.MakeMember(ctx, tenant, id)
	known := err == nil
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("reading the member of Make: %w", err)
	}
	was, is := access.MakeEligible(m.Roles), access.MakeEligible(w.roles)
	same := slices.Equal(m.Roles, w.roles)
	if !was && !is && (!known || same) || same && is && !w.notify && (m.Present || m.Pending) {
		return nil
	}
	now := s.timestamp()
	// A process that has leased the member sees the change when it finishes. Another process
	// at the same time would send the same e-mails.
	if begun := m.Pending && m.DueAt.After(now) && !m.DueAt.After(now.Add(integromatLease)); !begun {
		m.DueAt = now
	}
	m.Roles, m.ChangedAt = w.roles, now
	m.Change++
	if w.user.ID != "" {
		m.Email, m.Name = w.user.Email, w.user.FirstName+" "+w.user.LastName
	}
	if is {
		m.Pending = true
		err := tx.CreateMakeNotice(ctx, store.MakeNotice{Tenant: tenant, ID: s.newID(), UserID: id, Email: m.Email, CreatedAt: now})
		if err != nil {
			return fmt.Errorf("creating the notice: %w", err)
		}
	} else {
		// A user that is not known to be in Make is left to the worker, which may be about to
		// invite the user.
		m.Pending = !m.Present || w.prune
		if err := tx.DropMakeNotices(ctx, tenant, id); err != nil {
			return fmt.Errorf("dropping notices: %w", err)
		}
	}
	if !known {
		m.Tenant, m.ID, m.CreatedAt = tenant, id, now
		return tx.CreateMakeMember(ctx, m)
	}
	return tx.UpdateMakeMember(ctx, tenant, id, func(stored *store.MakeMember) error {
		*stored = m
		return nil
	})
}

// scanIntegromat notes the wanted state of all users, and of members who have left the tenant,
// as turning the sync on does.
func (s *Server) scanIntegromat(ctx context.Context, tx store.Tx, tenant string) error {
	users, _, err := tx.Users(ctx, tenant, store.Page{})
	if err != nil {
		return fmt.Errorf("listing users: %w", err)
	}
	members, err := tx.MakeMembers(ctx, tenant)
	if err != nil {
		return fmt.Errorf("listing the members of Make: %w", err)
	}
	ids := make([]string, 0, len(users)+len(members))
	for _, u := range users {
		ids = append(ids, u.ID)
	}
	for _, m := range members {
		ids = append(ids, m.ID)
	}
	return s.noteIntegromat(ctx, tx, tenant, unique(ids), false)
}

// wakingStore wakes the worker of the sync with Make up after each transaction that leaves a
// member of Make pending. The worker itself does not write through it.
type wakingStore struct {
	store.Store

	wake func()
}

// InTx implements store.Store.
func (s wakingStore) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	pending := false
	err := s.Store.InTx(ctx, tenant, func(tx store.Tx) error { return fn(wakingTx{tx, &pending}) })
	if pending { // even after an error: the change may be committed all the same
		s.wake()
	}
	return err
}

// wakingTx notes whether a transaction leaves a member of Make pending.
type wakingTx struct {
	store.Tx

	pending *bool
}

// CreateMakeMember implements store.Tx.
func (t wakingTx) CreateMakeMember(ctx context.Context, m store.MakeMember) error {
	*t.pending = *t.pending || m.Pending
	return t.Tx.CreateMakeMember(ctx, m)
}

// UpdateMakeMember implements store.Tx.
func (t wakingTx) UpdateMakeMember(ctx context.Context, tenant, userID string, fn func(m *store.MakeMember) error) error {
	return t.Tx.UpdateMakeMember(ctx, tenant, userID, func(m *store.MakeMember) error {
		err := fn(m)
		*t.pending = *t.pending || m.Pending
		return err
	})
}
