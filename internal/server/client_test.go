package server_test

import (
	"context"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// client reads a client from the store.
func (b *backend) client(t testing.TB, id string) store.Client {
	t.Helper()
	c, err := b.store.Client(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A chosen secret is stored so that guessing is slow, one that the backend made
// with a salt.
func TestClient_forms(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	id, secret, err := b.server.FirstClient(t.Context(), "other")
	if err != nil || id != "other-admin" {
		t.Fatalf("got %q, %v", id, err)
	}
	for id, form := range map[string]string{servertest.ClientID: "$argon2id$", id: "$sha256$"} {
		if got := b.client(t, id).SecretHash; !strings.HasPrefix(got, form) {
			t.Errorf("%s: got %s, want %s…", id, got, form)
		}
	}
	if got := b.send(t, tokenRequest("", id, secret, "")); got.status != 200 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if again, _, err := b.server.FirstClient(t.Context(), "other"); err != nil || again != "" {
		t.Errorf("a second one: got %q, %v", again, err)
	}
}

// A secret that is stored without a salt gets one when it is used, and not when
// it is guessed. That is no event, and changes nothing else.
func TestClient_unsalted(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	before := store.Client{ID: "old", Tenant: servertest.Tenant, SecretHash: hashOf("old secret"), Scopes: []string{api.ScopeUserRead}, CreatedAt: newClock().Now().UTC()}
	if err := b.store.CreateClient(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	since := b.lastEvent(t)
	if got := b.send(t, tokenRequest("", "old", "guess", "")); got.status != 401 || b.client(t, "old").SecretHash != before.SecretHash {
		t.Errorf("guessed: got %d, %s", got.status, b.client(t, "old").SecretHash)
	}
	for range 2 {
		if got := b.send(t, tokenRequest("", "old", "old secret", "")); got.status != 200 {
			t.Errorf("got %d %s", got.status, got.body)
		}
		after := b.client(t, "old")
		if !strings.HasPrefix(after.SecretHash, "$argon2id$") {
			t.Errorf("got %s", after.SecretHash)
		}
		if after.Tenant != before.Tenant || strings.Join(after.Scopes, " ") != api.ScopeUserRead || !after.CreatedAt.Equal(before.CreatedAt) {
			t.Errorf("got %+v, was %+v", after, before)
		}
	}
	if events := b.newest(t, since); len(events) > 0 {
		t.Errorf("got %+v", events)
	}
}

// unchangeable is a store in which clients cannot be changed.
type unchangeable struct{ store.Store }

func (u unchangeable) InTx(ctx context.Context, fn func(tx store.Tx) error) error {
	return u.Store.InTx(ctx, func(tx store.Tx) error { return fn(unchangeableTx{tx}) })
}

type unchangeableTx struct{ store.Tx }

func (unchangeableTx) UpdateClient(context.Context, string, string, func(*store.Client) error) error {
	return store.ErrReadOnly
}

// Where the salt cannot be written, the secret is as good as before.
func TestClient_unsaltedReadOnly(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	if err := filled.store.CreateClient(t.Context(), store.Client{ID: "old", Tenant: servertest.Tenant, SecretHash: hashOf("old secret")}); err != nil {
		t.Fatal(err)
	}
	b := over(t, filled, server.Options{Store: unchangeable{filled.store}})
	if got := b.send(t, tokenRequest("", "old", "old secret", "")); got.status != 200 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	if got := b.client(t, "old").SecretHash; got != hashOf("old secret") {
		t.Errorf("got %s", got)
	}
}

// Whoever guesses a key of the reference Make is slowed down as at the token.
func TestClient_makeBrake(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	key := func(secret string) exchange {
		return exchange{path: api.PathMakeRoles, header: map[string]string{"Authorization": "Token " + servertest.ClientID + ":" + secret}}
	}
	for range 10 {
		if got := b.send(t, key("wrong")); got.status != 401 {
			t.Fatalf("a wrong secret: got %d %s", got.status, got.body)
		}
	}
	for _, e := range []exchange{key(servertest.ClientSecret), tokenRequest("", servertest.ClientID, servertest.ClientSecret, "")} {
		if got := b.send(t, e); got.status != 429 {
			t.Errorf("%s: got %d %s", e.path, got.status, got.body)
		}
	}
}
