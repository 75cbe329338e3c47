package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// The upper bounds of the buckets: of waits and commits in seconds, and of the
// number of transactions committed together.
var (
	waits = []float64{.0001, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
	sizes = []float64{1, 2, 4, 8, 16, 32, batchLimit}
)

// figures are the metrics of a store.
type figures struct {
	set *metrics.Set

	turn   *metrics.PrometheusHistogram // waiting for other writers of this process
	lock   *metrics.PrometheusHistogram // waiting for writers of other processes
	commit *metrics.PrometheusHistogram
	size   *metrics.PrometheusHistogram
	lost   *metrics.Counter

	pools []poolFigures
}

// poolFigures are the metrics of a connection pool.
type poolFigures struct {
	db          *sql.DB
	open, inUse *metrics.Gauge
	limit       *metrics.Gauge
	waits       *metrics.Counter
	waited      *metrics.FloatCounter
}

func newFigures(reader, writer *sql.DB) *figures {
	metrics.ExposeMetadata(true) // global, but always set to the same value
	set := metrics.NewSet()
	f := &figures{
		set:    set,
		turn:   set.NewPrometheusHistogramExt("iam_store_write_turn_wait_seconds", waits),
		lock:   set.NewPrometheusHistogramExt("iam_store_write_lock_wait_seconds", waits),
		commit: set.NewPrometheusHistogramExt("iam_store_commit_duration_seconds", waits),
		size:   set.NewPrometheusHistogramExt("iam_store_batch_transactions", sizes),
		lost:   set.NewCounter("iam_store_batches_lost_total"),
	}
	for name, db := range map[string]*sql.DB{"reader": reader, "writer": writer} {
		of := func(figure string) string { return fmt.Sprintf("iam_store_pool_%s{pool=%q}", figure, name) }
		f.pools = append(f.pools, poolFigures{
			db: db, open: set.NewGauge(of("connections_open"), nil), inUse: set.NewGauge(of("connections_in_use"), nil),
			limit: set.NewGauge(of("connections_limit"), nil), waits: set.NewCounter(of("waits_total")), waited: set.NewFloatCounter(of("wait_seconds_total")),
		})
	}
	return f
}

// ended records a batch that was committed or lost. An empty batch is not
// counted: there was nothing to commit.
func (f *figures) ended(b *batch, took time.Duration) {
	switch {
	case b.lost != nil:
		f.lost.Inc()
	case b.size > 0:
		f.commit.Update(took.Seconds())
		f.size.Update(float64(b.size))
	}
}

// WriteMetrics implements store.Store.
func (s *Store) WriteMetrics(w io.Writer) {
	for _, p := range s.figures.pools {
		stats := p.db.Stats()
		p.open.Set(float64(stats.OpenConnections))
		p.inUse.Set(float64(stats.InUse))
		p.limit.Set(float64(stats.MaxOpenConnections))
		p.waits.Set(uint64(max(0, stats.WaitCount)))
		p.waited.Set(stats.WaitDuration.Seconds())
	}
	s.figures.set.WritePrometheus(w)
}

// Backlog implements store.Store. Indexes provide the order by due time.
func (s *Store) Backlog(ctx context.Context) (b store.Backlog, err error) {
	row := s.reader.QueryRowContext(ctx, `SELECT
		(SELECT count(*) FROM (SELECT 1 FROM task ORDER BY due_at, tenant, id LIMIT $1) AS waiting),
		(SELECT coalesce(min(created_at), 0) FROM (SELECT created_at FROM task ORDER BY due_at, tenant, id LIMIT $1) AS waiting),
		(SELECT count(*) FROM (SELECT 1 FROM mail ORDER BY due_at, tenant, id LIMIT $1) AS waiting),
		(SELECT coalesce(min(created_at), 0) FROM (SELECT created_at FROM mail ORDER BY due_at, tenant, id LIMIT $1) AS waiting),
		(SELECT count(*) FROM (SELECT 1 FROM make_member WHERE pending ORDER BY due_at, tenant, id LIMIT $1) AS waiting),
		(SELECT coalesce(min(changed_at), 0) FROM (SELECT changed_at FROM make_member WHERE pending ORDER BY due_at, tenant, id LIMIT $1) AS waiting)`,
		store.MaxBacklog)
	err = row.Scan(&b.Tasks, asMillis(&b.OldestTask), &b.Mails, asMillis(&b.OldestMail), &b.MakeMembers, asMillis(&b.OldestMakeMember))
	return b, translate(ctx, err, nil)
}
