package access

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCompareSubjects(t *testing.T) {
	t.Parallel()
	type row struct {
		Name          string
		Before, After []tableGroup
		Want          []string
	}
	for _, c := range readTable[row](t, "comparisons.json") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			before, after := User{Groups: parseGroups(t, c.Before), Rights: someRights}, User{Groups: parseGroups(t, c.After), Rights: someRights}
			var got []string
			for _, change := range CompareSubjects(before.Subject(), after.Subject()) {
				line := string(change.Kind)
				if change.Admin() {
					line += ", admin"
				}
				if change.LiftsRestriction() {
					line += ", lifts"
				}
				got = append(got, line+": "+change.Text())
			}
			if !slices.Equal(got, c.Want) {
				t.Errorf("got %q, want %q", got, c.Want)
			}
		})
	}
}

func TestCompareSubjects_locked(t *testing.T) {
	t.Parallel()
	tax := User{Groups: []Group{{ID: "a", Controls: ControlIDs(FromMap(map[string]Level{"tax": Read}))}}}
	locked := User{Locked: true, Groups: tax.Groups}
	changes := CompareSubjects(tax.Subject(), locked.Subject())
	if len(changes) != 1 || changes[0].Text() != "loses read on tax through a" {
		t.Errorf("locking: got %+v", changes)
	}
	if changes = CompareSubjects(locked.Subject(), locked.Subject()); len(changes) != 0 {
		t.Errorf("staying locked: got %+v", changes)
	}
}

// recordLevels holds a subject's level for every entity and kind of record.
type recordLevels map[string]Level

func levelsOf(s Subject) recordLevels {
	m := recordLevels{}
	for i, e := range catalog {
		for _, v := range everyRecord() {
			m[e.Code+" "+written(v)] = s.level(i, v)
		}
	}
	return m
}

// apply applies the changes to the levels, and fails if what they say about the
// state before is wrong.
func (m recordLevels) apply(t *rapid.T, changes []Change) {
	was := maps.Clone(m)
	for _, c := range changes {
		if c.Area != AreaEntity || c.VendorID != "" {
			continue
		}
		for _, v := range everyRecord() {
			carries := func(values []string) bool { return v != nil && slices.Contains(values, *v) }
			if len(c.Restrictions) > 0 && !carries(c.Restrictions) || carries(c.Except) {
				continue
			}
			key := c.Entity + " " + written(v)
			if was[key] != c.Before {
				t.Fatalf("%s is %s before: %+v", key, was[key], c)
			}
			m[key] = c.After
		}
	}
}

func TestApplyingAComparison(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := User{Groups: anyGroups().Draw(t, "before"), Rights: someRights}.Subject(), User{Groups: anyGroups().Draw(t, "after"), Rights: someRights}.Subject()
		changes := CompareSubjects(before, after)
		m := levelsOf(before)
		m.apply(t, changes)
		if !maps.Equal(m, levelsOf(after)) {
			t.Errorf("applying %+v does not lead from before to after", changes)
		}
		for _, c := range changes {
			if c.Before == c.After && len(c.Scopes) == 0 || len(c.Groups) == 0 || !slices.IsSortedFunc(c.Groups, func(a, b GroupRef) int { return strings.Compare(a.ID, b.ID) }) {
				t.Errorf("no change, or no group: %+v", c)
			}
			kinds := map[bool][]ChangeKind{true: {Gained, Raised, Unrestricted}, false: {Lost, Lowered, Restricted}}
			if !slices.Contains(kinds[c.Widens()], c.Kind) {
				t.Errorf("the kind is wrong: %+v", c)
			}
		}
		if same := CompareSubjects(before, before); len(same) != 0 {
			t.Errorf("compared with itself: %+v", same)
		}
	})
}

