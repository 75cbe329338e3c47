package server_test

import (
	"context"
	"io"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// breakage makes one operation on a store fail, or panic.
type breakage struct {
	mu     sync.Mutex
	left   int   // operations until the one that fails; 0: none will
	err    error // what it answers
	panics bool
}

// set makes the n-th operation from now on fail.
func (b *breakage) set(n int, err error, panics bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left, b.err, b.panics = n, err, panics
}

// happened tells whether the operation that was to fail was reached.
func (b *breakage) happened() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left == 0
}

func (b *breakage) next() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.left == 0 {
		return nil
	}
	b.left--
	if b.left > 0 {
		return nil
	}
	if b.panics {
		panic(b.err)
	}
	return b.err
}

// brokenStore is a store that fails where its breakage says.
type brokenStore struct {
	brokenTx

	store store.Store
}

func newBrokenStore(s store.Store) (*brokenStore, *breakage) {
	b := &breakage{}
	return &brokenStore{brokenTx: brokenTx{Tx: s, breakage: b}, store: s}, b
}

// InTx may fail at its start and at its commit.
func (s *brokenStore) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	if err := s.breakage.next(); err != nil {
		return err
	}
	return s.store.InTx(ctx, tenant, func(tx store.Tx) error {
		if err := fn(brokenTx{Tx: tx, breakage: s.breakage}); err != nil {
			return err
		}
		return s.breakage.next()
	})
}

func (s *brokenStore) Ping(ctx context.Context) error {
	if err := s.breakage.next(); err != nil {
		return err
	}
	return s.store.Ping(ctx)
}

func (s *brokenStore) Backlog(ctx context.Context) (store.Backlog, error) {
	if err := s.breakage.next(); err != nil {
		return store.Backlog{}, err
	}
	return s.store.Backlog(ctx)
}

func (s *brokenStore) WriteMetrics(w io.Writer) { s.store.WriteMetrics(w) }

func (s *brokenStore) Close() error { return s.store.Close() }

// brokenTx may fail before each operation that handlers use.
type brokenTx struct {
	store.Tx

	breakage *breakage
}

func (x brokenTx) CreateUser(ctx context.Context, u store.User) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.CreateUser(ctx, u)
}

func (x brokenTx) User(ctx context.Context, tenant, id string) (found store.User, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.User(ctx, tenant, id)
}

func (x brokenTx) UserByEmail(ctx context.Context, tenant, email string) (found store.User, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.UserByEmail(ctx, tenant, email)
}

func (x brokenTx) Users(ctx context.Context, tenant string, page store.Page) (found []store.User, total int, err error) {
	if err := x.breakage.next(); err != nil {
		return found, total, err
	}
	return x.Tx.Users(ctx, tenant, page)
}

func (x brokenTx) UpdateUser(ctx context.Context, tenant, id string, fn func(u *store.User) error) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.UpdateUser(ctx, tenant, id, fn)
}

func (x brokenTx) DeleteUser(ctx context.Context, tenant, id string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteUser(ctx, tenant, id)
}

func (x brokenTx) EnsureAccount(ctx context.Context, a store.Account) (found store.Account, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.EnsureAccount(ctx, a)
}

func (x brokenTx) AccountByEmail(ctx context.Context, email string) (found store.Account, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.AccountByEmail(ctx, email)
}

func (x brokenTx) CreateGroup(ctx context.Context, g store.Group) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.CreateGroup(ctx, g)
}

func (x brokenTx) Group(ctx context.Context, tenant, id string) (found store.Group, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Group(ctx, tenant, id)
}

func (x brokenTx) Groups(ctx context.Context, tenant string) (found []store.Group, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Groups(ctx, tenant)
}

func (x brokenTx) GroupsOfUser(ctx context.Context, tenant, userID string) (found []store.Group, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.GroupsOfUser(ctx, tenant, userID)
}

func (x brokenTx) UpdateGroup(ctx context.Context, tenant, id string, fn func(g *store.Group) error) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.UpdateGroup(ctx, tenant, id, fn)
}

func (x brokenTx) DeleteGroup(ctx context.Context, tenant, id string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteGroup(ctx, tenant, id)
}

