package server_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

func TestObserve_requestID(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	paths := map[string]int{"~/groups": 200, "~/groups/nothing": 404, "/nothing": 404, api.PathToken: 405, api.PathHealth: 200}
	for path, status := range paths {
		for given, kept := range map[string]bool{
			"":                       false,
			"abc-1:2.3_4":            true,
			strings.Repeat("x", 128): true,
			strings.Repeat("x", 129): false,
			"two words":              false,
			"<script>":               false,
			"ä":                      false,
		} {
			got := b.send(t, exchange{path: path, header: map[string]string{api.HeaderRequestID: given}})
			id := got.header.Get(api.HeaderRequestID)
			if got.status != status || id == "" || (id == given) != kept {
				t.Errorf("%s with id %q: got %d and id %q", path, given, got.status, id)
			}
		}
	}
}

// Each request is one line in the log: who asked for what and what came of it,
// but no query, which may hold names, and nothing secret.
func TestObserve_log(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	log := &logLines{}
	b := over(t, filled, server.Options{Store: filled.store, Logger: slog.New(slog.NewJSONHandler(log, nil)), Now: newClock().Now})
	garbage := bearer("garbage-token")
	for i, c := range []struct {
		exchange
		route, tenant string
	}{
		{exchange{path: "~/groups?name=Kowalska", status: 200}, api.PathGroups, "acme"},
		{exchange{path: "~/groups/nothing", status: 404}, api.PathGroup, "acme"},
		{exchange{path: "/iam/other/users", status: 401}, api.PathUsers, "other"},
		{exchange{path: "~/users", header: garbage, status: 401}, api.PathUsers, "acme"},
		{exchange{method: "POST", path: "~/users", body: person("hidden@acme.example"), status: 201}, api.PathUsers, "acme"},
		{exchange{method: "PATCH", path: "~/users", status: 405}, api.PathUsers, "acme"},
		{exchange{path: "/nothing", status: 404}, "unknown", ""},
		{tokenRequest("", servertest.ClientID, servertest.ClientSecret, ""), api.PathToken, ""},
		{exchange{path: api.PathHealth, status: 200}, api.PathHealth, ""},
	} {
		id := fmt.Sprintf("request-%d", i)
		if c.header == nil {
			c.header = map[string]string{}
		}
		header := map[string]string{api.HeaderRequestID: id}
		for name, value := range c.header {
			header[name] = value
		}
		c.header = header
		got := b.send(t, c.exchange)
		method := c.method
		if method == "" {
			method = "GET"
		}
		want := fmt.Sprintf(`[{"msg": "request", "level": "INFO", "method": %q, "route": %q, "tenant": %q, "status": %d}]`, method, c.route, c.tenant, c.status)
		records := []any{}
		for _, r := range log.with(t, id) {
			records = append(records, r)
		}
		if diff := differs("", parse(t, want), any(records)); diff != "" || got.status != c.status {
			t.Errorf("%s %s: got %d; %s; logged %v", method, c.path, got.status, diff, records)
		}
		for _, hidden := range []string{"Kowalska", "hidden@", "garbage-token", servertest.ClientSecret, b.token, "access_token", "eyJ"} {
			if log.has(hidden) {
				t.Fatalf("%s %s: the log holds %q", method, c.path, hidden)
			}
		}
	}
}

// The log has the trace id of a request, if it is valid, and so do its errors.
func TestObserve_trace(t *testing.T) {
	t.Parallel()
	const id, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
	b := newBrokenBackend(t)
	for name, c := range map[string]struct {
		parents []string
		want    any
	}{
		"a trace":   {[]string{parent}, id},
		"none":      {nil, nil},
		"no trace":  {[]string{"00-" + id + "-0000000000000000-01"}, nil},
		"two":       {[]string{parent, parent}, nil},
		"a newline": {[]string{parent + " x=y"}, nil},
	} {
		for _, panics := range []bool{false, true} {
			b.breakage.set(1, errors.New("broken"), panics)
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/iam/acme/groups", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header["Traceparent"] = c.parents
			r.Header.Set("Authorization", "Bearer "+b.token)
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
			records := b.log.with(t, got.Header.Get(api.HeaderRequestID))
			if want := 2; len(records) < want {
				t.Errorf("%s: the log has %v", name, records)
			}
			for _, record := range records {
				if record["trace_id"] != c.want {
					t.Errorf("%s: the log has %v, want the trace %v", name, record, c.want)
				}
			}
		}
	}
}

// Health is about the process, readiness about its database.
func TestObserve_healthAndReadiness(t *testing.T) {
	t.Parallel()
	db, err := sqlstore.Open(t.Context(), sqltest.New(t))
	if err != nil {
		t.Fatal(err)
	}
	b := over(t, &backend{}, server.Options{Store: db})
	anyone := map[string]string{"Authorization": ""}
	b.play(
		t,
		exchange{name: "healthy", path: api.PathHealth, header: anyone, status: 200, want: `{"status": "ok"}`},
		exchange{name: "ready", path: api.PathReady, header: anyone, status: 200, want: `{"status": "ready"}`},
	)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	b.play(
		t,
		exchange{name: "still healthy", path: api.PathHealth, header: anyone, status: 200, want: `{"status": "ok"}`},
		exchange{name: "not ready", path: api.PathReady, header: anyone, status: 503, want: `{"code": 503, "message": "The backend's database cannot be read; the backend's log has the cause."}`},
	)
	if _, err := server.New(t.Context(), server.Options{Store: db}); err == nil || !strings.Contains(err.Error(), "listing tenants") {
		t.Errorf("a server over a closed store: got %v", err)
	}
}

// Whoever is not ready says why, and for each reason with the same status.
func TestObserve_notReady(t *testing.T) {
	t.Parallel()
	b := newBrokenBackend(t)
	for says, cause := range map[string]error{
		"is full":                         store.ErrFull,
		"is read-only":                    store.ErrReadOnly,
		"is damaged":                      store.ErrDamaged,
		"not those of this version":       store.ErrTables,
		"newer version of the program":    store.ErrSuperseded,
		"did not answer within 2s":        context.DeadlineExceeded,
		"the backend's log has the cause": errors.New("something else"),
	} {
		b.breakage.set(1, fmt.Errorf("%w: /var/lib/iam.db", cause), false)
		got := b.send(t, exchange{path: api.PathReady})
		if got.status != http.StatusServiceUnavailable || !strings.Contains(string(got.body), says) || strings.Contains(string(got.body), "iam.db") {
			t.Errorf("%v: got %d %s", cause, got.status, got.body)
		}
		if logged := fmt.Sprint(b.log.with(t, got.header.Get(api.HeaderRequestID))); !strings.Contains(logged, "iam.db") {
			t.Errorf("%v: the cause is not in the log: %s", cause, logged)
		}
	}
}

// A server that is shutting down is not ready, and still answers requests.
func TestObserve_draining(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.play(t, exchange{name: "before", path: api.PathReady, status: 200, want: `{"status": "ready"}`})
	b.server.Drain()
	b.play(
		t,
		exchange{name: "not ready", path: api.PathReady, status: 503, want: `{"code": 503, "message": "The backend is shutting down; it still answers requests."}`},
		exchange{name: "still there", path: api.PathHealth, status: 200, want: `{"status": "ok"}`},
	)
}
