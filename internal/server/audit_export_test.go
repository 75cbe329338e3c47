package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const auditExport = "~/audit-events/export"

// exported is an export: its events, and its last line.
type exported struct {
	events []api.AuditEvent
	end    api.AuditEnd
}

// ids are the first and last id, with whether none is missing between them.
func (x exported) ids() string {
	if len(x.events) == 0 {
		return "none"
	}
	first, last := x.events[0].ID, x.events[len(x.events)-1].ID
	return fmt.Sprintf("%d-%d %t", first, last, int(last-first) == len(x.events)-1 && slices.IsSortedFunc(x.events, func(a, b api.AuditEvent) int { return int(a.ID - b.ID) }))
}

func readExport(t testing.TB, body []byte) (x exported) {
	t.Helper()
	for line := range bytes.Lines(body) {
		if x.end.End {
			t.Fatalf("a line follows the last: %s", line)
		}
		if err := json.Unmarshal(line, &x.end); err != nil {
			t.Fatal(err)
		}
		var e api.AuditEvent
		if err := json.Unmarshal(line, &e); err != nil || !x.end.End && (e.ID == 0 || line[len(line)-1] != '\n') {
			t.Fatalf("a line is %s: %v", line, err)
		}
		if !x.end.End {
			x.events = append(x.events, e)
		}
	}
	if !x.end.End {
		t.Fatalf("it was cut off: %.300s", body)
	}
	return x
}

func (b *backend) export(t testing.TB, query string) exported {
	t.Helper()
	got := b.send(t, exchange{path: auditExport + query})
	if kind := got.header.Get("Content-Type"); got.status != 200 || kind != "application/x-ndjson" {
		t.Fatalf("%s: got %d, %q %s", query, got.status, kind, got.body)
	}
	return readExport(t, got.body)
}

