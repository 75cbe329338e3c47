package plumbing

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Resources are planned at the same time: what one of them forgets takes nothing
// from what another remembers, also where there is no data directory yet.
func TestReplacing_atOnce(t *testing.T) {
	t.Parallel()
	var d Data
	d.RememberReplacementsIn(filepath.Join(t.TempDir(), "missing"))
	object := func(i int) Object { return Object{Kind: "user", ID: fmt.Sprint(i)} }
	var all sync.WaitGroup
	for i := range 400 {
		all.Go(func() {
			d.ForgetReplacement(object(i))
			if diags := d.PlanReplacement(object(i)); len(diags) > 0 {
				t.Error(diags)
			}
		})
	}
	all.Wait()
	for i := range 400 {
		if !d.ReplacementPlanned(object(i)) {
			t.Errorf("%d is not remembered", i)
		}
	}
	d.ForgetReplacement(object(7))
	if d.ReplacementPlanned(object(7)) || !d.ReplacementPlanned(object(8)) {
		t.Error("forgotten is another one")
	}
}

// Forgetting the last one leaves the directory, into which another resource may be
// about to write.
func TestReplacing_keepsDirectory(t *testing.T) {
	t.Parallel()
	var d Data
	d.RememberReplacementsIn(t.TempDir())
	o := Object{Kind: "group", ID: "g"}
	d.PlanReplacement(o)
	d.ForgetReplacement(o)
	if _, err := os.Stat(d.replacing.dir); err != nil || d.ReplacementPlanned(o) {
		t.Errorf("remembered: %t, the directory: %v", d.ReplacementPlanned(o), err)
	}
}

// A plan of long ago is not applied any more; one that cannot be remembered says so.
func TestReplacing_ends(t *testing.T) {
	t.Parallel()
	dir, o := t.TempDir(), Object{Kind: "group", ID: "g"}
	var d Data
	d.RememberReplacementsIn(dir)
	d.PlanReplacement(o)
	past := time.Now().Add(-oldest - time.Minute)
	if err := os.Chtimes(d.file(o), past, past); err != nil {
		t.Fatal(err)
	}
	if d.ReplacementPlanned(o) {
		t.Error("it is remembered for ever")
	}
	if d.PlanReplacement(o); !d.ReplacementPlanned(o) {
		t.Error("it is not remembered anew")
	}
	occupied := filepath.Join(dir, "file")
	if err := os.WriteFile(occupied, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	d.RememberReplacementsIn(occupied)
	if diags := d.PlanReplacement(o); diags.WarningsCount() != 1 || d.ReplacementPlanned(o) {
		t.Errorf("got %v", diags)
	}
	var none Data
	if diags := none.PlanReplacement(o); len(diags) > 0 || none.ReplacementPlanned(o) {
		t.Errorf("without a directory: %v", diags)
	}
}
