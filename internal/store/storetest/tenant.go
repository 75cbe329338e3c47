package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var tenantClauses = []clause{
	{"tenants are listed by name, byte by byte", proveTenantsInOrder},
	{"a client's id is unique across tenants", proveClientOfOneTenant},
	{"clients are listed by id, byte by byte, of their tenant only", proveClientsInOrder},
	{"an update of a client keeps its tenant, id and time of creation", proveClientUpdate},
	{"an update of a client that fails leaves it as it was", proveClientUpdateFails},
	{"a client is updated in its own tenant only", proveClientUpdateElsewhere},
	{"a client that is deleted is gone, and its id is free", proveClientDelete},
	{"a client is deleted in its own tenant only", proveClientDeleteElsewhere},
	{"signing keys are listed by creation time, then id, byte by byte", proveSigningKeysInOrder},
	{"a signing key that is deleted is gone, and its id is free", proveSigningKeyDelete},
}

// mixed is in byte order: capitals before small letters before accents.
var mixed = []string{"10", "2", "A", "Z", "a", "a0", "b", "z", "Ä", "ä", "日", "😀"}

// shuffled is the same in another order.
func shuffled() []string {
	var all []string
	for i := range mixed {
		all = append(all, mixed[(i*5+3)%len(mixed)])
	}
	return all
}

func proveTenantsInOrder(t *testing.T, s store.Store) {
	ctx := t.Context()
	list, err := s.Tenants(ctx)
	ok(t, err)
	wantSame(t, len(list), 0)
	for _, name := range shuffled() {
		ok(t, s.CreateTenant(ctx, newTenant(name)))
	}
	list, err = s.Tenants(ctx)
	ok(t, err)
	wantSame(t, ids(list, func(t store.Tenant) string { return t.Name }), mixed)
	wantSame(t, list[0], newTenant(mixed[0]))
}

func proveClientOfOneTenant(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateTenant(ctx, newTenant("two")))
	ok(t, s.CreateClient(ctx, newClient("one", "key")))
	wantErr(t, s.CreateClient(ctx, newClient("two", "key")), store.ErrExists)
	got, err := s.Client(ctx, "key")
	ok(t, err)
	wantSame(t, got, newClient("one", "key"))
}

func proveClientsInOrder(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateTenant(ctx, newTenant("two")))
	ok(t, s.CreateClient(ctx, newClient("two", "of two")))
	for _, id := range shuffled() {
		ok(t, s.CreateClient(ctx, newClient("one", id)))
	}
	list, err := s.Clients(ctx, "one")
	ok(t, err)
	wantSame(t, ids(list, func(c store.Client) string { return c.ID }), mixed)
	wantSame(t, list[0], newClient("one", mixed[0]))
	list, err = s.Clients(ctx, "nobody")
	ok(t, err)
	wantSame(t, len(list), 0)
}

func proveClientUpdate(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateTenant(ctx, newTenant("two")))
	ok(t, s.CreateClient(ctx, newClient("one", "other")))
	ok(t, s.CreateClient(ctx, newClient("one", "key")))
	changed := newClient("one", "key")
	changed.SecretHash, changed.Scopes, changed.SecretAt = "another hash", []string{"another scope"}, later(6)
	ok(t, s.UpdateClient(ctx, "one", "key", func(c *store.Client) error {
		wantSame(t, *c, newClient("one", "key"))
		*c = changed
		c.Tenant, c.ID, c.CreatedAt = "two", "moved", later(7)
		return nil
	}))
	for _, want := range []store.Client{changed, newClient("one", "other")} {
		got, err := s.Client(ctx, want.ID)
		ok(t, err)
		wantSame(t, got, want)
	}
}

func proveClientUpdateFails(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateClient(ctx, newClient("one", "key")))
	wantErr(t, s.UpdateClient(ctx, "one", "key", func(c *store.Client) error {
		c.SecretHash = "another hash"
		return errOfTest
	}), errOfTest)
	got, err := s.Client(ctx, "key")
	ok(t, err)
	wantSame(t, got, newClient("one", "key"))
}

func proveClientUpdateElsewhere(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateTenant(ctx, newTenant("two")))
	ok(t, s.CreateClient(ctx, newClient("one", "key")))
	change := func(c *store.Client) error { c.SecretHash = "another hash"; return nil }
	wantErr(t, s.UpdateClient(ctx, "two", "key", change), store.ErrNotFound)
	wantErr(t, s.UpdateClient(ctx, "one", "none", change), store.ErrNotFound)
	got, err := s.Client(ctx, "key")
	ok(t, err)
	wantSame(t, got, newClient("one", "key"))
}

func proveClientDelete(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateTenant(ctx, newTenant("two")))
	ok(t, s.CreateClient(ctx, newClient("one", "key")))
	ok(t, s.CreateClient(ctx, newClient("one", "other")))
	ok(t, s.DeleteClient(ctx, "one", "key"))
	_, err := s.Client(ctx, "key")
	wantErr(t, err, store.ErrNotFound)
	wantErr(t, s.DeleteClient(ctx, "one", "key"), store.ErrNotFound)
	list, err := s.Clients(ctx, "one")
	ok(t, err)
	wantSame(t, list, []store.Client{newClient("one", "other")})
	ok(t, s.CreateClient(ctx, newClient("two", "key")))
}

func proveClientDeleteElsewhere(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateTenant(ctx, newTenant("two")))
	ok(t, s.CreateClient(ctx, newClient("one", "key")))
	wantErr(t, s.DeleteClient(ctx, "two", "key"), store.ErrNotFound)
	got, err := s.Client(ctx, "key")
	ok(t, err)
	wantSame(t, got, newClient("one", "key"))
}

func proveSigningKeysInOrder(t *testing.T, s store.Store) {
	ctx := t.Context()
	list, err := s.SigningKeys(ctx)
	ok(t, err)
	wantSame(t, len(list), 0)
	last := newSigningKey("0")
	last.CreatedAt = last.CreatedAt.Add(time.Millisecond)
	ok(t, s.CreateSigningKey(ctx, last))
	for _, id := range shuffled() {
		ok(t, s.CreateSigningKey(ctx, newSigningKey(id)))
	}
	list, err = s.SigningKeys(ctx)
	ok(t, err)
	wantSame(t, ids(list, func(k store.SigningKey) string { return k.ID }), append(slices.Clone(mixed), "0"))
}

func proveSigningKeyDelete(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateSigningKey(ctx, newSigningKey("one")))
	ok(t, s.CreateSigningKey(ctx, newSigningKey("two")))
	ok(t, s.DeleteSigningKey(ctx, "one"))
	wantErr(t, s.DeleteSigningKey(ctx, "one"), store.ErrNotFound)
	list, err := s.SigningKeys(ctx)
	ok(t, err)
	wantSame(t, list, []store.SigningKey{newSigningKey("two")})
	ok(t, s.CreateSigningKey(ctx, newSigningKey("one")))
}
