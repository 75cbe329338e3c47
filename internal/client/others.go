package client

import (
	"context"
	"sync"
	"time"
)

// quiet is how long nothing else may have been going on in a client for
// AwaitOthers to give up. Between two operations Terraform writes its state.
const quiet = time.Second

// others knows when a client has last done something else than waiting.
type others struct {
	mu      sync.Mutex
	running int
	last    time.Time
}

// waits marks the contexts of AwaitOthers.
type waits struct{}

// begin notes a call, and returns what notes its end. The calls of those who wait
// do not count.
func (o *others) begin(ctx context.Context) (end func()) {
	if ctx.Value(waits{}) != nil {
		return func() {}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.running++
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.running--
		o.last = time.Now()
	}
}

// act notes that something went on.
func (o *others) act() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.last = time.Now()
}

// over reports whether nothing went on for a while. It is over for one who waits
// at a time: where that one ends, Terraform may begin with something else.
func (o *others) over() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.running > 0 || time.Since(o.last) < quiet {
		return false
	}
	o.last = time.Now()
	return true
}

// AwaitOthers tries until try is done: what is in its way may be what others of
// the same process are about to change. It gives up when nothing else has gone on
// for a second, as where Terraform makes one change at a time, and after 20
// seconds, or when the time of Within is over. Done is false then.
func AwaitOthers(ctx context.Context, c *Client, try func(context.Context) (done bool, err error)) (done bool, err error) {
	ctx = context.WithValue(ctx, waits{}, true)
	if ctx.Value(patience{}) == nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, lag, errLag)
		defer cancel()
	}
	c.others.act()
	for wait := firstLook; ; wait = min(2*wait, lastLook/4) {
		done, err := try(ctx)
		if done || err != nil {
			c.others.act()
			return done, err
		}
		if c.others.over() {
			return false, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return false, nil
		}
	}
}
