package sqlstore

import (
	"context"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var mails = newTable(table[store.Mail]{
	name:    "mail",
	columns: "tenant, id, kind, round, attempts, last_error, due_at, created_at",
	fields: func(m *store.Mail) []any {
		return []any{asKey(&m.Tenant), asKey(&m.ID), asKey(&m.Kind), &m.Round, &m.Attempts, &m.LastError, asMillis(&m.DueAt), asMillis(&m.CreatedAt)}
	},
})

var puttingMail = mails.inserting + `
	ON CONFLICT (tenant, id) DO UPDATE SET kind = excluded.kind, round = excluded.round, attempts = excluded.attempts,
		last_error = excluded.last_error, due_at = excluded.due_at, created_at = excluded.created_at`

func (q queries) PutMail(ctx context.Context, m store.Mail) error {
	fields := mails.fields(&m)
	if err := mails.check(fields); err != nil {
		return err
	}
	return q.change(ctx, m.Tenant, func(db *transaction) error {
		db.later(puttingMail, fields...)
		return nil
	})
}

func (q queries) Mail(ctx context.Context, tenant, id string) (store.Mail, error) {
	return mails.one(ctx, q.read(tenant), `WHERE tenant = $1 AND id = $2`, tenant, id)
}

func (q queries) Mails(ctx context.Context, tenant string) ([]store.Mail, error) {
	return mails.all(ctx, q.read(tenant), `WHERE tenant = $1 ORDER BY id`, tenant)
}

func (q queries) NextMail(ctx context.Context) (store.Mail, error) {
	return mails.one(ctx, q.read(store.AllTenants), `ORDER BY due_at, tenant, id LIMIT 1`)
}

func (q queries) DeleteMail(ctx context.Context, tenant, id string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		return mails.removeOne(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
	})
}

func (q queries) DropMails(ctx context.Context, tenant string, before time.Time) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		_, err := db.ExecContext(ctx, `DELETE FROM mail WHERE tenant = $1 AND created_at < $2`, append(searchArgs([]any{tenant}), asMillis(&before))...)
		return translate(ctx, err, nil)
	})
}
