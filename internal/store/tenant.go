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

// TenantTx keeps tenants and their clients.
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

	// SigningKey returns the secret that signs the backend's tokens. The first
	// call keeps the proposal; all later calls, by any process on the same
	// database, get the one that was kept. An empty proposal is an error.
	SigningKey(ctx context.Context, proposal []byte) ([]byte, error)
}
