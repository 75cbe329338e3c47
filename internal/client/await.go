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
// not yet. It gives up after 20 seconds.
func Await[T any](ctx context.Context, read func(context.Context) (*T, error), shows func(T) bool) (*T, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, lag, errLag)
	defer cancel()
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

var errLag = fmt.Errorf("the API accepted the change but does not show it after %s: refresh later", lag)
