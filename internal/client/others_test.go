package client

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// Who waits for others waits for as long as others are at work, each of those who
// wait gives up on its own, and nobody waits for ever.
func TestAwaitOthers(t *testing.T) {
	t.Parallel()
	never := func(context.Context) (bool, error) { return false, nil }
	took := func(t *testing.T, c *Client, try func(context.Context) (bool, error), done bool) time.Duration {
		t.Helper()
		start := time.Now()
		if got, err := AwaitOthers(t.Context(), c, try); got != done || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
		return time.Since(start).Truncate(time.Second)
	}
	synctest.Test(t, func(t *testing.T) {
		c := &Client{}
		if d := took(t, c, never, false); d != quiet {
			t.Errorf("alone it took %v", d)
		}
		end := c.others.begin(t.Context())
		go func() { time.Sleep(5 * time.Second); end() }()
		if d := took(t, c, never, false); d != 5*time.Second+quiet {
			t.Errorf("beside another it took %v", d)
		}
		c.others.begin(context.WithValue(t.Context(), waits{}, true))
		if d := took(t, c, never, false); d != quiet {
			t.Errorf("beside one that waits it took %v", d)
		}
		c.others.begin(t.Context())
		if d := took(t, c, never, false); d != lag {
			t.Errorf("beside one that never ends it took %v", d)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		c := &Client{}
		second := make(chan time.Duration)
		go func() {
			start := time.Now()
			_, _ = AwaitOthers(context.Background(), c, never)
			second <- time.Since(start)
		}()
		first := took(t, c, never, false)
		if other := <-second; first+other.Truncate(time.Second) != 3*quiet {
			t.Errorf("two at a time took %v and %v", first, other)
		}
		tries := 0
		if d := took(t, c, func(context.Context) (bool, error) { tries++; return tries == 3, nil }, true); d >= quiet {
			t.Errorf("what is done took %v", d)
		}
		broken := errors.New("broken")
		if _, err := AwaitOthers(t.Context(), c, func(context.Context) (bool, error) { return false, broken }); !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
	})
}
