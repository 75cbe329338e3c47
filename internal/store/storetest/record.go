package storetest

import (
	"context"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// kind is a record type with the operations that all record types have.
type kind struct {
	name    string
	fixture func(tenant, id string) any
	create  func(ctx context.Context, tx store.Tx, tenant, id string) error // creates the fixture
	get     func(ctx context.Context, tx store.Tx, tenant, id string) (any, error)
}

// home is the group of the assignment fixtures; their id is that of the user.
const home = "home of assignments"

// kinds are ordered so that each can be created after the previous ones.
var kinds = []kind{
	kindOf("tenant", func(_, id string) store.Tenant { return newTenant(id) }, store.Tx.CreateTenant,
		func(tx store.Tx, ctx context.Context, _, id string) (store.Tenant, error) { return tx.Tenant(ctx, id) }),
	kindOf("client", newClient, store.Tx.CreateClient,
		func(tx store.Tx, ctx context.Context, _, id string) (store.Client, error) { return tx.Client(ctx, id) }),
	kindOf("signing key", func(_, id string) store.SigningKey { return newSigningKey(id) }, store.Tx.CreateSigningKey,
		func(tx store.Tx, ctx context.Context, _, id string) (store.SigningKey, error) {
			return signingKey(ctx, tx, id)
		}),
	kindOf("document", newDocument, store.Tx.PutDocument,
		func(tx store.Tx, ctx context.Context, tenant, id string) (store.Document, error) {
			return tx.Document(ctx, tenant, documentKind, id)
		}),
	kindOf("user", newUser, store.Tx.CreateUser, store.Tx.User),
	kindOf("account", func(_, id string) store.Account { return newAccount(id) },
		func(tx store.Tx, ctx context.Context, a store.Account) error { return createAccount(ctx, tx, a) },
		func(tx store.Tx, ctx context.Context, _, id string) (store.Account, error) {
			return tx.AccountByEmail(ctx, newAccount(id).Email)
		}),
	kindOf("group", newGroup, store.Tx.CreateGroup, store.Tx.Group),
	kindOf("assignment", func(tenant, id string) store.Assignment {
		return newAssignment(tenant, "assignment of "+id, home, id)
	}, store.Tx.CreateAssignment,
		func(tx store.Tx, ctx context.Context, tenant, id string) (store.Assignment, error) {
			return tx.Assignment(ctx, tenant, home, id)
		}),
	kindOf("access control", newAccessControl, store.Tx.CreateAccessControl, store.Tx.AccessControl),
	kindOf("template", newTemplate, store.Tx.CreateTemplate, store.Tx.Template),
	kindOf("team member", newTeamMember, store.Tx.CreateTeamMember, store.Tx.TeamMember),
	kindOf("invitation", newInvitation, store.Tx.CreateInvitation, store.Tx.Invitation),
	kindOf("link", newLink, store.Tx.CreateLink,
		func(tx store.Tx, ctx context.Context, tenant, id string) (store.Link, error) {
			return tx.Link(ctx, tenant, linkPurpose, id)
		}),
	kindOf("e-mail", newMail, store.Tx.PutMail, store.Tx.Mail),
	kindOf("member of Make", newMakeMember, store.Tx.CreateMakeMember, store.Tx.MakeMember),
	kindOf("notice of Make", newMakeNotice, store.Tx.CreateMakeNotice, store.Tx.MakeNotice),
}

func kindOf[T any](
	name string,
	fixture func(tenant, id string) T,
	create func(tx store.Tx, ctx context.Context, record T) error,
	get func(tx store.Tx, ctx context.Context, tenant, id string) (T, error),
) kind {
	return kind{
		name:    name,
		fixture: func(tenant, id string) any { return fixture(tenant, id) },
		create: func(ctx context.Context, tx store.Tx, tenant, id string) error {
			return create(tx, ctx, fixture(tenant, id))
		},
		get: func(ctx context.Context, tx store.Tx, tenant, id string) (any, error) {
			return get(tx, ctx, tenant, id)
		},
	}
}

// signingKey finds a signing key in the list.
func signingKey(ctx context.Context, tx store.Tx, id string) (store.SigningKey, error) {
	all, err := tx.SigningKeys(ctx)
	if err != nil {
		return store.SigningKey{}, err
	}
	for _, k := range all {
		if k.ID == id {
			return k, nil
		}
	}
	return store.SigningKey{}, store.ErrNotFound
}

// prepare creates a tenant in which a record of any kind can be created.
func prepare(t *testing.T, s store.Store, tenant string) {
	t.Helper()
	ok(t, s.CreateTenant(t.Context(), newTenant(tenant)))
	ok(t, s.CreateGroup(t.Context(), newGroup(tenant, home)))
}

// recordClauses are tested for every record type.
// refusesSecond reports whether creating a record again is an error.
func (k kind) refusesSecond() bool {
	return k.name != "document" && k.name != "account" && k.name != "e-mail"
}

func recordClauses() []clause {
	var all []clause
	for _, k := range kinds {
		add := func(name string, prove func(t *testing.T, s store.Store, k kind)) {
			all = append(all, clause{k.name + ": " + name, func(t *testing.T, s store.Store) { prove(t, s, k) }})
		}
		add("every field comes back as it was given", proveRoundTrip)
		add("ids are literal and differ by case", proveLiteralIDs)
		if k.refusesSecond() {
			add("a second one of that id is refused, and the first one stays", proveExists)
		}
		inTenant := k.name != "tenant" && k.name != "account" && k.name != "signing key"
		if inTenant {
			add("the tenant must exist", proveTenantMustExist)
		}
		if inTenant && k.name != "client" {
			add("tenants do not see each other's, and may use the same ids", proveApart)
		}
	}
	return all
}

func proveRoundTrip(t *testing.T, s store.Store, k kind) {
	ctx := t.Context()
	prepare(t, s, "acme")
	want := k.fixture("acme", "some id")
	wantNoZero(t, want)
	ok(t, k.create(ctx, s, "acme", "some id"))
	got, err := k.get(ctx, s, "acme", "some id")
	ok(t, err)
	wantSame(t, got, want)
}

func proveLiteralIDs(t *testing.T, s store.Store, k kind) {
	ctx := t.Context()
	prepare(t, s, "acme")
	literal := []string{
		"id", "ID", "Id", " id", "id ", "i%", "i_", "i'd", `i"d`, `i\d`, "i;d", "$1", "?",
		"ä", "Ä", "a\u0308", "ß", "ss", "İ", "日本語", "😀", "line\nbreak",
	}
	for _, id := range literal {
		if err := k.create(ctx, s, "acme", id); err != nil {
			t.Errorf("create %q: %v", id, err)
		}
	}
	for _, id := range literal {
		got, err := k.get(ctx, s, "acme", id)
		if err != nil {
			t.Errorf("get %q: %v", id, err)
			continue
		}
		wantSame(t, got, k.fixture("acme", id))
	}
	for _, id := range []string{"iD", "i", "id%", "%", "", "A", "日本"} {
		_, err := k.get(ctx, s, "acme", id)
		wantErr(t, err, store.ErrNotFound)
	}
}

func proveExists(t *testing.T, s store.Store, k kind) {
	ctx := t.Context()
	prepare(t, s, "acme")
	ok(t, k.create(ctx, s, "acme", "twice"))
	wantErr(t, k.create(ctx, s, "acme", "twice"), store.ErrExists)
	got, err := k.get(ctx, s, "acme", "twice")
	ok(t, err)
	wantSame(t, got, k.fixture("acme", "twice"))
}

func proveTenantMustExist(t *testing.T, s store.Store, k kind) {
	ctx := t.Context()
	wantErr(t, k.create(ctx, s, "nobody", "x"), store.ErrNotFound)
	_, err := k.get(ctx, s, "nobody", "x")
	wantErr(t, err, store.ErrNotFound)
}

func proveApart(t *testing.T, s store.Store, k kind) {
	ctx := t.Context()
	prepare(t, s, "one")
	prepare(t, s, "two")
	ok(t, k.create(ctx, s, "one", "same"))
	_, err := k.get(ctx, s, "two", "same")
	wantErr(t, err, store.ErrNotFound)
	ok(t, k.create(ctx, s, "two", "same"))
	for _, tenant := range []string{"one", "two"} {
		got, err := k.get(ctx, s, tenant, "same")
		ok(t, err)
		wantSame(t, got, k.fixture(tenant, "same"))
	}
}
