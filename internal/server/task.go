package server

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// taskPoll is how often a worker looks for work of processes that ended before they
// did it. Its own server wakes it up.
const taskPoll = 5 * time.Second

// doTasks does every task that is due, and returns how long to wait before the next look.
// Its errors are of the store: a task that fails is postponed, and does not delay others.
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

// doTask does a task and deletes it, in one transaction: it is done once, even if this
// process is killed or another one has the same task.
func (s *Server) doTask(ctx context.Context, t store.Task) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v\n%s", cause, debug.Stack())
		}
	}()
	return s.store.InTx(ctx, t.Tenant, func(tx store.Tx) error {
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
		case taskScanIntegromat:
			return s.continueScan(ctx, tx, t)
		default:
			return fmt.Errorf("this version cannot do tasks of kind %q", t.Kind)
		}
	})
}

// putOff postpones a task that failed, unless another process did it.
func (s *Server) putOff(ctx context.Context, t store.Task, cause error) error {
	now := s.timestamp()
	delay := min(max(now.Sub(t.CreatedAt), firstRetry), lastRetry)
	s.log.ErrorContext(ctx, "task failed", "tenant", t.Tenant, "task", t.ID, "again_in", delay, "cause", cause.Error())
	t.DueAt = now.Add(delay)
	return s.store.InTx(ctx, t.Tenant, func(tx store.Tx) error {
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
