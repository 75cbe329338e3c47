package provider

import (
	"context"
	"os"
)

// parentGone returns true when the parent process has ended, and false when the
// context ends. On Windows it waits for the parent process. If it has no
// permission to open the parent, as when another user runs it, it waits for the
// context.
func parentGone(ctx context.Context) bool {
	gone := make(chan struct{})
	go func() {
		if parent, err := os.FindProcess(os.Getppid()); err == nil {
			if _, err = parent.Wait(); err == nil {
				close(gone)
			}
		}
	}()
	select {
	case <-gone:
		return true
	case <-ctx.Done():
		return false
	}
}
