package plumbing

import (
	"context"
	"sync"
	"time"
)

// requests tracks the reads and plans under way.
type requests struct {
	mu      sync.Mutex
	running int
	waiting int       // how many of the running ones are in waitUntilIdle
	last    time.Time // when the latest one began or ended
}

// Begin records that a read or a plan begins. Call end when it ends.
func (d *Data) Begin() (end func()) {
	if d == nil {
		return func() {}
	}
	d.requests.add(1)
	return func() { d.requests.add(-1) }
}

func (r *requests) add(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.running += n
	r.last = time.Now()
}

// idleTime is how long nothing else must be under way before waitUntilIdle returns.
// The CLI needs much less to begin the next request.
const idleTime = 50 * time.Millisecond

// waitUntilIdle waits until the only requests under way are those that wait here.
func (r *requests) waitUntilIdle(ctx context.Context) {
	r.wait(1)
	defer r.wait(-1)
	for {
		left := r.left()
		if left <= 0 {
			return
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
	}
}

func (r *requests) wait(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting += n
}

// left returns how long to wait at least.
func (r *requests) left() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running > r.waiting {
		return idleTime
	}
	return idleTime - time.Since(r.last)
}
