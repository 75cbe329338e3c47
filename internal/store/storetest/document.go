package storetest

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var documentClauses = []clause{
	{"a document is replaced, keeps its creation time and counts its versions, and no other one changes", provePutDocument},
	{"a new document has version 1, whatever the record says", proveDocumentVersion},
	{"documents are listed by creation time, then id, byte by byte, of one kind", proveDocumentsInOrder},
	{"a document is deleted, and no other one", proveDeleteDocument},
}

var taskClauses = []clause{
	{"every field of a task comes back as it was given", proveTaskRoundTrip},
	{"a second task of that id is refused in the tenant", proveTaskExists},
	{"the task that is due first comes next, of any tenant", proveNextTask},
	{"a task without a tenant is refused", proveTaskTenant},
}

// withDocuments creates two tenants with documents that each differ from "key" in
// one part of the key.
func withDocuments(t *testing.T, s store.Store) (others []store.Document) {
	t.Helper()
	ok(t, s.CreateTenant(t.Context(), newTenant("one")))
	ok(t, s.CreateTenant(t.Context(), newTenant("two")))
	kind := newDocument("one", "key")
	kind.Kind = "another kind"
	others = []store.Document{newDocument("one", "KEY"), newDocument("one", "other"), newDocument("two", "key"), kind}
	for _, other := range others {
		ok(t, s.PutDocument(t.Context(), other))
	}
	return others
}

func wantDocuments(t *testing.T, s store.Store, list ...store.Document) {
	t.Helper()
	for _, want := range list {
		got, err := s.Document(t.Context(), want.Tenant, want.Kind, want.ID)
		ok(t, err)
		wantSame(t, got, want)
	}
}

func provePutDocument(t *testing.T, s store.Store) {
	ctx := t.Context()
	others := withDocuments(t, s)
	want := newDocument("one", "key")
	ok(t, s.PutDocument(ctx, want))
	replacement := want
	replacement.Body, replacement.CreatedAt, replacement.ModifiedAt = `["replaced"]`, later(100), later(101)
	ok(t, s.PutDocument(ctx, replacement))
	want.Body, want.ModifiedAt, want.Version = replacement.Body, replacement.ModifiedAt, 2
	wantDocuments(t, s, append(others, want)...)
}

func proveDocumentVersion(t *testing.T, s store.Store) {
	d := newDocument(withTenant(t, s), "d")
	d.Version = 7
	ok(t, s.PutDocument(t.Context(), d))
	wantDocuments(t, s, newDocument("acme", "d"))
}

func proveDocumentsInOrder(t *testing.T, s store.Store) {
	ctx := t.Context()
	withDocuments(t, s)
	want := append([]string{"~first"}, mixed...)
	for _, id := range append(shuffled(), "~first") {
		d := newDocument("one", id)
		d.Kind = "listed"
		if id == "~first" {
			d.CreatedAt = later(-1000)
		}
		ok(t, s.PutDocument(ctx, d))
	}
	list, err := s.Documents(ctx, "one", "listed")
	ok(t, err)
	wantSame(t, ids(list, func(d store.Document) string { return d.ID }), want)
	list, err = s.Documents(ctx, "two", "listed")
	ok(t, err)
	wantSame(t, len(list), 0)
}

func proveDeleteDocument(t *testing.T, s store.Store) {
	ctx := t.Context()
	others := withDocuments(t, s)
	wantErr(t, s.DeleteDocument(ctx, "one", documentKind, "key"), store.ErrNotFound)
	ok(t, s.PutDocument(ctx, newDocument("one", "key")))
	ok(t, s.DeleteDocument(ctx, "one", documentKind, "key"))
	_, err := s.Document(ctx, "one", documentKind, "key")
	wantErr(t, err, store.ErrNotFound)
	wantDocuments(t, s, others...)
}

func proveTaskRoundTrip(t *testing.T, s store.Store) {
	want := newTask(withTenant(t, s), "some id")
	wantNoZero(t, want)
	ok(t, s.CreateTask(t.Context(), want))
	got, err := s.NextTask(t.Context())
	ok(t, err)
	wantSame(t, got, want)
}

func proveTaskExists(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateTenant(ctx, newTenant("two")))
	ok(t, s.CreateTask(ctx, newTask("one", "same")))
	wantErr(t, s.CreateTask(ctx, newTask("one", "same")), store.ErrExists)
	ok(t, s.CreateTask(ctx, newTask("two", "same")))
	ok(t, s.DeleteTask(ctx, "one", "same"))
	wantErr(t, s.DeleteTask(ctx, "one", "same"), store.ErrNotFound)
	got, err := s.NextTask(ctx)
	ok(t, err)
	wantSame(t, got.Tenant, "two")
}

func proveNextTask(t *testing.T, s store.Store) {
	ctx := t.Context()
	ok(t, s.CreateTenant(ctx, newTenant("one")))
	ok(t, s.CreateTenant(ctx, newTenant("two")))
	_, err := s.NextTask(ctx)
	wantErr(t, err, store.ErrNotFound)
	for n, at := range map[string]int{"c": 30, "a": 10, "b": 20} {
		task := newTask(map[bool]string{true: "one", false: "two"}[n == "b"], n)
		task.DueAt = later(at)
		ok(t, s.CreateTask(ctx, task))
	}
	for _, want := range []string{"a", "b", "c"} {
		got, err := s.NextTask(ctx)
		ok(t, err)
		wantSame(t, got.ID, want)
		ok(t, s.DeleteTask(ctx, got.Tenant, got.ID))
	}
}

func proveTaskTenant(t *testing.T, s store.Store) {
	wantErr(t, s.CreateTask(t.Context(), newTask("nobody", "x")), store.ErrNotFound)
}
