package sqlstore

import (
	"context"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var makeMembers = newTable(table[store.MakeMember]{
	name:    "make_member",
	columns: "tenant, id, email, name, roles, present, pending, change, attempts, last_error, due_at, created_at, changed_at, synced_at",
	fields: func(m *store.MakeMember) []any {
		return []any{
			asKey(&m.Tenant), asKey(&m.ID), &m.Email, &m.Name, asJSON(&m.Roles), &m.Present, &m.Pending, &m.Change, &m.Attempts, &m.LastError,
			asMillis(&m.DueAt), asMillis(&m.CreatedAt), asMillis(&m.ChangedAt), asMillis(&m.SyncedAt),
		}
	},
})

var makeNotices = newTable(table[store.MakeNotice]{
	name:    "make_notice",
	columns: "tenant, id, user_id, email, name, change, roles, created_at, ready_at, sent_at",
	fields: func(n *store.MakeNotice) []any {
		return []any{
			asKey(&n.Tenant), asKey(&n.ID), asKey(&n.UserID), &n.Email, &n.Name, &n.Change, asJSON(&n.Roles),
			asMillis(&n.CreatedAt), asMillis(&n.ReadyAt), asMillis(&n.SentAt),
		}
	},
})

func (q queries) CreateMakeMember(ctx context.Context, m store.MakeMember) error {
	return q.change(ctx, m.Tenant, func(db *transaction) error {
		return makeMembers.insert(ctx, db, &m)
	})
}

func (q queries) MakeMember(ctx context.Context, tenant, userID string) (store.MakeMember, error) {
	return makeMembers.one(ctx, q.read(tenant), `WHERE tenant = $1 AND id = $2`, tenant, userID)
}

func (q queries) MakeMembers(ctx context.Context, tenant string) ([]store.MakeMember, error) {
	return makeMembers.all(ctx, q.read(tenant), `WHERE tenant = $1 ORDER BY created_at, id`, tenant)
}

func (q queries) MakeCandidates(ctx context.Context, tenant, after string, limit int) (ids []string, err error) {
	found, err := q.read(tenant).QueryContext(ctx, `SELECT id FROM (SELECT id FROM tenant_user WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3) u
		UNION SELECT id FROM (SELECT id FROM make_member WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3) m
		ORDER BY id LIMIT $3`, searchArgs([]any{tenant, after, limit})...)
	if err != nil {
		return nil, translate(ctx, err, nil)
	}
	defer found.Close()
	for found.Next() {
		var id string
		if err := found.Scan(&id); err != nil {
			return nil, translate(ctx, err, nil)
		}
		ids = append(ids, id)
	}
	return ids, translate(ctx, found.Err(), nil)
}

func (q queries) NextMakeMember(ctx context.Context) (store.MakeMember, error) {
	return makeMembers.one(ctx, q.read(store.AllTenants), `WHERE pending ORDER BY due_at, tenant, id LIMIT 1`)
}

func (q queries) UpdateMakeMember(ctx context.Context, tenant, userID string, fn func(m *store.MakeMember) error) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		m, err := makeMembers.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, userID)
		if err != nil {
			return err
		}
		createdAt := m.CreatedAt
		if err := fn(&m); err != nil {
			return err
		}
		m.Tenant, m.ID, m.CreatedAt = tenant, userID, createdAt
		return makeMembers.update(ctx, db, &m)
	})
}

func (q queries) PutOffMakeMembers(ctx context.Context, tenant string, until time.Time, cause string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		_, err := db.ExecContext(ctx, `UPDATE make_member SET due_at = $2, attempts = attempts + 1, last_error = $3
			WHERE tenant = $1 AND pending AND due_at < $2`, append(searchArgs([]any{tenant}), asMillis(&until), cause)...)
		return translate(ctx, err, nil)
	})
}

func (q queries) DeleteMakeMember(ctx context.Context, tenant, userID string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		return makeMembers.removeOne(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, userID)
	})
}

func (q queries) CreateMakeNotice(ctx context.Context, n store.MakeNotice) error {
	return q.change(ctx, n.Tenant, func(db *transaction) error {
		return makeNotices.insert(ctx, db, &n)
	})
}

func (q queries) MakeNotice(ctx context.Context, tenant, id string) (store.MakeNotice, error) {
	return makeNotices.one(ctx, q.read(tenant), `WHERE tenant = $1 AND id = $2`, tenant, id)
}

func (q queries) MakeNotices(ctx context.Context, tenant string) ([]store.MakeNotice, error) {
	return makeNotices.all(ctx, q.read(tenant), `WHERE tenant = $1 ORDER BY created_at, id`, tenant)
}

func (q queries) WaitingMakeNotices(ctx context.Context, tenant, userID string) ([]store.MakeNotice, error) {
	return makeNotices.all(ctx, q.read(tenant), `WHERE tenant = $1 AND user_id = $2 AND ready_at = 0 ORDER BY +created_at, id`, tenant, userID)
}

func (q queries) UpdateMakeNotice(ctx context.Context, tenant, id string, fn func(n *store.MakeNotice) error) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		n, err := makeNotices.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
		if err != nil {
			return err
		}
		createdAt := n.CreatedAt
		if err := fn(&n); err != nil {
			return err
		}
		n.Tenant, n.ID, n.CreatedAt = tenant, id, createdAt
		return makeNotices.update(ctx, db, &n)
	})
}

func (q queries) DropMakeNotices(ctx context.Context, tenant, userID string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		_, err := makeNotices.remove(ctx, db, `WHERE tenant = $1 AND user_id = $2 AND ready_at = 0`, tenant, userID)
		return err
	})
}
