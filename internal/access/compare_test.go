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
			before, after := User{Groups: parseGroups(t, c.Before)}, User{Groups: parseGroups(t, c.After)}
			var got []string
			for _, change := range CompareSubjects(before.Subject(), after.Subject()) {
				got = append(got, string(change.Kind)+": "+change.Text())
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

// recordLevels holds the level of a subject for every entity and kind of
// record.
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

// apply changes the levels as the changes say, and fails where what they say
// about before is wrong.
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
				t.Errorf("no change, or through nobody: %+v", c)
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

func TestCompareAccess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, after := anyAccess().Draw(t, "before"), anyAccess().Draw(t, "after")
		got := before
		for _, c := range CompareAccess(before, after) {
			i := entityIndex[c.Entity]
			if got[i] != c.Before || c.Kind != kindOf(before[i], after[i]) {
				t.Errorf("%+v", c)
			}
			got[i] = c.After
		}
		if got != after {
			t.Errorf("applying gives %v, want %v", got.Map(), after.Map())
		}
		if same := CompareAccess(before, before); len(same) != 0 {
			t.Errorf("compared with itself: %+v", same)
		}
	})
}
