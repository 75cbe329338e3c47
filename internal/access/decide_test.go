package access

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// tableGroup is a group in a truth table.
type tableGroup struct {
	ID           string
	Vendor       string
	Template     string
	Access       map[string]string
	Controls     []string // predefined ones, and those of someRights
	Restrictions []string
}

func parseGroups(t *testing.T, list []tableGroup) []Group {
	t.Helper()
	groups := []Group{}
	for _, g := range list {
		levels := Expand(Access{}, parseLevels(t, g.Access))
		group := Group{ID: g.ID, VendorID: g.Vendor, Controls: append(ControlIDs(levels), g.Controls...), Restrictions: g.Restrictions}
		for _, id := range g.Controls {
			if !someRights.Knows(id) {
				t.Fatalf("no access control %q", id)
			}
		}
		if template, ok := TemplateByID(g.Template); ok {
			group.Templates = []string{template.ID}
		} else if g.Template != "" {
			t.Fatalf("no template %q", g.Template)
		}
		groups = append(groups, group)
	}
	return groups
}

func TestDecide(t *testing.T) {
	t.Parallel()
	type row struct {
		Name   string
		Locked bool
		Groups []tableGroup
		Cases  []struct {
			Ask         string
			Restriction *string
			Vendor      string
			By, Reason  string
		}
	}
	for _, c := range readTable[row](t, "decisions.json") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			user := User{Locked: c.Locked, Groups: parseGroups(t, c.Groups), Rights: someRights}
			for _, q := range c.Cases {
				entity, name, _ := strings.Cut(q.Ask, " ")
				level, err := ParseLevel(name)
				if err != nil {
					t.Fatal(err)
				}
				got := Decide(user, entity, level, Records{Restriction: q.Restriction, VendorID: q.Vendor})
				if by := strings.Join(got.GrantedBy, " "); got.Reason != q.Reason || by != q.By || got.Allowed != (q.By != "") {
					t.Errorf("%s: got %v by %q: %s\nwant by %q: %s", q.Ask, got.Allowed, by, got.Reason, q.By, q.Reason)
				}
			}
		})
	}
}

var anyValue = rapid.SampledFrom([]string{"AT", "DE", "FR", "US"})

// anyGroup draws a group that grants anything in any way, on any records.
func anyGroup() *rapid.Generator[Group] {
	return rapid.Custom(func(t *rapid.T) Group {
		g := Group{
			ID:           rapid.StringMatching(`[a-f]`).Draw(t, "id"),
			Restrictions: rapid.SliceOfN(anyValue, 0, 3).Draw(t, "restrictions"),
		}
		a := Expand(Access{}, anyOwn().Draw(t, "own"))
		g.Controls = ControlIDs(a)
		for _, c := range rapid.SliceOfN(rapid.SampledFrom(controls), 0, 3).Draw(t, "controls") {
			g.Controls = append(g.Controls, c.ID)
		}
		for _, template := range rapid.SliceOfN(rapid.SampledFrom(Templates()), 0, 1).Draw(t, "template") {
			g.Templates = []string{template.ID}
		}
		g.Controls = append(g.Controls, rapid.SliceOfN(rapid.SampledFrom(slices.Sorted(maps.Keys(someRights.Controls))), 0, 2).Draw(t, "own controls")...)
		g.VendorID = rapid.SampledFrom([]string{"", "", "acme", "zeta"}).Draw(t, "vendor")
		return g
	})
}

// someRights has custom access controls: full levels, parts of levels, scopes of
// several entities, of none, of vendors, and custom scopes.
var someRights = Rights{
	Controls: map[string]OwnControl{
		"own-users":   {Scopes: []string{"iam.user_read", "iam.user_create", "iam.group_read"}},
		"own-groups":  {Scopes: []string{"iam.group_manage", "iam.access_read", "iam.template_read"}},
		"own-orders":  {Scopes: []string{"order.order_read", "order.order_manage"}, RestrictionAware: true},
		"own-open":    {Scopes: []string{"order.order_read", "quote.quote_read", "shipping.shipping_read"}},
		"own-vendors": {Scopes: []string{"order.order_read_by_vendor", "product.product_read_by_vendor"}, VendorAware: true},
		"own-others":  {Scopes: []string{"ai.agent_read", "house.key", "house.gone", "integromat.scenario_edit"}},
		"own-narrow":  {Scopes: []string{"ai.agent_manage"}, RestrictionAware: true},
		"own-agents":  {Scopes: []string{"ai.agent_read"}, VendorAware: true},
	},
	Scopes: map[string]bool{"house.key": true},
}

func anyGroups() *rapid.Generator[[]Group] {
	return rapid.SliceOfNDistinct(anyGroup(), 0, 4, func(g Group) string { return g.ID })
}

// records are the kinds of records to ask about: without a value, with one of the
// drawn values, with another.
func everyRecord() []*string {
	list := []*string{nil}
	for _, v := range []string{"AT", "DE", "FR", "US", "elsewhere"} {
		list = append(list, &v)
	}
	return list
}

