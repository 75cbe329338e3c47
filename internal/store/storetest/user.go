package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var userClauses = []clause{
	{"a back-office number is unique in a tenant", proveNumberExists},
	{"an e-mail is unique in a tenant, in any case", proveEmailExists},
	{"a user is found by back-office number, but an id goes first", proveUserByNumber},
	{"a user is found by e-mail in any case, and keeps it as given", proveUserByEmail},
	{"the users with an e-mail are listed over all tenants, by tenant", proveUsersOf},
	{"users are listed by creation time, then id, byte by byte", proveUsersInOrder},
	{"users are paged to the end without gap or repeat", proveUserPages},
	{"each user comes with its groups, by e-mail in any case, as of one moment", proveEachUser},
	{"an error about one user ends the list", proveEachUserError},
	{"an update of a user changes every field but its key and creation", proveUpdateUser},
	{"an update of a user cannot take another's number or e-mail", proveUpdateUserExists},
	{"an update finds a user by its id only", proveUpdateUserNotFound},
	{"a deleted user is gone with all its memberships, and no one else's", proveDeleteUser},
	{"a deletion finds a user by its id only", proveDeleteUserNotFound},
	{"what a deleted user had may be given again", proveUserAgain},
}

var accountClauses = []clause{
	{"an account's id is unique", proveAccountIDExists},
	{"an account's e-mail is unique, in any case", proveAccountEmail},
	{"an account is registered once, and no other with it", proveRegisterAccount},
	{"an account outlives its users", proveAccountOutlives},
}

func proveNumberExists(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateTenant(ctx, newTenant("two")))
	ok(t, s.CreateUser(ctx, newUser("one", "a")))
	u := newUser("one", "b")
	u.BackofficeNumber = newUser("one", "a").BackofficeNumber
	wantErr(t, s.CreateUser(ctx, u), store.ErrExists)
	u.Tenant = "two"
	ok(t, s.CreateUser(ctx, u))
}

func proveEmailExists(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateTenant(ctx, newTenant("two")))
	a := newUser("one", "a")
	a.Email = "Zoë.Ångström@Example.com"
	ok(t, s.CreateUser(ctx, a))
	b := newUser("one", "b")
	for _, email := range []string{a.Email, strings.ToLower(a.Email), strings.ToUpper(a.Email)} {
		b.Email = email
		wantErr(t, s.CreateUser(ctx, b), store.ErrExists)
	}
	b.Tenant = "two"
	ok(t, s.CreateUser(ctx, b))
}

func proveUserByNumber(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	a, b := newUser(tenant, "a"), newUser(tenant, "b")
	a.BackofficeNumber, b.BackofficeNumber = "b", "7"
	ok(t, s.CreateUser(ctx, a))
	ok(t, s.CreateUser(ctx, b))
	for id, want := range map[string]store.User{"a": a, "b": b, "7": b} {
		got, err := s.User(ctx, tenant, id)
		ok(t, err)
		wantSame(t, got, want)
	}
}

func proveUserByEmail(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	want := newUser(tenant, "a")
	want.Email = "Zoë.Ångström@Example.com"
	ok(t, s.CreateUser(ctx, want))
	for _, email := range []string{want.Email, strings.ToLower(want.Email), strings.ToUpper(want.Email)} {
		got, err := s.UserByEmail(ctx, tenant, email)
		ok(t, err)
		wantSame(t, got, want)
	}
	_, err := s.UserByEmail(ctx, tenant, "zoe.angstrom@example.com")
	wantErr(t, err, store.ErrNotFound)
	_, err = s.UserByEmail(ctx, "other", want.Email)
	wantErr(t, err, store.ErrNotFound)
}

