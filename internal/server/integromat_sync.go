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
	o, _, err := integromatOrganizationOf(ctx, tx, tenant)
	if err != nil || !o.Sync {
		return err
	}
	return s.noteMembers(ctx, tx, tenant, groupID)
}

// noteControl tells the sync with Make that the scopes of an access control may have changed.
func (s *Server) noteControl(ctx context.Context, tx store.Tx, tenant, controlID string) error {
	return s.noteCarriers(ctx, tx, tenant, func(g store.Group) bool { return slices.Contains(g.AccessControls, controlID) })
}

// noteTemplates tells the sync with Make that the levels of role templates may have changed:
// they decide whether a group belongs to the Orchestration Engine, and so carries its roles.
func (s *Server) noteTemplates(ctx context.Context, tx store.Tx, tenant string) error {
	return s.noteCarriers(ctx, tx, tenant, func(g store.Group) bool { return len(g.Templates) > 0 })
}

// noteCarriers tells the sync with Make that the rights of groups may have changed.
func (s *Server) noteCarriers(ctx context.Context, tx store.Tx, tenant string, carries func(store.Group) bool) error {
	o, _, err := integromatOrganizationOf(ctx, tx, tenant)
	if err != nil || !o.Sync {
		return err
	}
	groups, err := tx.Groups(ctx, tenant)
	if err != nil {
		return fmt.Errorf("listing groups: %w", err)
	}
	var carriers []string
	for _, g := range groups {
		if carries(g) {
			carriers = append(carriers, g.ID)
		}
	}
	return s.noteMembers(ctx, tx, tenant, carriers...)
}

// noteMembers stores the wanted state in Make of the members of groups. If they are many, it
// scans all users instead, a part after the other.
func (s *Server) noteMembers(ctx context.Context, tx store.Tx, tenant string, groupIDs ...string) error {
	var ids []string
	for _, id := range groupIDs {
		members, total, err := tx.Members(ctx, tenant, id, store.Page{Limit: integromatScanned})
		if err != nil {
			return fmt.Errorf("listing members: %w", err)
		}
		for _, m := range members {
			ids = append(ids, m.UserID)
		}
		if ids = unique(ids); total > integromatScanned || len(ids) > integromatScanned {
			return s.scanIntegromat(ctx, tx, tenant, "")
		}
	}
	return s.noteIntegromat(ctx, tx, tenant, ids, false)
}

// noteIntegromat stores the wanted state in Make of each user. With notify, users with the same
// roles in Make as before get a notice that their groups have changed.
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
	// A user that is not known to be in Make is left to the worker, which may be about to
	// invite the user.
	m.Pending = is || !m.Present || w.prune
	if !known {
		m.Tenant, m.ID, m.CreatedAt = tenant, id, now
	}
	if err := s.noteMakeNotice(ctx, tx, m, was); err != nil {
		return err
	}
	if !known {
		return tx.CreateMakeMember(ctx, m)
	}
	return tx.UpdateMakeMember(ctx, tenant, id, func(stored *store.MakeMember) error {
		*stored = m
		return nil
	})
}

// noteMakeNotice creates the notice of a member whose roles or groups have changed. It waits
// for what the worker has to do in Make first. A user who loses the last role before
// being a member of Make gets none.
func (s *Server) noteMakeNotice(ctx context.Context, tx store.Tx, m store.MakeMember, was bool) error {
	n := store.MakeNotice{
		Tenant: m.Tenant, ID: s.newID(), UserID: m.ID, Email: m.Email, Name: m.Name, Change: store.MakeJoined, Roles: m.Roles, CreatedAt: s.timestamp(),
	}
	is := access.MakeEligible(m.Roles)
	switch {
	case is && was:
		n.Change = store.MakeChanged
	case !is && was:
		if err := tx.DropMakeNotices(ctx, m.Tenant, m.ID); err != nil {
			return fmt.Errorf("dropping notices: %w", err)
		}
		n.Change = store.MakeLost
	}
	if !is && (!was || !m.Present) {
		return nil
	}
	if !m.Pending {
		n.ReadyAt = n.CreatedAt
	}
	if err := tx.CreateMakeNotice(ctx, n); err != nil {
		return fmt.Errorf("creating the notice: %w", err)
	}
	if m.Pending {
		return nil
	}
	return s.queueMail(ctx, tx, store.Mail{Tenant: n.Tenant, ID: n.ID, Kind: store.MailMakeNotice})
}