// withEvents has the tenant have so many events, appended past the server.
func withEvents(t testing.TB, b *backend, newest int64, state string) {
	t.Helper()
	for next := b.lastEvent(t) + 1; next <= newest; {
		err := b.store.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
			for range min(1000, newest-next+1) {
				e := store.Event{
					Tenant: "acme", At: time.UnixMilli(next), ActorKind: "client", Actor: "a", Action: "update", Kind: "group", ObjectID: "g", Before: state, After: `{"id": "g"}`,
				}
				if err := tx.AppendEvent(t.Context(), e); err != nil {
					return err
				}
				next++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// An export has the events as the list has them, oldest first, from a number or
// a time on, and says which they are.
func TestAuditExport(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "g")
	b.check(t, exchange{method: "PUT", path: "~/groups/g", body: `{"name": {"en": "<h>"}}`, status: 204})
	list := b.newest(t, 0)
	if got := b.export(t, ""); fmt.Sprintf("%+v", got.events) != fmt.Sprintf("%+v", list) {
		t.Errorf("got\n%+v\nwant\n%+v", got.events, list)
	}
	withEvents(t, b, 600, `{}`)
	if err := b.store.DeleteEvents(t.Context(), "acme", 100); err != nil {
		t.Fatal(err)
	}
	at := func(ms int64) string { return time.UnixMilli(ms).UTC().Format(time.RFC3339Nano) }
	for query, want := range map[string]struct {
		ids string
		end api.AuditEnd
	}{
		"":                    {"101-600 true", api.AuditEnd{From: 1, Last: 600, Count: 500, Missing: 100}},
		"?from=1":             {"101-600 true", api.AuditEnd{From: 1, Last: 600, Count: 500, Missing: 100}},
		"?from=50&limit=10":   {"101-110 true", api.AuditEnd{From: 50, Last: 110, Count: 10, Missing: 51}},
		"?from=111":           {"111-600 true", api.AuditEnd{From: 111, Last: 600, Count: 490}},
		"?from=111&limit=251": {"111-361 true", api.AuditEnd{From: 111, Last: 361, Count: 251}},
		"?from=600&limit=1":   {"600-600 true", api.AuditEnd{From: 600, Last: 600, Count: 1}},
		"?from=601":           {"none", api.AuditEnd{From: 601, Last: 600}},
		"?since=" + at(300):   {"300-600 true", api.AuditEnd{From: 300, Last: 600, Count: 301}},
		"?since=" + at(101):   {"101-600 true", api.AuditEnd{From: 1, Last: 600, Count: 500, Missing: 100}}, // removed events may also be of that time
		"?since=" + at(601):   {"none", api.AuditEnd{From: 601, Last: 600}},
	} {
		want.end.End, want.end.Newest = true, 600
		if got := b.export(t, query); got.ids() != want.ids || got.end != want.end {
			t.Errorf("%s: got %s and %+v, want %s and %+v", query, got.ids(), got.end, want.ids, want.end)
		}
	}
	b.play(
		t,
		exchange{name: "beyond the newest", path: auditExport + "?from=602", status: 400, want: `{"message": "There is no audit event 602 yet: the newest is 600"}`},
		exchange{name: "both", path: auditExport + "?from=1&since=" + at(1), status: 400, want: `{"message": "Give from or since, not both"}`},
		exchange{name: "no number", path: auditExport + "?from=0", status: 400, want: `{}`},
		exchange{name: "no time", path: auditExport + "?since=today", status: 400, want: `{}`},
		exchange{name: "no limit", path: auditExport + "?limit=-1", status: 400, want: `{}`},
		exchange{name: "without the scope", path: auditExport, header: bearer(b.issue(t, "acme", api.ScopeUserRead)), status: 403, want: `{"code": 403}`},
	)
	if err := b.store.DeleteEvents(t.Context(), "acme", 600); err != nil {
		t.Fatal(err)
	}
	if got := b.export(t, ""); got.ids() != "none" || got.end != (api.AuditEnd{End: true, From: 1}) {
		t.Errorf("of no events: got %s and %+v", got.ids(), got.end)
	}
}

// The event of what is no longer kept is in an export, and the last line counts
// what is missing.
func TestAuditExport_trimmed(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	withEvents(t, filled, 50, `{}`)
	b := over(t, filled, server.Options{Store: filled.store, Now: newClock().Now, Audit: server.AuditLimit{Most: 10}})
	b.server.Close()
	if _, err := b.server.TrimEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := b.export(t, "")
	if got.end.Missing < 40 || got.end.Count+got.end.Missing != got.end.Newest || !strings.HasSuffix(got.ids(), " true") {
		t.Errorf("got %s and %+v", got.ids(), got.end)
	}
	if !slices.ContainsFunc(got.events, func(e api.AuditEvent) bool { return e.Kind == "audit-events" && e.ObjectID == "1-40" }) {
		t.Errorf("none of %+v says which are gone", got.events)
	}
}

// pagedStore calls before each page of an export.
type pagedStore struct {
	store.Store

	page func(from int64) error
}

func (s pagedStore) EventsFrom(ctx context.Context, tenant string, from int64, limit int) ([]store.Event, error) {
	if err := s.page(from); err != nil {
		return nil, err
	}
	return s.Store.EventsFrom(ctx, tenant, from, limit)
}

// Ten thousand large events take no more memory than some pages of
// them. What comes meanwhile is not in the export, and what is removed meanwhile
// is counted. The test is alone, as it measures memory.
func TestAuditExport_large(t *testing.T) {
	const all = 10_000
	filled := newBackend(t)
	withEvents(t, filled, all, `{"text": "`+strings.Repeat("x", 3<<10)+`"}`)
	inUse := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most := inUse(), uint64(0)
	b := over(t, filled, server.Options{Now: newClock().Now, Store: pagedStore{filled.store, func(from int64) error {
		if from%2500 == 1 {
			most = max(most, inUse())
		}
		if from == 5001 {
			withEvents(t, filled, all+10, `{}`)
			return filled.store.DeleteEvents(t.Context(), "acme", 5100)
		}
		return nil
	}}})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/iam/acme/audit-events/export", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.token)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var line struct {
		ID int64 `json:"id"`
		api.AuditEnd
	}
	want := int64(1)
	for lines := json.NewDecoder(got.Body); ; want++ {
		if err := lines.Decode(&line); err != nil {
			t.Fatal(err)
		}
		if line.End {
			break
		}
		if want == 5001 {
			want = 5101
		}
		if line.ID != want {
			t.Fatalf("got %d, want %d", line.ID, want)
		}
	}
	if want := (api.AuditEnd{End: true, From: 1, Last: all, Count: all - 100, Missing: 100, Newest: all}); line.AuditEnd != want {
		t.Errorf("got %+v, want %+v", line.AuditEnd, want)
	}
	if grown := int64(most) - int64(before); grown > 16<<20 { // all of them are 30 MB
		t.Errorf("it took %d MB", grown>>20)
	}
}

// If all remaining events are removed meanwhile, they count as missing, with or without later
// events.
func TestAuditExport_overtaken(t *testing.T) {
	t.Parallel()
	for _, later := range []int64{300, 310} {
		filled := newBackend(t)
		withEvents(t, filled, 300, `{}`)
		b := over(t, filled, server.Options{Now: newClock().Now, Store: pagedStore{filled.store, func(from int64) error {
			if from != 251 {
				return nil
			}
			withEvents(t, filled, later, `{}`)
			return filled.store.DeleteEvents(t.Context(), "acme", 300)
		}}})
		want := api.AuditEnd{End: true, From: 1, Last: 300, Count: 250, Missing: 50, Newest: 300}
		if got := b.export(t, ""); got.ids() != "1-250 true" || got.end != want {
			t.Errorf("got %s and %+v, want %+v", got.ids(), got.end, want)
		}
	}
}

// An export that fails on the way is broken off, and can be gone on with.
func TestAuditExport_brokenOff(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	withEvents(t, filled, 1000, `{"text": "`+strings.Repeat("x", 1000)+`"}`)
	b := over(t, filled, server.Options{Now: newClock().Now, Store: pagedStore{filled.store, func(from int64) error {
		if from == 501 {
			return errors.New("torn")
		}
		return nil
	}}})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/iam/acme/audit-events/export", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.token)
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	if err == nil || strings.Contains(string(body), `"end"`) {
		t.Errorf("it passes for a whole one: %d bytes", len(body))
	}
	whole := body[:bytes.LastIndexByte(body, '\n')+1]
	next := bytes.Count(whole, []byte("\n")) + 1
	if next == 1 {
		t.Error("nothing came")
	}
	if got := filled.export(t, fmt.Sprintf("?from=%d", next)); got.ids() != fmt.Sprintf("%d-1000 true", next) {
		t.Errorf("from %d on: got %s", next, got.ids())
	}
}
