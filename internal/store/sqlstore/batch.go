package sqlstore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// batchLimit is the maximum number of transactions committed together. It bounds
// how long the first of them waits for the others. With more, all callers of a busy
// server wait for the same commit, and while it runs nothing else is done; with
// fewer, the disk is waited for more often.
const batchLimit = 40

// conflictAttempts is the maximum number of further attempts at a transaction, and
// conflictPause the maximum pause before the second of them, twice as long before
// the third, and so on. Writers of a tenant wait for each other, so conflicts arise
// only over what tenants share, such as accounts, or if something other than this
// program changes the database.
const (
	conflictAttempts = 9
	conflictPause    = 5 * time.Millisecond
)

// committer runs transactions one after another and commits those that wait at
// the same time together: a commit waits for the disk, which takes longer than
// everything else. Each caller returns after the commit that includes its
// changes.
//
// The caller that has the turn runs its transaction as a part of the open batch
// and passes both to the next caller in the queue. If no one waits, it commits.
type committer struct {
	begin   func(ctx context.Context) (*batch, error)
	figures *figures

	mu    sync.Mutex
	busy  bool            // a caller has the turn
	queue []chan struct{} // callers waiting for the turn; closing a channel passes it
	open  *batch          // owned by the caller that has the turn; may be nil

	away   error     // why a batch could not begin; owned by the caller that has the turn
	awayAt time.Time // when that error occurred
}

// batch is a database transaction that contains the parts of several callers.
type batch struct {
	tx   *transaction       // nil after a rollback
	end  context.CancelFunc // releases the transaction's context
	size int                // number of parts in it
	runs int                // parts tried in this batch, failed ones included

	done   chan struct{} // closed after the commit or the rollback
	lost   error         // why its parts were not committed; read it after done
	unsure bool          // its parts may have been committed anyway
}

// Why parts of a batch that did not fail themselves are not committed.
var (
	errLost  = errors.New("the transaction was lost together with others")
	errPanic = errors.New("a part of the transaction panicked")
)

// change runs fn in a transaction. If fn was part of a batch that was lost, or
// the connection was lost before the commit, it runs again alone, so that it gets
// its own result. If the response to the commit was lost, it does not run again,
// since the changes may already be committed.
func (w *committer) change(ctx context.Context, fn func(db *transaction) error) error {
	start := time.Now()
	err := w.try(ctx, fn, batchLimit)
	for attempt := range conflictAttempts {
		gone := faultOf(err) == faultGone && time.Since(start) < outageLimit
		if !errors.Is(err, errLost) && faultOf(err) != faultConflict && !gone {
			break
		}
		if attempt > 0 && !sleep(ctx, rand.N(conflictPause<<attempt)) {
			return ctx.Err()
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
	if w.open == nil && w.awayAt.After(start) { // a caller that was queued during the outage does not wait for it again
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
		if !passed { // fn panicked; the panic continues
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
		return fmt.Errorf("%w: %v", store.ErrUnsure, b.lost) //nolint:errorlint // the cause must not trigger a retry
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

// handOver passes the turn to the first caller in the queue and reports whether
// there was one. If there is none, leave frees the turn.
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

// batch returns the open batch, or a new one if it is full.
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

// pass hands the batch and the turn to the next caller. If there is none, or the
// batch is full, it commits.
func (w *committer) pass(limit int) {
	if w.open.tx != nil && w.open.runs < limit && w.handOver(false) {
		return
	}
	w.close()
	w.handOver(true)
}

// close commits the open batch and wakes all callers that wait for it.
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
	b.lost = b.tx.Commit(context.Background())
	b.unsure = b.lost != nil && !refused(b.lost)
}

// run adds a part to the batch. A part that fails before it changes anything
// leaves the batch as it is. A part that fails later rolls back the others, which
// then run again: savepoints would avoid that, but make every successful part a
// third slower.
func (b *batch) run(ctx context.Context, fn func(db *transaction) error) error {
	b.runs++
	if err := ctx.Err(); err != nil {
		return err // canceled while it waited: the other parts are not affected
	}
	b.tx.startPart()
	err := fn(b.tx)
	if gone := ctx.Err(); gone != nil {
		b.tx.dirty = true // a canceled query also closes PostgreSQL's connection
		err = cmp.Or(err, gone)
	}
	if err != nil {
		b.undo(err)
		return err
	}
	b.size++
	return nil
}

// undo rolls back the failed part, and with it the batch.
func (b *batch) undo(cause error) {
	if !b.tx.changed() {
		return
	}
	if b.size > 0 {
		b.lost = cause
	}
	_ = b.tx.Rollback()
	b.tx = nil
}
