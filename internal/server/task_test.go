package server_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// watchedStore tells when something was written, so that tests need not ask
// again and again.
type watchedStore struct {
	store.Store
	written chan struct{}
}

func watched(s store.Store) *watchedStore {
	return &watchedStore{Store: s, written: make(chan struct{}, 1)}
}

// InTx implements store.Store.
func (w *watchedStore) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	err := w.Store.InTx(ctx, tenant, fn)
	if err == nil {
		select {
		case w.written <- struct{}{}:
		default:
		}
	}
	return err
}

// until waits for something that a write brings about.
func (w *watchedStore) until(t *testing.T, holds func() bool) {
	t.Helper()
	limit := time.After(time.Minute)
	for !holds() {
		select {
		case <-w.written:
		case <-limit:
			t.Fatal("it does not come about")
		}
	}
}

// A server that ends before it has done a task leaves it to the next one, which
// begins with it.
func TestTasks_leftOver(t *testing.T) {
	t.Parallel()
	first := newBackend(t)
	ended := over(t, first, server.Options{Store: first.store, Now: newClock().Now, VendorGroupDelay: time.Hour})
	ended.create(t, vendors, `{"id": "v", "name": "Vendor"}`)
	ended.server.Close()
	ended.server.Close() // does nothing
	if n := len(first.groupsOf(t, "v")); n != 0 {
		t.Fatalf("there are %d groups already", n)
	}
	later := newClock()
	later.advance(2 * time.Hour)
	db := watched(first.store)
	over(t, first, server.Options{Store: db, Now: later.Now})
	db.until(t, func() bool { return len(first.groupsOf(t, "v")) == 4 })
	if _, err := first.store.NextTask(t.Context()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the task is still there: %v", err)
	}
}

// Two servers over one database, as two processes are, make no group twice.
func TestTasks_twoServers(t *testing.T) {
	t.Parallel()
	dsn := sqltest.New(t)
	var both []*backend
	for range 2 {
		db, err := sqlstore.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		b := over(t, &backend{}, server.Options{Store: db})
		if _, err := b.server.EnsureTenant(t.Context(), servertest.Tenant, ""); err != nil {
			t.Fatal(err)
		}
		b.token = b.issue(t, servertest.Tenant, api.AllScopes()...)
		both = append(both, b)
	}
	const made = 10
	var running sync.WaitGroup
	for i := range made {
		both[i%2].create(t, vendors, fmt.Sprintf(`{"id": "v%d", "name": "Vendor"}`, i))
		for _, b := range both { // beside the workers
			running.Go(func() { b.settle(t) })
		}
	}
	running.Wait()
	for i := range made {
		if n := len(both[0].groupsOf(t, fmt.Sprint("v", i))); n != 4 {
			t.Errorf("vendor %d has %d groups", i, n)
		}
	}
}

// A new task wakes the worker up.
func TestTasks_wakeTheWorker(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	db := watched(filled.store)
	o := server.Options{Store: db, Now: newClock().Now}
	o.PollEvery(time.Hour)
	b := over(t, filled, o)
	for range 20 {
		id := b.create(t, vendors, `{"name": "Vendor"}`)
		db.until(t, func() bool { return len(b.groupsOf(t, id)) == 4 })
	}
}

// The groups come after the delay, and not before.
func TestTasks_delay(t *testing.T) {
	t.Parallel()
	const delay = 300 * time.Millisecond
	filled := newBackend(t)
	db := watched(filled.store)
	b := over(t, filled, server.Options{Store: db, VendorGroupDelay: delay})
	b.token = b.issue(t, servertest.Tenant, api.AllScopes()...) // of this time
	start := time.Now()
	b.create(t, vendors, `{"id": "v", "name": "Vendor"}`)
	db.until(t, func() bool { return len(b.groupsOf(t, "v")) == 4 })
	if took := time.Since(start); took < delay {
		t.Errorf("the groups came after %v", took)
	}
}

// blockedStore holds the transactions of tasks until their context is done.
type blockedStore struct {
	store.Store
	started chan struct{}
	ended   bool
}

// InTx implements store.Store.
func (b *blockedStore) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	close(b.started)
	<-ctx.Done()
	err := b.Store.InTx(context.WithoutCancel(ctx), tenant, fn) // it takes its time to end
	b.ended = true
	return errors.Join(ctx.Err(), err)
}

// Close interrupts a task and waits for its end: what was begun does not meet a
// closed store.
func TestTasks_closeWaits(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	promised := over(t, b, server.Options{Store: b.store, Now: newClock().Now, VendorGroupDelay: time.Hour})
	promised.create(t, vendors, `{"id": "v", "name": "Vendor"}`)
	later := newClock()
	later.advance(2 * time.Hour)
	blocked := &blockedStore{Store: b.store, started: make(chan struct{})}
	s, err := server.New(t.Context(), server.Options{Store: blocked, Now: later.Now})
	if err != nil {
		t.Fatal(err)
	}
	<-blocked.started
	s.Close()
	if !blocked.ended {
		t.Error("the task was still under way")
	}
}

