package gate_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server/gate"
)

// A request without a place waits for half a second at most, and gets one that
// becomes free meanwhile.
func TestWork_Enter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := gate.NewWork(2, 1)
		first, err1 := w.Enter(t.Context())
		second, err2 := w.Enter(t.Context())
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		start := time.Now()
		if _, err := w.Enter(t.Context()); !errors.Is(err, gate.ErrBusy) || time.Since(start) != 500*time.Millisecond {
			t.Errorf("the third got %v after %s", err, time.Since(start))
		}
		time.AfterFunc(100*time.Millisecond, first)
		start = time.Now()
		leave, err := w.Enter(t.Context())
		if err != nil || time.Since(start) != 100*time.Millisecond {
			t.Fatalf("the fourth got %v after %s", err, time.Since(start))
		}
		gone, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		if _, err := w.Enter(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("who went away got %v", err)
		}
		second()
		leave()
		for range 2 {
			if _, err := w.Enter(t.Context()); err != nil {
				t.Errorf("after all left: %v", err)
			}
		}
	})
}

// Memory is reserved by size; who wants more than all there is gets all, alone.
func TestWork_Reserve(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := gate.NewWork(1, 100)
		small, err := w.Reserve(t.Context(), 60)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Reserve(t.Context(), 41); !errors.Is(err, gate.ErrBusy) {
			t.Errorf("more than is left: %v", err)
		}
		rest, err := w.Reserve(t.Context(), 40)
		if err != nil {
			t.Fatal(err)
		}
		small()
		rest()
		if _, err := w.Reserve(t.Context(), 1000); err != nil {
			t.Errorf("more than all: %v", err)
		}
		if _, err := w.Reserve(t.Context(), 1); !errors.Is(err, gate.ErrBusy) {
			t.Errorf("beside it: %v", err)
		}
	})
}
