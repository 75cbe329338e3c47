package store

import (
	"context"
	"time"
)

// Tenant is a customer of the platform. Access never crosses tenants.
type Tenant struct {
	Name      string
	CreatedAt time.Time // to the millisecond
}

// Client is an API key: what a program presents to get a token.
type Client struct {
	ID         string
	Tenant     string
	SecretHash string   // does not reveal the secret
	Scopes     []string // in the order given
	CreatedAt  time.Time
	SecretAt   time.Time // when the secret was set
}

// SigningKey is a secret that signs the backend's tokens, those of all tenants.
type SigningKey struct {
	ID        string
	Secret    string // in a form that the store does not interpret
	CreatedAt time.Time
}

// TenantTx stores tenants, their clients, and the signing keys.
type TenantTx interface {
	// CreateTenant returns ErrExists if the name is in use.
	CreateTenant(ctx context.Context, t Tenant) error
	// Tenant returns ErrNotFound if there is none with that name.
	Tenant(ctx context.Context, name string) (Tenant, error)
	// Tenants lists all tenants, ordered by name, byte-wise.
	Tenants(ctx context.Context) ([]Tenant, error)

	// CreateClient returns ErrExists if the id is in use, by any tenant, and
	// ErrNotFound if the tenant does not exist.
	CreateClient(ctx context.Context, c Client) error
	// Client returns ErrNotFound if there is none with that id.
	Client(ctx context.Context, id string) (Client, error)
	// Clients lists those of the tenant, ordered by id, byte-wise.
	Clients(ctx context.Context, tenant string) ([]Client, error)
	// UpdateClient updates the client with fn, which receives the stored record and
	// may run more than once. Tenant, ID and CreatedAt stay as they are. It returns
	// ErrNotFound if the tenant has none with that id, or the error of fn; in both
	// cases nothing changes.
	UpdateClient(ctx context.Context, tenant, id string, fn func(c *Client) error) error
	// DeleteClient returns ErrNotFound if the tenant has none with that id.
	DeleteClient(ctx context.Context, tenant, id string) error

	// CreateSigningKey returns ErrExists if the id is in use.
	CreateSigningKey(ctx context.Context, k SigningKey) error
	// SigningKeys lists all keys, ordered by creation time, then id.
	SigningKeys(ctx context.Context) ([]SigningKey, error)
	// DeleteSigningKey returns ErrNotFound if there is none with that id.
	DeleteSigningKey(ctx context.Context, id string) error
}
