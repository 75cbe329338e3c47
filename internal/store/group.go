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
	Version        int // 1 when created; the store adds 1 on each update
	CreatedAt      time.Time
	ModifiedAt     time.Time
}

// GroupTx stores groups.
type GroupTx interface {
	// CreateGroup returns ErrExists if the tenant has a group with that id (ids are
	// case-sensitive), and ErrNotFound if the tenant does not exist. It stores
	// Version 1, regardless of the record.
	CreateGroup(ctx context.Context, g Group) error
	// Group returns ErrNotFound if there is none with that id.
	Group(ctx context.Context, tenant, id string) (Group, error)
	// Groups lists the tenant's groups, ordered by creation time, then id.
	Groups(ctx context.Context, tenant string) ([]Group, error)
	// GroupsOfUser lists the groups of the user, ordered like Groups.
	GroupsOfUser(ctx context.Context, tenant, userID string) ([]Group, error)
	// GroupsByID returns the groups with these ids, each once, in any order. Ids of no
	// group are omitted.
	GroupsByID(ctx context.Context, tenant string, ids []string) ([]Group, error)
	// UpdateGroup updates the group with fn, which receives the stored record and
	// may run more than once. Tenant, ID and CreatedAt stay as they are. It returns
	// ErrNotFound, or the error of fn; in both cases nothing changes.
	UpdateGroup(ctx context.Context, tenant, id string, fn func(g *Group) error) error
	// DeleteGroup returns ErrNotFound if there is none with that id, and
	// ErrReferenced while it has members.
	DeleteGroup(ctx context.Context, tenant, id string) error
}
