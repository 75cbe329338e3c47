package gate_test

import (
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server/gate"
)

func TestQuota(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)
	q := gate.NewQuota(func() time.Time { return now }, 10*time.Minute, 2)
	take := func(object string, want time.Duration) {
		t.Helper()
		if got := q.Take(object); got.Round(time.Second) != want {
			t.Errorf("%s at %s: got %s, want %s", object, now.Format("15:04"), got, want)
		}
	}
	take("a", 0)
	take("a", 0)
	take("a", 10*time.Minute)
	take("b", 0)
	now = now.Add(4 * time.Minute)
	take("a", 6*time.Minute) // being refused costs nothing
	now = now.Add(6 * time.Minute)
	take("a", 0)
	take("a", 10*time.Minute)
}
