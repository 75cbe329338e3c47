package sqlstore

import (
	"context"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// assignments has an id as its second column, but is never updated.
var assignments = newTable(table[store.Assignment]{
	name:    "assignment",
	columns: "tenant, id, group_id, user_id, user_type, created_at",
	fields: func(a *store.Assignment) []any {
		return []any{
			asKey(&a.Tenant), asKey(&a.ID), asKey(&a.GroupID), asKey(&a.UserID), &a.UserType, asMillis(&a.CreatedAt),
		}
	},
})

func (q queries) CreateAssignment(ctx context.Context, a store.Assignment) error {
	return q.change(ctx, a.Tenant, func(db *transaction) error {
		return assignments.insert(ctx, db, &a)
	})
}

func (q queries) Assignment(ctx context.Context, tenant, groupID, userID string) (store.Assignment, error) {
	return assignments.one(ctx, q.read(tenant), `WHERE tenant = $1 AND group_id = $2 AND user_id = $3`,
		tenant, groupID, userID)
}

func (q queries) Members(
	ctx context.Context, tenant, groupID string, page store.Page,
) (list []store.Assignment, total int, err error) {
	err = q.view(ctx, tenant, func(db conn) error {
		if total, err = assignments.count(ctx, db, `WHERE tenant = $1 AND group_id = $2`, tenant, groupID); err != nil {
			return err
		}
		limit, offset := window(page)
		list, err = assignments.all(ctx, db, `WHERE tenant = $1 AND group_id = $2
			ORDER BY created_at, id LIMIT $3 OFFSET $4`, tenant, groupID, limit, offset)
		return err
	})
	return list, total, err
}

func (q queries) Memberships(ctx context.Context, tenant, userID string) ([]store.Assignment, error) {
	return assignments.all(ctx, q.read(tenant), `WHERE tenant = $1 AND user_id = $2 ORDER BY group_id`, tenant, userID)
}

func (q queries) GroupIDs(ctx context.Context, tenant string, userIDs []string) (found map[string][]string, err error) {
	unique := slices.Compact(slices.Sorted(slices.Values(userIDs)))
	err = q.view(ctx, tenant, func(db conn) error {
		found, err = groupIDsOf(ctx, db, tenant, unique)
		return err
	})
	return found, err
}

// groupIDsOf is GroupIDs for distinct users.
func groupIDsOf(ctx context.Context, db conn, tenant string, userIDs []string) (map[string][]string, error) {
	found := make(map[string][]string)
	for chunk := range slices.Chunk(userIDs, idsChunk) {
		if err := addGroupIDs(ctx, db, tenant, chunk, found); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// groupIDsQuery selects the groups of users, with that many arguments. The plus
// keeps SQLite from scanning all groups of the tenant, which are in order already.
func groupIDsQuery(args int) string {
	return `SELECT a.user_id, a.group_id FROM assignment a JOIN user_group g ON g.tenant = a.tenant AND g.id = a.group_id
		WHERE a.tenant = $1 AND a.user_id IN (` + params(2, args) + `) ORDER BY +g.created_at, g.id`
}

func addGroupIDs(ctx context.Context, db conn, tenant string, userIDs []string, found map[string][]string) error {
	args := idArgs(tenant, userIDs)
	rows, err := db.QueryContext(ctx, groupIDsQuery(len(args)), searchArgs(args)...)
	if err != nil {
		return translate(ctx, err, nil)
	}
	defer rows.Close()
	for rows.Next() {
		var userID, groupID string
		if err := rows.Scan(&userID, &groupID); err != nil {
			return translate(ctx, err, nil)
		}
		found[userID] = append(found[userID], groupID)
	}
	return translate(ctx, rows.Err(), nil)
}

func (q queries) DeleteAssignment(ctx context.Context, tenant, groupID, userID string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		return assignments.removeOne(ctx, db, `WHERE tenant = $1 AND group_id = $2 AND user_id = $3`,
			tenant, groupID, userID)
	})
}

func (q queries) DeleteMembers(ctx context.Context, tenant, groupID string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		_, err := assignments.remove(ctx, db, `WHERE tenant = $1 AND group_id = $2`, tenant, groupID)
		return err
	})
}

func (q queries) DeleteMemberships(ctx context.Context, tenant, userID string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		_, err := assignments.remove(ctx, db, `WHERE tenant = $1 AND user_id = $2`, tenant, userID)
		return err
	})
}
