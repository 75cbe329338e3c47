package store

import (
	"context"
	"time"
)

// AccessControl grants scopes to the groups that carry it.
type AccessControl struct {
	Tenant           string
	ID               string
	Name             map[string]string // language to text
	Description      map[string]string
	Domains          []string
	Scopes           []string
	RestrictionAware bool
	RestrictedTo     string
	VendorAware      bool
	Predefined       bool
	Version          int
	CreatedAt        time.Time
	ModifiedAt       time.Time
}

// Template is a role template: a named set of access controls.
type Template struct {
	Tenant         string
	ID             string
	Name           map[string]string
	Description    map[string]string
	AccessControls []string          // including those of the template it is based on
	BasedOn        string            // id of another template, or empty
	Access         map[string]string // level by entity, overlaid on BasedOn; nil if Predefined
	Predefined     bool
	Version        int
	CreatedAt      time.Time
	ModifiedAt     time.Time
}

// CatalogTx stores what groups can refer to.
type CatalogTx interface {
	// CreateAccessControl returns ErrExists if the tenant has one with that id, and
	// ErrNotFound if the tenant does not exist. It stores Version 1.
	CreateAccessControl(ctx context.Context, c AccessControl) error
	// AccessControl returns ErrNotFound if there is none with that id.
	AccessControl(ctx context.Context, tenant, id string) (AccessControl, error)
	// AccessControls lists those of the tenant, ordered by creation time, then id.
	AccessControls(ctx context.Context, tenant string) ([]AccessControl, error)
	// AccessControlsByID returns those with these ids, like GroupsByID.
	AccessControlsByID(ctx context.Context, tenant string, ids []string) ([]AccessControl, error)
	// UpdateAccessControl updates the access control with fn, which receives the
	// stored record and may run more than once. Tenant, ID and CreatedAt stay as
	// they are; the store adds 1 to Version. It returns ErrNotFound, or the error of
	// fn; in both cases nothing changes.
	UpdateAccessControl(ctx context.Context, tenant, id string, fn func(c *AccessControl) error) error
	// DeleteAccessControl returns ErrNotFound if there is none with that id.
	DeleteAccessControl(ctx context.Context, tenant, id string) error

	// CreateTemplate returns ErrExists if the tenant has one with that id, and
	// ErrNotFound if the tenant does not exist. It stores Version 1.
	CreateTemplate(ctx context.Context, t Template) error
	// Template returns ErrNotFound if there is none with that id.
	Template(ctx context.Context, tenant, id string) (Template, error)
	// Templates lists those of the tenant, ordered by creation time, then id.
	Templates(ctx context.Context, tenant string) ([]Template, error)
	// TemplatesByID returns those with these ids, like GroupsByID.
	TemplatesByID(ctx context.Context, tenant string, ids []string) ([]Template, error)
	// UpdateTemplate updates the template with fn, which receives the stored record
	// and may run more than once. Tenant, ID and CreatedAt stay as they are; the
	// store adds 1 to Version. It returns ErrNotFound, or the error of fn; in both
	// cases nothing changes.
	UpdateTemplate(ctx context.Context, tenant, id string, fn func(t *Template) error) error
	// DeleteTemplate returns ErrNotFound if there is none with that id.
	DeleteTemplate(ctx context.Context, tenant, id string) error
}
