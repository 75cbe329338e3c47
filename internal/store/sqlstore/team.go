package sqlstore

import (
	"context"
	"fmt"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

var teamMembers = newTable(table[store.TeamMember]{
	name:    "team_member",
	columns: "tenant, id, email, email_key, role, status, created_at, joined_at",
	fields: func(m *store.TeamMember) []any {
		return []any{
			asKey(&m.Tenant), asKey(&m.ID), &m.Email, asEmailKey(&m.Email), asKey(&m.Role), &m.Status,
			asMillis(&m.CreatedAt), asMillis(&m.JoinedAt),
		}
	},
})

var productAssignments = newTable(table[store.ProductAssignment]{
	name:    "product_assignment",
	columns: "tenant, member_id, product, role, created_at, permissions",
	fields: func(a *store.ProductAssignment) []any {
		return []any{asKey(&a.Tenant), asKey(&a.MemberID), asKey(&a.Product), &a.Role, asMillis(&a.CreatedAt), asJSON(&a.Permissions)}
	},
})

const owner = string(access.RoleOwner)

// CreateTeamMember makes the team refer to its Owner, so the database also
// prevents the Owner's removal.
func (q queries) CreateTeamMember(ctx context.Context, m store.TeamMember) error {
	return q.change(ctx, m.Tenant, func(db *transaction) error {
		if err := teamMembers.insert(ctx, db, &m); err != nil || m.Role != owner {
			return err
		}
		_, err := db.ExecContext(ctx, `INSERT INTO team_owner (tenant, member_id, role) VALUES ($1, $2, $3)`, m.Tenant, m.ID, owner)
		return translate(ctx, err, nil)
	})
}

func (q queries) TeamMember(ctx context.Context, tenant, id string) (store.TeamMember, error) {
	return teamMembers.one(ctx, q.read(tenant), `WHERE tenant = $1 AND id = $2`, tenant, id)
}

func (q queries) TeamMemberByEmail(ctx context.Context, tenant, email string) (store.TeamMember, error) {
	return teamMembers.one(ctx, q.read(tenant), `WHERE tenant = $1 AND email_key = $2`, tenant, foldEmail(email))
}

func (q queries) TeamOwner(ctx context.Context, tenant string) (store.TeamMember, error) {
	return teamMembers.one(ctx, q.read(tenant), `WHERE tenant = $1 AND role = $2`, tenant, owner)
}

func (q queries) TeamMembers(ctx context.Context, tenant string) ([]store.TeamMember, error) {
	return teamMembers.all(ctx, q.read(tenant), `WHERE tenant = $1 ORDER BY created_at, id`, tenant)
}

func (q queries) TeamMembersOf(ctx context.Context, email string) ([]store.TeamMember, error) {
	return teamMembers.all(ctx, q.read(store.AllTenants), `WHERE email_key = $1 ORDER BY tenant`, foldEmail(email))
}

func (q queries) UpdateTeamMember(ctx context.Context, tenant, id string, fn func(m *store.TeamMember) error) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		m, err := teamMembers.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
		if err != nil {
			return err
		}
		was := m
		if err := fn(&m); err != nil {
			return err
		}
		if was.Role == owner && m.Role != owner {
			return fmt.Errorf("%w: %s is the Owner of the team", store.ErrReferenced, id)
		}
		if was.Role != owner && m.Role == owner { // the index would reject it and abort the transaction
			return fmt.Errorf("%w: the team has an Owner", store.ErrExists)
		}
		m.Tenant, m.ID, m.CreatedAt = tenant, id, was.CreatedAt
		return teamMembers.update(ctx, db, &m)
	})
}

// TransferTeam leaves the team without an Owner between its statements, inside
// the transaction.
func (q queries) TransferTeam(ctx context.Context, tenant, from, to string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		former, err := teamMembers.one(ctx, db, `WHERE tenant = $1 AND role = $2`, tenant, owner)
		if err != nil {
			return err
		}
		if former.ID != from {
			return fmt.Errorf("%w: the Owner is %s, not %s", store.ErrConflict, former.ID, from)
		}
		next, err := teamMembers.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, to)
		if err != nil || to == from {
			return err
		}
		former.Role = string(access.FormerOwnerRole)
		if err := teamMembers.update(ctx, db, &former); err != nil {
			return err
		}
		next.Role = owner
		if err := teamMembers.update(ctx, db, &next); err != nil {
			return err
		}
		_, err = db.ExecContext(ctx, `UPDATE team_owner SET member_id = $2 WHERE tenant = $1`, tenant, to)
		return translate(ctx, err, nil)
	})
}

func (q queries) DeleteTeamMember(ctx context.Context, tenant, id string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		m, err := teamMembers.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
		if err != nil {
			return err
		}
		if m.Role == owner {
			return fmt.Errorf("%w: %s is the Owner of the team", store.ErrReferenced, id)
		}
		if _, err := productAssignments.remove(ctx, db, `WHERE tenant = $1 AND member_id = $2`, tenant, id); err != nil {
			return err
		}
		return teamMembers.removeOne(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
	})
}

func (q queries) PutProductAssignment(ctx context.Context, a store.ProductAssignment) error {
	fields := productAssignments.fields(&a)
	if err := productAssignments.check(fields); err != nil {
		return err
	}
	return q.change(ctx, a.Tenant, func(db *transaction) error {
		_, err := db.ExecContext(ctx, productAssignments.inserting+`
			ON CONFLICT (tenant, member_id, product) DO UPDATE SET role = excluded.role, permissions = excluded.permissions`, fields...)
		return translate(ctx, err, store.ErrNotFound)
	})
}

func (q queries) ProductAssignments(ctx context.Context, tenant string) ([]store.ProductAssignment, error) {
	return productAssignments.all(ctx, q.read(tenant), `WHERE tenant = $1 ORDER BY member_id, product`, tenant)
}

func (q queries) ProductAssignmentsOf(ctx context.Context, tenant, memberID string) ([]store.ProductAssignment, error) {
	return productAssignments.all(ctx, q.read(tenant), `WHERE tenant = $1 AND member_id = $2 ORDER BY product`, tenant, memberID)
}

func (q queries) DeleteProductAssignment(ctx context.Context, tenant, memberID, product string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		return productAssignments.removeOne(ctx, db, `WHERE tenant = $1 AND member_id = $2 AND product = $3`, tenant, memberID, product)
	})
}

func (q queries) DeleteProductAssignments(ctx context.Context, tenant, memberID string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		_, err := productAssignments.remove(ctx, db, `WHERE tenant = $1 AND member_id = $2`, tenant, memberID)
		return err
	})
}
