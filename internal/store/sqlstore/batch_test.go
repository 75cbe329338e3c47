package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// newTestStore returns a store with the tenant acme.
func newTestStore(t *testing.T, options string) *Store {
	t.Helper()
	s, err := Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "iam.db")+options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	return s
}

// counted counts the engine's transactions.
func counted(s *Store) *atomic.Int64 {
	var n atomic.Int64
	begin := s.writes.begin
	s.writes.begin = func(ctx context.Context) (*batch, error) {
		n.Add(1)
		return begin(ctx)
	}
	return &n
}

func put(ctx context.Context, tx store.Tx, id string) error {
	return tx.PutDocument(ctx, store.Document{Tenant: "acme", Kind: "k", ID: id, Body: "{}"})
}

// queued starts a transaction that waits until released, and others that queue up
// behind it, in this order.
func queued(t *testing.T, s *Store, parts ...func(ctx context.Context, tx store.Tx) error) (letGo func() []error) {
	t.Helper()
	started, held := make(chan struct{}), make(chan struct{})
	start := sync.OnceFunc(func() { close(started) }) // it may run again
	var all sync.WaitGroup
	all.Go(func() {
		err := s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
			start()
			<-held
			return put(t.Context(), tx, "first")
		})
		if err != nil {
			t.Errorf("the first: %v", err)
		}
	})
	<-started
	answers := make([]error, len(parts))
	for i, part := range parts {
		all.Go(func() {
			answers[i] = s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error { return part(t.Context(), tx) })
		})
		for waiting := 0; waiting <= i; {
			s.writes.mu.Lock()
			waiting = len(s.writes.queue)
			s.writes.mu.Unlock()
		}
	}
	return func() []error {
		close(held)
		all.Wait()
		return answers
	}
}

// Waiting callers are committed together, in one transaction of the engine. A
// caller that fails without a change does not affect the others.
func TestBatch_joined(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, "")
	begun := counted(s)
	refused := errors.New("refused")
	letGo := queued(t, s,
		func(ctx context.Context, tx store.Tx) error { return put(ctx, tx, "second") },
		func(ctx context.Context, tx store.Tx) error {
			return errors.Join(tx.CreateTenant(ctx, store.Tenant{Name: "acme"}), refused) // who exists
		},
		func(ctx context.Context, tx store.Tx) error {
			if _, err := tx.Document(ctx, "acme", "k", "second"); err != nil {
				return fmt.Errorf("what the ones before did is not seen: %w", err)
			}
			return put(ctx, tx, "fourth")
		},
	)
	answers := letGo()
	if answers[0] != nil || !errors.Is(answers[1], refused) || answers[2] != nil {
		t.Errorf("got %v", answers)
	}
	list, err := s.Documents(t.Context(), "acme", "k")
	if err != nil || len(list) != 3 {
		t.Errorf("kept %v, %v", list, err)
	}
	if n := begun.Load(); n != 1 {
		t.Errorf("there were %d transactions", n)
	}
}

// A caller that fails after a change rolls back the others, which run again:
// nothing of the failed one is stored, and everything of the others.
func TestBatch_undone(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, "")
	begun := counted(s)
	refused := errors.New("refused")
	letGo := queued(t, s,
		func(ctx context.Context, tx store.Tx) error { return put(ctx, tx, "second") },
		func(ctx context.Context, tx store.Tx) error { return errors.Join(put(ctx, tx, "third"), refused) },
		func(ctx context.Context, tx store.Tx) error {
			if _, err := tx.Document(ctx, "acme", "k", "third"); !errors.Is(err, store.ErrNotFound) {
				return fmt.Errorf("what was refused is seen: %w", err)
			}
			return put(ctx, tx, "fourth")
		},
	)
	answers := letGo()
	if answers[0] != nil || !errors.Is(answers[1], refused) || answers[2] != nil {
		t.Errorf("got %v", answers)
	}
	list, err := s.Documents(t.Context(), "acme", "k")
	if err != nil || len(list) != 3 {
		t.Errorf("kept %v, %v", list, err)
	}
	if n := begun.Load(); n < 3 {
		t.Errorf("there were %d transactions: nothing was undone", n)
	}
}

// If the engine's transaction is aborted, such as on a full disk, no caller loses
// its changes: each runs again and gets its own result.
func TestBatch_lost(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, "?_pragma=max_page_count(120)")
	begun := counted(s)
	small := func(id string) func(ctx context.Context, tx store.Tx) error {
		return func(ctx context.Context, tx store.Tx) error { return put(ctx, tx, id) }
	}
	letGo := queued(t, s,
		small("second"),
		func(ctx context.Context, tx store.Tx) error {
			return tx.PutDocument(ctx, store.Document{Tenant: "acme", Kind: "k", ID: "large", Body: strings.Repeat("x", 1<<20)})
		},
		small("fourth"),
	)
	answers := letGo()
	if answers[0] != nil || !errors.Is(answers[1], store.ErrFull) || answers[2] != nil {
		t.Errorf("got %v", answers)
	}
	list, err := s.Documents(t.Context(), "acme", "k")
	if err != nil || len(list) != 3 {
		t.Errorf("kept %v, %v", list, err)
	}
	if n := begun.Load(); n < 2 {
		t.Errorf("there were %d transactions: nothing was lost", n)
	}
}

