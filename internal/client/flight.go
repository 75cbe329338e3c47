package client

import (
	"context"
	"sync"
)

// shared answers many readers of the same documents with one request for each,
// by the rules of batchReader: a reader that asks again gets it anew, and after
// the client's first write everybody does. An error is for those who waited for
// it, unless it is the API's word on the document; who comes later tries anew.
type flight[T any] struct {
	mu     sync.Mutex
	latest map[string]*document[T] // by id
}

// document is one document, as it was read once.
type document[T any] struct {
	asked map[string]bool // readers
	here  chan struct{}   // closed when it was read
	value T
	err   error
}

// get returns the document that the reader and the id in asks name. What is
// shared nobody may change.
func (s *flight[T]) get(ctx context.Context, c *Client, asks [2]string, read func(context.Context) (T, error)) (T, error) {
	if c.wrote.Load() {
		return read(ctx)
	}
	reader, id := asks[0], asks[1]
	s.mu.Lock()
	d := s.latest[id]
	if d == nil || d.asked[reader] {
		d = &document[T]{asked: map[string]bool{}, here: make(chan struct{})}
		if s.latest == nil {
			s.latest = map[string]*document[T]{}
		}
		s.latest[id] = d
		go func() { // for all who wait, and not only for the first
			d.value, d.err = read(context.WithoutCancel(ctx))
			if d.err != nil && !IsNotFound(d.err) && !IsForbidden(d.err) {
				s.forget(id, d)
			}
			close(d.here)
		}()
	}
	d.asked[reader] = true
	s.mu.Unlock()
	select {
	case <-d.here:
		return d.value, d.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// forget has the next reader read the document anew.
func (s *flight[T]) forget(id string, d *document[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latest[id] == d {
		delete(s.latest, id)
	}
}
