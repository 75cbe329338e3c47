package client

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func TestWaitFor(t *testing.T) {
	t.Parallel()
	answers := []struct {
		value int
		err   error
	}{{err: &NotFoundError{What: "answer"}}, {value: 1}, {value: 2}}
	reads := 0
	read := func(context.Context) (*int, error) {
		a := answers[reads]
		reads++
		return &a.value, a.err
	}
	got, err := WaitFor(t.Context(), read, func(v int) bool { return v == 2 })
	if err != nil || *got != 2 || reads != 3 {
		t.Errorf("got %v, %v after %d reads", got, err, reads)
	}
}

func TestWaitFor_otherErrorsEndIt(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	_, err := WaitFor(t.Context(), func(context.Context) (*int, error) { return nil, broken }, func(int) bool { return true })
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestWaitFor_canceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := WaitFor(ctx, func(context.Context) (*int, error) { cancel(); return new(int), nil }, func(int) bool { return false })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// What shows late is waited for as long as Within says, else for 20 seconds.
func TestWithin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		never := func(int) bool { return false }
		zero := func(context.Context) (*int, error) { return new(int), nil }
		start := time.Now()
		_, err := WaitFor(t.Context(), zero, never)
		if took := time.Since(start); !errors.Is(err, errLag) || took != maxLag {
			t.Errorf("after %s: %v", took, err)
		}
		for _, limit := range []time.Duration{time.Second, time.Hour} {
			ctx, cancel := WithTimeout(t.Context(), limit)
			start = time.Now()
			_, err := WaitFor(ctx, zero, never)
			if took := time.Since(start); err == nil || err.Error() != "it took longer than its timeout of "+limit.String() || took != limit {
				t.Errorf("after %s: %v", took, err)
			}
			cancel()
		}
	})
}

// A request that the time of Within ends says so, and may have taken effect.
func TestWithin_request(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the end of the request is not seen
		<-r.Context().Done()
	})
	ctx, cancel := WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	_, err := c.CreateVendor(ctx, api.VendorCreate{ID: "v"})
	if err == nil || !strings.HasPrefix(err.Error(), "it took longer than its timeout of 500ms: POST /vendor/") || !IsUncertain(err) {
		t.Errorf("got %v, uncertain %t", err, IsUncertain(err))
	}
}

func TestWaitForUpdate(t *testing.T) {
	t.Parallel()
	value := 0
	count := func(context.Context) (*int, error) { value++; return &value, nil }
	if got, err := WaitForUpdate(t.Context(), count, func(v int) bool { return v < 3 }); err != nil || *got != 3 {
		t.Errorf("got %v, %v", got, err)
	}
	// A state that stays is returned.
	same := func(context.Context) (*int, error) { return new(7), nil }
	if got, err := WaitForUpdate(t.Context(), same, func(int) bool { return true }); err != nil || *got != 7 {
		t.Errorf("got %v, %v", got, err)
	}
	gone := func(context.Context) (*int, error) { return nil, &NotFoundError{What: "answer"} }
	if _, err := WaitForUpdate(t.Context(), gone, func(int) bool { return false }); !IsNotFound(err) {
		t.Errorf("got %v", err)
	}
	broken := errors.New("broken")
	if _, err := WaitForUpdate(t.Context(), func(context.Context) (*int, error) { return nil, broken }, func(int) bool { return true }); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
