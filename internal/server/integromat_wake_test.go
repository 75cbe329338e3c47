package server_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// Each transaction that leaves a member pending wakes the worker up, once, when the
// worker can see the member; other transactions do not.
func TestIntegromat_wakeUp(t *testing.T) {
	t.Parallel()
	db, err := sqlstore.Open(t.Context(), sqltest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	var seen []string // by the worker, at each wake-up
	s := server.Waking(db, func() {
		all, err := db.MakeMembers(t.Context(), "acme")
		if err != nil {
			t.Error(err)
		}
		pending := slices.DeleteFunc(all, func(m store.MakeMember) bool { return !m.Pending })
		seen = append(seen, fmt.Sprint(len(pending)))
	})
	if err := db.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	create := func(id string, pending bool) func(ctx context.Context, tx store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error {
			return tx.CreateMakeMember(ctx, store.MakeMember{Tenant: "acme", ID: id, Email: id + "@acme.example", Pending: pending, DueAt: time.UnixMilli(1)})
		}
	}
	update := func(id string, pending bool) func(ctx context.Context, tx store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error {
			return tx.UpdateMakeMember(ctx, "acme", id, func(m *store.MakeMember) error { m.Pending = pending; return nil })
		}
	}
	errUndo := errors.New("undo")
	for _, c := range []struct {
		name string
		do   []func(ctx context.Context, tx store.Tx) error
		end  error
		want []string
	}{
		{"a pending member", []func(context.Context, store.Tx) error{create("a", true)}, nil, []string{"1"}},
		{"nothing", nil, nil, nil},
		{"a member in line", []func(context.Context, store.Tx) error{create("b", false)}, nil, nil},
		{"it becomes pending, then another change", []func(context.Context, store.Tx) error{update("b", true), create("c", false)}, nil, []string{"2"}},
		{"two at a time", []func(context.Context, store.Tx) error{update("c", true), create("d", true)}, nil, []string{"4"}},
		{"it is in line again", []func(context.Context, store.Tx) error{update("a", false)}, nil, nil},
		{"a transaction that may be committed or not", []func(context.Context, store.Tx) error{create("e", true)}, errUndo, []string{"3"}},
	} {
		seen = nil
		err := s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
			for _, do := range c.do {
				if err := do(t.Context(), tx); err != nil {
					return err
				}
			}
			return c.end
		})
		if !errors.Is(err, c.end) {
			t.Errorf("%s: got the error %v", c.name, err)
		}
		if !slices.Equal(seen, c.want) {
			t.Errorf("%s: got wake-ups with %v pending members, want %v", c.name, seen, c.want)
		}
	}
}
