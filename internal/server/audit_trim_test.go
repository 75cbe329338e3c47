package server_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
)

// What is no longer kept goes from the oldest on, in each tenant, and an event
// says which it was.
func TestAudit_limit(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	for i := range 30 {
		filled.check(t, exchange{method: "PUT", path: fmt.Sprintf("~/groups/g%d", i), body: `{"name": {"en": "x"}}`, status: 201, want: `{}`})
	}
	all := read[[]api.AuditEvent](t, filled, "~/audit-events?limit=1000")
	b := over(t, filled, server.Options{Store: filled.store, Now: newClock().Now, Audit: server.AuditLimit{Most: 10}})
	b.server.Close() // it has looked, or looks now
	if _, err := b.server.TrimEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	kept := read[[]api.AuditEvent](t, b, "~/audit-events?limit=1000")
	if len(kept) < 10 || len(kept) > 12 { // with those that say so
		t.Fatalf("%d of %d events are left", len(kept), len(all))
	}
	want := fmt.Sprintf("1-%d", all[0].ID-10)
	if !slices.ContainsFunc(kept, func(e api.AuditEvent) bool {
		return e.Kind == "audit-events" && e.Action == api.ActionDelete && e.ActorKind == api.ActorSystem && e.ObjectID == want
	}) {
		t.Errorf("none says that %s are gone: %+v", want, kept)
	}
	figures := b.scrape(t)
	if removed := kept[0].ID - int64(len(kept)); figures["iam_audit_events_removed_total"] != float64(removed) || figures["iam_audit_last_removal_timestamp_seconds"] == 0 {
		t.Errorf("%d are gone, the figures say %v, last at %v", removed, figures["iam_audit_events_removed_total"], figures["iam_audit_last_removal_timestamp_seconds"])
	}
}

// Nothing is older than it may be, however few there are.
func TestAudit_age(t *testing.T) {
	t.Parallel()
	filled, now := newBackendAt(t)
	filled.withGroups(t, "old")
	now.advance(48 * time.Hour)
	later := newClock()
	later.advance(48 * time.Hour)
	b := over(t, filled, server.Options{Store: filled.store, Now: later.Now, Audit: server.AuditLimit{Age: 24 * time.Hour}})
	b.token = b.issue(t, "acme", api.AllScopes()...)
	b.withGroups(t, "young")
	if _, err := b.server.TrimEvents(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, e := range read[[]api.AuditEvent](t, b, "~/audit-events?limit=1000") {
		if e.ObjectID == "old" {
			t.Errorf("it is still there: %+v", e)
		}
	}
	if young := read[[]api.AuditEvent](t, b, "~/audit-events?object=young"); len(young) != 1 {
		t.Errorf("got %+v", young)
	}
}
