package sqlstore

import (
	"context"
	"encoding/base64"
	"errors"

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

func (q queries) CreateTenant(ctx context.Context, t store.Tenant) error {
	return q.change(ctx, func(db *transaction) error {
		return tenants.insert(ctx, db, &t)
	})
}

func (q queries) Tenant(ctx context.Context, name string) (store.Tenant, error) {
	return tenants.one(ctx, q.read, `WHERE name = $1`, name)
}

func (q queries) Tenants(ctx context.Context) ([]store.Tenant, error) {
	return tenants.all(ctx, q.read, `ORDER BY name`)
}

func (q queries) CreateClient(ctx context.Context, c store.Client) error {
	return q.change(ctx, func(db *transaction) error {
		return clients.insert(ctx, db, &c)
	})
}

// Client fails in a program that a newer one has shut out: without the API key
// that calls it answers nobody, and does not go on showing what it does not
// understand any more.
func (q queries) Client(ctx context.Context, id string) (store.Client, error) {
	return clients.one(ctx, q.read, `WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM `+lockTable+`)`, id)
}

func (q queries) Clients(ctx context.Context, tenant string) ([]store.Client, error) {
	return clients.all(ctx, q.read, `WHERE tenant = $1 ORDER BY id`, tenant)
}

func (q queries) UpdateClient(ctx context.Context, tenant, id string, fn func(c *store.Client) error) error {
	return q.change(ctx, func(db *transaction) error {
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
	return q.change(ctx, func(db *transaction) error {
		return clients.removeOne(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
	})
}

// SigningKey refuses an empty proposal: it would be kept for ever.
func (q queries) SigningKey(ctx context.Context, proposal []byte) ([]byte, error) {
	if len(proposal) == 0 {
		return nil, errors.New("keep a signing key: the proposal is empty")
	}
	var text string
	err := q.change(ctx, func(db *transaction) error {
		_, err := db.ExecContext(ctx, `INSERT INTO signing_key (id, secret) VALUES (1, $1)
			ON CONFLICT (id) DO NOTHING`, base64.StdEncoding.EncodeToString(proposal))
		if err != nil {
			return translate(ctx, err, nil)
		}
		row := db.QueryRowContext(ctx, `SELECT secret FROM signing_key WHERE id = 1`)
		return translate(ctx, row.Scan(&text), nil)
	})
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(text)
}
