//go:build !windows

package provider

import (
	"context"
	"os"
	"time"
)

// often is how often a process looks whether its parent is still there. The
// system tells it to no one: Linux could send a signal, but when the parent's
// thread ends, and not when the process does.
const often = 200 * time.Millisecond

// parentGone returns true once the process that started this one has ended, and
// false with the context. A process whose parent has ended gets another.
func parentGone(ctx context.Context) bool {
	parent := os.Getppid()
	tick := time.NewTicker(often)
	defer tick.Stop()
	for os.Getppid() == parent {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false
		}
	}
	return true
}
