package client

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// WaitForOthers waits while other calls are in progress. Waiting callers give up
// one by one, and none waits forever.
func TestWaitForOthers(t *testing.T) {
	t.Parallel()
	never := func(context.Context) (bool, error) { return false, nil }
	took := func(t *testing.T, c *Client, try func(context.Context) (bool, error), done bool) time.Duration {
		t.Helper()
		start := time.Now()
		if got, err := WaitForOthers(t.Context(), c, try); got != done || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
		return time.Since(start).Truncate(time.Second)
	}
	synctest.Test(t, func(t *testing.T) {
		c := &Client{}
		if d := took(t, c, never, false); d != maxIdle {
			t.Errorf("alone it took %v", d)
		}
		end := c.activity.begin(t.Context())
		go func() { time.Sleep(5 * time.Second); end() }()
		if d := took(t, c, never, false); d != 5*time.Second+maxIdle {
			t.Errorf("beside another it took %v", d)
		}
		c.activity.begin(context.WithValue(t.Context(), waiting{}, true))
		if d := took(t, c, never, false); d != maxIdle {
			t.Errorf("beside one that waits it took %v", d)
		}
		c.activity.begin(t.Context())
		if d := took(t, c, never, false); d != maxLag {
			t.Errorf("beside one that never ends it took %v", d)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c := &Client{}
		second := make(chan time.Duration)
		go func() {
			start := time.Now()
			_, _ = WaitForOthers(context.Background(), c, never)
			second <- time.Since(start)
		}()
		first := took(t, c, never, false)
		if other := <-second; first+other.Truncate(time.Second) != 3*maxIdle {
			t.Errorf("two at a time took %v and %v", first, other)
		}
		tries := 0
		if d := took(t, c, func(context.Context) (bool, error) { tries++; return tries == 3, nil }, true); d >= maxIdle {
			t.Errorf("what is done took %v", d)
		}
		broken := errors.New("broken")
		if _, err := WaitForOthers(t.Context(), c, func(context.Context) (bool, error) { return false, broken }); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	})
}
