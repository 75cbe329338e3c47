package server

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/VictoriaMetrics/metrics"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	metricsType = "text/plain; version=0.0.4; charset=utf-8"

	// scrapeAge is how old metrics may be, and backlogAge how old those of the database:
	// any caller may read them, as often as it likes.
	scrapeAge  = time.Second
	backlogAge = 15 * time.Second
	// backlogLimit limits the query of the database.
	backlogLimit = time.Second

	// otherMethod is the method, in metrics, of requests without a route.
	otherMethod = "other"
	// statusAborted is the status, in metrics, of aborted responses.
	statusAborted = "aborted"
)

// The reasons to refuse a request before anything is done for it.
const (
	refusedPlace  = "place"
	refusedMemory = "memory"
	refusedSecret = "secret"
)

// durations are the bounds of the buckets of request durations, in seconds.
var durations = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}

// figures are the metrics of a server. Labels come from the route table and from lists
// here, never from a request: no request can add a series.
type figures struct {
	set      *metrics.Set
	inFlight *metrics.Gauge
	refused  map[string]*metrics.Counter
	trimmed  *metrics.Counter
	trimmedA *metrics.Gauge // when, in seconds since 1970

	text    cached[[]byte]
	backlog cached[*store.Backlog] // nil while the database does not answer
}

func newFigures() *figures {
	metrics.ExposeMetadata(true) // for the whole process, always to the same value
	set := metrics.NewSet()
	f := &figures{
		set: set, inFlight: set.NewGauge("iam_http_requests_in_flight", nil), refused: map[string]*metrics.Counter{},
		trimmed: set.NewCounter("iam_audit_events_removed_total"), trimmedA: set.NewGauge("iam_audit_last_removal_timestamp_seconds", nil),
	}
	for _, reason := range []string{refusedPlace, refusedMemory, refusedSecret} {
		f.refused[reason] = set.NewCounter(fmt.Sprintf("iam_http_requests_refused_total{reason=%q}", reason))
	}
	return f
}

// answered counts a request.
func (f *figures) answered(o *observer, took time.Duration) {
	status := strconv.Itoa(o.status)
	if o.aborted {
		status = statusAborted
	}
	f.set.GetOrCreateCounter(fmt.Sprintf("iam_http_requests_total{route=%q,method=%q,status=%q}", o.route, o.method, status)).Inc()
	f.set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("iam_http_request_duration_seconds{route=%q,method=%q}", o.route, o.method), durations).Update(took.Seconds())
}

// handleMetrics answers GET /metrics in the text format of Prometheus.
func (s *Server) handleMetrics(c *call) error {
	text := s.figures.text.get(s.now(), scrapeAge, func() []byte { return s.scrape(c.ctx) })
	c.w.Header().Set("Content-Type", metricsType)
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(text) // an error means that the caller went away
	return nil
}

// scrape writes all metrics.
func (s *Server) scrape(ctx context.Context) []byte {
	var b bytes.Buffer
	s.figures.set.WritePrometheus(&b)
	requests, reserved := s.room.InUse()
	gauge := func(name string, value float64) { metrics.WriteGaugeFloat64(&b, name, value) }
	gauge("iam_http_requests_working", float64(requests))
	gauge("iam_http_requests_working_limit", float64(s.limits.requests))
	gauge("iam_request_memory_bytes", float64(reserved))
	gauge("iam_request_memory_limit_bytes", float64(s.limits.memory))
	if s.connections != nil {
		open, closed := s.connections.Count()
		gauge("iam_connections_open", float64(open))
		metrics.WriteCounterUint64(&b, "iam_connections_pushed_out_total", closed)
	}
	if backlog := s.figures.backlog.get(s.now(), backlogAge, func() *store.Backlog { return s.readBacklog(ctx) }); backlog != nil {
		gauge("iam_tasks_waiting", float64(backlog.Tasks))
		gauge("iam_tasks_oldest_age_seconds", s.age(backlog.OldestTask))
		gauge("iam_mails_waiting", float64(backlog.Mails))
		gauge("iam_mails_oldest_age_seconds", s.age(backlog.OldestMail))
		gauge("iam_make_members_waiting", float64(backlog.MakeMembers))
		gauge("iam_make_members_oldest_age_seconds", s.age(backlog.OldestMakeMember))
	}
	s.store.WriteMetrics(&b)
	metrics.WriteProcessMetrics(&b)
	metrics.WriteFDMetrics(&b)
	return b.Bytes()
}

// age returns how long ago a time is, in seconds; 0 for the zero time.
func (s *Server) age(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return max(0, s.now().Sub(t).Seconds())
}

// readBacklog returns nil if the database does not answer.
func (s *Server) readBacklog(ctx context.Context) *store.Backlog {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), backlogLimit) // the next request uses it as well
	defer cancel()
	backlog, err := s.store.Backlog(ctx)
	if err != nil {
		s.log.WarnContext(ctx, "the metrics lack the backlog", "cause", err.Error())
		return nil
	}
	return &backlog
}

// cached keeps a value for a time. While it is read, other callers wait.
type cached[T any] struct {
	mu    sync.Mutex
	value T
	until time.Time
}

func (c *cached[T]) get(now time.Time, age time.Duration, read func() T) T {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !now.Before(c.until) {
		c.value, c.until = read(), now.Add(age)
	}
	return c.value
}