// taskScanIntegromat is the kind of the tasks that continue a scan.
const taskScanIntegromat = "make-scan"

// integromatScanned is the number of users whose wanted state one transaction notes.
const integromatScanned = 200

// integromatScan is the body of such a task.
type integromatScan struct {
	After string `json:"after"` // the id up to which the scan has come
}

// scanIntegromat notes the wanted state of all users, and of members who have left the tenant,
// as turning the sync on does. It notes those after an id, and schedules a task for the rest,
// which is done once even if this process is killed. Users that change meanwhile are noted
// with the change.
func (s *Server) scanIntegromat(ctx context.Context, tx store.Tx, tenant, after string) error {
	ids, err := tx.MakeCandidates(ctx, tenant, after, integromatScanned)
	if err != nil {
		return fmt.Errorf("listing users and the members of Make: %w", err)
	}
	if len(ids) == integromatScanned {
		body, err := json.Marshal(integromatScan{After: ids[len(ids)-1]})
		if err != nil {
			return fmt.Errorf("encoding the task: %w", err)
		}
		now := s.timestamp()
		err = tx.CreateTask(ctx, store.Task{Tenant: tenant, ID: taskScanIntegromat + " " + s.newID(), Kind: taskScanIntegromat, Body: string(body), DueAt: now, CreatedAt: now})
		if err != nil {
			return fmt.Errorf("creating the task: %w", err)
		}
	}
	return s.noteIntegromat(ctx, tx, tenant, ids, false)
}

// continueScan does a task of a scan, unless the sync was turned off meanwhile.
func (s *Server) continueScan(ctx context.Context, tx store.Tx, t store.Task) error {
	var body integromatScan
	if err := json.Unmarshal([]byte(t.Body), &body); err != nil {
		return fmt.Errorf("reading the task: %w", err)
	}
	o, _, err := integromatOrganizationOf(ctx, tx, t.Tenant)
	if err != nil || !o.Sync {
		return err
	}
	return s.scanIntegromat(ctx, tx, t.Tenant, body.After)
}

// wakingStore wakes the worker of the sync with Make up after each transaction that leaves a
// member of Make pending, the one of tasks after each that creates a task, and the one of
// e-mails after each that schedules one. The workers of the sync and of e-mails do not write
// through it.
type wakingStore struct {
	store.Store

	wake, wakeTasks, wakeMails func()
}

// InTx implements store.Store.
func (s wakingStore) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	var pending, scheduled, written bool
	err := s.Store.InTx(ctx, tenant, func(tx store.Tx) error { return fn(wakingTx{tx, &pending, &scheduled, &written}) })
	if pending { // even after an error: the change may be committed all the same
		s.wake()
	}
	if scheduled {
		s.wakeTasks()
	}
	if written {
		s.wakeMails()
	}
	return err
}

// wakingTx notes whether a transaction leaves a member of Make pending, creates a task, or
// schedules an e-mail.
type wakingTx struct {
	store.Tx

	pending, scheduled, written *bool
}

// PutMail implements store.Tx.
func (t wakingTx) PutMail(ctx context.Context, m store.Mail) error {
	*t.written = true
	return t.Tx.PutMail(ctx, m)
}

// CreateTask implements store.Tx.
func (t wakingTx) CreateTask(ctx context.Context, task store.Task) error {
	*t.scheduled = true
	return t.Tx.CreateTask(ctx, task)
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