func proveUsersOf(t *testing.T, s store.Store) {
	ctx := t.Context()
	var want []store.User
	for _, tenant := range []string{"Two", "one", "three"} { // byte by byte
		ok(t, s.CreateTenant(ctx, newTenant(tenant)))
		ok(t, s.CreateUser(ctx, newUser(tenant, "other")))
		u := newUser(tenant, "of "+tenant)
		u.Email = "Zoë@Example.com"
		want = append(want, u)
	}
	for _, i := range []int{2, 0, 1} {
		ok(t, s.CreateUser(ctx, want[i]))
	}
	for _, email := range []string{"Zoë@Example.com", "ZOË@example.COM"} {
		got, err := s.UsersOf(ctx, email)
		ok(t, err)
		wantSame(t, got, want)
	}
	got, err := s.UsersOf(ctx, "zoe@example.com")
	ok(t, err)
	wantSame(t, len(got), 0)
}

func proveUsersInOrder(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateUser(ctx, newUser("other", "x")))
	for _, id := range shuffled() {
		ok(t, s.CreateUser(ctx, newUser(tenant, id)))
	}
	for id, millis := range map[string]int{"~first": -1000, "!last": 1000} {
		u := newUser(tenant, id)
		u.CreatedAt = later(millis)
		ok(t, s.CreateUser(ctx, u))
	}
	list, total, err := s.Users(ctx, tenant, store.Page{})
	ok(t, err)
	wantSame(t, ids(list, userID), slices.Concat([]string{"~first"}, mixed, []string{"!last"}))
	wantSame(t, total, len(mixed)+2)
	wantSame(t, list[1], newUser(tenant, mixed[0]))

	list, total, err = s.Users(ctx, "nobody", store.Page{})
	ok(t, err)
	wantSame(t, len(list)+total, 0)
}

func proveEachUser(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	order := withGroups(t, s, tenant)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateUser(ctx, newUser("other", "x")))
	const many = 2100 // more than are in memory at a time
	want := make(map[string][]string)
	var ordered []string
	ok(t, s.InTx(ctx, tenant, func(tx store.Tx) error {
		ordered = nil
		for i := range many {
			u := newUser(tenant, fmt.Sprint(many-i))
			u.Email = fmt.Sprintf("%c%05d@example.com", "bB"[i%2], i)
			if i == 0 {
				u.Email = ""
			}
			ok(t, tx.CreateUser(ctx, u))
			ordered = append(ordered, u.ID)
			for _, group := range order[:i%3] {
				ok(t, tx.CreateAssignment(ctx, newAssignment(tenant, u.ID+group, group, u.ID)))
				want[u.ID] = append(want[u.ID], group)
			}
		}
		return nil
	}))
	var got []string
	ok(t, s.EachUser(ctx, tenant, func(u store.User, groupIDs []string) error {
		if got = append(got, u.ID); len(got) == 1 {
			ok(t, s.DeleteUser(ctx, tenant, ordered[many-1])) // still there for the reader
			wantSame(t, u.Department, newUser(tenant, u.ID).Department)
		}
		wantSame(t, groupIDs, want[u.ID])
		return nil
	}))
	wantSame(t, got, ordered)
	ok(t, s.EachUser(ctx, "nobody", func(store.User, []string) error { return fmt.Errorf("a user of no tenant") }))
}

func proveEachUserError(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	for _, id := range shuffled() {
		ok(t, s.CreateUser(ctx, newUser(tenant, id)))
	}
	failed, calls := errors.New("failed"), 0
	wantErr(t, s.EachUser(ctx, tenant, func(store.User, []string) error {
		if calls++; calls == 2 {
			return failed
		}
		return nil
	}), failed)
	wantSame(t, calls, 2)
}

func proveUserPages(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		for i := range 25 {
			u := newUser(tenant, fmt.Sprintf("%02d", i))
			u.CreatedAt = later((i * 7) % 5) // several at each time
			ok(t, tx.CreateUser(ctx, u))
		}
		return nil
	}))
	whole, total, err := s.Users(ctx, tenant, store.Page{})
	ok(t, err)
	wantSame(t, total, 25)
	wantSame(t, len(whole), 25)
	for _, size := range []int{1, 4, 5, 24, 25, 26} {
		paged := pages(t, size, func(page store.Page) ([]store.User, int, error) {
			list, total, err := s.Users(ctx, tenant, page)
			wantSame(t, total, 25)
			return list, total, err
		})
		wantSame(t, paged, whole)
	}
	rest, _, err := s.Users(ctx, tenant, store.Page{Offset: 20})
	ok(t, err)
	wantSame(t, rest, whole[20:])
}

