package cli_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// audited are the ids of the events that an export printed, and its last line.
func audited(t *testing.T, text string) (ids []int64, end api.AuditEnd) {
	t.Helper()
	for line := range strings.Lines(text) {
		var e api.AuditEvent
		if end.End || json.Unmarshal([]byte(line), &e) != nil || json.Unmarshal([]byte(line), &end) != nil {
			t.Fatalf("a line is %q", line)
		}
		if !end.End {
			ids = append(ids, e.ID)
		}
	}
	return ids, end
}

func TestAuditExport(t *testing.T) {
	t.Parallel()
	var torn atomic.Bool
	b := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if torn.Load() && r.URL.Query().Get("from") != "" {
				w.WriteHeader(http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	err := b.Store.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
		for range 1200 { // more than a piece
			if err := tx.AppendEvent(t.Context(), store.Event{Tenant: "acme", At: time.Now(), ActorKind: "client", Actor: "a", Action: "create", Kind: "group", ObjectID: "g", After: "{}"}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	events, err := b.Client.AuditEvents(t.Context(), client.AuditFilter{Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	newest := events[0].ID
	environment := map[string]string{"IAM_API_URL": b.URL, "IAM_TENANT": "acme", "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret}
	for _, c := range []struct {
		args []string
		from int64
	}{
		{nil, 1},
		{[]string{"--from", "1100"}, 1100},
		{[]string{"--from", fmt.Sprint(newest + 1)}, newest + 1},
		{[]string{"--since", "2001-01-01T00:00:00Z"}, 1},
		{[]string{"--since", "2999-01-01T00:00:00Z"}, newest + 1},
	} {
		text, stderr, code := run(t, environment, append([]string{"audit", "export"}, c.args...)...)
		ids, end := audited(t, text)
		want := api.AuditEnd{End: true, From: c.from, Last: newest, Count: newest - c.from + 1, Newest: newest}
		if code != 0 || stderr != "" || end != want || int64(len(ids)) != want.Count || len(ids) > 0 && (ids[0] != c.from || ids[len(ids)-1] != newest) {
			t.Errorf("%q: code %d %q, %d events and %+v, want %+v", c.args, code, stderr, len(ids), end, want)
		}
	}
	torn.Store(true)
	text, stderr, code := run(t, environment, "audit", "export")
	if ids, end := audited(t, text); code != 1 || end.End || len(ids) != 1000 || !strings.Contains(stderr, "ends with event 1000 or earlier: continue with --from") {
		t.Errorf("torn: code %d %q, %d events and %+v", code, stderr, len(ids), end)
	}
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{"audit"}, "Usage: terraform-provider-iam audit export"},
		{[]string{"audit", "list"}, "Usage: terraform-provider-iam audit export"},
		{[]string{"audit", "export", "--from", "1", "--since", "2001-01-01T00:00:00Z"}, "use --from or --since, not both"},
		{[]string{"audit", "export", "--from", "-1"}, "--from must not be negative"},
		{[]string{"audit", "export", "--since", "today"}, `not "today"`},
		{[]string{"audit", "export", "--api-url", ""}, "no tenant given"},
	} {
		if text, stderr, code := run(t, environment, c.args...); code != 2 || text != "" || !strings.Contains(stderr, c.want) {
			t.Errorf("%q: code %d %q %q", c.args, code, text, stderr)
		}
	}
}

// Help that was asked for is what the command prints.
func TestAudit_help(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"audit", "-h"}, {"audit", "export", "-h"}} {
		if stdout, stderr, code := run(t, nil, args...); code != 0 || stderr != "" || !strings.Contains(stdout, "Usage: terraform-provider-iam audit export [flags]") {
			t.Errorf("%q: code %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

// A database needs no address and no key.
func TestAuditExport_embedded(t *testing.T) {
	t.Parallel()
	text, stderr, code := run(t, nil, "audit", "export", "--embedded", made(t), "--tenant", "acme")
	if ids, end := audited(t, text); code != 0 || !end.End || int64(len(ids)) != end.Newest || len(ids) == 0 {
		t.Errorf("code %d %q, %d events and %+v", code, stderr, len(ids), end)
	}
}
