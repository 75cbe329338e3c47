package access

import (
	"testing"

	"pgregory.net/rapid"
)

// groupOf returns a group that carries the controls of exactly this access.
func groupOf(a Access) Group {
	return Group{ID: "g", Controls: ControlIDs(a), Withheld: Withheld(a)}
}

func TestControlsAreWhole(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, c := range Controls() {
		if seen[c.ID] {
			t.Errorf("control %s stands twice", c.ID)
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
		if got := groupOf(a).Access(); got != a {
			t.Errorf("got %v, want %v", got.Map(), a.Map())
		}
		if got := Complete(ControlIDs(a), Withheld(a)); got != a {
			t.Errorf("complete: got %v, want %v", got.Map(), a.Map())
		}
	})
}

func TestControlsOfOthers(t *testing.T) {
	t.Parallel()
	products, users := controlID("4", "158"), controlID("4", "185")

	got := FromControls([]string{products, "custom-control"}, nil)
	if got.Of("media") != Manage || got.Of("categories") != None {
		t.Errorf("products alone: media %s, categories %s; want manage, none (rules 2b, 3)", got.Of("media"), got.Of("categories"))
	}
	if got := FromControls([]string{products}, []string{"media"}); got.Of("media") != None || got.Of("prices") != Manage {
		t.Errorf("media withheld: media %s, prices %s; want none, manage", got.Of("media"), got.Of("prices"))
	}
	if got := FromControls([]string{controlID("4", "223")}, nil); got != (Access{}) {
		t.Errorf("a vendor-aware control counts as %v (rule 6)", got.Map())
	}
	partial := FromControls([]string{users}, nil)
	if partial.Of("users_and_groups") != Manage {
		t.Error("one of several controls must show in a report (rule 6)")
	}
	if whole := Complete([]string{users}, nil); whole.Of("users_and_groups") != None {
		t.Error("one of several controls does not make the level complete")
	}
}
