package sqlstore

import (
	"context"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var invitations = newTable(table[store.Invitation]{
	name:    "invitation",
	columns: "tenant, id, kind, subject_id, email, sent, created_at, expires_at, resent_at, sent_at, accepted_at",
	fields: func(i *store.Invitation) []any {
		return []any{
			asKey(&i.Tenant), asKey(&i.ID), asKey(&i.Kind), asKey(&i.SubjectID), &i.Email, &i.Sent,
			asMillis(&i.CreatedAt), asMillis(&i.ExpiresAt), asMillis(&i.ResentAt), asMillis(&i.SentAt), asMillis(&i.AcceptedAt),
		}
	},
})

func (q queries) CreateInvitation(ctx context.Context, i store.Invitation) error {
	return q.change(ctx, i.Tenant, func(db *transaction) error {
		return invitations.insert(ctx, db, &i)
	})
}

func (q queries) Invitation(ctx context.Context, tenant, id string) (store.Invitation, error) {
	return invitations.one(ctx, q.read(tenant), `WHERE tenant = $1 AND id = $2`, tenant, id)
}

func (q queries) Invitations(ctx context.Context, tenant string) ([]store.Invitation, error) {
	return invitations.all(ctx, q.read(tenant), `WHERE tenant = $1 ORDER BY created_at, id`, tenant)
}

func (q queries) InvitationsOf(ctx context.Context, tenant, subjectID string) ([]store.Invitation, error) {
	// The plus prevents SQLite from scanning all of the tenant's invitations because
	// they are already in order.
	return invitations.all(ctx, q.read(tenant), `WHERE tenant = $1 AND subject_id = $2 ORDER BY +created_at, id`, tenant, subjectID)
}

func (q queries) UpdateInvitation(ctx context.Context, tenant, id string, fn func(i *store.Invitation) error) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		i, err := invitations.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
		if err != nil {
			return err
		}
		createdAt := i.CreatedAt
		if err := fn(&i); err != nil {
			return err
		}
		i.Tenant, i.ID, i.CreatedAt = tenant, id, createdAt
		return invitations.update(ctx, db, &i)
	})
}

func (q queries) AcceptInvitations(ctx context.Context, tenant, subjectID string, at time.Time) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		_, err := db.ExecContext(ctx, `UPDATE invitation SET accepted_at = $3
			WHERE tenant = $1 AND subject_id = $2 AND accepted_at = 0`, append(searchArgs([]any{tenant, subjectID}), asMillis(&at))...)
		return translate(ctx, err, nil)
	})
}

func (q queries) CloseInvitations(ctx context.Context, tenant, kind, subjectID string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		const open = `WHERE tenant = $1 AND subject_id = $2 AND kind = $3 AND accepted_at = 0`
		_, err := links.remove(ctx, db, `WHERE tenant = $1 AND purpose = '`+store.LinkInvitation+`' AND subject_id IN (SELECT id FROM invitation `+open+`)`, tenant, subjectID, kind)
		if err != nil {
			return err
		}
		if _, err := mails.remove(ctx, db, `WHERE tenant = $1 AND id IN (SELECT id FROM invitation `+open+`)`, tenant, subjectID, kind); err != nil {
			return err
		}
		_, err = invitations.remove(ctx, db, open, tenant, subjectID, kind)
		return err
	})
}
