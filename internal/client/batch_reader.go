package client

import (
	"context"
	"sync"
)

// batchReader answers reads of single objects of one kind from a listing of all of
// them, once single reads have cost as many requests as the listing takes. This is
// ski rental: whatever the number and order of reads, the total is at most twice
// the optimum. Concurrent reads wait for the same listing.
//
// Nothing is cached for longer than it takes to read everything once. Each reader
// gets an answer about an object once per round; a reader that asks again wants the
// current state, which starts a new round. After the client's first write there are
// no rounds, so a read after a write is never older than the write.
//
// The caller reads what the listing lacks: a list that changes while it is read may
// miss objects that exist.
type batchReader[T any] struct {
	client *Client
	walk   func() *walk[T]
	id     func(T) string // the id of an object
	other  func(T) string // a second key, unless it is the id of another object; nil: none

	mu      sync.Mutex
	asked   map[[2]string]bool // reader and id, in this round
	paid    int                // objects read one by one, in this round
	listing *listing[T]        // of this round; nil: not started
}

// listing is the part of a list that was read. The batchReader's mutex guards it,
// except for the walk, which belongs to the reading goroutine while busy is set.
type listing[T any] struct {
	walk *walk[T]
	rows map[string]T
	left int           // pages that were not read; -1: unknown, and then they are not read
	busy chan struct{} // closed when the pages being read have arrived; nil: none are being read
}

// find returns the object if a listing has it; nil tells the caller to read it. The
// object is shared with other readers, and its slices must not be changed.
func (g *batchReader[T]) find(ctx context.Context, reader, id string) *T {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.client.wrote.Load() {
		return nil
	}
	asks := [2]string{reader, id}
	if g.asked == nil || g.asked[asks] {
		g.asked, g.paid, g.listing = map[[2]string]bool{}, 0, nil
	}
	g.asked[asks] = true
	if g.paid == 0 {
		g.paid = 1
		return nil
	}
	if g.listing == nil {
		g.listing = &listing[T]{walk: g.walk(), rows: map[string]T{}}
		g.read(ctx, g.listing, g.listing.walk.next)
	}
	return g.look(ctx, g.listing, id)
}

// look searches the pages that have arrived or are being read, and reads the
// remaining ones once they cost no more than the single reads so far.
func (g *batchReader[T]) look(ctx context.Context, l *listing[T], id string) *T {
	for {
		for l.busy != nil {
			busy := l.busy
			g.mu.Unlock()
			select {
			case <-busy:
			case <-ctx.Done():
			}
			g.mu.Lock()
			if ctx.Err() != nil {
				return nil
			}
		}
		if row, ok := l.rows[id]; ok {
			return &row
		}
		if l.left <= 0 || g.paid < l.left {
			g.paid++
			return nil
		}
		g.read(ctx, l, l.walk.rest)
	}
}

// read reads more of the list. Others wait for it as well, so the caller's context
// does not cancel it. If the list cannot be read, the round has no listing: a token
// that may not list objects may still read single ones.
func (g *batchReader[T]) read(ctx context.Context, l *listing[T], more func(context.Context) error) {
	busy := make(chan struct{})
	l.busy = busy
	go func() {
		err := more(context.WithoutCancel(ctx))
		g.mu.Lock()
		defer g.mu.Unlock()
		if l.left = l.walk.left(); err != nil {
			l.left = -1
		}
		for _, row := range l.walk.rows {
			if g.other != nil && g.other(row) != "" {
				l.rows[g.other(row)] = row
			}
		}
		for _, row := range l.walk.rows {
			l.rows[g.id(row)] = row
		}
		l.busy = nil
		close(busy)
	}()
}
