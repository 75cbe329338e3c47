package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	// taskPoll is how often the worker looks for tasks whose process ended
	// before it did them. Its own server's tasks wake it.
	taskPoll = 5 * time.Second

	// A task that failed is tried again after as long as it exists, within
	// these limits: about twice as long each time.
	firstRetry = time.Second
	lastRetry  = 10 * time.Minute

	// How long the worker rests when the store itself fails.
	lastRest = time.Minute
)

// worker does what the store keeps for later, one after the other.
type worker struct {
	name string // of what it does
	do   func(ctx context.Context) (wait time.Duration, err error)
	wake chan struct{} // holds one signal
	stop context.CancelFunc
	done chan struct{}
}

// startWorker begins with what earlier processes left. Do does everything that
// is due, and returns how long to wait before the next look.
func (s *Server) startWorker(name string, do func(ctx context.Context) (wait time.Duration, err error)) *worker {
	ctx, stop := context.WithCancel(context.Background())
	w := &worker{name: name, do: do, wake: make(chan struct{}, 1), stop: stop, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		s.work(ctx, w)
	}()
	return w
}

// Close ends the work in the background and waits until it has ended. What is
// left of it stays in the store, for the next server on it. Call it when no
// request is under way any more, and before the store is closed; calling it
// again does nothing.
func (s *Server) Close() {
	for _, w := range []*worker{s.worker, s.integromatWorker, s.auditWorker, s.keyWorker} {
		if w != nil {
			w.stop()
			<-w.done
		}
	}
	s.outgoing.CloseIdleConnections()
}

// wakeWorker tells that there is a new task. Call it after the transaction.
func (s *Server) wakeWorker() { s.worker.wakeUp() }

func (w *worker) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default: // it was told and has not looked yet
	}
}

func (s *Server) work(ctx context.Context, w *worker) {
	rest := time.Duration(0)
	for {
		wait, err := w.do(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			rest = min(max(2*rest, firstRetry), lastRest)
			wait = rest
			s.log.ErrorContext(ctx, w.name+" cannot be done", "again_in", rest, "cause", err.Error())
		default:
			rest = 0
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-w.wake:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// doTasks does every task that is due, and returns how long to wait before the
// next look. Its error is one of the store: a task that fails is put off, so
// that it does not keep the others waiting.
func (s *Server) doTasks(ctx context.Context) (wait time.Duration, err error) {
	for {
		t, err := s.store.NextTask(ctx)
		if errors.Is(err, store.ErrNotFound) {
			return s.poll, nil
		}
		if err != nil {
			return 0, fmt.Errorf("looking for the next task: %w", err)
		}
		if early := t.DueAt.Sub(s.now()); early > 0 {
			return min(early, s.poll), nil
		}
		if err := s.doTask(ctx, t); err != nil {
			if ctx.Err() != nil {
				return 0, err
			}
			if err := s.putOff(ctx, t, err); err != nil {
				return 0, fmt.Errorf("putting off task %s: %w", t.ID, err)
			}
		}
	}
}

// doTask does a task and removes it, both or neither: so it is done once, also
// when this process is killed, and when another looks at the same task.
func (s *Server) doTask(ctx context.Context, t store.Task) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return s.store.InTx(ctx, func(tx store.Tx) error {
		err := tx.DeleteTask(ctx, t.Tenant, t.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil // another process has done it
		}
		if err != nil {
			return fmt.Errorf("removing the task: %w", err)
		}
		switch t.Kind {
		case taskVendorGroups:
			return s.createVendorGroups(ctx, tx, t)
		default:
			return fmt.Errorf("this version cannot do tasks of kind %q", t.Kind)
		}
	})
}

// putOff has a task that failed done later, unless another process did it.
func (s *Server) putOff(ctx context.Context, t store.Task, cause error) error {
	now := s.timestamp()
	delay := min(max(now.Sub(t.CreatedAt), firstRetry), lastRetry)
	s.log.ErrorContext(ctx, "task failed", "tenant", t.Tenant, "task", t.ID, "again_in", delay, "cause", cause.Error())
	t.DueAt = now.Add(delay)
	return s.store.InTx(ctx, func(tx store.Tx) error {
		err := tx.DeleteTask(ctx, t.Tenant, t.ID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return tx.CreateTask(ctx, t)
	})
}