// Whatever fails in a task, nothing of it is kept, and it is done later.
func TestTasks_fail(t *testing.T) {
	t.Parallel()
	sound := newBackend(t)
	promised := over(t, sound, server.Options{Store: sound.store, Now: newClock().Now, VendorGroupDelay: time.Hour})
	promised.create(t, vendors, `{"id": "v", "name": "Vendor"}`)
	broken, breakage := newBrokenStore(sound.store)
	log, now := &logLines{}, newClock()
	b := over(t, sound, server.Options{Store: broken, Now: now.Now, Logger: slog.New(slog.NewJSONHandler(log, nil))})
	b.server.Close() // its tasks are done here, by hand
	now.advance(2 * time.Hour)
	cause := errors.New("the disk is gone")
	for n := 1; ; n++ {
		// The first one is the start of the transaction, outside of which the store does not panic.
		breakage.set(n, fmt.Errorf("%w %d", cause, n), n > 1 && n%2 == 0)
		if err := b.server.DoTasks(t.Context()); err != nil {
			t.Fatalf("break %d: %v", n, err)
		}
		task, err := sound.store.NextTask(t.Context())
		if !breakage.happened() {
			if !errors.Is(err, store.ErrNotFound) || n < 8 {
				t.Errorf("unbroken after %d: %+v, %v", n, task, err)
			}
			break
		}
		if early := task.DueAt.Sub(now.Now()); err != nil || early < 500*time.Millisecond || early > 10*time.Minute {
			t.Fatalf("break %d: the task is due in %v: %+v, %v", n, early, task, err)
		}
		if groups := len(sound.groupsOf(t, "v")); groups != 0 {
			t.Fatalf("break %d left %d groups", n, groups)
		}
		if !log.has(fmt.Sprintf("%v %d", cause, n)) || !log.has("task failed") {
			t.Errorf("break %d is not in the log", n)
		}
		now.advance(10 * time.Minute)
	}
	if n := len(sound.groupsOf(t, "v")); n != 4 {
		t.Errorf("in the end there are %d groups", n)
	}
}

// A task that fails again and again is tried ever more rarely, and keeps no
// other one waiting.
func TestTasks_putOff(t *testing.T) {
	t.Parallel()
	b, now := newBackendAt(t)
	b.server.Close() // the tasks are done here, by hand
	start := now.Now().UTC()
	hopeless := store.Task{Tenant: servertest.Tenant, ID: "hopeless", Kind: "of a later version", Body: `{}`, DueAt: start, CreatedAt: start}
	if err := b.store.CreateTask(t.Context(), hopeless); err != nil {
		t.Fatal(err)
	}
	var waits []time.Duration
	for range 12 {
		b.settle(t)
		task, err := b.store.NextTask(t.Context())
		if err != nil || task.ID != hopeless.ID || !task.CreatedAt.Equal(start) {
			t.Fatalf("got %+v, %v", task, err)
		}
		waits = append(waits, task.DueAt.Sub(now.Now()).Round(100*time.Millisecond))
		now.advance(task.DueAt.Sub(now.Now()))
	}
	for i, seconds := range []float64{1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600} {
		if math.Abs(waits[i].Seconds()/seconds-1) > 0.05 {
			t.Fatalf("it waits %v", waits)
		}
	}
	b.create(t, vendors, `{"id": "v", "name": "Vendor"}`)
	b.settle(t)
	if n := len(b.groupsOf(t, "v")); n != 4 {
		t.Errorf("the task behind it made %d groups", n)
	}
}

// What was promised for a vendor goes with it.
func TestTasks_ofDeletedVendor(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	now := newClock()
	b := over(t, filled, server.Options{Store: filled.store, Now: now.Now, VendorGroupDelay: time.Hour})
	b.create(t, vendors, `{"id": "v", "name": "Vendor"}`)
	b.check(t, exchange{method: "DELETE", path: vendors + "/v", status: 204})
	if task, err := b.store.NextTask(t.Context()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the task is still there: %+v, %v", task, err)
	}
	b.create(t, vendors, `{"id": "v", "name": "Again"}`)
	stray := store.Task{Tenant: servertest.Tenant, ID: "stray", Kind: "vendor-groups", Body: `{"vendorId": "nobody"}`, DueAt: now.Now()}
	if err := b.store.CreateTask(t.Context(), stray); err != nil {
		t.Fatal(err)
	}
	b.server.Close()
	now.advance(2 * time.Hour)
	b.settle(t)
	if task, err := b.store.NextTask(t.Context()); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a task is left: %+v, %v", task, err)
	}
	if n := len(filled.groupsOf(t, "v")); n != 4 {
		t.Errorf("the vendor has %d groups", n)
	}
	if n := len(filled.groupsOf(t, "nobody")); n != 0 {
		t.Errorf("no vendor has %d groups", n)
	}
}

// sickStore cannot look for tasks at first.
type sickStore struct {
	*watchedStore
	sick  atomic.Int32 // looks that fail
	asked chan struct{}
}

// NextTask implements store.Store.
func (s *sickStore) NextTask(ctx context.Context) (store.Task, error) {
	if s.sick.Add(-1) >= 0 {
		defer close(s.asked)
		return store.Task{}, errors.New("the network is down")
	}
	return s.watchedStore.NextTask(ctx)
}

// A store that fails does not end the worker.
func TestTasks_storeFails(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	log := &logLines{}
	db := &sickStore{watchedStore: watched(filled.store), asked: make(chan struct{})}
	db.sick.Store(1)
	b := over(t, filled, server.Options{Store: db, Now: newClock().Now, Logger: slog.New(slog.NewJSONHandler(log, nil))})
	<-db.asked
	b.create(t, vendors, `{"id": "v", "name": "Vendor"}`)
	db.until(t, func() bool { return len(b.groupsOf(t, "v")) == 4 })
	b.server.Close()
	if !log.has("tasks failed") || !log.has("the network is down") {
		t.Error("the failure is not in the log")
	}
}
