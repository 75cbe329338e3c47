package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How long a read may lag behind a write, and how often to look meanwhile.
const (
	lag       = 20 * time.Second
	firstLook = 20 * time.Millisecond
	lastLook  = time.Second
)

// Await reads what was just written until the answer shows it: users live in
// another system behind the API, and what stands before it caches. A 404 means
// not yet. It gives up after 20 seconds, or when the time of Within is over.
func Await[T any](ctx context.Context, read func(context.Context) (*T, error), shows func(T) bool) (*T, error) {
	if ctx.Value(patience{}) == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, lag, errLag)
		defer cancel()
	}
	for wait := firstLook; ; wait = min(2*wait, lastLook) {
		found, err := read(ctx)
		if err == nil && shows(*found) {
			return found, nil
		}
		if err != nil && !IsNotFound(err) {
			return nil, err
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return nil, errors.Join(context.Cause(ctx), err)
		}
	}
}

// patience marks contexts of Within.
type patience struct{}

// Within limits what is done under a context, and lets Await wait for as long.
func Within(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, &timeoutError{limit})
	return context.WithValue(ctx, patience{}, true), cancel
}

// timeoutError is the time of Within that is over.
type timeoutError struct{ limit time.Duration }

func (e *timeoutError) Error() string {
	return fmt.Sprintf("it took longer than its timeout of %s", e.limit)
}

// TotalTimeoutError is a call that took too long, all its tries together.
type TotalTimeoutError struct{ Limit time.Duration }

// Error says how long is too long.
func (e *TotalTimeoutError) Error() string {
	return fmt.Sprintf("all tries together took longer than %s", e.Limit)
}

// overdue says so of an error that comes from the time of Within, or of the
// call, being over.
func overdue(ctx context.Context, err error) error {
	late := context.Cause(ctx)
	_, over := errors.AsType[*timeoutError](late)
	_, total := errors.AsType[*TotalTimeoutError](late)
	if !over && !total {
		return err
	}
	return fmt.Errorf("%w: %w", late, err)
}

// settle is how long a read may show what a refused write was based on.
const settle = 500 * time.Millisecond

// Settled reads a document again that a write was refused for, because someone
// else had changed it. What stands before the API may go on showing the state
// that is outdated: then it is read again for half a second, and after that
// taken for what it is.
func Settled[T any](ctx context.Context, read func(context.Context) (*T, error), outdated func(T) bool) (*T, error) {
	limited, cancel := context.WithTimeout(ctx, settle)
	defer cancel()
	found, err := Await(limited, read, func(v T) bool { return !outdated(v) })
	if err != nil && limited.Err() != nil {
		return read(ctx)
	}
	return found, err
}

var errLag = fmt.Errorf("the API accepted the change but does not show it after %s: refresh later", lag)
