package storetest

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var textClauses = []clause{
	{"keys of the longest kind are stored, and longer ones refused", proveLongKeys},
	{"text may be as long as it likes where it is no key", proveLongText},
	{"text that not every engine can keep is refused, and leaves no trace", proveBadText},
	{"a transaction goes on after it looked for such text", proveBadTextInTx},
	{"nothing is found under such text", proveBadLookup},
}

// bad is text with a zero byte, and text that is not UTF-8.
var bad = []string{"a\x00b", "\x00", "a\xffb", "\xc3", "\xed\xa0\x80"}

// long is text that no index can compress.
func long(size int) string {
	var b strings.Builder
	for n := uint32(1); b.Len() < size; n = n*1664525 + 1013904223 {
		b.WriteByte('!' + byte(n>>24)%90)
	}
	return b.String()
}

func proveLongKeys(t *testing.T, s store.Store) {
	ctx := t.Context()
	fits, tooLong := long(store.MaxKey), long(store.MaxKey+1)
	tenant := fits
	wantErr(t, s.CreateTenant(ctx, newTenant(tooLong)), store.ErrInvalid)
	ok(t, s.CreateTenant(ctx, newTenant(tenant)))

	// The letters get longer in lower case.
	email := strings.Repeat("Ⱥ", store.MaxKey/3)
	u := newUser(tenant, fits)
	u.BackofficeNumber, u.Email = fits, email
	for _, change := range []func(u *store.User){
		func(u *store.User) { u.ID = tooLong },
		func(u *store.User) { u.BackofficeNumber = tooLong },
		func(u *store.User) { u.Email = email + "Ⱥ" },
	} {
		refused := u
		change(&refused)
		wantErr(t, s.CreateUser(ctx, refused), store.ErrInvalid)
	}
	ok(t, s.CreateUser(ctx, u))
	wantErr(t, s.UpdateUser(ctx, tenant, fits, func(u *store.User) error {
		u.BackofficeNumber = tooLong
		return nil
	}), store.ErrInvalid)
	got, err := s.UserByEmail(ctx, tenant, strings.ToLower(email))
	ok(t, err)
	wantSame(t, got, u)

	ok(t, s.CreateGroup(ctx, newGroup(tenant, fits)))
	wantErr(t, s.CreateAssignment(ctx, newAssignment(tenant, "1", fits, tooLong)), store.ErrInvalid)
	want := newAssignment(tenant, fits, fits, fits)
	ok(t, s.CreateAssignment(ctx, want))
	member, err := s.Assignment(ctx, tenant, fits, fits)
	ok(t, err)
	wantSame(t, member, want)
	for _, k := range kinds {
		if k.name != "assignment" {
			wantErr(t, k.create(ctx, s, tenant, tooLong), store.ErrInvalid)
		}
	}
	_, err = s.User(ctx, tenant, long(100_000))
	wantErr(t, err, store.ErrNotFound)
}

func proveLongText(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	text := long(1_000_000)
	u := newUser(tenant, "u")
	u.FirstName = text
	ok(t, s.CreateUser(ctx, u))
	got, err := s.User(ctx, tenant, "u")
	ok(t, err)
	wantSame(t, got.FirstName == text, true)
	want := newDocument(tenant, "k")
	want.Body = text
	ok(t, s.PutDocument(ctx, want))
	document, err := s.Document(ctx, tenant, documentKind, "k")
	ok(t, err)
	wantSame(t, document == want, true)
}

func proveBadText(t *testing.T, s store.Store) {
	ctx := t.Context()
	prepare(t, s, "acme")
	ok(t, s.CreateUser(ctx, newUser("acme", "u")))
	ok(t, s.CreateGroup(ctx, newGroup("acme", "g")))
	for _, text := range bad {
		for _, k := range kinds {
			wantErr(t, k.create(ctx, s, "acme", text), store.ErrInvalid)
		}
		wantErr(t, s.PutDocument(ctx, store.Document{Tenant: "acme", Kind: documentKind, ID: "k", Body: text}), store.ErrInvalid)
		u := newUser("acme", "another")
		u.FirstName = text
		wantErr(t, s.CreateUser(ctx, u), store.ErrInvalid)
		wantErr(t, s.UpdateUser(ctx, "acme", "u", func(u *store.User) error {
			u.LastName = text
			return nil
		}), store.ErrInvalid)
		wantErr(t, s.UpdateGroup(ctx, "acme", "g", func(g *store.Group) error {
			g.Mixins = text
			return nil
		}), store.ErrInvalid)
		_, err := s.Document(ctx, "acme", documentKind, "k")
		wantErr(t, err, store.ErrNotFound)
		_, err = s.User(ctx, "acme", "another")
		wantErr(t, err, store.ErrNotFound)
		wantUnchanged(t, s, "acme", "g")
	}
}

func proveBadTextInTx(t *testing.T, s store.Store) {
	ctx := t.Context()
	prepare(t, s, "acme")
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		for _, text := range bad {
			_, err := tx.User(ctx, "acme", text)
			wantErr(t, err, store.ErrNotFound)
			wantErr(t, tx.DeleteGroup(ctx, "acme", text), store.ErrNotFound)
		}
		return createAll(ctx, tx)
	}))
	wantAll(t, s)
}

func proveBadLookup(t *testing.T, s store.Store) {
	ctx := t.Context()
	withAll(t, s)
	for _, text := range bad {
		for _, k := range kinds {
			_, err := k.get(ctx, s, "acme", text)
			wantErr(t, err, store.ErrNotFound)
		}
		_, err := s.UserByEmail(ctx, "acme", text)
		wantErr(t, err, store.ErrNotFound)
		for _, err := range []error{
			s.DeleteUser(ctx, "acme", text), s.DeleteGroup(ctx, "acme", text), s.RegisterAccount(ctx, text, day),
			s.DeleteAssignment(ctx, "acme", home, text),
			s.UpdateGroup(ctx, "acme", text, nil), s.UpdateUser(ctx, text, "in tx", nil),
		} {
			wantErr(t, err, store.ErrNotFound)
		}
		ok(t, s.DeleteMembers(ctx, "acme", text))
		ok(t, s.AcceptInvitations(ctx, "acme", text, day))
		ok(t, s.CloseInvitations(ctx, "acme", store.InvitedMember, text))
		ok(t, s.DeleteMemberships(ctx, text, "in tx"))
		list, err := s.Groups(ctx, text)
		ok(t, err)
		users, total, err := s.Users(ctx, text, store.Page{})
		ok(t, err)
		wantSame(t, len(list)+len(users)+total, 0)
		memberships, err := s.Memberships(ctx, "acme", text)
		ok(t, err)
		wantSame(t, len(memberships), 0)
		got, err := s.GroupIDs(ctx, "acme", []string{text, "in tx"})
		ok(t, err)
		wantSame(t, got, map[string][]string{"in tx": {home}})
	}
	wantAll(t, s)
}
