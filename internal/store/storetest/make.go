package storetest

import (
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

func newMakeMember(tenant, id string) store.MakeMember {
	return store.MakeMember{
		Tenant: tenant, ID: id, Email: "Ada@Example.com", Name: "Ada Lovelace", Roles: []string{"owner", "integromat.scenario_edit"},
		Present: true, Pending: true, Change: 2, Attempts: 3, LastError: "Make answered 500",
		DueAt: later(30), CreatedAt: later(31), ChangedAt: later(32), SyncedAt: later(33),
	}
}

func newMakeNotice(tenant, id string) store.MakeNotice {
	return store.MakeNotice{
		Tenant: tenant, ID: id, UserID: "u", Email: "Ada@Example.com", Name: "Ada Lovelace", Change: "lost",
		Roles: []string{"owner", "integromat.scenario_edit"}, CreatedAt: later(34), ReadyAt: later(36), SentAt: later(35),
	}
}

var makeClauses = []clause{
	{"candidates for Make are users and members, each once, by id after another", proveMakeCandidates},
	{"members of Make are listed by creation time, then id, byte by byte", proveMakeMembersInOrder},
	{"the pending member of Make that is due first is next, of any tenant", proveNextMakeMember},
	{"an update of a member of Make changes every field but its key and creation", proveUpdateMakeMember},
	{"a tenant's pending members of Make are put off, and no others", provePutOffMakeMembers},
	{"a member of Make is deleted once", proveDeleteMakeMember},
	{"notices of Make are listed by creation time, then id, byte by byte", proveMakeNoticesInOrder},
	{"a user's notices of Make that wait are listed, updated and dropped, and no others", proveWaitingMakeNotices},
}

func proveMakeMembersInOrder(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateMakeMember(ctx, newMakeMember("other", "x")))
	for _, id := range shuffled() {
		ok(t, s.CreateMakeMember(ctx, newMakeMember(tenant, id)))
	}
	first := newMakeMember(tenant, "~first")
	first.CreatedAt = later(-1000)
	ok(t, s.CreateMakeMember(ctx, first))
	list, err := s.MakeMembers(ctx, tenant)
	ok(t, err)
	wantSame(t, ids(list, func(m store.MakeMember) string { return m.ID }), append([]string{"~first"}, mixed...))
	list, err = s.MakeMembers(ctx, "nobody")
	ok(t, err)
	wantSame(t, len(list), 0)
}

func proveNextMakeMember(t *testing.T, s store.Store) {
	ctx := t.Context()
	_, err := s.NextMakeMember(ctx)
	wantErr(t, err, store.ErrNotFound)
	for _, m := range []struct {
		tenant, id string
		due        time.Time
		pending    bool
	}{
		{"b", "a", later(5), true}, {"a", "b", later(5), true}, {"a", "a", later(5), true}, {"c", "first", later(4), true}, {"c", "done", later(1), false},
	} {
		if _, err := s.Tenant(ctx, m.tenant); err != nil {
			ok(t, s.CreateTenant(ctx, newTenant(m.tenant)))
		}
		record := newMakeMember(m.tenant, m.id)
		record.DueAt, record.Pending = m.due, m.pending
		ok(t, s.CreateMakeMember(ctx, record))
	}
	for _, want := range [][2]string{{"c", "first"}, {"a", "a"}, {"a", "b"}, {"b", "a"}} {
		m, err := s.NextMakeMember(ctx)
		ok(t, err)
		wantSame(t, [2]string{m.Tenant, m.ID}, want)
		ok(t, s.UpdateMakeMember(ctx, m.Tenant, m.ID, func(m *store.MakeMember) error {
			m.Pending = false
			return nil
		}))
	}
	_, err = s.NextMakeMember(ctx)
	wantErr(t, err, store.ErrNotFound)
}

func proveUpdateMakeMember(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateMakeMember(ctx, newMakeMember(tenant, "m")))
	ok(t, s.CreateMakeMember(ctx, newMakeMember(tenant, "other")))
	want := store.MakeMember{
		Tenant: "elsewhere", ID: "new id", Email: "Grace@Example.com", Name: "Grace Hopper", Roles: []string{"member"}, Change: 7, Attempts: 8,
		LastError: "Make answered 503", DueAt: later(100), CreatedAt: later(101), ChangedAt: later(102), SyncedAt: later(103),
	}
	ok(t, s.UpdateMakeMember(ctx, tenant, "m", func(m *store.MakeMember) error {
		wantSame(t, *m, newMakeMember(tenant, "m"))
		*m = want
		return nil
	}))
	want.Tenant, want.ID, want.CreatedAt = tenant, "m", newMakeMember(tenant, "m").CreatedAt
	wantErr(t, s.UpdateMakeMember(ctx, tenant, "m", func(m *store.MakeMember) error {
		m.Change = 8
		return errOfTest
	}), errOfTest)
	got, err := s.MakeMember(ctx, tenant, "m")
	ok(t, err)
	wantSame(t, got, want)
	got, err = s.MakeMember(ctx, tenant, "other")
	ok(t, err)
	wantSame(t, got, newMakeMember(tenant, "other"))
	wantErr(t, s.UpdateMakeMember(ctx, tenant, "nothing", nil), store.ErrNotFound)
	wantErr(t, s.UpdateMakeMember(ctx, "nobody", "m", nil), store.ErrNotFound)
}

