package sqlstore

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var tenants = newTable(table[store.Tenant]{
	name:    "tenant",
	columns: "name, created_at",
	fields: func(t *store.Tenant) []any {
		return []any{asKey(&t.Name), asMillis(&t.CreatedAt)}
	},
})

var clients = newTable(table[store.Client]{
	name:    "client",
	columns: "tenant, id, secret_hash, scopes, created_at, secret_at",
	fields: func(c *store.Client) []any {
		return []any{asKey(&c.Tenant), asKey(&c.ID), &c.SecretHash, asJSON(&c.Scopes), asMillis(&c.CreatedAt), asMillis(&c.SecretAt)}
	},
})

var signingKeys = newTable(table[store.SigningKey]{
	name:    "signing_key",
	columns: "id, secret, created_at",
	fields: func(k *store.SigningKey) []any {
		return []any{asKey(&k.ID), &k.Secret, asMillis(&k.CreatedAt)}
	},
})

func (q queries) CreateTenant(ctx context.Context, t store.Tenant) error {
	return q.change(ctx, store.AllTenants, func(db *transaction) error {
		return tenants.insert(ctx, db, &t)
	})
}

func (q queries) Tenant(ctx context.Context, name string) (store.Tenant, error) {
	return tenants.one(ctx, q.read(name), `WHERE name = $1`, name)
}

func (q queries) Tenants(ctx context.Context) ([]store.Tenant, error) {
	return tenants.all(ctx, q.read(store.AllTenants), `ORDER BY name`)
}

func (q queries) CreateClient(ctx context.Context, c store.Client) error {
	return q.change(ctx, store.AllTenants, func(db *transaction) error {
		return clients.insert(ctx, db, &c)
	})
}

// Client fails if a newer program has excluded this one. Without the caller's API
// key the backend rejects every request, and so does not show data that it no
// longer understands.
func (q queries) Client(ctx context.Context, id string) (store.Client, error) {
	return clients.one(ctx, q.read(store.AllTenants), `WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM `+lockTable+`)`, id)
}

func (q queries) Clients(ctx context.Context, tenant string) ([]store.Client, error) {
	return clients.all(ctx, q.read(tenant), `WHERE tenant = $1 ORDER BY id`, tenant)
}

func (q queries) UpdateClient(ctx context.Context, tenant, id string, fn func(c *store.Client) error) error {
	return q.change(ctx, store.AllTenants, func(db *transaction) error {
		c, err := clients.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
		if err != nil {
			return err
		}
		createdAt := c.CreatedAt
		if err := fn(&c); err != nil {
			return err
		}
		c.Tenant, c.ID, c.CreatedAt = tenant, id, createdAt
		return clients.update(ctx, db, &c)
	})
}

func (q queries) DeleteClient(ctx context.Context, tenant, id string) error {
	return q.change(ctx, store.AllTenants, func(db *transaction) error {
		return clients.removeOne(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
	})
}

func (q queries) CreateSigningKey(ctx context.Context, k store.SigningKey) error {
	return q.change(ctx, store.AllTenants, func(db *transaction) error {
		return signingKeys.insert(ctx, db, &k)
	})
}

func (q queries) SigningKeys(ctx context.Context) ([]store.SigningKey, error) {
	return signingKeys.all(ctx, q.read(store.AllTenants), `ORDER BY created_at, id`)
}

func (q queries) DeleteSigningKey(ctx context.Context, id string) error {
	return q.change(ctx, store.AllTenants, func(db *transaction) error {
		return signingKeys.removeOne(ctx, db, `WHERE id = $1`, id)
	})
}
