// Package storetest is the conformance suite of package store. Each sub-test is
// named for the clause of the contract that it tests and gets its own database.
// Clauses about damaged, full or read-only databases are tested by the
// implementation, since only it can cause those.
package storetest

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// clause is a sentence of the contract and its test.
type clause struct {
	name  string
	prove func(t *testing.T, s store.Store)
}

// Run tests the contract. newDatabase creates an empty database and returns a
// function that opens it. Each call returns another store on the same database,
// as another process would have, which is closed after the test.
func Run(t *testing.T, newDatabase func(t *testing.T) (open func() store.Store)) {
	clauses := slices.Concat(
		recordClauses(), valueClauses, textClauses, tenantClauses, userClauses, accountClauses, groupClauses,
		assignmentClauses, catalogClauses, templateClauses, documentClauses, taskClauses, teamClauses, productClauses, invitationClauses, mailClauses, eventClauses, makeClauses,
		updateClauses, transactionClauses, lifeClauses,
	)
	for _, c := range clauses {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.prove(t, newDatabase(t)())
		})
	}
	for _, c := range sharedClauses {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			open := newDatabase(t)
			c.prove(t, open(), open())
		})
	}
}

// ok ends the test on an error. Use it for preparation, and for operations that
// must succeed.
func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantErr(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("got error %v, want %v", err, want)
	}
}

func wantSame[T any](t *testing.T, got, want T) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// ids returns the ids of a list, in its order.
func ids[T any](list []T, id func(T) string) []string {
	var all []string
	for _, record := range list {
		all = append(all, id(record))
	}
	return all
}

func userID(u store.User) string         { return u.ID }
func groupID(g store.Group) string       { return g.ID }
func memberID(a store.Assignment) string { return a.UserID }

// pages reads a list page by page until a page is empty.
func pages[T any](t *testing.T, size int, list func(page store.Page) ([]T, int, error)) (all []T) {
	t.Helper()
	for {
		page, _, err := list(store.Page{Offset: len(all), Limit: size})
		ok(t, err)
		if len(page) == 0 {
			return all
		}
		if len(page) > size {
			t.Fatalf("a page has %d records, want %d at most", len(page), size)
		}
		all = append(all, page...)
	}
}