func proveUpdateUser(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateUser(ctx, newUser(tenant, "other")))
	ok(t, s.CreateUser(ctx, newUser(tenant, "u")))
	want := store.User{
		Tenant: "elsewhere", ID: "new id", FirstName: "Grace", LastName: "Hopper", Email: "Grace@Example.com",
		Department: "Compilers", PreferredSite: "branch", PreferredCurrency: "USD", PreferredLanguage: "fr",
		BackofficeNumber: "42", Status: "INACTIVE", CreatedAt: later(100), LastLogin: later(101),
	}
	ok(t, s.UpdateUser(ctx, tenant, "u", func(u *store.User) error {
		wantSame(t, *u, newUser(tenant, "u"))
		*u = want
		return nil
	}))
	want.Tenant, want.ID, want.CreatedAt = tenant, "u", newUser(tenant, "u").CreatedAt
	got, err := s.User(ctx, tenant, "u")
	ok(t, err)
	wantSame(t, got, want)
	got, err = s.UserByEmail(ctx, tenant, "GRACE@example.com")
	ok(t, err)
	wantSame(t, got, want)
	_, err = s.UserByEmail(ctx, tenant, newUser(tenant, "u").Email)
	wantErr(t, err, store.ErrNotFound)
	got, err = s.User(ctx, tenant, "other")
	ok(t, err)
	wantSame(t, got, newUser(tenant, "other"))
}

func proveUpdateUserExists(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	other := newUser(tenant, "other")
	ok(t, s.CreateUser(ctx, other))
	ok(t, s.CreateUser(ctx, newUser(tenant, "u")))
	for _, change := range []func(u *store.User){
		func(u *store.User) { u.BackofficeNumber = other.BackofficeNumber },
		func(u *store.User) { u.Email = strings.ToUpper(other.Email) },
	} {
		wantErr(t, s.UpdateUser(ctx, tenant, "u", func(u *store.User) error {
			u.FirstName = "Nobody"
			change(u)
			return nil
		}), store.ErrExists)
		got, err := s.User(ctx, tenant, "u")
		ok(t, err)
		wantSame(t, got, newUser(tenant, "u"))
	}
	ok(t, s.UpdateUser(ctx, tenant, "u", func(u *store.User) error {
		u.Email = strings.ToUpper(u.Email)
		return nil
	}))
}

func proveUpdateUserNotFound(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	u := newUser(tenant, "u")
	ok(t, s.CreateUser(ctx, u))
	for id, tenant := range map[string]string{"nobody": tenant, "U": tenant, u.BackofficeNumber: tenant, "u": "other"} {
		wantErr(t, s.UpdateUser(ctx, tenant, id, func(*store.User) error {
			t.Errorf("fn was called for user %q of tenant %q", id, tenant)
			return nil
		}), store.ErrNotFound)
	}
}

func proveDeleteUser(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, tenant := range []string{"one", "two"} {
		ok(t, s.CreateTenant(ctx, newTenant(tenant)))
		for _, id := range []string{"u", "U", "other"} {
			ok(t, s.CreateUser(ctx, newUser(tenant, id)))
		}
		for _, group := range []string{"a", "b"} {
			ok(t, s.CreateGroup(ctx, newGroup(tenant, group)))
			for _, user := range []string{"u", "U", "other"} {
				ok(t, s.CreateAssignment(ctx, newAssignment(tenant, group+user, group, user)))
			}
		}
	}
	ok(t, s.DeleteUser(ctx, "one", "u"))
	_, err := s.User(ctx, "one", "u")
	wantErr(t, err, store.ErrNotFound)
	got, err := s.GroupIDs(ctx, "one", []string{"u", "U", "other"})
	ok(t, err)
	wantSame(t, got, map[string][]string{"U": {"a", "b"}, "other": {"a", "b"}})
	got, err = s.GroupIDs(ctx, "two", []string{"u"})
	ok(t, err)
	wantSame(t, got, map[string][]string{"u": {"a", "b"}})
	_, total, err := s.Users(ctx, "one", store.Page{})
	ok(t, err)
	wantSame(t, total, 2)
	wantErr(t, s.DeleteUser(ctx, "one", "u"), store.ErrNotFound)
}

