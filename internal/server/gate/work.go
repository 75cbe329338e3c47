package gate

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// ErrBusy is the answer when there is no room for another request. Nothing was
// done for it; it may come again.
var ErrBusy = errors.New("there are too many requests at a time")

// How long a request waits for a place, and for memory: what takes much of it is
// slower anyhow.
const (
	placePatience  = 500 * time.Millisecond
	memoryPatience = 2 * time.Second
)

// Work limits what requests take together: how many are worked on at a time, and
// their memory. Reading a body and sending an answer is no work, so that slow
// callers keep nobody out.
type Work struct {
	places  *semaphore.Weighted
	memory  *semaphore.Weighted
	largest int64

	entered, reserved atomic.Int64 // of places and memory
}

// NewWork returns a Work for so many requests at a time, and so many bytes of
// what they read and answer.
func NewWork(requests int, memory int64) *Work {
	return &Work{places: semaphore.NewWeighted(int64(requests)), memory: semaphore.NewWeighted(memory), largest: memory}
}

// Enter waits for a place, but not for long: ErrBusy when there is none. Who
// entered must call leave, once.
func (w *Work) Enter(ctx context.Context) (leave func(), err error) {
	if err := wait(ctx, w.places, 1, placePatience); err != nil {
		return nil, err
	}
	done := working(ctx)
	w.entered.Add(1)
	return func() { done(); w.entered.Add(-1); w.places.Release(1) }, nil
}

// Reserve waits for so many bytes, but not for long: ErrBusy when there are not
// as many. Who wants more than all gets all. Who reserved must call free, once.
func (w *Work) Reserve(ctx context.Context, bytes int64) (free func(), err error) {
	bytes = min(bytes, w.largest)
	if err := wait(ctx, w.memory, bytes, memoryPatience); err != nil {
		return nil, err
	}
	w.reserved.Add(bytes)
	return func() { w.reserved.Add(-bytes); w.memory.Release(bytes) }, nil
}

// InUse returns how many requests are worked on, and how many bytes are reserved.
func (w *Work) InUse() (requests, bytes int64) { return w.entered.Load(), w.reserved.Load() }

func wait(ctx context.Context, s *semaphore.Weighted, n int64, patience time.Duration) error {
	if s.TryAcquire(n) {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := s.Acquire(limited, n); err != nil {
		if cause := ctx.Err(); cause != nil {
			return cause // the caller went away
		}
		return ErrBusy
	}
	return nil
}
