package store

import (
	"context"
	"time"
)

// The kinds of documents.
const (
	KindSetting       = "setting"        // a configuration item of the tenant; its key is the id
	KindClientSetting = "client-setting" // one of a client
	KindScope         = "scope"          // a custom scope
	KindSite          = "site"           // its code is the id
	KindVendor        = "vendor"
	KindLocation      = "location"
	KindTeamProduct   = "team-product"      // one that the tenant has added to its team
	KindMake          = "make-organization" // of the tenant; at most one
	KindMakeUser      = "make-user"         // a member of an organization in the reference Make
)

// Document is a record whose content the store does not interpret.
type Document struct {
	Tenant     string
	Kind       string
	ID         string // unique among the tenant's documents of the kind
	Body       string // JSON
	Version    int    // 1 when created; the store adds 1 on each replacement
	CreatedAt  time.Time
	ModifiedAt time.Time
}

// DocumentTx stores documents. To replace a document depending on its content,
// read it in the same transaction.
type DocumentTx interface {
	// PutDocument creates the document with Version 1, regardless of the record, or
	// replaces the body and ModifiedAt of the existing one. It returns ErrNotFound
	// if the tenant does not exist.
	PutDocument(ctx context.Context, d Document) error
	// Document returns ErrNotFound if there is none with that kind and id.
	Document(ctx context.Context, tenant, kind, id string) (Document, error)
	// Documents lists the tenant's documents of a kind, ordered by creation time,
	// then id.
	Documents(ctx context.Context, tenant, kind string) ([]Document, error)
	// DeleteDocument returns ErrNotFound if there is none with that kind and id.
	DeleteDocument(ctx context.Context, tenant, kind, id string) error
}

// Task is work that was scheduled together with a change, and that any process on
// the database can do later.
type Task struct {
	Tenant    string
	ID        string
	Kind      string
	Body      string // JSON
	DueAt     time.Time
	CreatedAt time.Time
}

// TaskTx stores tasks.
type TaskTx interface {
	// CreateTask returns ErrExists if the tenant has a task with that id, and
	// ErrNotFound if the tenant does not exist.
	CreateTask(ctx context.Context, t Task) error
	// NextTask returns the task, of any tenant, with the earliest due time, even if
	// that is in the future. It returns ErrNotFound if there is none.
	NextTask(ctx context.Context) (Task, error)
	// DeleteTask returns ErrNotFound if there is none with that id.
	DeleteTask(ctx context.Context, tenant, id string) error
}
