//go:build !windows

package provider

import (
	"context"
	"os"
	"time"
)

// often is the interval at which a process checks whether its parent still
// runs. There is no portable notification: the signal that Linux offers is sent
// when the parent's thread ends, not when its process does.
const often = 200 * time.Millisecond

// parentGone returns true when the parent process has ended, and false when the
// context ends. A process whose parent has ended gets another parent.
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
