package server_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/gate"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// figures are what /metrics says, by series.
type figures map[string]float64

// scrape reads /metrics, without a token, and checks the form of every line.
func (b *backend) scrape(t testing.TB) figures {
	t.Helper()
	got := b.send(t, exchange{path: api.PathMetrics, header: map[string]string{"Authorization": ""}})
	if kind := got.header.Get("Content-Type"); got.status != 200 || kind != "text/plain; version=0.0.4; charset=utf-8" {
		t.Fatalf("got %d, %q", got.status, kind)
	}
	return parseFigures(t, string(got.body))
}

var (
	seriesPattern = regexp.MustCompile(`^([a-z][a-z0-9_]*)(\{[a-zA-Z_]+="[^"\n]*"(?:, ?[a-zA-Z_]+="[^"\n]*")*\})? ([^ ]+)$`)
	typePattern   = regexp.MustCompile(`^# TYPE ([a-z][a-z0-9_]*) (counter|gauge|histogram|summary)$`)
)

func parseFigures(t testing.TB, text string) figures {
	t.Helper()
	all, types := figures{}, map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		if found := typePattern.FindStringSubmatch(line); found != nil {
			if types[found[1]] != "" {
				t.Errorf("the type of %s appears twice", found[1])
			}
			types[found[1]] = found[2]
			continue
		}
		if strings.HasPrefix(line, "# HELP ") {
			continue
		}
		found := seriesPattern.FindStringSubmatch(line)
		if found == nil {
			t.Fatalf("a line is %q", line)
		}
		value, err := strconv.ParseFloat(found[3], 64)
		if _, twice := all[found[1]+found[2]]; err != nil || twice {
			t.Errorf("%q: twice %t, %v", line, twice, err)
		}
		all[found[1]+found[2]] = value
		family := found[1]
		for _, suffix := range []string{"_bucket", "_sum", "_count"} {
			if types[family] == "" {
				family = strings.TrimSuffix(family, suffix)
			}
		}
		if types[family] == "" {
			t.Errorf("%q has no type", line)
		}
	}
	return all
}

