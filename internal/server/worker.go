package server

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

const (
	// Work that failed is tried again after these times: about twice as long each
	// time.
	firstRetry = time.Second
	lastRetry  = 10 * time.Minute

	// lastRest is how long a worker rests at most while the store itself fails.
	lastRest = time.Minute
)

// worker does in the background what the store keeps for later.
type worker struct {
	name string // of its work, for the log
	// do does everything that is due, and returns how long to wait before the next
	// look.
	do func(ctx context.Context) (wait time.Duration, err error)

	wake   chan struct{} // holds one signal
	ctx    context.Context
	cancel context.CancelFunc
	done   sync.WaitGroup
}

// newWorker adds a worker to the server. It can be woken up before it is started.
func (s *Server) newWorker(name string, do func(ctx context.Context) (wait time.Duration, err error)) *worker {
	w := &worker{name: name, do: do, wake: make(chan struct{}, 1)}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	s.workers = append(s.workers, w)
	return w
}

// start begins with what earlier processes left.
func (w *worker) start(log *slog.Logger) { w.done.Go(func() { w.run(log) }) }

// stop ends the worker and waits until it has ended.
func (w *worker) stop() {
	w.cancel()
	w.done.Wait()
}

// wakeUp makes the worker look for work now. Call it after the transaction that
// stores the work.
func (w *worker) wakeUp() {
	select {
	case w.wake <- struct{}{}:
	default: // it was woken up and has not looked yet
	}
}

func (w *worker) run(log *slog.Logger) {
	rest := time.Duration(0)
	for {
		wait, err := w.do(w.ctx)
		switch {
		case w.ctx.Err() != nil:
			return
		case err != nil:
			rest = min(max(2*rest, firstRetry), lastRest)
			wait = rest
			log.ErrorContext(w.ctx, w.name+" failed", "again_in", rest, "cause", err.Error())
		default:
			rest = 0
		}
		timer := time.NewTimer(wait)
		select {
		case <-timer.C:
		case <-w.wake:
		case <-w.ctx.Done():
		}
		timer.Stop()
	}
}
