package client

import (
	"context"
	"sync"
	"time"
)

// maxIdle is how long a client may be idle before WaitForOthers gives up.
// Terraform writes its state between two operations.
const maxIdle = time.Second

// activity records when a client last did anything other than waiting.
type activity struct {
	mu      sync.Mutex
	running int
	last    time.Time
}

// waiting marks the context of calls that WaitForOthers makes.
type waiting struct{}

// begin records a call and returns the function that records its end. Calls that
// WaitForOthers makes do not count.
func (a *activity) begin(ctx context.Context) (end func()) {
	if ctx.Value(waiting{}) != nil {
		return func() {}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running++
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.running--
		a.last = time.Now()
	}
}

// touch records activity that is not a call.
func (a *activity) touch() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.last = time.Now()
}

// idle reports whether nothing happened for maxIdle, to one caller at a time:
// when that one gives up, Terraform may start another operation.
func (a *activity) idle() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running > 0 || time.Since(a.last) < maxIdle {
		return false
	}
	a.last = time.Now()
	return true
}

// WaitForOthers calls try until it is done: other operations of this process may
// be about to remove what blocks it. It gives up, with done false, when nothing
// else has happened for a second, as when Terraform makes one change at a time;
// when ctx ends; or after 20 seconds if ctx has no deadline.
func WaitForOthers(ctx context.Context, c *Client, try func(context.Context) (done bool, err error)) (done bool, err error) {
	ctx, cancel := withLag(context.WithValue(ctx, waiting{}, true))
	defer cancel()
	c.activity.touch()
	for pause := firstPoll; ; pause = min(2*pause, lastPoll/4) {
		done, err := try(ctx)
		if done || err != nil {
			c.activity.touch()
			return done, err
		}
		if c.activity.idle() || !sleep(ctx, pause) {
			return false, nil
		}
	}
}
