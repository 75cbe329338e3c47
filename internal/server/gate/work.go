package gate

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// ErrBusy means that there is no room for another request. Nothing was done for it;
// the caller can retry.
var ErrBusy = errors.New("there are too many requests at a time")

// How long a request waits for a place, and for memory: requests that need much of it
// are slow in any case.
const (
	placePatience  = 500 * time.Millisecond
	memoryPatience = 2 * time.Second
)

// Work limits requests in progress: their number and their total memory. Reading a
// body and sending a response do not count, so slow callers keep no one out.
type Work struct {
	places  *semaphore.Weighted
	memory  *semaphore.Weighted
	largest int64

	entered, reserved atomic.Int64 // of places and memory
}

// NewWork returns a Work for a number of requests at a time, and a number of bytes of
// their bodies and responses.
func NewWork(requests int, memory int64) *Work {
	return &Work{places: semaphore.NewWeighted(int64(requests)), memory: semaphore.NewWeighted(memory), largest: memory}
}

// Enter waits a short time for a place, and returns ErrBusy without one. Call leave
// once.
func (w *Work) Enter(ctx context.Context) (leave func(), err error) {
	if err := wait(ctx, w.places, 1, placePatience); err != nil {
		return nil, err
	}
	done := working(ctx)
	w.entered.Add(1)
	return func() { done(); w.entered.Add(-1); w.places.Release(1) }, nil
}

// Reserve waits a short time for n bytes, and returns ErrBusy without them. A request
// for more than the total gets the total. Call free once.
func (w *Work) Reserve(ctx context.Context, bytes int64) (free func(), err error) {
	bytes = min(bytes, w.largest)
	if err := wait(ctx, w.memory, bytes, memoryPatience); err != nil {
		return nil, err
	}
	w.reserved.Add(bytes)
	return func() { w.reserved.Add(-bytes); w.memory.Release(bytes) }, nil
}

// InUse returns the number of requests in progress and of reserved bytes.
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
