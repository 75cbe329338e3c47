package client

import (
	"context"
	"slices"
	"sync"
	"time"
)

// requestsAtOnce is how many requests of one client are under way at a time.
const requestsAtOnce = 32

// pace is what all requests of a client keep together. A server that is asked
// too much says so to one of them: then all wait as long as it wants, and go on
// with half as many at a time, to become more again one by one. Each on its own,
// they would come back together and use up their tries.
type throttle struct {
	mu      sync.Mutex
	allowed int // at a time; zero: requestsAtOnce
	running int
	well    int       // answers since allowed has changed
	until   time.Time // nobody starts before
	waiting []chan struct{}
}

// enter waits until a request may start. Who entered must leave.
func (p *throttle) enter(ctx context.Context) error {
	for {
		if err := ctx.Err(); err != nil {
			p.wake() // this one may have been woken, in the place of another
			return err
		}
		p.mu.Lock()
		if p.allowed == 0 {
			p.allowed = requestsAtOnce
		}
		pause := time.Until(p.until)
		if pause <= 0 && p.running < p.allowed {
			p.running++
			p.mu.Unlock()
			return nil
		}
		var free chan struct{}
		if pause <= 0 {
			free = make(chan struct{})
			p.waiting = append(p.waiting, free)
			pause = time.Hour // somebody leaves before
		}
		p.mu.Unlock()
		timer := time.NewTimer(pause)
		select {
		case <-free:
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			p.give(free)
		}
		timer.Stop()
	}
}

// give hands on the place of one who no longer waits.
func (p *throttle) give(free chan struct{}) {
	p.mu.Lock()
	p.waiting = slices.DeleteFunc(p.waiting, func(other chan struct{}) bool { return other == free })
	p.mu.Unlock()
	p.wake()
}

// leave ends what enter began.
func (p *throttle) leave() {
	p.mu.Lock()
	p.running--
	p.mu.Unlock()
	p.wake()
}

// wake lets those who wait try to enter, as many as there are places.
func (p *throttle) wake() {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := min(len(p.waiting), max(0, p.allowed-p.running))
	for _, free := range p.waiting[:n] {
		close(free)
	}
	p.waiting = p.waiting[n:]
}

// refused takes note that the server was asked too much, and for how long it
// wants nothing. Of the requests under way many are refused: together they count
// as one.
func (p *throttle) refused(wait time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if !now.Before(p.until) {
		p.allowed, p.well = max(1, min(p.allowed, p.running+1)/2), 0
	}
	if until := now.Add(wait); until.After(p.until) {
		p.until = until
	}
}

// answered takes note of an answer that came at this pace.
func (p *throttle) answered() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.allowed == requestsAtOnce {
		return
	}
	if p.well++; p.well >= p.allowed {
		p.allowed, p.well = p.allowed+1, 0
	}
}
