package sqlstore

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var accessControls = newTable(table[store.AccessControl]{
	name: "access_control",
	columns: "tenant, id, name, description, domains, scopes, restriction_aware, restricted_to, vendor_aware, predefined, " +
		"version, created_at, modified_at",
	fields: func(c *store.AccessControl) []any {
		return []any{
			asKey(&c.Tenant), asKey(&c.ID), asJSON(&c.Name), asJSON(&c.Description), asJSON(&c.Domains), asJSON(&c.Scopes),
			&c.RestrictionAware, &c.RestrictedTo, &c.VendorAware, &c.Predefined, &c.Version,
			asMillis(&c.CreatedAt), asMillis(&c.ModifiedAt),
		}
	},
})

var templates = newTable(table[store.Template]{
	name: "template",
	columns: "tenant, id, name, description, access_controls, based_on, access, predefined, version, " +
		"created_at, modified_at",
	fields: func(t *store.Template) []any {
		return []any{
			asKey(&t.Tenant), asKey(&t.ID), asJSON(&t.Name), asJSON(&t.Description), asJSON(&t.AccessControls),
			&t.BasedOn, asJSON(&t.Access), &t.Predefined, &t.Version, asMillis(&t.CreatedAt), asMillis(&t.ModifiedAt),
		}
	},
})

func (q queries) CreateAccessControl(ctx context.Context, c store.AccessControl) error {
	c.Version = 1
	return q.change(ctx, c.Tenant, func(db *transaction) error {
		return accessControls.insert(ctx, db, &c)
	})
}

func (q queries) AccessControl(ctx context.Context, tenant, id string) (store.AccessControl, error) {
	return accessControls.one(ctx, q.read(tenant), `WHERE tenant = $1 AND id = $2`, tenant, id)
}

func (q queries) AccessControls(ctx context.Context, tenant string) ([]store.AccessControl, error) {
	return accessControls.all(ctx, q.read(tenant), `WHERE tenant = $1 ORDER BY created_at, id`, tenant)
}

func (q queries) AccessControlsByID(ctx context.Context, tenant string, ids []string) ([]store.AccessControl, error) {
	return byID(ctx, q, accessControls, tenant, ids)
}

func (q queries) UpdateAccessControl(ctx context.Context, tenant, id string, fn func(c *store.AccessControl) error) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		c, err := accessControls.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
		if err != nil {
			return err
		}
		version, createdAt := c.Version, c.CreatedAt
		if err := fn(&c); err != nil {
			return err
		}
		c.Tenant, c.ID, c.CreatedAt = tenant, id, createdAt
		c.Version = version + 1
		return accessControls.update(ctx, db, &c)
	})
}

func (q queries) DeleteAccessControl(ctx context.Context, tenant, id string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		return accessControls.removeOne(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
	})
}

func (q queries) CreateTemplate(ctx context.Context, t store.Template) error {
	t.Version = 1
	return q.change(ctx, t.Tenant, func(db *transaction) error {
		return templates.insert(ctx, db, &t)
	})
}

func (q queries) Template(ctx context.Context, tenant, id string) (store.Template, error) {
	return templates.one(ctx, q.read(tenant), `WHERE tenant = $1 AND id = $2`, tenant, id)
}

func (q queries) Templates(ctx context.Context, tenant string) ([]store.Template, error) {
	return templates.all(ctx, q.read(tenant), `WHERE tenant = $1 ORDER BY created_at, id`, tenant)
}

func (q queries) TemplatesByID(ctx context.Context, tenant string, ids []string) ([]store.Template, error) {
	return byID(ctx, q, templates, tenant, ids)
}

func (q queries) UpdateTemplate(ctx context.Context, tenant, id string, fn func(t *store.Template) error) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		t, err := templates.one(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
		if err != nil {
			return err
		}
		version, createdAt := t.Version, t.CreatedAt
		if err := fn(&t); err != nil {
			return err
		}
		t.Tenant, t.ID, t.CreatedAt = tenant, id, createdAt
		t.Version = version + 1
		return templates.update(ctx, db, &t)
	})
}

func (q queries) DeleteTemplate(ctx context.Context, tenant, id string) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		return templates.removeOne(ctx, db, `WHERE tenant = $1 AND id = $2`, tenant, id)
	})
}
