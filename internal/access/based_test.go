package access

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestExpandOn(t *testing.T) {
	t.Parallel()
	type row struct {
		Name     string
		Template string
		Layers   []map[string]string
		Controls []string
		Want     map[string]string
	}
	for _, c := range readTable[row](t, "based.json") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			template, ok := TemplateByID(c.Template)
			if c.Template != "" && !ok {
				t.Fatalf("no template %q", c.Template)
			}
			got := Expand(template.Access, nil)
			for i, own := range c.Layers {
				var controls []string
				if i == len(c.Layers)-1 {
					controls = c.Controls
				}
				got = ExpandOn(got, parseLevels(t, own), controls...)
			}
			if want := parseLevels(t, c.Want); !maps.Equal(got.Map(), want) {
				t.Errorf("got %v, want %v", got.Map(), want)
			}
		})
	}
}

// For a predefined template the result is the same from its explicit levels and
// from its resulting access.
func TestExpandOn_predefined(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		template, own := anyTemplate().Draw(t, "template"), anyOwn().Draw(t, "own")
		base := Expand(template, nil)
		if got, want := ExpandOn(base, own), Expand(template, own); got != want {
			t.Errorf("got %v, want %v", got.Map(), want.Map())
		}
		if got := ExpandOn(base, nil); got != base {
			t.Errorf("over nothing: got %v, want %v", got.Map(), base.Map())
		}
	})
}

func TestOverlayOnFindsTheWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base, own, want := anyAccess().Draw(t, "base"), anyOwn().Draw(t, "own"), anyAccess().Draw(t, "want")
		if got := ExpandOn(base, OverlayOn(base, own, want)); got != want {
			t.Errorf("got %v, want %v", got.Map(), want.Map())
		}
		if same := OverlayOn(base, own, ExpandOn(base, own)); !maps.Equal(same, own) {
			t.Errorf("without drift the overlay changed from %v to %v", own, same)
		}
		if alike := OverlayOn(base, nil, base); len(alike) > 0 {
			t.Errorf("a group equal to its template sets %v", alike)
		}
	})
}

func codes(entities []Entity) []string {
	list := []string{}
	for _, e := range entities {
		list = append(list, e.Code)
	}
	return list
}

// The templates of the Commerce Engine are compared in the 31 entities of the source
// document. A template that sets more entities is compared in more.
func TestCompared(t *testing.T) {
	t.Parallel()
	var all []Access
	for _, template := range Templates() {
		if a := Expand(template.Access, nil); slices.Equal(a.Products(), []Product{CommerceEngine}) {
			all = append(all, a)
		}
	}
	matrix := codes(ComparedEntities(all))
	if len(matrix) != len(templateMatrix) || slices.ContainsFunc(matrix, func(code string) bool { return templateMatrix[code] == "" }) {
		t.Errorf("got %v", matrix)
	}
	more := ExpandOn(all[0], map[string]Level{"media": None, "carts": Manage, "forms": Edit, "prices": Read})
	added := slices.DeleteFunc(codes(ComparedEntities(append(all, more))), func(code string) bool { return slices.Contains(matrix, code) })
	if want := []string{"media", "carts", "forms"}; !slices.Equal(added, want) {
		t.Errorf("additionally got %v, want %v", added, want)
	}
}

func TestTied(t *testing.T) {
	t.Parallel()
	for entity, want := range map[string][]string{
		"schedules": {"digital_processes", "orchestration_center", "process_context"},
		"forms":     {"task_inbox"}, "task_inbox": {"forms"}, "datastore": {}, "orders": {}, "nothing": {},
	} {
		if got := TiedEntities(entity); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", entity, got, want)
		}
	}
	if len(ties[0]) != 4 {
		t.Error("a caller can change the ties")
	}
}
