package client_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func TestAuditEvents(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	b := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/audit-events") {
				requests.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	for i := range 7 {
		if _, err := b.Client.CreateGroup(t.Context(), api.GroupCreate{ID: fmt.Sprintf("g%d", i), Name: api.Text{"en": "G"}}); err != nil {
			t.Fatal(err)
		}
	}
	small := b.NewClient(t, client.Options{PageSize: 3})
	for _, c := range []struct {
		filter   client.AuditFilter
		want     string
		requests int32
	}{
		{client.AuditFilter{Kind: "group"}, "g6 g5 g4 g3 g2 g1 g0", 3},
		{client.AuditFilter{Kind: "group", Before: third(t, b.Client), Limit: 2}, "g3 g2", 1},
		{client.AuditFilter{Kind: "group", Limit: 6}, "g6 g5 g4 g3 g2 g1", 2},
		{client.AuditFilter{Kind: "group", Limit: 5}, "g6 g5 g4 g3 g2", 2},
		{client.AuditFilter{Kind: "group", Limit: 2}, "g6 g5", 1},
		{client.AuditFilter{Object: "g3", Actor: servertest.ClientID, Since: time.Now().Add(-time.Hour)}, "g3", 1},
		{client.AuditFilter{Object: "g3", Since: time.Now().Add(time.Hour)}, "", 1},
		{client.AuditFilter{Actor: "nobody"}, "", 1},
	} {
		requests.Store(0)
		events, err := small.AuditEvents(t.Context(), c.filter)
		var ids []string
		for _, e := range events {
			ids = append(ids, e.ObjectID)
		}
		if got := strings.Join(ids, " "); err != nil || got != c.want || requests.Load() != c.requests {
			t.Errorf("%+v: got %q in %d requests, want %q in %d, %v", c.filter, got, requests.Load(), c.want, c.requests, err)
		}
	}
}

// third returns the id of the third event of groups, from the newest.
func third(t *testing.T, c *client.Client) int64 {
	t.Helper()
	events, err := c.AuditEvents(t.Context(), client.AuditFilter{Kind: "group", Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	return events[2].ID
}

func TestAuditEvents_elsewhere(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoContract: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/audit-events") {
				http.NotFound(w, r)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	_, err := b.Client.AuditEvents(t.Context(), client.AuditFilter{})
	var lacking *client.UnsupportedError
	if !errors.As(err, &lacking) || lacking.What != "audit events" {
		t.Errorf("got %v", err)
	}
}

// Events that are none, or are not older than those before them, are no list.
func TestAuditEvents_lies(t *testing.T) {
	t.Parallel()
	for name, rows := range map[string]string{
		"the same page":     `{"id":9},{"id":8}`,
		"the same event":    `{"id":9},{"id":9}`,
		"more than asked":   `{"id":9},{"id":8},{"id":7}`,
		"no id":             `{"id":9},{"action":"created"}`,
		"an id before one":  `{"id":9},{"id":0}`,
		"a number too huge": `{"id":9},{"id":1e99}`,
	} {
		b := servertest.New(t, servertest.Options{NoContract: true, Wrap: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/audit-events") {
					_, _ = fmt.Fprintf(w, "[%s]", rows)
					return
				}
				next.ServeHTTP(w, r)
			})
		}})
		events, err := b.NewClient(t, client.Options{PageSize: 2}).AuditEvents(t.Context(), client.AuditFilter{})
		if events != nil || err == nil || !strings.Contains(err.Error(), "GET /iam/acme/audit-events") {
			t.Errorf("%s: got %v, %v", name, events, err)
		}
	}
}
