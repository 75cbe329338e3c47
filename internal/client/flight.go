package client

import (
	"context"
	"sync"
)

// flight answers many readers of the same documents with one request per document.
// As with batchReader, a reader that asks again causes a new request, and after the
// client's first write every read does. Readers that wait for a request share its
// error; later readers try again, unless the error is 403 or 404.
type flight[T any] struct {
	mu     sync.Mutex
	latest map[string]*document[T] // by id
}

// document is the result of one request.
type document[T any] struct {
	asked map[string]bool // readers
	done  chan struct{}   // closed when the request has ended
	value T
	err   error
}

// get returns the document for the reader and the id in asks. It is shared and must
// not be changed.
func (s *flight[T]) get(ctx context.Context, c *Client, asks [2]string, read func(context.Context) (T, error)) (T, error) {
	if c.wrote.Load() {
		return read(ctx)
	}
	reader, id := asks[0], asks[1]
	s.mu.Lock()
	d := s.latest[id]
	if d == nil || d.asked[reader] {
		d = &document[T]{asked: map[string]bool{}, done: make(chan struct{})}
		if s.latest == nil {
			s.latest = map[string]*document[T]{}
		}
		s.latest[id] = d
		go func() { // for all waiting readers, not only the first
			d.value, d.err = read(context.WithoutCancel(ctx))
			if d.err != nil && !IsNotFound(d.err) && !IsForbidden(d.err) {
				s.forget(id, d)
			}
			close(d.done)
		}()
	}
	d.asked[reader] = true
	s.mu.Unlock()
	select {
	case <-d.done:
		return d.value, d.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// forget makes the next reader request the document again.
func (s *flight[T]) forget(id string, d *document[T]) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.latest[id] == d {
		delete(s.latest, id)
	}
}