func (x brokenTx) CreateAssignment(ctx context.Context, a store.Assignment) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.CreateAssignment(ctx, a)
}

func (x brokenTx) Assignment(ctx context.Context, tenant, groupID, userID string) (found store.Assignment, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Assignment(ctx, tenant, groupID, userID)
}

func (x brokenTx) Members(ctx context.Context, tenant, groupID string, page store.Page) (found []store.Assignment, total int, err error) {
	if err := x.breakage.next(); err != nil {
		return found, total, err
	}
	return x.Tx.Members(ctx, tenant, groupID, page)
}

func (x brokenTx) Memberships(ctx context.Context, tenant, userID string) (found []store.Assignment, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Memberships(ctx, tenant, userID)
}

func (x brokenTx) GroupIDs(ctx context.Context, tenant string, userIDs []string) (found map[string][]string, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.GroupIDs(ctx, tenant, userIDs)
}

func (x brokenTx) DeleteAssignment(ctx context.Context, tenant, groupID, userID string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteAssignment(ctx, tenant, groupID, userID)
}

func (x brokenTx) DeleteMembers(ctx context.Context, tenant, groupID string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteMembers(ctx, tenant, groupID)
}

func (x brokenTx) DeleteMemberships(ctx context.Context, tenant, userID string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteMemberships(ctx, tenant, userID)
}

func (x brokenTx) AccessControl(ctx context.Context, tenant, id string) (found store.AccessControl, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.AccessControl(ctx, tenant, id)
}

func (x brokenTx) AccessControls(ctx context.Context, tenant string) (found []store.AccessControl, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.AccessControls(ctx, tenant)
}

func (x brokenTx) Template(ctx context.Context, tenant, id string) (found store.Template, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Template(ctx, tenant, id)
}

func (x brokenTx) Templates(ctx context.Context, tenant string) (found []store.Template, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Templates(ctx, tenant)
}

func (x brokenTx) Tenant(ctx context.Context, name string) (found store.Tenant, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Tenant(ctx, name)
}

func (x brokenTx) Client(ctx context.Context, id string) (found store.Client, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Client(ctx, id)
}

func (x brokenTx) PutDocument(ctx context.Context, d store.Document) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.PutDocument(ctx, d)
}

func (x brokenTx) Document(ctx context.Context, tenant, kind, id string) (found store.Document, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Document(ctx, tenant, kind, id)
}

func (x brokenTx) Documents(ctx context.Context, tenant, kind string) (found []store.Document, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Documents(ctx, tenant, kind)
}

func (x brokenTx) DeleteDocument(ctx context.Context, tenant, kind, id string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteDocument(ctx, tenant, kind, id)
}

func (x brokenTx) CreateAccessControl(ctx context.Context, c store.AccessControl) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.CreateAccessControl(ctx, c)
}

func (x brokenTx) UpdateAccessControl(ctx context.Context, tenant, id string, fn func(c *store.AccessControl) error) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.UpdateAccessControl(ctx, tenant, id, fn)
}

func (x brokenTx) DeleteAccessControl(ctx context.Context, tenant, id string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteAccessControl(ctx, tenant, id)
}

func (x brokenTx) CreateTask(ctx context.Context, t store.Task) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.CreateTask(ctx, t)
}

func (x brokenTx) DeleteTask(ctx context.Context, tenant, id string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteTask(ctx, tenant, id)
}

func (x brokenTx) CreateTemplate(ctx context.Context, t store.Template) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.CreateTemplate(ctx, t)
}

func (x brokenTx) UpdateTemplate(ctx context.Context, tenant, id string, fn func(t *store.Template) error) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.UpdateTemplate(ctx, tenant, id, fn)
}

func (x brokenTx) AppendEvent(ctx context.Context, e store.Event) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.AppendEvent(ctx, e)
}

func (x brokenTx) Events(ctx context.Context, tenant string, filter store.EventFilter) (found []store.Event, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Events(ctx, tenant, filter)
}

func (x brokenTx) DeleteTemplate(ctx context.Context, tenant, id string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteTemplate(ctx, tenant, id)
}
