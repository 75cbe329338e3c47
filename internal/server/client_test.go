package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/secret"
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

func (u unchangeable) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	return u.Store.InTx(ctx, tenant, func(tx store.Tx) error { return fn(unchangeableTx{tx}) })
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
func TestClient_integromatBrake(t *testing.T) {
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

// tokenOf exchanges the credentials of a client for a token.
func (b *backend) tokenOf(t testing.TB, id, secret string) map[string]string {
	t.Helper()
	got := b.send(t, tokenRequest("", id, secret, ""))
	var token api.Token
	if err := json.Unmarshal(got.body, &token); err != nil || got.status != 200 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	return bearer(token.AccessToken)
}

// The tokens of an API key end when it is revoked or gets another secret, and
// stay ended when there is a key of that id again.
func TestClient_tokensEnd(t *testing.T) {
	t.Parallel()
	b, clock := newBackendAt(t)
	keys := server.NewClients(b.store, clock.Now)
	secret, err := keys.Create(t.Context(), servertest.Tenant, "ci", nil)
	if err != nil {
		t.Fatal(err)
	}
	opens := func(when string, header map[string]string, status int) {
		t.Helper()
		if got := b.send(t, exchange{path: "~/groups", header: header}); got.status != status || status == 401 && !strings.Contains(string(got.body), "its API key was revoked or has a new secret") {
			t.Errorf("%s: got %d %s, want %d", when, got.status, got.body, status)
		}
	}
	other, first := b.tokenOf(t, servertest.ClientID, servertest.ClientSecret), b.tokenOf(t, "ci", secret)
	opens("at first", first, 200)
	// However fast, and even when the clock stands still.
	still := server.NewClients(b.store, func() time.Time { return b.client(t, "ci").SecretAt })
	if secret, err = still.Rotate(t.Context(), servertest.Tenant, "ci"); err != nil {
		t.Fatal(err)
	}
	opens("of the first secret", first, 401)
	second := b.tokenOf(t, "ci", secret)
	opens("of the second secret", second, 200)
	if err := keys.Revoke(t.Context(), servertest.Tenant, "ci"); err != nil {
		t.Fatal(err)
	}
	opens("of a revoked key", second, 401)
	if secret, err = keys.Create(t.Context(), servertest.Tenant, "ci", nil); err != nil {
		t.Fatal(err)
	}
	opens("of a key of that id before", second, 401)
	third, at := b.tokenOf(t, "ci", secret), b.client(t, "ci").SecretAt
	opens("of the new key", third, 200)
	opens("of another key", other, 200)
	if err := keys.Revoke(t.Context(), servertest.Tenant, "ci"); err != nil {
		t.Fatal(err)
	}
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	c := store.Client{ID: "ci", Tenant: "other", SecretAt: at}
	if err := b.store.CreateClient(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	opens("of a key that another tenant has", third, 401)
}

// Each change of an API key leaves an event, which shows no secret.
func TestClient_events(t *testing.T) {
	t.Parallel()
	b, clock := newBackendAt(t)
	since, keys := b.lastEvent(t), server.NewClients(b.store, clock.Now)
	first, err := keys.Create(t.Context(), servertest.Tenant, "ci", []string{api.ScopeUserRead})
	if err != nil {
		t.Fatal(err)
	}
	second, err := keys.Rotate(t.Context(), servertest.Tenant, "ci")
	if err != nil {
		t.Fatal(err)
	}
	form := b.client(t, "ci").SecretHash
	if err := keys.Revoke(t.Context(), servertest.Tenant, "ci"); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range b.newest(t, since) {
		got = append(got, string(e.Action)+" "+e.Kind+" "+e.ObjectID)
		for _, hidden := range []string{first, second, form} {
			if strings.Contains(string(e.Before)+string(e.After), hidden) {
				t.Errorf("the event shows %s", hidden)
			}
		}
	}
	if want := "create client ci, update client ci, delete client ci"; strings.Join(got, ", ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// While the limit of secrets is being checked, other callers are asked to retry, except those
// with a secret that was verified before.
func TestClient_busy(t *testing.T) { //nolint:paralleltest // it takes all places of the process
	b := newBackend(t)
	leave, held := make(chan struct{}), make(chan struct{})
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			_, _ = secret.Verify(t.Context(), "somebody", "a guess", "", func() error {
				held <- struct{}{}
				<-leave
				return errors.New("gone")
			})
		})
	}
	<-held
	<-held
	got := b.send(t, tokenRequest("", servertest.ClientID, "wrong", ""))
	if got.status != 429 || got.header.Get("Retry-After") != "1" || !strings.Contains(string(got.body), "Too many client secrets are being checked") {
		t.Errorf("got %d, retry after %q: %s", got.status, got.header.Get("Retry-After"), got.body)
	}
	if got := b.send(t, tokenRequest("", servertest.ClientID, servertest.ClientSecret, "")); got.status != 200 {
		t.Errorf("a secret that was right before: got %d %s", got.status, got.body)
	}
	close(leave)
	group.Wait()
	if got := b.send(t, tokenRequest("", servertest.ClientID, "wrong", "")); got.status != 401 {
		t.Errorf("afterwards: got %d %s", got.status, got.body)
	}
}
