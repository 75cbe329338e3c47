package access

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestGiven(t *testing.T) {
	t.Parallel()
	wanted := FromMap(map[string]Level{"orders": Manage, "companies": Manage, "quote_statuses": Read, "forms": Administrate})
	for name, c := range map[string]struct {
		lacks []string
		want  map[string]Level
	}{
		"every control exists":                {nil, wanted.Map()},
		"a control of another level":          {[]string{controlID("1", "143")}, wanted.Map()},
		"the level's control":                 {[]string{controlID("4", "143")}, map[string]Level{"orders": Read, "companies": Manage, "quote_statuses": Read, "forms": Administrate}},
		"one of the level's several controls": {[]string{controlID("4", "198")}, map[string]Level{"orders": Manage, "companies": Read, "quote_statuses": Read, "forms": Administrate}},
		"every control of an entity":          {[]string{"quote-statuses-viewer", "quote-statuses-manager"}, map[string]Level{"orders": Manage, "companies": Manage, "forms": Administrate}},
		"two levels":                          {[]string{"5ac869fc-d548-4ec8-cccc-c01491314108", "5ac869fc-d548-4ec8-cccc-c01491314107"}, map[string]Level{"orders": Manage, "companies": Manage, "quote_statuses": Read, "forms": Edit}},
	} {
		for _, id := range c.lacks {
			if _, ok := ControlByID(id); !ok {
				t.Fatalf("%s: there is no control %s", name, id)
			}
		}
		got := Attainable(wanted, func(id string) bool { return !slices.Contains(c.lacks, id) })
		if got != FromMap(c.want) {
			t.Errorf("without %s: got %v, want %v", name, got.Map(), c.want)
		}
	}
}

// Whatever a tenant lacks, the attainable levels are attainable in full and are
// no more than wanted.
func TestGiven_properties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		wanted := anyAccess().Draw(t, "wanted")
		lacks := rapid.SliceOf(rapid.SampledFrom(controls)).Draw(t, "lacks")
		has := func(id string) bool {
			return !slices.ContainsFunc(lacks, func(c Control) bool { return c.ID == id })
		}
		given := Attainable(wanted, has)
		if Merge(wanted, given) != wanted {
			t.Errorf("%v is more than %v", given.Map(), wanted.Map())
		}
		if Attainable(given, has) != given {
			t.Error("a second call returns something else")
		}
		for _, id := range ControlIDs(given) {
			if !has(id) {
				t.Errorf("the tenant has no control %s", id)
			}
		}
	})
}