// Of many concurrent callers, some of which fail, panic or are canceled, exactly
// those that got no error have stored something.
func TestBatch_many(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, "")
	const callers, each = 16, 40
	var kept sync.Map
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for i := range each {
				id := fmt.Sprint(c, "-", i)
				if attempt(t, s, id, (c+i)%5) == nil {
					kept.Store(id, true)
				}
			}
		})
	}
	all.Wait()
	list, err := s.Documents(t.Context(), "acme", "k")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range list {
		if _, told := kept.LoadAndDelete(d.ID); !told {
			t.Errorf("%s was stored, but its caller got an error", d.ID)
		}
	}
	kept.Range(func(id, _ any) bool {
		t.Errorf("%v was not stored, but its caller got no error", id)
		return true
	})
	if len(list) < callers*each/5 {
		t.Errorf("only %d were kept", len(list))
	}
}

// attempt stores a document and then succeeds, fails, panics, or is canceled.
func attempt(t *testing.T, s *Store, id string, fate int) (err error) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panicked: %v", cause)
		}
	}()
	return s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		if err := put(ctx, tx, id); err != nil {
			return err
		}
		switch fate {
		case 1:
			return errors.New("refused")
		case 2:
			panic("on purpose")
		case 3:
			cancel()
		}
		return nil
	})
}

// A canceled caller leaves the queue, and the others continue.
func TestBatch_givesUp(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, "")
	letGo := queued(t, s, func(ctx context.Context, tx store.Tx) error { return put(ctx, tx, "second") })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := put(ctx, s, "third"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if answers := letGo(); answers[0] != nil {
		t.Error(answers[0])
	}
}

// A caller that is canceled while the commit fails gets an error.
func TestBatch_lostAndGone(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, "")
	ctx, cancel := context.WithCancel(t.Context())
	begin := s.writes.begin
	s.writes.begin = func(ctx context.Context) (*batch, error) {
		b, err := begin(ctx)
		if err == nil {
			end := b.end
			b.end = func() { cancel(); end() }
		}
		return b, err
	}
	err := s.change(ctx, store.AllTenants, func(db *transaction) error {
		return s.writes.open.tx.Rollback() // as a server that is gone; the commit fails
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A caller queued behind one that waits in vain for the database does not wait
// for it again.
func TestBatch_away(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, "")
	const callers = 5
	begin, found := s.writes.begin, make(chan struct{})
	var begun atomic.Int64
	s.writes.begin = func(context.Context) (*batch, error) {
		begun.Add(1)
		<-found
		return nil, fmt.Errorf("%w: frozen", store.ErrUnavailable)
	}
	errs := make(chan error, callers)
	for i := range callers {
		go func() {
			errs <- s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error { return put(t.Context(), tx, fmt.Sprint(i)) })
		}()
	}
	for waiting := 0; waiting < callers-1; {
		s.writes.mu.Lock()
		waiting = len(s.writes.queue)
		s.writes.mu.Unlock()
		runtime.Gosched()
	}
	close(found)
	for range callers {
		if err := <-errs; !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("got %v", err)
		}
	}
	if n := begun.Load(); n != 1 {
		t.Errorf("%d waited for the database one after another", n)
	}
	s.writes.begin = begin
	if err := s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error { return put(t.Context(), tx, "after") }); err != nil {
		t.Errorf("who comes later: %v", err)
	}
}

// Failing parts do not make earlier ones wait longer.
func TestBatch_endsUnderFailures(t *testing.T) {
	t.Parallel()
	s := newTestStore(t, "")
	b := &batch{size: 1, runs: batchLimit}
	s.writes.open, s.writes.busy = b, true
	s.writes.queue = []chan struct{}{make(chan struct{})}
	tx, err := s.writer.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	b.tx, b.end, b.done = tx, func() {}, make(chan struct{})
	s.writes.pass(batchLimit)
	select {
	case <-b.done:
	default:
		t.Error("the batch is still open")
	}
}

// brokenOff is a database whose responses to commits are lost.
type brokenOff struct{}

func (b brokenOff) Connect(context.Context) (driver.Conn, error) { return b, nil }
func (brokenOff) Driver() driver.Driver                          { return nil }
func (brokenOff) Prepare(string) (driver.Stmt, error)            { return nil, errors.ErrUnsupported }
func (brokenOff) Close() error                                   { return nil }
func (b brokenOff) Begin() (driver.Tx, error)                    { return b, nil }
func (brokenOff) Commit() error                                  { return io.ErrUnexpectedEOF }
func (brokenOff) Rollback() error                                { return nil }

// A transaction that may be committed does not run again.
func TestBatch_unsure(t *testing.T) {
	t.Parallel()
	db := newPool(sql.OpenDB(brokenOff{}), 0)
	w := &committer{figures: newFigures(db.DB, db.DB), begin: func(ctx context.Context) (*batch, error) {
		tx, err := db.BeginTx(ctx, nil)
		return &batch{tx: tx, end: func() {}, done: make(chan struct{})}, err
	}}
	runs := 0
	err := w.change(t.Context(), func(*transaction) error { runs++; return nil })
	if !errors.Is(err, store.ErrUnsure) || runs != 1 {
		t.Errorf("got %v after %d runs", err, runs)
	}
}
