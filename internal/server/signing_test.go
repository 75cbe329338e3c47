package server_test

import (
	"context"
	"encoding/base64"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/signing"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

const (
	signingAge   = 90 * 24 * time.Hour
	signingDelay = 2 * time.Minute
)

// stillClock is a clock that moves only when a test advances it.
type stillClock struct{ at atomic.Int64 }

func (c *stillClock) Now() time.Time          { return time.UnixMilli(c.at.Load()) }
func (c *stillClock) advance(d time.Duration) { c.at.Add(d.Milliseconds()) }

// withSigning is a backend whose signing keys rotate, but not by themselves.
func withSigning(t *testing.T) (*backend, *stillClock) {
	t.Helper()
	c := new(stillClock)
	c.at.Store(time.Now().UnixMilli())
	filled := newBackend(t)
	b := over(t, filled, server.Options{Store: filled.store, Now: c.Now})
	b.rotate(t, c, true) // the first key is as old as the clock
	return b, c
}

func (b *backend) rotate(t *testing.T, c *stillClock, endTokens bool) (id string) {
	t.Helper()
	id, err := signing.NewKeys(b.store, nil, c.Now).Rotate(t.Context(), endTokens)
	if err == nil {
		err = b.server.RefreshSigningKeys(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// opens wants the status for a token.
func (b *backend) opens(t *testing.T, what, token string, status int) {
	t.Helper()
	if got := b.send(t, exchange{path: "~/groups", header: bearer(token)}); got.status != status {
		t.Errorf("%s: got %d %s, want %d", what, got.status, got.body, status)
	}
}

// forged is a token that the key signed, and that is good for a year. Without an
// id it names no key.
func (c *stillClock) forged(t *testing.T, id string, secret []byte) string {
	t.Helper()
	unsigned := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"tenant": servertest.Tenant, "scope": api.ScopeGroupRead, "exp": c.Now().Add(365 * 24 * time.Hour).Unix(), "backend": true,
	})
	if id != "" {
		unsigned.Header["kid"] = id
	}
	text, err := unsigned.SignedString(secret)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A key that has come of age is followed by another, which signs once everybody
// knows it. The old one verifies for as long as one of its tokens may be good.
func TestSigning_rotation(t *testing.T) {
	t.Parallel()
	filled, c := withSigning(t)
	b := over(t, filled, server.Options{Store: filled.store, Now: c.Now, SigningKeyAge: signingAge})
	refresh := func() {
		t.Helper()
		if err := b.server.RefreshSigningKeys(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	first, secret := b.server.SigningKey()
	c.advance(signingAge - time.Millisecond)
	refresh()
	if list, err := b.store.SigningKeys(t.Context()); err != nil || len(list) != 1 {
		t.Fatalf("before its time: got %+v, %v", list, err)
	}
	early := b.issue(t, servertest.Tenant, api.ScopeGroupRead)
	c.advance(time.Millisecond)
	refresh()
	refresh()
	if list, err := b.store.SigningKeys(t.Context()); err != nil || len(list) != 2 {
		t.Fatalf("got %+v, %v", list, err)
	}
	c.advance(signingDelay - time.Millisecond)
	last := b.issue(t, servertest.Tenant, api.ScopeGroupRead)
	if id, _ := b.server.SigningKey(); id != first {
		t.Errorf("%s signs before others know it", id)
	}
	c.advance(time.Millisecond)
	second, _ := b.server.SigningKey()
	if second == first {
		t.Error("the old key still signs")
	}
	for what, token := range map[string]string{"before": early, "while the new key waits": last, "of the new key": b.issue(t, servertest.Tenant, api.ScopeGroupRead)} {
		b.opens(t, what, token, 200)
	}
	forged := c.forged(t, first, secret)
	c.advance(tokenLifetime - time.Millisecond)
	refresh()
	b.opens(t, "until the last token has expired", forged, 200)
	c.advance(time.Millisecond)
	b.opens(t, "after the end", forged, 401)
	refresh()
	if list, err := b.store.SigningKeys(t.Context()); err != nil || len(list) != 1 || list[0].ID != second {
		t.Errorf("after the end: got %+v, %v", list, err)
	}
	b.opens(t, "after it was removed", forged, 401)
}

// countingStore counts how often the signing keys are read, and may fail to.
type countingStore struct {
	store.Store

	reads *atomic.Int32
	fails *atomic.Bool
}

func (s countingStore) SigningKeys(ctx context.Context) ([]store.SigningKey, error) {
	s.reads.Add(1)
	if s.fails.Load() {
		return nil, store.ErrUnavailable
	}
	return s.Store.SigningKeys(ctx)
}

// Another process learns of a key when a token names it, also while others name any
// keys; but these do not have the database read each time.
func TestSigning_unknownKey(t *testing.T) {
	t.Parallel()
	one, c := withSigning(t)
	var reads atomic.Int32
	var fails atomic.Bool
	two := over(t, one, server.Options{Store: countingStore{one.store, &reads, &fails}, Now: c.Now})
	token := one.issue(t, servertest.Tenant, api.ScopeGroupRead)
	two.opens(t, "of the other process", token, 200)
	c.advance(time.Second)
	one.rotate(t, c, true)
	reads.Store(0)
	two.opens(t, "of a key that is not known yet", one.issue(t, servertest.Tenant, api.ScopeGroupRead), 200)
	two.opens(t, "of a key that was removed", token, 401)
	forged := c.forged(t, "made up", []byte("any"))
	var callers sync.WaitGroup
	for range 50 {
		callers.Go(func() { two.opens(t, "of no key", forged, 401) })
	}
	callers.Wait()
	if got := reads.Load(); got > 4 { // two before, and one or two for all of them
		t.Errorf("the keys were read %d times", got)
	}
	one.rotate(t, c, true)
	two.opens(t, "of a key that follows at once", one.issue(t, servertest.Tenant, api.ScopeGroupRead), 200)
	fails.Store(true)
	two.opens(t, "while the database is away", c.forged(t, "made up", []byte("any")), 503)
	fails.Store(false)
	two.opens(t, "afterwards", c.forged(t, "made up", []byte("any")), 401)
}

// The key of a database from before keys followed one another verifies tokens that
// name none.
func TestSigning_unnamed(t *testing.T) {
	t.Parallel()
	b, c := withSigning(t)
	secret := []byte("thirty-two bytes that sign tokens")
	b.opens(t, "without such a key", c.forged(t, "", secret), 401)
	old := store.SigningKey{ID: "1", Secret: base64.StdEncoding.EncodeToString(secret), CreatedAt: c.Now().Add(-time.Hour)}
	if err := b.store.CreateSigningKey(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if err := b.server.RefreshSigningKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.opens(t, "of the unnamed key", c.forged(t, "", secret), 200)
	b.opens(t, "of another", c.forged(t, "", []byte("another")), 401)
}

// What was removed after a leak ends at once, however fast keys follow.
func TestSigning_endTokens(t *testing.T) {
	t.Parallel()
	b, c := withSigning(t)
	token := b.issue(t, servertest.Tenant, api.ScopeGroupRead)
	b.rotate(t, c, false)
	b.rotate(t, c, false)
	b.opens(t, "after a rotation", token, 200)
	id := b.rotate(t, c, true)
	b.opens(t, "after its end", token, 401)
	b.opens(t, "of the new key", b.issue(t, servertest.Tenant, api.ScopeGroupRead), 200)
	list, err := signing.NewKeys(b.store, nil, c.Now).List(t.Context())
	if err != nil || len(list) != 1 || list[0].ID != id || !list[0].EndsAt.IsZero() {
		t.Errorf("got %+v, %v", list, err)
	}
}

// The sync with the reference Make goes on under another key.
func TestSigning_make(t *testing.T) {
	t.Parallel()
	s := newSynced(t, server.Options{})
	s.organization(t, 201, `"sync": true`)
	if _, err := signing.NewKeys(s.store, nil, time.Now).Rotate(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if err := s.server.RefreshSigningKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.token = s.issue(t, servertest.Tenant, api.AllScopes()...)
	s.create(t, "~/users", person("anna@acme.example", "oe-editor"))
	s.db.until(t, func() bool {
		members := read[[]api.MakeMember](t, s.backend, integromatPath("/members"))
		return len(members) == 1 && members[0].Status == api.MakeSynced
	})
}

// A key that cannot be read is no key, and nothing else is made of it.
func TestSigning_damaged(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, secret := range []string{"", "no base64!"} {
		if err := b.store.CreateSigningKey(t.Context(), store.SigningKey{ID: "x", Secret: secret}); err != nil {
			t.Fatal(err)
		}
		if _, err := server.New(t.Context(), server.Options{Store: b.store}); err == nil || !strings.Contains(err.Error(), "the token signing key x is damaged") {
			t.Errorf("%q: got %v", secret, err)
		}
		if err := b.store.DeleteSigningKey(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
	}
}

// lateStore is a store before whose first transaction something happens.
type lateStore struct {
	store.Store

	once   *sync.Once
	before func()
}

func (s lateStore) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	s.once.Do(s.before)
	return s.Store.InTx(ctx, tenant, fn)
}

// Whoever is later than another process makes no second key: neither on a new
// database, nor when a key has come of age.
func TestSigning_atOnce(t *testing.T) {
	t.Parallel()
	db, err := sqlstore.Open(t.Context(), sqltest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	c := new(stillClock)
	c.at.Store(time.Now().UnixMilli())
	start := func(s store.Store) *server.Server {
		t.Helper()
		started, err := server.New(t.Context(), server.Options{Store: s, Now: c.Now, SigningKeyAge: signingAge})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(started.Close)
		return started
	}
	for want := 1; want <= 2; want++ {
		late := start(lateStore{db, new(sync.Once), func() { start(db) }})
		c.advance(signingDelay)
		list, err := db.SigningKeys(t.Context())
		if err != nil || len(list) != want {
			t.Fatalf("got %+v, %v; want %d", list, err, want)
		}
		if id, _ := late.SigningKey(); id != list[want-1].ID {
			t.Errorf("%s signs, of %+v", id, list)
		}
		c.advance(signingAge)
	}
}
