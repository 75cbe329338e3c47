package store

import (
	"context"
	"time"
)

// Tenant is a customer of the platform: the border that no access crosses.
type Tenant struct {
	Name      string
	CreatedAt time.Time // to the millisecond
}

// Client is an API key: what a program presents to get a token.
type Client struct {
	ID         string
	Tenant     string
	SecretHash string   // tells the secret to nobody
	Scopes     []string // in the order given
	CreatedAt  time.Time
	SecretAt   time.Time // when the secret was set
}

// SigningKey is a secret that signs the backend's tokens, those of all tenants.
type SigningKey struct {
	ID        string
	Secret    string // in a form that the storage does not look into
	CreatedAt time.Time
}

// TenantTx keeps tenants and their clients, and the keys of tokens.
type TenantTx interface {
	// CreateTenant answers ErrExists when the name is taken.
	CreateTenant(ctx context.Context, t Tenant) error
	// Tenant answers ErrNotFound when there is none of that name.
	Tenant(ctx context.Context, name string) (Tenant, error)
	// Tenants lists all, by name, byte by byte.
	Tenants(ctx context.Context) ([]Tenant, error)

	// CreateClient answers ErrExists when the id is taken, by any tenant, and
	// ErrNotFound when the tenant does not exist.
	CreateClient(ctx context.Context, c Client) error
	// Client answers ErrNotFound when there is none of that id.
	Client(ctx context.Context, id string) (Client, error)
	// Clients lists the tenant's, by id, byte by byte.
	Clients(ctx context.Context, tenant string) ([]Client, error)
	// UpdateClient passes the client to fn and keeps all but its tenant, id and
	// time of creation afterwards, unless fn returns an error, which it then returns as it is. It
	// answers ErrNotFound when the tenant has none of that id.
	UpdateClient(ctx context.Context, tenant, id string, fn func(c *Client) error) error
	// DeleteClient answers ErrNotFound when the tenant has none of that id.
	DeleteClient(ctx context.Context, tenant, id string) error

	// CreateSigningKey answers ErrExists when the id is taken.
	CreateSigningKey(ctx context.Context, k SigningKey) error
	// SigningKeys lists all by creation time, then id.
	SigningKeys(ctx context.Context) ([]SigningKey, error)
	// DeleteSigningKey answers ErrNotFound when there is none of that id.
	DeleteSigningKey(ctx context.Context, id string) error
}
