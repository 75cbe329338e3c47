package sqlstore

import (
	"context"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var links = newTable(table[store.Link]{
	name:    "link",
	columns: "tenant, hash, purpose, subject_id, created_at, expires_at, ended_at",
	fields: func(l *store.Link) []any {
		return []any{
			asKey(&l.Tenant), asKey(&l.Hash), asKey(&l.Purpose), asKey(&l.SubjectID), asMillis(&l.CreatedAt), asMillis(&l.ExpiresAt), asMillis(&l.EndedAt),
		}
	},
})

func (q queries) CreateLink(ctx context.Context, l store.Link) error {
	return q.change(ctx, l.Tenant, func(db *transaction) error {
		return links.insert(ctx, db, &l)
	})
}

func (q queries) Link(ctx context.Context, tenant, purpose, hash string) (store.Link, error) {
	return links.one(ctx, q.read(tenant), `WHERE tenant = $1 AND hash = $2 AND purpose = $3`, tenant, hash, purpose)
}

func (q queries) EndLinks(ctx context.Context, tenant, purpose, subjectID string, at time.Time) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		_, err := db.ExecContext(ctx, `UPDATE link SET ended_at = $4
			WHERE tenant = $1 AND subject_id = $2 AND purpose = $3 AND ended_at = 0`, append(searchArgs([]any{tenant, subjectID, purpose}), asMillis(&at))...)
		return translate(ctx, err, nil)
	})
}

func (q queries) DropLinks(ctx context.Context, tenant, purpose string, before time.Time) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		_, err := db.ExecContext(ctx, `DELETE FROM link WHERE tenant = $1 AND purpose = $2 AND expires_at < $3`, append(searchArgs([]any{tenant, purpose}), asMillis(&before))...)
		return translate(ctx, err, nil)
	})
}