func proveDeleteUserNotFound(t *testing.T, s store.Store) {
	ctx := t.Context()
	tenant, group := withGroup(t, s)
	u := newUser(tenant, "u")
	ok(t, s.CreateUser(ctx, u))
	ok(t, s.CreateAssignment(ctx, newAssignment(tenant, "1", group, "customer")))
	for _, id := range []string{"nobody", "U", u.BackofficeNumber, "customer"} {
		wantErr(t, s.DeleteUser(ctx, tenant, id), store.ErrNotFound)
	}
	wantErr(t, s.DeleteUser(ctx, "other", "u"), store.ErrNotFound)
	_, err := s.User(ctx, tenant, "u")
	ok(t, err)
	_, err = s.Assignment(ctx, tenant, group, "customer")
	ok(t, err)
}

func proveUserAgain(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	for range 2 {
		ok(t, s.CreateUser(ctx, newUser(tenant, "u")))
		ok(t, s.DeleteUser(ctx, tenant, "u"))
	}
}

// createAccount creates an account, whose e-mail must be new.
func createAccount(ctx context.Context, tx store.Tx, a store.Account) error {
	got, err := tx.EnsureAccount(ctx, a)
	if err == nil && got != a {
		return fmt.Errorf("%w: %+v", store.ErrExists, got)
	}
	return err
}

func proveAccountIDExists(t *testing.T, s store.Store) {
	ctx := t.Context()
	a := newAccount("a")
	ok(t, createAccount(ctx, s, a))
	a.Email = "another@example.com"
	wantErr(t, createAccount(ctx, s, a), store.ErrExists)
}

func proveAccountEmail(t *testing.T, s store.Store) {
	ctx := t.Context()
	want := newAccount("a")
	want.Email = "Zoë.Ångström@Example.com"
	ok(t, createAccount(ctx, s, want))
	for _, email := range []string{want.Email, strings.ToLower(want.Email), strings.ToUpper(want.Email)} {
		b := newAccount("b")
		b.Email = email
		wantErr(t, createAccount(ctx, s, b), store.ErrExists)
		got, err := s.AccountByEmail(ctx, email)
		ok(t, err)
		wantSame(t, got, want)
	}
}

func proveRegisterAccount(t *testing.T, s store.Store) {
	ctx := t.Context()
	a, other := newAccount("a"), newAccount("A")
	a.RegisteredAt = time.Time{}
	ok(t, createAccount(ctx, s, a))
	ok(t, createAccount(ctx, s, other))
	got, err := s.AccountByEmail(ctx, a.Email)
	ok(t, err)
	wantSame(t, got, a)
	a.RegisteredAt = later(6)
	ok(t, s.RegisterAccount(ctx, "a", a.RegisteredAt))
	ok(t, s.RegisterAccount(ctx, "a", later(7)))
	wantErr(t, s.RegisterAccount(ctx, "nobody", later(7)), store.ErrNotFound)
	for _, want := range []store.Account{a, other} {
		got, err := s.AccountByEmail(ctx, want.Email)
		ok(t, err)
		wantSame(t, got, want)
	}
}

func proveAccountOutlives(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	u, a := newUser(tenant, "u"), newAccount("a")
	u.Email = a.Email
	ok(t, createAccount(ctx, s, a))
	ok(t, s.CreateUser(ctx, u))
	ok(t, s.DeleteUser(ctx, tenant, "u"))
	got, err := s.AccountByEmail(ctx, a.Email)
	ok(t, err)
	wantSame(t, got, a)
}
