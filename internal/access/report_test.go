package access

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

func TestReport(t *testing.T) {
	t.Parallel()
	user := User{Groups: []Group{
		{ID: "orders-de", Controls: ControlIDs(Expand(Access{}, map[string]Level{"orders": Manage}))},
		{ID: "everyone", Templates: []string{"viewer"}},
		{ID: "backup", Controls: ControlIDs(Expand(Access{}, map[string]Level{"orders": Manage}))},
		{ID: "oe", Controls: ControlIDs(Expand(Access{}, map[string]Level{"digital_processes": Read}))},
	}}
	rows := Report(user)
	find := func(entity string) Row {
		i := slices.IndexFunc(rows, func(r Row) bool { return r.Entity == entity })
		if i < 0 {
			t.Fatalf("no row for %s", entity)
		}
		return rows[i]
	}
	for _, c := range []struct {
		entity string
		level  Level
		by     string
		source Source
	}{
		{"orders", Manage, "backup orders-de", FromGroup},
		{"carts", Manage, "backup orders-de", Derived},
		{"tax", Read, "everyone", FromTemplate},
		{"digital_processes", Read, "oe", FromGroup},
		{"schedules", Read, "oe", Correlated},
	} {
		r := find(c.entity)
		if by := strings.Join(r.GrantedBy, " "); r.Level != c.level || by != c.by || r.Source != c.source {
			t.Errorf("%s: got %s by %s from %s, want %s by %s from %s", c.entity, r.Level, by, r.Source, c.level, c.by, c.source)
		}
	}
	if !slices.IsSortedFunc(rows, func(a, b Row) int {
		return strings.Compare(a.Category+"\x00"+a.Entity, b.Category+"\x00"+b.Entity)
	}) {
		t.Error("rows are not ordered by category and entity")
	}
}

// If several groups grant the level, the source is that of the first by id,
// regardless of their order.
func TestReport_sourceOfTheFirstGroup(t *testing.T) {
	t.Parallel()
	level := Expand(Access{}, map[string]Level{"tax": Read})
	template, own := Group{Templates: []string{"tax"}}, Group{Controls: ControlIDs(level)}
	rights := Rights{Templates: map[string][]string{"tax": ControlIDs(level)}}
	for _, c := range []struct {
		a, b Group
		want Source
	}{
		{template, own, FromTemplate},
		{own, template, FromGroup},
	} {
		c.a.ID, c.b.ID = "a", "b"
		for _, groups := range [][]Group{{c.a, c.b}, {c.b, c.a}} {
			rows := Report(User{Groups: groups, Rights: rights})
			if len(rows) != 1 || rows[0].Source != c.want || strings.Join(rows[0].GrantedBy, " ") != "a b" {
				t.Errorf("%s first: got %+v, want one row from %s by a b", groups[0].ID, rows, c.want)
			}
		}
	}
}

func TestReport_restrictions(t *testing.T) {
	t.Parallel()
	type row struct {
		Name   string
		Locked bool
		Groups []tableGroup
		Want   map[string][]string // rows by entity: level, values, groups, source
	}
	for _, c := range readTable[row](t, "restrictions.json") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			got := map[string][]string{}
			for _, r := range Report(User{Locked: c.Locked, Groups: parseGroups(t, c.Groups)}) {
				text := r.LevelText()
				if len(r.Restrictions) > 0 {
					text += " on " + strings.Join(r.Restrictions, " ")
				}
				got[r.Entity] = append(got[r.Entity], text+" by "+strings.Join(r.GrantedBy, " ")+" from "+string(r.Source))
			}
			for entity, want := range c.Want {
				if !slices.Equal(got[entity], want) {
					t.Errorf("%s: got %q, want %q", entity, got[entity], want)
				}
			}
		})
	}
}

// Parts on different records never make up a level: nobody reads all of a company
// here, on AT or on DE.
func TestReport_partsOfDifferentRecords(t *testing.T) {
	t.Parallel()
	parts := ControlIDs(FromMap(map[string]Level{"companies": Read}))
	if len(parts) < 2 {
		t.Fatalf("companies take the controls %v only", parts)
	}
	rows := Report(User{Groups: []Group{
		{ID: "a", Controls: parts[1:], Restrictions: []string{"AT"}},
		{ID: "b", Controls: parts[:1], Restrictions: []string{"DE"}},
	}})
	if len(rows) != 1 || !rows[0].Partly || rows[0].Level != Read || len(rows[0].Scopes) != len(parts) ||
		!slices.Equal(rows[0].GrantedBy, []string{"a", "b"}) || !slices.Equal(rows[0].Restrictions, []string{"AT", "DE"}) {
		t.Errorf("got %+v", rows)
	}
}

// The status codes of quotes do not lift the restriction of quotes.
func TestReport_quoteStatusesInRestrictedGroup(t *testing.T) {
	t.Parallel()
	at := Group{ID: "at", Templates: []string{"viewer"}, Restrictions: []string{"AT"}}
	var token ScopeGroup
	token.Restrictions = at.Restrictions
	for _, id := range (Rights{}).Carried(at) {
		c, _ := ControlByID(id)
		token.Grants = append(token.Grants, ScopeGrant{Scopes: c.Scopes, RestrictionAware: c.RestrictionAware()})
	}
	scopes := ScopeUser{Groups: []ScopeGroup{token}}.Scopes()
	if !slices.Contains(scopes, "quote.quote_read--AT") || slices.Contains(scopes, "quote.quote_read") {
		t.Errorf("the token has %v", scopes)
	}
	for _, row := range Report(User{Groups: []Group{at}}) {
		if row.Entity == "quotes" && !slices.Equal(row.Restrictions, []string{"AT"}) {
			t.Errorf("got %+v", row)
		}
	}
}

func TestRow_writeTo(t *testing.T) {
	t.Parallel()
	var written strings.Builder
	w := safecsv.NewWriter(&written, rowHeader...)
	for _, r := range []Row{
		{Category: "Orders", Entity: "orders", EntityLabel: "Orders", Level: Manage, Restrictions: []string{"DE", "FR"}, RestrictionAware: true, GrantedBy: []string{"=cmd()", "b"}, Source: FromGroup, Sources: []Source{FromGroup, FromControl}, VendorID: "v"},
		{Category: "Extensions", Entity: "x", EntityLabel: `Views, "quoted"`, Level: Read, GrantedBy: []string{"-1"}, Source: FromTemplate, Sources: []Source{FromTemplate}, Partly: true, Scopes: []string{"a.b_read", "c.d"}},
	} {
		r.writeTo(w)
		w.EndRow()
	}
	if err := w.End(); err != nil {
		t.Fatal(err)
	}
	text := written.String()
	want := "category,entity,entity_label,level,restrictions,restriction_aware,granted_by,source,vendor_id,scopes\r\n" +
		"Orders,orders,Orders,manage,DE FR,true,'=cmd() b,access access_control,v,\r\n" +
		"Extensions,x,\"Views, \"\"quoted\"\"\",partly read,,false,'-1,template,,a.b_read c.d\r\n"
	if text != want {
		t.Errorf("got\n%q, want\n%q", text, want)
	}
	if rows, err := csv.NewReader(strings.NewReader(text)).ReadAll(); err != nil || len(rows) != 3 {
		t.Errorf("read back: %d rows, %v", len(rows), err)
	}
}