// names are the series of a family of the backend.
func (f figures) names() (all []string) {
	for name := range f {
		if strings.HasPrefix(name, "iam_") {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

func requests(route, method, status string) string {
	return fmt.Sprintf(`iam_http_requests_total{route=%q,method=%q,status=%q}`, route, method, status)
}

// Every request is counted once, by its route in the table and what became of it.
func TestMetrics_requests(t *testing.T) {
	t.Parallel()
	b, now := newBackendAt(t)
	for range 3 {
		b.send(t, exchange{path: "~/groups"})
	}
	b.check(t, exchange{path: "~/groups/nothing", status: 404, want: `{}`})
	b.check(t, exchange{method: "PATCH", path: "~/groups", status: 405, want: `{}`})
	b.check(t, exchange{path: "/nothing", status: 404, want: `{}`})
	b.withGroups(t, "g")
	now.advance(time.Second)
	got := b.scrape(t)
	for series, want := range map[string]float64{
		requests(api.PathGroups, "GET", "200"):                                                                   3,
		requests(api.PathGroup, "GET", "404"):                                                                    1,
		requests(api.PathGroups, "other", "405"):                                                                 1,
		requests("unknown", "other", "404"):                                                                      1,
		fmt.Sprintf(`iam_http_request_duration_seconds_count{route=%q,method="GET"}`, api.PathGroups):            3,
		fmt.Sprintf(`iam_http_request_duration_seconds_bucket{route=%q,method="GET",le="+Inf"}`, api.PathGroups): 3,
		"iam_http_requests_in_flight":                                                                            1, // this one
		"iam_http_requests_working":                                                                              0,
		"iam_http_requests_working_limit":                                                                        128,
		"iam_request_memory_bytes":                                                                               0,
		"iam_request_memory_limit_bytes":                                                                         96 << 20,
		"iam_tasks_waiting":                                                                                      0,
		"iam_make_members_waiting":                                                                               0,
		`iam_http_requests_refused_total{reason="memory"}`:                                                       0,
	} {
		if value, ok := got[series]; !ok || value != want {
			t.Errorf("%s is %v (%t), want %v", series, value, ok, want)
		}
	}
	for _, series := range []string{
		`iam_store_pool_connections_limit{pool="writer"}`, "iam_store_batch_transactions_count", "iam_store_commit_duration_seconds_count", "iam_store_write_lock_wait_seconds_count",
		"iam_store_write_turn_wait_seconds_count", "go_goroutines", "iam_http_request_duration_seconds_sum{route=\"" + api.PathGroups + "\",method=\"GET\"}",
	} {
		if got[series] == 0 {
			t.Errorf("%s is missing, or zero", series)
		}
	}
}

// No request adds a series: whatever the path, the method, the tenant and the
// names in it.
func TestMetrics_cardinality(t *testing.T) {
	t.Parallel()
	b, now := newBackendAt(t)
	hostile := func(i int) {
		for _, method := range []string{"GET", "HEAD", "PUT", "BREW", fmt.Sprintf("M%d", i)} {
			for _, path := range []string{
				fmt.Sprintf("/x%d", i), fmt.Sprintf("/iam/t%d/users/u%d", i, i), fmt.Sprintf("~/groups/g%d", i), "/iam/%22%7D%0Aiam_x%201/users",
				fmt.Sprintf("~/users?name=n%d", i), "//", fmt.Sprintf("/healthz/%d", i), api.PathToken,
			} {
				b.send(t, exchange{method: method, path: path, header: map[string]string{"X-Request-Id": fmt.Sprintf("r%d", i), "Authorization": ""}})
			}
		}
	}
	hostile(0)
	now.advance(time.Second)
	first := b.scrape(t).names()
	hostile(1)
	now.advance(time.Second)
	// The first scrape is counted in the second.
	second := slices.DeleteFunc(b.scrape(t).names(), func(name string) bool { return strings.Contains(name, `route="/metrics"`) })
	if !slices.Equal(first, second) {
		t.Errorf("the series were\n%s\nand are\n%s", strings.Join(first, "\n"), strings.Join(second, "\n"))
	}
	if text := strings.Join(first, "\n"); strings.Contains(text, "acme") || strings.Contains(text, "BREW") || strings.Contains(text, "iam_x") {
		t.Errorf("they are %s", text)
	}
}

// The metrics are read at most once a second, those of the database every 15 seconds: while it
// does not answer, the others are present.
func TestMetrics_cached(t *testing.T) {
	t.Parallel()
	filled, now := newBackend(t), newClock()
	broken, breakage := newBrokenStore(filled.store)
	b := over(t, filled, server.Options{Store: broken, Now: now.Now})
	b.server.Close() // the workers query the database as well
	before := b.scrape(t)
	b.send(t, exchange{path: "~/groups"})
	if again := b.scrape(t); len(again) != len(before) {
		t.Errorf("they were read again: %v", again.names())
	}
	breakage.set(1, errors.New("gone"), false)
	now.advance(time.Second)
	if _, ok := b.scrape(t)["iam_tasks_waiting"]; !ok {
		t.Error("the backlog is missing after a second")
	}
	now.advance(15 * time.Second)
	if got := b.scrape(t); got[requests(api.PathGroups, "GET", "200")] != 1 {
		t.Errorf("without the database there is only %v", got.names())
	} else if _, ok := got["iam_tasks_waiting"]; ok {
		t.Error("the database does not answer, and the backlog is present")
	}
}

// A busy backend says so, and what it refused.
func TestMetrics_refused(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	slow := &slowStore{Store: filled.store, began: make(chan struct{}), goOn: make(chan struct{})}
	now := newClock()
	b := over(t, filled, server.Options{Store: slow, Requests: 1, Memory: 2 << 20, Now: now.Now})
	first := make(chan answer)
	go func() { first <- b.send(t, exchange{path: "~/groups"}) }()
	<-slow.began
	b.send(t, exchange{path: "~/users"})
	got := b.scrape(t)
	for series, want := range map[string]float64{
		`iam_http_requests_refused_total{reason="place"}`: 1, "iam_http_requests_working": 1, "iam_http_requests_working_limit": 1,
		"iam_http_requests_in_flight": 2, requests(api.PathUsers, "GET", "429"): 1,
	} {
		if got[series] != want {
			t.Errorf("%s is %v, want %v", series, got[series], want)
		}
	}
	close(slow.goOn)
	<-first
	for range 11 {
		b.send(t, tokenRequest("", servertest.ClientID, "wrong", ""))
	}
	now.advance(time.Second)
	if got := b.scrape(t); got[`iam_http_requests_refused_total{reason="secret"}`] != 1 {
		t.Errorf("got %v", got.names())
	}
}

// An aborted response is logged with the bytes that were sent, and counted as aborted; the
// caller does not take it for a complete one.
func TestMetrics_aborted(t *testing.T) {
	t.Parallel()
	piece := strings.Repeat("x", 128<<10) // more than is kept back
	for name, c := range map[string]struct {
		end    func(gone context.Context) error
		leaves bool   // the caller does
		status string // in the figures
		logged string // messages
	}{
		"whole":            {end: func(context.Context) error { return nil }, status: "200", logged: "[request]"},
		"by an error":      {end: func(context.Context) error { return errors.New("torn") }, status: "aborted", logged: "[request failed request]"},
		"by a panic":       {end: func(context.Context) error { panic("torn") }, status: "aborted", logged: "[panic request]"},
		"by who went away": {end: func(gone context.Context) error { <-gone.Done(); return gone.Err() }, leaves: true, status: "aborted", logged: "[request]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			log, now := &logLines{}, newClock()
			b := over(t, newBackend(t), server.Options{Store: newBackend(t).store, Logger: slog.New(slog.NewJSONHandler(log, nil)), Now: now.Now})
			torn := httptest.NewServer(b.server.Streaming(func(gone context.Context, w io.Writer) error {
				if _, err := io.WriteString(w, piece); err != nil {
					return err
				}
				return c.end(gone)
			}))
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			r, err := http.NewRequestWithContext(ctx, http.MethodGet, torn.URL, nil)
			if err != nil {
				t.Fatal(err)
			}
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			if c.leaves {
				leave()
			}
			body, err := io.ReadAll(got.Body)
			got.Body.Close()
			torn.Close() // when all is answered and logged
			if whole := err == nil && len(body) == len(piece); whole != (c.status == "200") {
				t.Errorf("the caller got %d bytes, %v", len(body), err)
			}
			var messages []string
			for _, record := range log.with(t, got.Header.Get(api.HeaderRequestID)) {
				messages = append(messages, fmt.Sprint(record["msg"]))
				if record["msg"] != "request" {
					if record["cause"] != "torn" {
						t.Errorf("got %v", record)
					}
					continue
				}
				sent, _ := record["bytes"].(float64)
				if aborted := c.status == "aborted"; (record["aborted"] == true) != aborted || record["status"] != 200.0 || sent < 64<<10 || sent > float64(len(piece)) || !aborted && int(sent) != len(piece) {
					t.Errorf("got %v", record)
				}
			}
			if fmt.Sprint(messages) != c.logged {
				t.Errorf("the log has %v, want %s", messages, c.logged)
			}
			if figures := b.scrape(t); figures[requests("/streaming", "GET", c.status)] != 1 || figures["iam_http_requests_in_flight"] != 1 {
				t.Errorf("got %v", figures.names())
			}
		})
	}
}

// leftStore has the lists of groups last until their caller is gone.
type leftStore struct {
	store.Store

	began chan struct{}
}

func (s leftStore) Groups(ctx context.Context, _ string) ([]store.Group, error) {
	close(s.began)
	<-ctx.Done()
	return nil, ctx.Err()
}

// A caller who leaves before the answer begins is no failure of the backend.
func TestMetrics_left(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	left := leftStore{Store: filled.store, began: make(chan struct{})}
	b := over(t, filled, server.Options{Store: left, Now: newClock().Now})
	listener := httptest.NewServer(b.server)
	ctx, leave := context.WithCancel(t.Context())
	defer leave()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, listener.URL+"/iam/acme/groups", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.token)
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if got, err := http.DefaultClient.Do(r); err == nil {
			got.Body.Close()
			t.Errorf("got %d", got.StatusCode)
		}
	}()
	<-left.began
	leave()
	<-gone
	listener.Close() // when all is answered
	if got := b.scrape(t); got[requests(api.PathGroups, "GET", "aborted")] != 1 {
		t.Errorf("got %v", got.names())
	}
}

