package sqlstore

import (
	"context"
	"errors"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var documents = newTable(table[store.Document]{
	name:    "document",
	columns: "tenant, kind, id, body, version, created_at, modified_at",
	fields: func(d *store.Document) []any {
		return []any{
			asKey(&d.Tenant), asKey(&d.Kind), asKey(&d.ID), &d.Body, &d.Version, asMillis(&d.CreatedAt), asMillis(&d.ModifiedAt),
		}
	},
})

var tasks = newTable(table[store.Task]{
	name:    "task",
	columns: "tenant, id, kind, body, due_at, created_at",
	fields: func(t *store.Task) []any {
		return []any{asKey(&t.Tenant), asKey(&t.ID), &t.Kind, &t.Body, asMillis(&t.DueAt), asMillis(&t.CreatedAt)}
	},
})

func (q queries) PutDocument(ctx context.Context, d store.Document) error {
	d.Version = 1
	fields := documents.fields(&d)
	if err := documents.check(fields); err != nil {
		return err
	}
	return q.change(ctx, d.Tenant, func(db *transaction) error {
		_, err := db.ExecContext(ctx, documents.inserting+`
			ON CONFLICT (tenant, kind, id) DO UPDATE SET
				body = excluded.body, modified_at = excluded.modified_at, version = document.version + 1`, fields...)
		return translate(ctx, err, store.ErrNotFound)
	})
}

// Document reads a document once in a transaction, which many callers may share.
func (q queries) Document(ctx context.Context, tenant, kind, id string) (store.Document, error) {
	db := q.read(tenant)
	key := [3]string{tenant, kind, id}
	tx, joint := db.(*transaction)
	if joint {
		if found, ok := tx.documents[key]; ok {
			return found.document, found.err
		}
	}
	d, err := documents.one(ctx, db, `WHERE tenant = $1 AND kind = $2 AND id = $3`, tenant, kind, id)
	if joint && (err == nil || errors.Is(err, store.ErrNotFound)) {
		tx.documents[key] = foundDocument{d, err}
	}
	return d, err
}

func (q queries) Documents(ctx context.Context, tenant, kind string) ([]store.Document, error) {
	return documents.all(ctx, q.read(tenant), `WHERE tenant = $1 AND kind = $2 ORDER BY created_at, id`, tenant, kind)
}

func (q queries) DeleteDocument(ctx context.Context, tenant, kind, id string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		return documents.removeOne(ctx, db, `WHERE tenant = $1 AND kind = $2 AND id = $3`, tenant, kind, id)
	})
}

func (q queries) CreateTask(ctx context.Context, t store.Task) error {
	return q.change(ctx, t.Tenant, func(db *transaction) error {
		return tasks.insert(ctx, db, &t)
	})
}

func (q queries) NextTask(ctx context.Context) (store.Task, error) {
	return tasks.one(ctx, q.read(store.AllTenants), `ORDER BY due_at, tenant, id LIMIT 1`)
}

func (q queries) DeleteTask(ctx context.Context, tenant, id string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		return tasks.removeOne(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
	})
}
