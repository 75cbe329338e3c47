package sqlstore

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var groups = newTable(table[store.Group]{
	name: "user_group",
	columns: "tenant, id, name, description, code, user_type, vendor_id, legal_entity_id, access_controls, " +
		"templates, restrictions, mixins, predefined, version, created_at, modified_at",
	fields: func(g *store.Group) []any {
		return []any{
			asKey(&g.Tenant), asKey(&g.ID), asJSON(&g.Name), asJSON(&g.Description), &g.Code, &g.UserType, &g.VendorID,
			&g.LegalEntityID, asJSON(&g.AccessControls), asJSON(&g.Templates), asJSON(&g.Restrictions), &g.Mixins,
			&g.Predefined, &g.Version, asMillis(&g.CreatedAt), asMillis(&g.ModifiedAt),
		}
	},
})

func (q queries) CreateGroup(ctx context.Context, g store.Group) error {
	g.Version = 1
	return q.change(ctx, g.Tenant, func(db *transaction) error {
		return groups.insert(ctx, db, &g)
	})
}

func (q queries) Group(ctx context.Context, tenant, id string) (store.Group, error) {
	return groups.one(ctx, q.read(tenant), `WHERE tenant = $1 AND id = $2`, tenant, id)
}

func (q queries) Groups(ctx context.Context, tenant string) ([]store.Group, error) {
	return groups.all(ctx, q.read(tenant), `WHERE tenant = $1 ORDER BY created_at, id`, tenant)
}

func (q queries) GroupsOfUser(ctx context.Context, tenant, userID string) ([]store.Group, error) {
	// Match pairs instead of ids within the tenant: for ids, SQLite scans all groups
	// of the tenant because they are already in order.
	return groups.all(ctx, q.read(tenant), `WHERE (tenant, id) IN
		(SELECT tenant, group_id FROM assignment WHERE tenant = $1 AND user_id = $2)
		ORDER BY created_at, id`, tenant, userID)
}

func (q queries) GroupsByID(ctx context.Context, tenant string, ids []string) ([]store.Group, error) {
	return byID(ctx, q, groups, tenant, ids)
}

func (q queries) UpdateGroup(ctx context.Context, tenant, id string, fn func(g *store.Group) error) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		g, err := groups.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
		if err != nil {
			return err
		}
		version, createdAt := g.Version, g.CreatedAt
		if err := fn(&g); err != nil {
			return err
		}
		g.Tenant, g.ID, g.CreatedAt = tenant, id, createdAt
		g.Version = version + 1
		return groups.update(ctx, db, &g)
	})
}

func (q queries) DeleteGroup(ctx context.Context, tenant, id string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		return groups.removeOne(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
	})
}