// With an address of their own, the figures are only there.
func TestMetrics_elsewhere(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	b := over(t, filled, server.Options{Store: filled.store, Now: newClock().Now, MetricsElsewhere: true})
	if got := b.send(t, exchange{path: api.PathMetrics}); got.status != 404 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	listener := httptest.NewServer(b.server.Metrics())
	defer listener.Close()
	there := &backend{url: listener.URL}
	if got := there.scrape(t); got[requests("unknown", "other", "404")] != 1 {
		t.Errorf("got %v", got.names())
	}
	if got := there.send(t, exchange{path: "~/users"}); got.status != 404 {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

// The guide explains every metric of the backend, and no other, with its type.
func TestMetrics_guide(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	b := over(t, filled, server.Options{Store: filled.store, Connections: gate.NewConnections(1), Now: newClock().Now})
	b.send(t, exchange{path: api.PathHealth})
	explained := map[string]bool{}
	guide, err := os.ReadFile("../../docs/guides/operating-the-backend.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range regexp.MustCompile("(?m)^\\| `(iam_[a-z_]+)` \\| ([a-z]+) \\|").FindAllStringSubmatch(string(guide), -1) {
		explained[row[1]+" "+row[2]] = true
	}
	shown := map[string]bool{}
	for line := range strings.Lines(string(b.send(t, exchange{path: api.PathMetrics}).body)) {
		if found := typePattern.FindStringSubmatch(strings.TrimSpace(line)); found != nil && strings.HasPrefix(found[1], "iam_") {
			shown[found[1]+" "+found[2]] = true
		}
	}
	if !maps.Equal(explained, shown) {
		t.Errorf("explained are\n%v\nand shown\n%v", explained, shown)
	}
}
