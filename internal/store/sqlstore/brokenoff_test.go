package sqlstore

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// A caller that is canceled in the middle of a query, before any change, does not
// affect callers that come after it in the batch. Such a query closes
// PostgreSQL's connection.
func TestBatch_goneInQuery(t *testing.T) {
	t.Parallel()
	const endless = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n`
	sqltest.Each(t, func(t *testing.T, dsn string) {
		s, err := Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		started, held := make(chan struct{}), make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() {
			err := s.change(ctx, "acme", func(db *transaction) error {
				close(started)
				<-held
				time.AfterFunc(100*time.Millisecond, cancel)
				var n int
				return db.QueryRowContext(ctx, endless).Scan(&n)
			})
			if !errors.Is(err, context.Canceled) {
				t.Errorf("who went away: %v", err)
			}
		})
		<-started
		for _, id := range []string{"second", "third"} {
			all.Go(func() {
				if err := put(t.Context(), s, id); err != nil {
					t.Errorf("the %s: %v", id, err)
				}
			})
		}
		for waiting := 0; waiting < 2; {
			w := s.committer("acme")
			w.mu.Lock()
			waiting = len(w.queue)
			w.mu.Unlock()
			runtime.Gosched()
		}
		close(held)
		all.Wait()
	})
}
