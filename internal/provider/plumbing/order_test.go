package plumbing_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

func TestByCreation(t *testing.T) {
	t.Parallel()
	type document struct{ created, id string }
	want := []document{
		{"", "a"},
		{"soon", "b"},
		{"2026-01-31T12:00:00Z", "z"},
		{"2026-01-31 12:00:00.001Z", "d"},
		{"2026-01-31T12:00:00.020Z", "b"},
		{"2026-01-31T13:00:00.020+01:00", "c"},
		{"2026-01-31T12:00:01Z", "a"},
	}
	for range 20 {
		got := slices.Clone(want)
		rand.Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		plumbing.SortByCreation(got, func(d document) (string, string) { return d.created, d.id })
		if !slices.Equal(got, want) {
			t.Fatalf("got  %v\nwant %v", got, want)
		}
	}
}
