package provider

import (
	"context"
	"os"
)

// parentGone returns true once the process that started this one has ended, and
// false with the context. Windows lets any process be waited for. Where the parent may not
// be looked at, as when another user runs it, this one stays until somebody ends
// it.
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
