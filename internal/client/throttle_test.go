package client

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestThrottle_limit(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	running, most := 0, 0
	count := func(by int) {
		mu.Lock()
		defer mu.Unlock()
		running += by
		most = max(most, running)
	}
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		count(1)
		defer count(-1)
		time.Sleep(time.Millisecond)
		answer(204, "")(w, r)
	})
	var all sync.WaitGroup
	for range 10 * requestsAtOnce {
		all.Go(func() {
			if err := c.DeleteUser(t.Context(), "u1", false); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most > requestsAtOnce || most < 2 {
		t.Errorf("%d requests at a time", most)
	}
	if c.throttle.running != 0 || len(c.throttle.waiting) != 0 {
		t.Errorf("%d running and %d waiting at the end", c.throttle.running, len(c.throttle.waiting))
	}
}

// A server that takes a few requests at a time gets all of them, and none fails.
func TestThrottle_busyServer(t *testing.T) {
	t.Parallel()
	var refused atomic.Int32
	places := make(chan struct{}, 3)
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			time.Sleep(time.Millisecond)
			answer(204, "")(w, r)
		default:
			refused.Add(1)
			w.Header().Set("Retry-After", "1")
			answer(429, "")(w, r)
		}
	}, func(o *Options) { o.MaxRetries = new(20) })
	c.backoff = func(_, _ time.Duration, _ int, _ *http.Response) time.Duration { return 5 * time.Millisecond }
	var all sync.WaitGroup
	for range 200 {
		all.Go(func() {
			if err := c.DeleteUser(t.Context(), "u1", false); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if refused.Load() == 0 {
		t.Error("the server was never busy, so that nothing was tested")
	}
}

func TestThrottle_pause(t *testing.T) {
	t.Parallel()
	var p throttle
	if err := p.enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.running = 19 // and the one that was refused
	p.refused(30 * time.Millisecond)
	p.refused(20 * time.Millisecond)
	if p.allowed != 10 {
		t.Errorf("%d at a time, want half, and once", p.allowed)
	}
	p.running = 0
	until := p.until
	if err := p.enter(t.Context()); err != nil || time.Now().Before(until) {
		t.Errorf("entered during the pause: %v", err)
	}
	for range 10 {
		p.answered()
	}
	if p.allowed != 11 {
		t.Errorf("%d at a time after as many good answers", p.allowed)
	}
}

func TestThrottle_canceled(t *testing.T) {
	t.Parallel()
	p := throttle{allowed: 1, running: 1}
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error)
	go func() { failed <- p.enter(ctx) }()
	cancel()
	if err := <-failed; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	go func() { failed <- p.enter(t.Context()) }()
	p.leave()
	if err := <-failed; err != nil {
		t.Error(err)
	}
	if len(p.waiting) != 0 {
		t.Errorf("%d still wait", len(p.waiting))
	}
}

// A request that is woken after it gave up wakes the next one: none waits forever
// while a place is free.
func TestThrottle_wokenTooLate(t *testing.T) {
	t.Parallel()
	free := make(chan struct{})
	p := throttle{allowed: 1, waiting: []chan struct{}{free}}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.enter(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	select {
	case <-free:
	default:
		t.Error("the next still waits")
	}
}