func written(restriction *string) string {
	if restriction == nil {
		return "no value"
	}
	return *restriction
}

// narrower returns the first question that is allowed before and not after.
func narrower(before, after Subject) string {
	for i, e := range catalog {
		for _, v := range everyRecord() {
			if after.level(i, v) < before.level(i, v) {
				return e.Code + " on records with " + written(v)
			}
		}
	}
	return ""
}

// enough reports whether the groups alone grant the level on such records.
func enough(u User, groups []string, entity int, level Level, restriction *string) bool {
	u.Groups = slices.DeleteFunc(slices.Clone(u.Groups), func(g Group) bool { return !slices.Contains(groups, g.ID) })
	return u.Subject().level(entity, restriction) >= level
}

func TestReportAndDecisionAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		user := User{Locked: rapid.IntRange(0, 9).Draw(t, "locked") == 0, Groups: anyGroups().Draw(t, "groups"), Rights: someRights}
		subject, rows := user.Subject(), Report(user)
		for i, e := range catalog {
			for _, level := range e.Product.Levels()[1:] {
				for _, v := range everyRecord() {
					var by []string
					for _, r := range rows {
						if r.Entity == e.Code && !r.Partly && r.VendorID == "" && r.Level >= level && (len(r.Restrictions) == 0 || v != nil && slices.Contains(r.Restrictions, *v)) {
							by = append(by, r.GrantedBy...)
						}
					}
					got := subject.Decide(e.Code, level, Records{Restriction: v})
					if got.Allowed != (len(by) > 0) || got.Allowed != (subject.level(i, v) >= level) {
						t.Fatalf("%s on %s with %s: decided %+v, reported by %v", level, e.Code, written(v), got, by)
					}
					if got.Allowed && (!enough(user, got.GrantedBy, i, level, v) || !enough(user, by, i, level, v)) {
						t.Fatalf("%s on %s with %s: the decision names %v, the report %v", level, e.Code, written(v), got.GrantedBy, by)
					}
				}
			}
		}
	})
}

// No row repeats what another row says.
func TestReportIsMaximal(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := Report(User{Groups: anyGroups().Draw(t, "groups"), Rights: someRights})
		for i, a := range rows {
			if len(a.GrantedBy) == 0 || !slices.IsSorted(a.GrantedBy) || a.Source == "" || !slices.IsSorted(a.Restrictions) {
				t.Fatalf("not a full level: %+v", a)
			}
			if !a.RestrictionAware && len(a.Restrictions) > 0 {
				t.Fatalf("restricted, but not restriction-aware: %+v", a)
			}
			for j, b := range rows {
				if i != j && a.Entity != "" && a.Entity == b.Entity && a.Partly == b.Partly && (a.VendorID == b.VendorID || b.VendorID == "" && len(b.Restrictions) == 0) && a.Level <= b.Level && covers(b.Restrictions, a.Restrictions) {
					t.Fatalf("%+v is covered by %+v", a, b)
				}
			}
		}
	})
}

// covers reports whether the records with the values of a are among those with
// the values of b. No value means every record.
func covers(b, a []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return len(b) == 0
	}
	return !slices.ContainsFunc(a, func(v string) bool { return !slices.Contains(b, v) })
}

func TestGroupsNeverTakeAway(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		groups, more := anyGroups().Draw(t, "groups"), anyGroup().Draw(t, "more")
		before, after := User{Groups: groups, Rights: someRights}, User{Groups: append(slices.Clone(groups), more), Rights: someRights}
		if lost := narrower(before.Subject(), after.Subject()); lost != "" {
			t.Errorf("adding a group removes %s", lost)
		}
	})
}

func TestRestrictionsNarrowAndWiden(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		groups, g, value := anyGroups().Draw(t, "groups"), anyGroup().Draw(t, "group"), anyValue.Draw(t, "value")
		with := func(restrictions ...string) Subject {
			g.Restrictions = restrictions
			return User{Groups: append(slices.Clone(groups), g), Rights: someRights}.Subject()
		}
		present := g.Restrictions
		before, after := with(present...), with(append(slices.Clone(present), value)...)
		if len(present) == 0 {
			before, after = after, before // the first value must not widen
		}
		if wrong := narrower(before, after); wrong != "" {
			t.Errorf("from %v with %s: %s", present, value, wrong)
		}
	})
}

// Compiled groups give the same answers as groups evaluated for one user.
func TestCompile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		groups := anyGroups().Draw(t, "groups")
		ids := []string{"no such group"}
		for _, g := range groups {
			ids = append(ids, g.ID, g.ID) // twice is as once
		}
		locked := rapid.Bool().Draw(t, "locked")
		user, subject := User{Locked: locked, Groups: groups, Rights: someRights}, someRights.Compile(groups).Subject(locked, ids...)
		if got, want := subject.Report(), Report(user); !reflect.DeepEqual(got, want) {
			t.Errorf("got\n%v\nwant\n%v", got, want)
		}
		if got, want := subject.Access(), user.Access(); got != want {
			t.Errorf("got %v, want %v", got.Map(), want.Map())
		}
	})
}