// The classification of a user's changes that guardrails and reviews count.
func TestUserChange(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name          string
		before, after []Group
		want          string
	}{
		{"another entity", nil, []Group{groupWith("a", map[string]Level{"tax": Manage})}, "gains"},
		{"administers from now on", []Group{groupWith("a", map[string]Level{"users_and_groups": Read})}, []Group{groupWith("a", map[string]Level{"users_and_groups": Manage})}, "gains becomes"},
		{"administers no longer", []Group{groupWith("a", map[string]Level{"users_and_groups": Manage})}, []Group{groupWith("a", map[string]Level{"users_and_groups": Read})}, "loses ceases"},
		{"administers in part from now on", nil, []Group{{ID: "a", Controls: []string{"own-users"}}}, "gains becomes"},
		{"has administered in part", []Group{{ID: "a", Controls: []string{"own-users"}}}, nil, "loses"},
		{"administers in part only", []Group{groupWith("a", map[string]Level{"users_and_groups": Manage})}, []Group{{ID: "a", Controls: []string{"own-users"}}}, "loses ceases"},
		{"manages something else no longer", []Group{groupWith("a", map[string]Level{"tax": Manage})}, []Group{groupWith("a", map[string]Level{"tax": Read})}, "loses"},
		{"administers through another group", []Group{groupWith("a", map[string]Level{"users_and_groups": Manage})}, []Group{groupWith("b", map[string]Level{"users_and_groups": Manage})}, ""},
		{"gains beside administering", []Group{groupWith("a", map[string]Level{"users_and_groups": Manage})}, []Group{groupWith("a", map[string]Level{"users_and_groups": Manage, "tax": Read})}, "gains"},
		{"a restriction goes", []Group{groupWith("a", map[string]Level{"quotes": Read}, "DE")}, []Group{groupWith("a", map[string]Level{"quotes": Read})}, "gains lifts"},
		{"a restriction comes", []Group{groupWith("a", map[string]Level{"quotes": Read})}, []Group{groupWith("a", map[string]Level{"quotes": Read}, "DE")}, "loses"},
		{"another restriction", []Group{groupWith("a", map[string]Level{"quotes": Read}, "FR")}, []Group{groupWith("a", map[string]Level{"quotes": Read}, "DE")}, "loses gains"},
	} {
		user := StateUser{ID: "1", Email: "anna@acme.example", GroupIDs: []string{"a", "b"}}
		state := func(groups []Group) State {
			return State{Users: []StateUser{user}, Groups: groups, Rights: someRights}
		}
		var got []string
		for u := range CompareStates(state(c.before), state(c.after)) {
			for _, is := range []struct {
				word string
				so   bool
			}{{"loses", u.LosesAccess()}, {"gains", u.GainsAccess()}, {"becomes", u.BecomesAdmin()}, {"ceases", u.CeasesAdmin()}, {"lifts", u.LiftsRestriction()}} {
				if is.so {
					got = append(got, is.word)
				}
			}
			if u.Loses() != u.LosesAccess() {
				t.Errorf("%s: loses is %t without an event", c.name, u.Loses())
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := (Change{Kind: Gained, Entity: "tax", From: "none", To: "read"}).Text(); got != "gains read on tax" {
		t.Errorf("without a group: %q", got)
	}
	for event, want := range map[UserEvent]bool{UserAdded: false, UserRemoved: true, UserLocked: true, UserUnlocked: false, "": false} {
		if got := (UserChange{Event: event}).Loses(); got != want {
			t.Errorf("a user who was %q loses: %t", event, got)
		}
	}
}

// Each property in which groups can differ shows in a comparison.
func TestCompareStates_oneThing(t *testing.T) {
	t.Parallel()
	quotes := groupWith("g", map[string]Level{"quotes": Read}, "DE")
	quotes.VendorID, quotes.Controls = "acme", append(quotes.Controls, "mine", controlID("1", "231"))
	with := func(change func(*Group)) Group {
		g := quotes
		change(&g)
		return g
	}
	order := func(aware bool) Rights {
		return Rights{Controls: map[string]OwnControl{"mine": {Scopes: []string{"order.order_read"}, RestrictionAware: aware}}}
	}
	for _, c := range []struct {
		name   string
		group  Group
		rights Rights
		want   string
	}{
		{"nothing", quotes, order(true), ""},
		{"the name", with(func(g *Group) { g.Name = "G" }), order(true), ""},
		{"what reaches every record", quotes, order(false), "gains read on orders except for records with DE through g"},
		{"what reaches some records", with(func(g *Group) { g.Controls = slices.Clone(g.Controls[1:]) }), order(true), "loses read on quotes for records with DE through g"},
		{"the restriction", with(func(g *Group) { g.Restrictions = []string{"DE", "FR"} }), order(true), "gains read on orders for records with FR through g; gains read on orders for records of the vendor acme for records with FR through g; gains read on quotes for records with FR through g"},
		{"the vendor", with(func(g *Group) { g.VendorID = "zeta" }), order(true), "loses read on orders for records of the vendor acme for records with DE through g; gains read on orders for records of the vendor zeta for records with DE through g"},
		{"a scope of no entity", with(func(g *Group) { g.Controls = append(slices.Clone(g.Controls), controlID("1", "233")) }), order(true), "gains the scope ai.agent_read through g"},
		{"a role in Make that a group of the Commerce Engine carries in vain", with(func(g *Group) { g.Controls = append(slices.Clone(g.Controls), makeMemberControl) }), order(true), "gains the scope integromat.member through g"},
	} {
		state := func(g Group, r Rights) State {
			return State{Users: []StateUser{{ID: "1", Email: "anna@acme.example", GroupIDs: []string{"g"}}}, Groups: []Group{g}, Rights: r}
		}
		want := []string(nil)
		if c.want != "" {
			want = []string{"anna@acme.example; " + c.want}
		}
		if got := format(CompareStates(state(quotes, order(true)), state(c.group, c.rights))); !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", c.name, got, want)
		}
	}
}

// Only changes that differ in nothing but the entity are joined.
func TestJoinEntities(t *testing.T) {
	t.Parallel()
	one := Change{Kind: Raised, Entity: "orders", From: "read", To: "manage", Restrictions: []string{"DE"}, Except: []string{"FR"}, VendorID: "v", Scopes: []string{"s"}, Groups: []GroupRef{{ID: "g"}}}
	for name, alter := range map[string]func(*Change){
		"the area":             func(c *Change) { c.Area = AreaScopes },
		"the kind":             func(c *Change) { c.Kind = Lowered },
		"the level before":     func(c *Change) { c.From = "none" },
		"the level after":      func(c *Change) { c.To = "read" },
		"whether it is a loss": func(c *Change) { c.Loss = true },
		"the vendor":           func(c *Change) { c.VendorID = "w" },
		"the groups":           func(c *Change) { c.Groups = []GroupRef{{ID: "h"}} },
		"the scopes":           func(c *Change) { c.Scopes = nil },
		"the restrictions":     func(c *Change) { c.Restrictions = nil },
		"the exceptions":       func(c *Change) { c.Except = nil },
	} {
		other := one
		alter(&other)
		other.Entity = "carts"
		if got := JoinEntities([]Change{one, other}); len(got) != 2 || got[0].Entity != "orders" || got[1].Entity != "carts" {
			t.Errorf("%s differs: got %+v", name, got)
		}
		third := other
		third.Entity = "quotes"
		got := JoinEntities([]Change{other, one, third})
		if want := 2 + map[bool]int{true: 1}[other.Area == AreaScopes]; len(got) != want || want == 2 && (got[0].Entity != "carts, quotes" || got[1].Entity != "orders") {
			t.Errorf("%s differs, for one of three: got %+v", name, got)
		}
	}
	if got := JoinEntities(nil); len(got) > 0 {
		t.Errorf("of nothing: got %+v", got)
	}
}
