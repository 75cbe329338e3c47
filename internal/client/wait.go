package client

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	maxLag    = 20 * time.Second // how long a read may lag behind a write
	firstPoll = 20 * time.Millisecond
	lastPoll  = time.Second
)

var errLag = fmt.Errorf("the API accepted the change but does not show it after %s: refresh later", maxLag)

// WaitFor polls an object that was just written until shows accepts it: the API
// keeps users in another system, and caches may sit in front of it. A 404 counts
// as not yet. WaitFor gives up when ctx ends, or after 20 seconds if ctx has no
// deadline.
func WaitFor[T any](ctx context.Context, read func(context.Context) (*T, error), shows func(T) bool) (*T, error) {
	ctx, cancel := withLag(ctx)
	defer cancel()
	for pause := firstPoll; ; pause = min(2*pause, lastPoll) {
		found, err := read(ctx)
		if err == nil && shows(*found) {
			return found, nil
		}
		if err != nil && !IsNotFound(err) {
			return nil, err
		}
		if !sleep(ctx, pause) {
			return nil, errors.Join(context.Cause(ctx), err)
		}
	}
}

// withLag gives a context without a deadline that of the lag.
func withLag(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, limited := ctx.Deadline(); limited {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, maxLag, errLag)
}

// sleep pauses, and reports false as soon as the context ends.
func sleep(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// maxStale is how long a read may still return what a refused write was based on.
const maxStale = 500 * time.Millisecond

// WaitForUpdate rereads an object after a write was refused because someone else
// had changed it. A cache may still return the outdated state: WaitForUpdate
// polls for half a second, then returns what the API says.
func WaitForUpdate[T any](ctx context.Context, read func(context.Context) (*T, error), outdated func(T) bool) (*T, error) {
	limited, cancel := context.WithTimeout(ctx, maxStale)
	defer cancel()
	found, err := WaitFor(limited, read, func(v T) bool { return !outdated(v) })
	if err != nil && limited.Err() != nil {
		return read(ctx)
	}
	return found, err
}

// WithTimeout limits an operation, including how long WaitFor and WaitForOthers
// wait. An error that it causes names the limit.
func WithTimeout(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, limit, &timeoutError{limit})
}

// timeoutError is the cause of a context that WithTimeout ended.
type timeoutError struct{ limit time.Duration }

func (e *timeoutError) Error() string {
	return fmt.Sprintf("it took longer than its timeout of %s", e.limit)
}

// TotalTimeoutError is returned when all tries of one call together took too
// long.
type TotalTimeoutError struct{ Limit time.Duration }

// Error names the limit.
func (e *TotalTimeoutError) Error() string {
	return fmt.Sprintf("all tries together took longer than %s", e.Limit)
}

// overdue adds the limit to an error that it caused.
func overdue(ctx context.Context, err error) error {
	cause := context.Cause(ctx)
	_, timeout := errors.AsType[*timeoutError](cause)
	_, total := errors.AsType[*TotalTimeoutError](cause)
	if !timeout && !total {
		return err
	}
	return fmt.Errorf("%w: %w", cause, err)
}
