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
	KindMake          = "make-organization" // of the tenant; there is one at most
	KindMakeUser      = "make-user"         // a member of an organization in the reference Make
)

// Document is a record that the storage does not look into.
type Document struct {
	Tenant     string
	Kind       string
	ID         string // unique among the tenant's documents of the kind
	Body       string // JSON
	Version    int    // 1 when made; the store adds 1 on each replacement
	CreatedAt  time.Time
	ModifiedAt time.Time
}

// DocumentTx keeps documents. Who replaces one depending on what it holds reads
// it in the same transaction.
type DocumentTx interface {
	// PutDocument creates the document with Version 1, whatever the record
	// says; or it replaces the body and ModifiedAt of the one that is there. It
	// answers ErrNotFound when the tenant does not exist.
	PutDocument(ctx context.Context, d Document) error
	// Document answers ErrNotFound when there is none of that kind and id.
	Document(ctx context.Context, tenant, kind, id string) (Document, error)
	// Documents lists the tenant's of a kind by creation time, then id.
	Documents(ctx context.Context, tenant, kind string) ([]Document, error)
	// DeleteDocument answers ErrNotFound when there is none of that kind and
	// id.
	DeleteDocument(ctx context.Context, tenant, kind, id string) error
}

// Task is work that was promised together with a change and is done later, by
// any process on the database.
type Task struct {
	Tenant    string
	ID        string
	Kind      string
	Body      string // JSON
	DueAt     time.Time
	CreatedAt time.Time
}

// TaskTx keeps tasks.
type TaskTx interface {
	// CreateTask answers ErrExists when the tenant has a task of that id, and
	// ErrNotFound when the tenant does not exist.
	CreateTask(ctx context.Context, t Task) error
	// NextTask returns the task of any tenant that is due first, whether it is
	// due or not. It answers ErrNotFound when there is none.
	NextTask(ctx context.Context) (Task, error)
	// DeleteTask answers ErrNotFound when there is none of that id.
	DeleteTask(ctx context.Context, tenant, id string) error
}
