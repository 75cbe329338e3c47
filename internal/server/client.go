package server

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/server/secret"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// secretAt returns when the client's secret was set, in the form of tokens.
func secretAt(c store.Client) int64 {
	if c.SecretAt.IsZero() {
		return 0
	}
	return c.SecretAt.UnixMilli()
}

// Clients manages the API keys of a store, with or without a running server. The errors
// of its methods name the API key.
type Clients struct {
	store store.Store // recording
	now   func() time.Time
}

// NewClients returns the API keys of a store. Changes append audit events.
func NewClients(s store.Store, now func() time.Time) Clients {
	return Clients{store: audit.NewStore(s, now), now: now}
}

// Create creates an API key of the tenant and returns its secret. Without scopes, the key
// has full access.
func (cl Clients) Create(ctx context.Context, tenant, id string, scopes []string) (text string, err error) {
	text = secret.Generate()
	if err := cl.put(ctx, tenant, id, scopes, secret.HashGenerated(text)); err != nil {
		return "", fmt.Errorf("creating the API key %s of tenant %s: %w", id, tenant, err)
	}
	return text, nil
}

// makeKeyPrefix is the start of the ids of keys for the reference Make.
const makeKeyPrefix = "make-"

// makeKeyID returns the id of the API key that a key for the reference Make is: it is
// found without the tenant.
func makeKeyID(key string) string { return makeKeyPrefix + secret.Fingerprint(key) }

var makeKeyPattern = regexp.MustCompile(`^` + makeKeyPrefix + `[0-9a-f]{24}$`)

// ErrMakeKey is the error of rotating a key for the reference Make.
var ErrMakeKey = errors.New("a key for Make is found by itself, so it cannot change: create another one, and revoke this one")

// CreateMakeKey creates an API key of the tenant whose secret alone is a key for the
// reference Make: a UUID, as Make's keys are, because clients of Make refuse any other.
func (cl Clients) CreateMakeKey(ctx context.Context, tenant string) (id, key string, err error) {
	key = secret.GenerateUUID()
	id = makeKeyID(key)
	if err := cl.put(ctx, tenant, id, []string{api.ScopeMakeManage}, secret.HashGenerated(key)); err != nil {
		return "", "", fmt.Errorf("creating a key for Make of tenant %s: %w", tenant, err)
	}
	return id, key, nil
}

func (cl Clients) put(ctx context.Context, tenant, id string, scopes []string, form string) error {
	now := cl.now().UTC().Truncate(time.Millisecond)
	return cl.store.CreateClient(ctx, store.Client{ID: id, Tenant: tenant, SecretHash: form, Scopes: scopes, CreatedAt: now, SecretAt: now})
}

// Rotate gives the API key a new secret and returns it. The tokens of the key end.
func (cl Clients) Rotate(ctx context.Context, tenant, id string) (text string, err error) {
	return cl.rotate(ctx, tenant, id, anybody)
}

// anybody allows every change.
func anybody(store.Client) error { return nil }

// rotate is Rotate, unless may refuses the API key.
func (cl Clients) rotate(ctx context.Context, tenant, id string, may func(c store.Client) error) (text string, err error) {
	text = secret.Generate()
	err = cl.store.UpdateClient(ctx, tenant, id, func(c *store.Client) error {
		if err := may(*c); err != nil {
			return err
		}
		if makeKeyPattern.MatchString(id) {
			return ErrMakeKey
		}
		now := cl.now().UTC().Truncate(time.Millisecond)
		if !now.After(c.SecretAt) { // it distinguishes the secrets in tokens
			now = c.SecretAt.Add(time.Millisecond)
		}
		c.SecretHash, c.SecretAt = secret.HashGenerated(text), now
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("rotating the API key %s of tenant %s: %w", id, tenant, err)
	}
	return text, nil
}

// Revoke deletes the API key. Its tokens end.
func (cl Clients) Revoke(ctx context.Context, tenant, id string) error {
	return cl.revoke(ctx, tenant, id, anybody)
}

// revoke is Revoke, unless may refuses the API key.
func (cl Clients) revoke(ctx context.Context, tenant, id string, may func(c store.Client) error) error {
	err := cl.store.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		c, err := tx.Client(ctx, id)
		if err == nil && c.Tenant != tenant {
			err = store.ErrNotFound
		}
		if err == nil {
			err = may(c)
		}
		if err != nil {
			return err
		}
		return tx.DeleteClient(ctx, tenant, id)
	})
	if err != nil {
		return fmt.Errorf("revoking the API key %s of tenant %s: %w", id, tenant, err)
	}
	return nil
}

// EnsureClient creates a full-access API key of the tenant, or leaves an existing one with
// the same id and secret unchanged. It returns an error if the id is in use with another
// secret or tenant.
func (s *Server) EnsureClient(ctx context.Context, tenant, id, text string) error {
	existing, err := s.store.Client(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		var form string
		if form, err = secret.HashChosen(ctx, id, text); err != nil {
			return fmt.Errorf("hashing the secret of client %s: %w", id, err)
		}
		err = s.clients.put(ctx, tenant, id, nil, form)
		if !errors.Is(err, store.ErrExists) {
			return err
		}
		existing, err = s.store.Client(ctx, id) // another process created it meanwhile
	}
	if err != nil {
		return fmt.Errorf("reading client %s: %w", id, err)
	}
	right, err := secret.Verify(ctx, id, text, existing.SecretHash, func() error { return nil })
	if err != nil {
		return fmt.Errorf("checking the secret of client %s: %w", id, err)
	}
	if existing.Tenant != tenant || !right {
		return fmt.Errorf("client %s exists in this database with another secret or tenant (%s): use its secret, or another id", id, existing.Tenant)
	}
	return nil
}

// FirstClient creates a full-access API key of a tenant that has no key. It returns empty
// texts if the tenant already has one.
func (s *Server) FirstClient(ctx context.Context, tenant string) (id, text string, err error) {
	existing, err := s.store.Clients(ctx, tenant)
	if err != nil || len(existing) > 0 {
		return "", "", err
	}
	id = tenant + "-admin"
	if text, err = s.clients.Create(ctx, tenant, id, nil); err != nil {
		return "", "", err
	}
	return id, text, nil
}
