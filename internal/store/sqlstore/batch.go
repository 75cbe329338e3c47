package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// batchLimit is how many transactions are committed together at most. It bounds
// how long the first of them waits for the others.
const batchLimit = 128

// conflictAttempts is how often a transaction is tried. As writers wait for each
// other, only who changes the database past this program makes one fail.
const conflictAttempts = 5

// committer runs transactions one after another and commits those together that
// wait at the same time. A commit waits for the disk, which takes longer than
// all else. Each caller is answered after the commit that keeps its changes.
//
// Who has the turn runs its transaction as a part of the open batch and hands
// both over to the next in the queue. When nobody waits it commits.
type committer struct {
	begin   func(ctx context.Context) (*batch, error)
	figures *figures

	mu    sync.Mutex
	busy  bool            // someone has the turn
	queue []chan struct{} // who waits for it; closing one gives it
	open  *batch          // belongs to the one who has the turn; may be nil

	away   error     // why a batch could not begin; belongs to the one who has the turn, too
	awayAt time.Time // when that was known
}

// batch is a database transaction that holds the parts of several callers.
type batch struct {
	tx   *transaction       // nil after it was rolled back
	end  context.CancelFunc // frees what the transaction's context holds
	size int                // how many parts it holds
	runs int                // that it was open to, those that failed included

	done   chan struct{} // closed after the commit or the rollback
	lost   error         // why its parts were not kept; read it when done
	unsure bool          // its parts may have been kept all the same
}

// Why parts of a batch are not kept that did not fail themselves.
var (
	errLost  = errors.New("the transaction was lost together with others")
	errPanic = errors.New("a part of the transaction panicked")
)

// change runs fn in a transaction. A part of a batch that was lost runs again
// alone, for an answer of its own, and so does one that lost its connection before
// the commit; not so when the answer to the commit never came, for it may be kept
// already.
func (w *committer) change(ctx context.Context, fn func(db *transaction) error) error {
	start := time.Now()
	err := w.try(ctx, fn, batchLimit)
	for range conflictAttempts {
		gone := faultOf(err) == faultGone && time.Since(start) < outageLimit
		if !errors.Is(err, errLost) && faultOf(err) != faultConflict && !gone {
			break
		}
		err = w.try(ctx, fn, 1)
	}
	return err
}

// try runs fn as a part of a batch of at most limit parts.
func (w *committer) try(ctx context.Context, fn func(db *transaction) error, limit int) error {
	start := time.Now()
	err := w.take(ctx)
	w.figures.turn.UpdateDuration(start)
	if err != nil {
		return err
	}
	if w.open == nil && w.awayAt.After(start) { // who waited meanwhile need not wait as long again
		err := w.away
		w.handOver(true)
		return err
	}
	b, err := w.batch(ctx, limit)
	if err != nil {
		if errors.Is(err, store.ErrUnavailable) {
			w.away, w.awayAt = err, time.Now()
		}
		w.handOver(true)
		return err
	}
	passed := false
	defer func() {
		if !passed { // fn panics, and goes on doing so
			b.undo(errPanic)
			w.pass(limit)
		}
	}()
	err = b.run(ctx, fn)
	passed = true
	w.pass(limit)
	<-b.done
	switch {
	case b.lost == nil:
		return err
	case ctx.Err() != nil:
		return cmp.Or(err, ctx.Err())
	case b.unsure:
		return fmt.Errorf("%w: %v", store.ErrUnsure, b.lost) //nolint:errorlint // its cause is no reason to run again
	case limit == 1:
		return translate(ctx, b.lost, nil)
	}
	return errLost
}

// take waits for the turn.
func (w *committer) take(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.mu.Lock()
	if !w.busy {
		w.busy = true
		w.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	w.queue = append(w.queue, turn)
	w.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.Index(w.queue, turn); i >= 0 {
		w.queue = slices.Delete(w.queue, i, i+1)
		return ctx.Err()
	}
	return nil // the turn came in the meantime, with a batch that must go on
}

// handOver gives the turn to the first in the queue. Without one nothing
// changes, or, if it is left, the turn is free.
func (w *committer) handOver(leave bool) (given bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		w.busy = !leave
		return false
	}
	close(w.queue[0])
	w.queue = w.queue[1:]
	return true
}

// batch returns the open batch, or a new one when it has no room.
func (w *committer) batch(ctx context.Context, limit int) (*batch, error) {
	if w.open != nil && w.open.runs >= limit {
		w.close()
	}
	if w.open == nil {
		b, err := w.begin(ctx)
		if err != nil {
			return nil, err
		}
		w.open = b
	}
	return w.open, nil
}

// pass hands the batch and the turn to the next. When there is none, or no room
// for its part, it commits.
func (w *committer) pass(limit int) {
	if w.open.tx != nil && w.open.runs < limit && w.handOver(false) {
		return
	}
	w.close()
	w.handOver(true)
}

// close ends the open batch and tells all who wait for it.
func (w *committer) close() {
	b := w.open
	w.open = nil
	start := time.Now()
	if b.tx != nil {
		b.commit()
	}
	w.figures.ended(b, time.Since(start))
	b.end()
	close(b.done)
}

func (b *batch) commit() {
	if b.lost = b.tx.settle(context.Background()); b.lost != nil {
		_ = b.tx.Rollback()
		return
	}
	b.lost = b.tx.Commit()
	b.unsure = b.lost != nil && !refused(b.lost)
}

// run adds a part to the batch. One that fails before it has changed anything
// leaves the batch as it was. One that fails after that takes the others back
// with it, who run again: savepoints would spare them that, and cost every part
// that goes well a third more.
func (b *batch) run(ctx context.Context, fn func(db *transaction) error) error {
	b.runs++
	if err := ctx.Err(); err != nil {
		return err // given up while it waited: no reason to lose the others' parts
	}
	b.tx.dirty = false
	err := fn(b.tx)
	if gone := ctx.Err(); gone != nil {
		b.tx.dirty = true // a query that was broken off takes PostgreSQL's connection along
		err = cmp.Or(err, gone)
	}
	if err != nil {
		b.undo(err)
		return err
	}
	b.size++
	return nil
}

// undo takes back the part that failed.
func (b *batch) undo(cause error) {
	if !b.tx.dirty {
		return
	}
	if b.size > 0 {
		b.lost = cause
	}
	_ = b.tx.Rollback()
	b.tx = nil
}
