package access

import (
	"encoding/csv"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// readTable decodes a truth table in testdata.
func readTable[T any](t *testing.T, file string) []T {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var cases []T
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return cases
}

// parseLevels parses a row of a truth table. Entities and levels that the catalog
// does not have fail the test, so a misspelled case cannot pass.
func parseLevels(t *testing.T, row map[string]string) map[string]Level {
	t.Helper()
	levels := map[string]Level{}
	for entity, name := range row {
		level, err := Check(entity, name)
		if err != nil {
			t.Fatal(err)
		}
		levels[entity] = level
	}
	return levels
}

func TestExpand(t *testing.T) {
	t.Parallel()
	type row struct {
		Name     string
		Template string
		Own      map[string]string
		Controls []string
		Want     map[string]string
	}
	for _, c := range readTable[row](t, "expand.json") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			template, ok := TemplateByID(c.Template)
			if c.Template != "" && !ok {
				t.Fatalf("no template %q", c.Template)
			}
			got := Expand(template.Access, parseLevels(t, c.Own), c.Controls...)
			if want := parseLevels(t, c.Want); !maps.Equal(got.Map(), want) {
				t.Errorf("got %v, want %v", got.Map(), want)
			}
		})
	}
}

func TestUserAccess(t *testing.T) {
	t.Parallel()
	type row struct {
		Name   string
		Locked bool
		Groups []map[string]string
		Want   map[string]string
	}
	for _, c := range readTable[row](t, "users.json") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			user := User{Locked: c.Locked}
			for _, own := range c.Groups {
				user.Groups = append(user.Groups, groupOf(Expand(Access{}, parseLevels(t, own))))
			}
			if got, want := user.Access().Map(), parseLevels(t, c.Want); !maps.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
		})
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/templates.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	header, rows := rows[0], rows[1:]
	if len(rows) != 31 {
		t.Fatalf("the matrix has %d entities, want 31", len(rows))
	}
	for _, row := range rows {
		if e, ok := EntityByCode(row[0]); !ok || e.Parent != "" || e.Product != CommerceEngine {
			t.Errorf("%s is not an entity with a view of its own", row[0])
		}
	}
	for i, id := range header[1:] {
		t.Run(id, func(t *testing.T) {
			template, ok := TemplateByID(id)
			if !ok {
				t.Fatalf("no template %q", id)
			}
			granted := template.Access.Map()
			for _, row := range rows {
				if got := template.Access.Of(row[0]).String(); got != row[i+1] {
					t.Errorf("%s is %s, want %s", row[0], got, row[i+1])
				}
				delete(granted, row[0])
			}
			if len(granted) > 0 {
				t.Errorf("it grants %v, which the matrix does not have", granted)
			}
			standard := map[string]bool{"viewer": true, "manager": true, "admin": true}
			if got := template.Kind == StandardRole; got != standard[id] {
				t.Errorf("it is of the kind %s", template.Kind)
			}
		})
	}
	commerce := slices.DeleteFunc(Templates(), func(template Template) bool { return slices.Contains(template.Access.Products(), OrchestrationEngine) })
	if len(header)-1 != len(commerce) {
		t.Errorf("the matrix has %d templates, want %d", len(header)-1, len(commerce))
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ entity, level, want string }{
		{"orders", "manage", ""},
		{"forms", "administrate", ""},
		{"orders", "edit", `orders has no level "edit": use one of none, read, manage`},
		{"orders", "write", `orders has no level "write": use one of none, read, manage`},
		{"forms", "write", `forms has no level "write": use one of none, read, edit, manage, administrate`},
		{"order", "read", `unknown entity "order": did you mean orders?`},
		{"prodcts", "read", `unknown entity "prodcts": did you mean products?`},
		{"tex", "read", `unknown entity "tex": did you mean tax?`},
		{"cata", "read", `unknown entity "cata": did you mean catalogs?`},
		{"value_stream", "edit", `unknown entity "value_stream": did you mean digital_processes?`},
		{"rulestores", "edit", `unknown entity "rulestores": did you mean business_rules?`},
	} {
		_, err := Check(c.entity, c.level)
		if got := message(err); got != c.want {
			t.Errorf("Check(%q, %q): got %q, want %q", c.entity, c.level, got, c.want)
		}
	}
	for _, code := range []string{"wat", "cat", "ord"} {
		if _, err := Check(code, "read"); err == nil || !strings.HasPrefix(err.Error(), `unknown entity "`+code+`": the catalog has availability, brands, `) {
			t.Errorf("an entity unlike any other: got %v, want the whole catalog", err)
		}
	}
}

func TestLevel_String(t *testing.T) {
	t.Parallel()
	for level := None; level <= Administrate; level++ {
		if parsed, err := ParseLevel(level.String()); err != nil || parsed != level {
			t.Errorf("%s is read as %s, %v", level, parsed, err)
		}
	}
	if got := (Administrate + 1).String(); got != "Level(5)" {
		t.Errorf("an unknown level is written %q", got)
	}
}

func message(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// anyAccess draws levels that the entities admit.
func anyAccess() *rapid.Generator[Access] {
	return rapid.Custom(func(t *rapid.T) Access {
		var a Access
		for i, e := range catalog {
			a[i] = rapid.SampledFrom(e.Product.Levels()).Draw(t, e.Code)
		}
		return a
	})
}

// anyOwn draws the levels that a group sets itself.
func anyOwn() *rapid.Generator[map[string]Level] {
	return rapid.Custom(func(t *rapid.T) map[string]Level {
		own := map[string]Level{}
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, EntityCount-1), 0, 12).Draw(t, "named") {
			own[catalog[i].Code] = rapid.SampledFrom(catalog[i].Product.Levels()).Draw(t, catalog[i].Code)
		}
		return own
	})
}

func anyTemplate() *rapid.Generator[Access] {
	return rapid.Map(rapid.SampledFrom(append(Templates(), Template{})), func(t Template) Access { return t.Access })
}

func TestMergeLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyAccess().Draw(t, "a"), anyAccess().Draw(t, "b"), anyAccess().Draw(t, "c")
		if Merge(a, b) != Merge(b, a) {
			t.Error("merge is not commutative")
		}
		if Merge(a, Merge(b, c)) != Merge(Merge(a, b), c) {
			t.Error("merge is not associative")
		}
		if Merge(a, a) != a {
			t.Error("merge is not idempotent")
		}
		merged := Merge(a, b)
		for i := range merged {
			if merged[i] < a[i] || merged[i] < b[i] {
				t.Errorf("merge lowers %s", catalog[i].Code)
			}
		}
	})
}

func TestExpandLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		template, own := anyTemplate().Draw(t, "template"), anyOwn().Draw(t, "own")
		once := Expand(template, own)
		all := map[string]Level{}
		for i, level := range once {
			all[catalog[i].Code] = level
		}
		if Expand(Access{}, all) != once {
			t.Error("expanding again changes the access")
		}
		for code, level := range own {
			if once.Of(code) != level {
				t.Errorf("%s: set to %s, got %s", code, level, once.Of(code))
			}
		}
	})
}

func TestOverlayFindsTheWay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		template, own, want := anyTemplate().Draw(t, "template"), anyOwn().Draw(t, "own"), anyAccess().Draw(t, "want")
		if got := Expand(template, Overlay(template, own, want)); got != want {
			t.Errorf("got %v, want %v", got.Map(), want.Map())
		}
		if same := Overlay(template, own, Expand(template, own)); !maps.Equal(same, own) {
			t.Errorf("without drift the overlay changed from %v to %v", own, same)
		}
	})
}