func provePutOffMakeMembers(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	for id, change := range map[string]func(m *store.MakeMember){
		"due":               func(*store.MakeMember) {},
		"later":             func(m *store.MakeMember) { m.DueAt = later(60) },
		"done":              func(m *store.MakeMember) { m.Pending = false },
		"of another tenant": func(m *store.MakeMember) { m.Tenant = "other" },
	} {
		m := newMakeMember(tenant, id)
		change(&m)
		ok(t, s.CreateMakeMember(ctx, m))
		want := m
		if id == "due" {
			want.DueAt, want.Attempts, want.LastError = later(50), m.Attempts+1, "no answer"
		}
		ok(t, s.PutOffMakeMembers(ctx, tenant, later(50), "no answer"))
		got, err := s.MakeMember(ctx, m.Tenant, id)
		ok(t, err)
		wantSame(t, got, want)
	}
	ok(t, s.PutOffMakeMembers(ctx, "nobody", later(50), "no answer"))
}

func proveDeleteMakeMember(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateMakeMember(ctx, newMakeMember(tenant, "m")))
	ok(t, s.CreateMakeMember(ctx, newMakeMember(tenant, "other")))
	wantErr(t, s.DeleteMakeMember(ctx, "nobody", "m"), store.ErrNotFound)
	ok(t, s.DeleteMakeMember(ctx, tenant, "m"))
	wantErr(t, s.DeleteMakeMember(ctx, tenant, "m"), store.ErrNotFound)
	list, err := s.MakeMembers(ctx, tenant)
	ok(t, err)
	wantSame(t, list, []store.MakeMember{newMakeMember(tenant, "other")})
}

func proveMakeNoticesInOrder(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	for _, id := range shuffled() {
		ok(t, s.CreateMakeNotice(ctx, newMakeNotice(tenant, id)))
	}
	first := newMakeNotice(tenant, "~first")
	first.CreatedAt = later(-1000)
	ok(t, s.CreateMakeNotice(ctx, first))
	list, err := s.MakeNotices(ctx, tenant)
	ok(t, err)
	wantSame(t, ids(list, func(n store.MakeNotice) string { return n.ID }), append([]string{"~first"}, mixed...))
}

func proveWaitingMakeNotices(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	waits := newMakeNotice(tenant, "2 waits")
	waits.ReadyAt = time.Time{}
	first, ofAnother, elsewhere := waits, waits, waits
	first.ID, ofAnother.ID, ofAnother.UserID, elsewhere.Tenant = "1 waits", "of another", "U", "other"
	sent := newMakeNotice(tenant, "sent")
	for _, n := range []store.MakeNotice{waits, first, ofAnother, elsewhere, sent} {
		ok(t, s.CreateMakeNotice(ctx, n))
	}
	waiting := func() []store.MakeNotice {
		list, err := s.WaitingMakeNotices(ctx, tenant, "u")
		ok(t, err)
		return list
	}
	wantSame(t, waiting(), []store.MakeNotice{first, waits})
	first = proveUpdateMakeNotice(t, s, first)
	wantSame(t, waiting(), []store.MakeNotice{waits})
	ok(t, s.DropMakeNotices(ctx, tenant, "u"))
	ok(t, s.DropMakeNotices(ctx, tenant, "u"))
	list, err := s.MakeNotices(ctx, tenant)
	ok(t, err)
	wantSame(t, list, []store.MakeNotice{first, ofAnother, sent})
	list, err = s.MakeNotices(ctx, "other")
	ok(t, err)
	wantSame(t, list, []store.MakeNotice{elsewhere})
}

// proveUpdateMakeNotice updates the notice, so that it no longer waits.
func proveUpdateMakeNotice(t *testing.T, s store.Store, n store.MakeNotice) store.MakeNotice {
	t.Helper()
	ctx := t.Context()
	want := store.MakeNotice{
		Tenant: "elsewhere", ID: "new id", UserID: "u", Email: "Grace@Example.com", Name: "Grace Hopper", Change: "joined",
		CreatedAt: later(100), ReadyAt: later(101), SentAt: later(102),
	}
	ok(t, s.UpdateMakeNotice(ctx, n.Tenant, n.ID, func(stored *store.MakeNotice) error {
		wantSame(t, *stored, n)
		*stored = want
		return nil
	}))
	want.Tenant, want.ID, want.CreatedAt = n.Tenant, n.ID, n.CreatedAt
	wantErr(t, s.UpdateMakeNotice(ctx, n.Tenant, n.ID, func(n *store.MakeNotice) error {
		n.Name = "Nobody"
		return errOfTest
	}), errOfTest)
	wantErr(t, s.UpdateMakeNotice(ctx, n.Tenant, "nothing", nil), store.ErrNotFound)
	return want
}

func proveMakeCandidates(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateUser(ctx, newUser("other", "d")))
	ok(t, s.CreateMakeMember(ctx, newMakeMember("other", "e")))
	for _, id := range []string{"c", "a", "B", "f"} {
		ok(t, s.CreateUser(ctx, newUser(tenant, id)))
	}
	for _, id := range []string{"g", "b", "c"} {
		ok(t, s.CreateMakeMember(ctx, newMakeMember(tenant, id)))
	}
	for _, c := range []struct {
		after string
		limit int
		want  []string
	}{
		{"", 10, []string{"B", "a", "b", "c", "f", "g"}},
		{"", 3, []string{"B", "a", "b"}},
		{"b", 2, []string{"c", "f"}},
		{"f", 10, []string{"g"}},
		{"g", 10, nil},
	} {
		got, err := s.MakeCandidates(ctx, tenant, c.after, c.limit)
		ok(t, err)
		wantSame(t, got, c.want)
	}
}
