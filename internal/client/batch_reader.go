package client

import (
	"context"
	"sync"
)

// batchReader answers reads of single objects of one kind from a listing of all
// of them, once as many objects have been read one by one as the listing takes
// requests. Nobody knows how many reads will come: done this way they never
// take more than twice the requests of the better way, in whatever order they
// come, and reads that come together wait for the same listing.
//
// Nothing is remembered longer than it takes to read everything once. Each
// reader is answered about an object once per round: one that asks again wants
// to know what has become of it, and with it a new round begins. And there are
// rounds only up to the client's first write, so that what is read after a write
// is never older than it.
//
// What the listing lacks is for the caller to read on its own: a list that
// changes while it is read may lack what exists.
type batchReader[T any] struct {
	client *Client
	walk   func() *walk[T]
	id     func(T) string // under which an object is read
	other  func(T) string // under which it is read, too, unless that is another's id; nil: there is none

	mu      sync.Mutex
	asked   map[[2]string]bool // reader and id, in this round
	paid    int                // objects read one by one, in this round
	listing *listing[T]        // of this round; nil: none yet
}

// listing is as much of a list as was read. The batchReader's mutex guards it,
// except for the walk, which belongs to who reads while it is busy.
type listing[T any] struct {
	walk *walk[T]
	rows map[string]T
	left int           // pages that were not read; -1: nobody knows, so that they never will be
	busy chan struct{} // closed once the pages being read are here; nil: none are
}

// find returns the object, if a listing has it; nil when the caller is to read
// it. The object is shared with other readers: nobody may change what its slices
// hold.
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

// look looks for the object in the pages that are there or under way, and reads
// the others once they cost no more than what was read one by one.
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

// read reads more of the list. Others wait for it, too, so it does not end with
// the caller's context. Where the list cannot be read there is no listing in
// this round: who may not list may still read single objects.
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
