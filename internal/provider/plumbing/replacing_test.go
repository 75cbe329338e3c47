package plumbing

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Resources are planned at the same time: forgetting one note keeps the others, even
// if the data directory does not exist yet.
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
			t.Errorf("object %d is not recorded", i)
		}
	}
	d.ForgetReplacement(object(7))
	if d.ReplacementPlanned(object(7)) || !d.ReplacementPlanned(object(8)) {
		t.Error("another object was forgotten")
	}
}

// Forgetting the last note keeps the directory, because another resource may be about
// to write to it.
func TestReplacing_keepsDirectory(t *testing.T) {
	t.Parallel()
	var d Data
	d.RememberReplacementsIn(t.TempDir())
	o := Object{Kind: "group", ID: "g"}
	d.PlanReplacement(o)
	d.ForgetReplacement(o)
	if _, err := os.Stat(d.replacing.dir); err != nil || d.ReplacementPlanned(o) {
		t.Errorf("recorded: %t, the directory: %v", d.ReplacementPlanned(o), err)
	}
}

// A note expires, and a note that cannot be written is a warning.
func TestReplacing_ends(t *testing.T) {
	t.Parallel()
	dir, o := t.TempDir(), Object{Kind: "group", ID: "g"}
	var d Data
	d.RememberReplacementsIn(dir)
	d.PlanReplacement(o)
	past := time.Now().Add(-maxPlanAge - time.Minute)
	if err := os.Chtimes(d.file(o), past, past); err != nil {
		t.Fatal(err)
	}
	if d.ReplacementPlanned(o) {
		t.Error("the note does not expire")
	}
	if d.PlanReplacement(o); !d.ReplacementPlanned(o) {
		t.Error("the object is not recorded again")
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
