package store

import (
	"context"
	"time"
)

// AccessControl is what groups carry to grant scopes.
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
	AccessControls []string          // all of them: those of the template it is based on included
	BasedOn        string            // id of another template, or empty
	Access         map[string]string // what it was made from: entity to level, laid over BasedOn; nil when Predefined
	Predefined     bool
	Version        int
	CreatedAt      time.Time
	ModifiedAt     time.Time
}

// CatalogTx keeps what groups can refer to.
type CatalogTx interface {
	// CreateAccessControl answers ErrExists when the tenant has one of that
	// id, and ErrNotFound when the tenant does not exist. It stores Version 1.
	CreateAccessControl(ctx context.Context, c AccessControl) error
	// AccessControl answers ErrNotFound when there is none of that id.
	AccessControl(ctx context.Context, tenant, id string) (AccessControl, error)
	// AccessControls lists the tenant's by creation time, then id.
	AccessControls(ctx context.Context, tenant string) ([]AccessControl, error)
	// UpdateAccessControl changes the access control by fn, which may run more
	// than once and sees the stored one. Tenant, ID and CreatedAt stay as they
	// are; the store adds 1 to Version. It answers ErrNotFound, or the error of
	// fn; then nothing changes.
	UpdateAccessControl(ctx context.Context, tenant, id string, fn func(c *AccessControl) error) error
	// DeleteAccessControl answers ErrNotFound when there is none of that id.
	DeleteAccessControl(ctx context.Context, tenant, id string) error

	// CreateTemplate answers ErrExists when the tenant has one of that id, and
	// ErrNotFound when the tenant does not exist. It stores Version 1.
	CreateTemplate(ctx context.Context, t Template) error
	// Template answers ErrNotFound when there is none of that id.
	Template(ctx context.Context, tenant, id string) (Template, error)
	// Templates lists the tenant's by creation time, then id.
	Templates(ctx context.Context, tenant string) ([]Template, error)
	// UpdateTemplate changes the template by fn, which may run more than once
	// and sees the stored one. Tenant, ID and CreatedAt stay as they are; the
	// store adds 1 to Version. It answers ErrNotFound, or the error of fn; then
	// nothing changes.
	UpdateTemplate(ctx context.Context, tenant, id string, fn func(t *Template) error) error
	// DeleteTemplate answers ErrNotFound when there is none of that id.
	DeleteTemplate(ctx context.Context, tenant, id string) error
}
