package access

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// groupOf returns a group with the access controls of exactly this access.
func groupOf(a Access) Group {
	return Group{ID: "g", Controls: ControlIDs(a)}
}

func TestControlsAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range Controls() {
		if seen[c.ID] {
			t.Errorf("control %s is listed twice", c.ID)
		}
		seen[c.ID] = true
		if c.Label == "" || len(c.Scopes) == 0 {
			t.Errorf("control %s has no label or no scopes: %+v", c.ID, c)
		}
		if _, ok := EntityByCode(c.Entity); c.Entity != "" && !ok {
			t.Errorf("control %s names the unknown entity %s", c.ID, c.Entity)
		}
	}
	for i, e := range catalog {
		for _, level := range e.Product.Levels() {
			if level > None && len(bundles[i][level]) == 0 {
				t.Errorf("no control grants %s on %s", level, e.Code)
			}
		}
	}
	for _, id := range []string{ // spot checks against the ids people see in the API
		"1ac869fc-d548-4ec8-8e06-c01491314117", "4ac869fc-d548-4ec8-8e06-c01491314113",
		"1ac869fc-d548-4ec8-8e06-c01491314231", "4ac869fc-d548-4ec8-8e06-c01491314224",
		"4ac869fc-d548-4ec8-8e06-c0149131411", "5ac869fc-d548-4ec8-cccc-c01491314101",
	} {
		if _, ok := ControlByID(id); !ok {
			t.Errorf("control %s is missing", id)
		}
	}
}

func TestControlsRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyAccess().Draw(t, "access")
		if got := (Rights{}).Access(groupOf(a)); got != a {
			t.Errorf("got %v, want %v", got.Map(), a.Map())
		}
		if got := Held(ControlIDs(a)); got != a {
			t.Errorf("held: got %v, want %v", got.Map(), a.Map())
		}
	})
}

func TestControlsOfOthers(t *testing.T) {
	t.Parallel()
	products, users := controlID("4", "158"), controlID("4", "185")

	if got := Held([]string{products, "custom-control"}); got.Of("products") != Manage || got.Of("media") != None {
		t.Errorf("products alone: products %s, media %s; want manage, none: no one holds a level that no access control grants (rule 6)", got.Of("products"), got.Of("media"))
	}
	if got := Held([]string{controlID("4", "223")}); got != (Access{}) {
		t.Errorf("a vendor-aware control counts as %v (rule 6)", got.Map())
	}
	one := Group{Controls: []string{users}}
	if got := (Rights{}).Access(one).Of("users_and_groups"); got != None {
		t.Errorf("one of several controls grants %s in full", got)
	}
	if got := (Rights{}).Partial(one).Of("users_and_groups"); got != Manage {
		t.Errorf("one of several controls grants %s in part: a report must show it (rule 6)", got)
	}
}

// Access controls without an entity, and unknown ids, grant no level on their
// own.
func TestHeld_withoutEntity(t *testing.T) {
	t.Parallel()
	ids := []string{"no such access control"}
	for _, c := range Controls() {
		if c.Entity == "" {
			ids = append(ids, c.ID)
		}
	}
	for _, id := range append(ids, strings.Join(ids, " ")) {
		if got := Held(strings.Fields(id)); got != (Access{}) {
			t.Errorf("%s gives %v", id, got.Map())
		}
	}
}

// The default groups of the Orchestration Engine grant one level on all its
// entities, and nothing else.
func TestPredefinedGroups_engine(t *testing.T) {
	t.Parallel()
	levels := map[string]Level{"oe-viewer": Read, "oe-editor": Edit, "oe-manager": Manage, "oe-admin": Administrate}
	for _, g := range PredefinedGroups() {
		level, ok := levels[g.ID]
		if !ok {
			continue
		}
		delete(levels, g.ID)
		a := (Rights{}).Access(Group{Controls: g.Controls})
		for _, e := range Entities() {
			want := None
			if e.Product == OrchestrationEngine {
				want = level
			}
			if got := a.Of(e.Code); got != want {
				t.Errorf("%s gives %s on %s, want %s", g.ID, got, e.Code, want)
			}
		}
	}
	if len(levels) > 0 {
		t.Errorf("there are no groups %v", levels)
	}
}

// A group with other access controls than expected shows the level that is still
// complete and the level that its additional scopes belong to.
func TestObserved(t *testing.T) {
	t.Parallel()
	users, groups := controlID("4", "185"), controlID("4", "188")
	for _, c := range []struct {
		name              string
		expected, carried []string
		want              Level
	}{
		{"as expected", controlOf("users_and_groups", Manage), controlOf("users_and_groups", Manage), Manage},
		{"a part, as expected", []string{users}, []string{users}, None},
		{"another part", []string{users}, []string{groups}, Manage},
		{"a part besides", controlOf("users_and_groups", Read), append(controlOf("users_and_groups", Read), users), Manage},
		{"a part is missing", controlOf("users_and_groups", Manage), controlOf("users_and_groups", Read), Read},
		{"all is missing", controlOf("users_and_groups", Read), nil, None},
	} {
		if got := Observed(c.expected, c.carried); got.Of("users_and_groups") != c.want || len(got.Map()) > 1 {
			t.Errorf("%s: got %v, want %s", c.name, got.Map(), c.want)
		}
	}
	for _, r := range []struct {
		rights Rights
		want   bool
	}{{Rights{}, true}, {Rights{Available: map[string]bool{}}, false}, {Rights{Available: map[string]bool{users: true}}, true}} {
		if got := r.rights.Has(users); got != r.want {
			t.Errorf("of %v it has %s: %t", r.rights.Available, users, got)
		}
	}
}

// The API cannot tell these entities apart.
func TestSharedScopes(t *testing.T) {
	t.Parallel()
	want := map[string][]string{
		"quotes": {"quote_statuses"}, "quote_statuses": {"quotes"},
		"delivery_methods": {"delivery_times"}, "delivery_times": {"delivery_methods"},
		"languages": {"system_preferences"}, "system_preferences": {"languages"},
		"extensions": {"extension_site_settings"}, "extension_site_settings": {"extensions"},
	}
	for _, e := range Entities() {
		if got := SharedScopes(e.Code); !slices.Equal(got, want[e.Code]) {
			t.Errorf("%s: got %v, want %v", e.Code, got, want[e.Code])
		}
	}
}
