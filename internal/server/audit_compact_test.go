package server_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// The compact form has the events of the other form without their objects, and
// names what an update changed, but for what changes always.
func TestAuditCompact(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "g")
	for _, body := range []string{
		`{"name": {"en": "H"}, "description": {"en": "D"}}`,
		`{"name": {"en": "I"}}`,
		`{"name": {"en": "I"}}`,
	} {
		b.check(t, exchange{method: "PUT", path: "~/groups/g", body: body, status: 204})
	}
	b.check(t, exchange{method: "DELETE", path: "~/groups/g", status: 204})
	rows := read[[]api.AuditRow](t, b, "~/audit-events?compact=true&object=g")
	var changed []string
	for _, row := range rows {
		changed = append(changed, fmt.Sprint(row.Action, row.Changed))
	}
	if got := strings.Join(changed, " "); got != "delete[] update[] update[description name] update[description name] create[]" {
		t.Errorf("got %s", got)
	}
	events := read[[]api.AuditEvent](t, b, "~/audit-events?object=g")
	for i, e := range events {
		row := rows[i]
		row.Changed = nil
		if want := (api.AuditRow{ID: e.ID, Time: e.Time, ActorKind: e.ActorKind, Actor: e.Actor, Action: e.Action, Kind: e.Kind, ObjectID: e.ObjectID, RelatedID: e.RelatedID, RequestID: e.RequestID}); fmt.Sprint(row) != fmt.Sprint(want) {
			t.Errorf("got %+v, want %+v", row, want)
		}
	}
	if got := b.send(t, exchange{path: "~/audit-events?compact=true&object=g"}); strings.Contains(string(got.body), "before") || strings.Contains(string(got.body), "after") {
		t.Errorf("the response has the objects: %s", got.body)
	}
	b.check(t, exchange{path: "~/audit-events?compact=yes", status: 400, want: `{"message": "compact must be true or false, not \"yes\""}`})
}

// A member that is cut in one state and not in the other is the same member.
func TestAuditCompact_cut(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	long := strings.Repeat
	put := func(name, description string) {
		body := fmt.Sprintf(`{"name": {"en": %q}, "description": {"en": %q, "de": %q, "fr": %q}}`, name, description, description, description)
		b.send(t, exchange{method: "PUT", path: "~/groups/g", body: body})
	}
	put(long("n", 1000), "d")             // whole
	put(long("n", 1000), long("d", 3000)) // both are cut
	put(long("n", 999)+"m", long("d", 3000))
	put(long("n", 999)+"m", "d") // whole again
	var changed []string
	for _, row := range read[[]api.AuditRow](t, b, "~/audit-events?compact=true&object=g") {
		changed = append(changed, fmt.Sprint(row.Changed))
	}
	if got := strings.Join(changed, " "); got != "[description] [name] [description] []" {
		t.Errorf("got %s", got)
	}
}

// Pages of the compact form are larger, and all rows of them there.
func TestAuditCompact_pages(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	withEvents(t, b, 1500, `{}`)
	for query, want := range map[string]string{
		"":                      "1500-501",
		"&limit=20000":          "1500-1",
		"&limit=250":            "1500-1251",
		"&limit=251":            "1500-1250",
		"&limit=600&before=600": "599-1",
		"&limit=1":              "1500-1500",
		"&kind=nothing":         "none",
		"&actor=a&limit=700":    "1500-801",
	} {
		rows, got := read[[]api.AuditRow](t, b, "~/audit-events?compact=true"+query), "none"
		for i, row := range rows {
			if row.ID != rows[0].ID-int64(i) {
				t.Fatalf("%s: row %d has the id %d", query, i, row.ID)
			}
			got = fmt.Sprintf("%d-%d", rows[0].ID, row.ID)
		}
		if got != want {
			t.Errorf("%s: got %s, want %s", query, got, want)
		}
	}
}
