package store

import (
	"context"
	"time"
)

// Group is a user group. Lists keep their order; nil and empty are the same.
type Group struct {
	Tenant         string
	ID             string
	Name           map[string]string // language to text
	Description    map[string]string
	Code           string
	UserType       string
	VendorID       string
	LegalEntityID  string
	AccessControls []string
	Templates      []string
	Restrictions   []string
	Mixins         string // a JSON object, or empty
	Predefined     bool
	Version        int // 1 when made; the store adds 1 on each update
	CreatedAt      time.Time
	ModifiedAt     time.Time
}

// GroupTx keeps groups.
type GroupTx interface {
	// CreateGroup answers ErrExists when the tenant has a group of that id
	// (ids differ by case), and ErrNotFound when the tenant does not exist. It
	// stores Version 1, whatever the record says.
	CreateGroup(ctx context.Context, g Group) error
	// Group answers ErrNotFound when there is none of that id.
	Group(ctx context.Context, tenant, id string) (Group, error)
	// Groups lists the tenant's groups by creation time, then id.
	Groups(ctx context.Context, tenant string) ([]Group, error)
	// GroupsOfUser lists the groups the user is a member of, in the order of
	// Groups.
	GroupsOfUser(ctx context.Context, tenant, userID string) ([]Group, error)
	// UpdateGroup changes the group by fn, which may run more than once and
	// sees the stored group. Tenant, ID and CreatedAt stay as they are. It
	// answers ErrNotFound, or the error of fn; then nothing changes.
	UpdateGroup(ctx context.Context, tenant, id string, fn func(g *Group) error) error
	// DeleteGroup answers ErrNotFound when there is none of that id, and
	// ErrReferenced while it has members.
	DeleteGroup(ctx context.Context, tenant, id string) error
}
