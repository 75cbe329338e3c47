package sqlstore_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// fillEvents creates a tenant with many events: few of a rare kind, few by a rare
// actor, and hardly any within the last minute.
const fillEvents = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
	INSERT INTO audit_event SELECT 'acme', i, 60000 * i, 'client', CASE WHEN i % 5000 = 7 THEN 'rare' ELSE 'pipeline' END, 'update',
		CASE WHEN i % 5000 = 9 THEN 'site' ELSE 'membership' END, 'object ' || (i % 500), 'related ' || (i % 400), '', '{}', '{}' FROM n`

// A page of the newest events is found by an index in either engine, without
// reading all events of the tenant.
func TestEvents_useIndexes(t *testing.T) {
	t.Parallel()
	recent := time.UnixMilli(60_000 * 19_995)
	sqltest.Each(t, func(t *testing.T, dsn string) {
		s, ctx := openDSN(t, dsn), t.Context()
		if err := s.CreateTenant(ctx, store.Tenant{Name: "acme"}); err != nil {
			t.Fatal(err)
		}
		db, explain := sqltest.RawDB(t, dsn), "EXPLAIN QUERY PLAN "
		sqltest.Run(t, db, fillEvents)
		if !strings.HasPrefix(dsn, "sqlite:") {
			explain = "EXPLAIN "
			sqltest.Run(t, db, "ANALYZE audit_event")
		}
		for _, c := range []struct {
			filter store.EventFilter
			index  string // empty: only that nothing is sorted and everything is sought
			found  int
		}{
			{store.EventFilter{}, "", 100},
			{store.EventFilter{Before: 10_000}, "", 100},
			{store.EventFilter{Kind: "site"}, "audit_event_of_kind", 4},
			{store.EventFilter{Kind: "scope"}, "audit_event_of_kind", 0},
			{store.EventFilter{Actor: "rare", Before: 15_000}, "audit_event_of_actor", 3},
			{store.EventFilter{Object: "object 3"}, "audit_event_of_object", 40},
			{store.EventFilter{Object: "related 3"}, "audit_event_of_related", 50},
			{store.EventFilter{Since: recent}, "audit_event_since", 6},
			{store.EventFilter{Since: recent, Before: 19_998}, "audit_event_since", 3},
			{store.EventFilter{Since: recent, Kind: "membership", Actor: "pipeline"}, "audit_event_since", 6},
		} {
			c.filter.Limit = 100
			statement, args := sqlstore.EventQuery("acme", c.filter)
			rows, err := db.QueryContext(ctx, explain+statement, args...)
			if err != nil {
				t.Fatal(err)
			}
			plan := explained(t, rows)
			sorts := c.index == "" && (strings.Contains(plan, "Sort") || strings.Contains(plan, "B-TREE"))
			if strings.Contains(plan, "Seq Scan") || strings.Contains(plan, "SCAN audit_event") || sorts || !strings.Contains(plan, c.index) {
				t.Errorf("%+v: want %s in\n%s", c.filter, c.index, plan)
			}
			if list, err := s.Events(ctx, "acme", c.filter); err != nil || len(list) != c.found {
				t.Errorf("%+v: got %d events, want %d (%v)", c.filter, len(list), c.found, err)
			}
		}
	})
}

// explained returns a query plan as one text, whatever its columns.
func explained(t *testing.T, rows *sql.Rows) string {
	t.Helper()
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		cells, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			targets[i] = &cells[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&plan, cells[len(cells)-1])
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return plan.String()
}
