package plumbing

import (
	"context"
	"sync"
	"time"
)

// requests are the reads and plans under way.
type requests struct {
	mu      sync.Mutex
	running int
	waiting int       // of those that run
	last    time.Time // when one began or ended
}

// Begin notes that a read or a plan begins, and returns what notes its end.
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

// quiet is how long nothing else is under way before settle takes a run to have
// come as far as it can: the CLI needs much less to begin with what is next.
const quiet = 50 * time.Millisecond

// settle waits until nothing but requests that settle is under way.
func (r *requests) settle(ctx context.Context) {
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

// left is how long to wait at least.
func (r *requests) left() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running > r.waiting {
		return quiet
	}
	return quiet - time.Since(r.last)
}
