package client

import (
	"context"
	"slices"
	"sync"
	"time"
)

// requestsAtOnce limits the concurrent requests of one client.
const requestsAtOnce = 32

// throttle limits the requests of a client together. When the server answers one of
// them with 429, all wait as long as it asks and continue with half as many at a
// time; the number then rises one by one. If each request waited on its own, all
// would retry at once and use up their tries.
type throttle struct {
	mu        sync.Mutex
	allowed   int // concurrent requests; zero: requestsAtOnce
	running   int
	successes int       // since allowed changed
	until     time.Time // no request starts before
	waiting   []chan struct{}
}

// enter waits until a request may start. Each successful call needs one of leave.
func (t *throttle) enter(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			t.wake() // this request may have been woken instead of another
			return err
		}
		t.mu.Lock()
		if t.allowed == 0 {
			t.allowed = requestsAtOnce
		}
		pause := time.Until(t.until)
		if pause <= 0 && t.running < t.allowed {
			t.running++
			t.mu.Unlock()
			return nil
		}
		var free chan struct{}
		if pause <= 0 {
			free = make(chan struct{})
			t.waiting = append(t.waiting, free)
			pause = time.Hour // a request leaves before
		}
		t.mu.Unlock()
		timer := time.NewTimer(pause)
		select {
		case <-free:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			t.abandon(free)
		}
		timer.Stop()
	}
}

// abandon ends the wait of a request and wakes another one in its place.
func (t *throttle) abandon(free chan struct{}) {
	t.mu.Lock()
	t.waiting = slices.DeleteFunc(t.waiting, func(other chan struct{}) bool { return other == free })
	t.mu.Unlock()
	t.wake()
}

// leave ends a request.
func (t *throttle) leave() {
	t.mu.Lock()
	t.running--
	t.mu.Unlock()
	t.wake()
}

// wake lets as many waiting requests try to enter as there are free places.
func (t *throttle) wake() {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := min(len(t.waiting), max(0, t.allowed-t.running))
	for _, free := range t.waiting[:n] {
		close(free)
	}
	t.waiting = t.waiting[n:]
}

// refused records a 429 and how long the server asks to wait. Of the requests in
// progress many may be refused: together they count as one.
func (t *throttle) refused(wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if !now.Before(t.until) {
		t.allowed, t.successes = max(1, min(t.allowed, t.running+1)/2), 0
	}
	if until := now.Add(wait); until.After(t.until) {
		t.until = until
	}
}

// answered records an answer that was not a 429.
func (t *throttle) answered() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.allowed == requestsAtOnce {
		return
	}
	if t.successes++; t.successes >= t.allowed {
		t.allowed, t.successes = t.allowed+1, 0
	}
}
