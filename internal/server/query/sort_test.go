package query

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// sortDocuments are in the order that no field sorts them by.
var sortDocuments = map[string]string{
	"a": `{"id": "a", "size": 10, "code": "b", "on": true, "mixed": "1", "name": {"en": "Zebra", "de": "Amsel"}, "metadata": {"at": "2021"}, "tags": ["x", "a"]}`,
	"b": `{"id": "b", "size": 9, "code": "B", "on": false, "mixed": 5, "name": {"en": "Ant", "de": "Zaunkönig"}, "metadata": {"at": "2020"}, "tags": []}`,
	"c": `{"id": "c", "size": null, "code": "b", "mixed": true, "name": {"fr": "Merle", "en": null}, "metadata": {}, "tags": [null, "b"]}`,
	"d": `{"id": "d", "code": "ä", "mixed": {"title": "no language"}, "name": "Bare", "metadata": null, "tags": [[], ["c"]]}`,
}

func TestOrderingCompare(t *testing.T) {
	for _, tt := range []struct{ name, sort, want string }{
		{"nothing", "", "a b c d"},
		{"spaces only", "  ", "a b c d"},
		{"text", "id", "a b c d"},
		{"descending", "id:desc", "d c b a"},
		{"ascending, any case", "id:ASC", "a b c d"},
		{"descending, any case", "id:Desc", "d c b a"},
		{"numbers by size", "size", "b a c d"},
		{"missing and null last in both directions", "size:desc", "a b c d"},
		{"bytes, not letters", "code", "b a c d"},
		{"two fields", "code,id:desc", "b c a d"},
		{"two fields, spaced", " code:desc , size ", "d a c b"},
		{"booleans", "on", "b a c d"},
		{"booleans descending", "on:desc", "a b c d"},
		{"kinds", "mixed", "c b a d"},
		{"kinds descending", "mixed:desc", "a b c d"},
		{"language", "name.en", "b a c d"},
		{"language descending", "name.de:desc", "b a c d"},
		{"first language there is", "name", "a d c b"},
		{"nested", "metadata.at", "b a c d"},
		{"first element", "tags", "c d a b"},
		{"unknown field", "nothing:desc", "a b c d"},
		{"unknown field, then another", "nothing,id:desc", "d c b a"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o, err := ParseSort(tt.sort)
			if err != nil {
				t.Fatalf("ParseSort(%q): %v", tt.sort, err)
			}
			names := []string{"a", "b", "c", "d"}
			slices.SortStableFunc(names, func(x, y string) int {
				return o.Compare(queryDocument(t, sortDocuments[x]), queryDocument(t, sortDocuments[y]))
			})
			if got := strings.Join(names, " "); got != tt.want {
				t.Errorf("sort=%s gives %s, want %s", tt.sort, got, tt.want)
			}
		})
	}
}

func TestParseSortErrors(t *testing.T) {
	for _, tt := range []struct{ sort, want string }{
		{",", `position 1: a field name is expected here`},
		{":asc", `position 1: a field name is expected here`},
		{"name,", `position 6: a field name is expected here`},
		{"name, ,id", `position 7: a field name is expected here`},
		{"name.", `position 6: a field name is expected here`},
		{"name..en:asc", `position 6: a field name is expected here`},
		{"größe:up", `position 7: "asc" or "desc" must follow "größe:"; fields are separated by commas`},
		{"name:", `position 6: "asc" or "desc" must follow "name:"; fields are separated by commas`},
		{"name:code", `position 6: "asc" or "desc" must follow "name:"; fields are separated by commas`},
		{"name:asc:desc", `position 6: "asc" or "desc" must follow "name:"; fields are separated by commas`},
		{"name: desc", `position 6: "asc" or "desc" must follow "name:"; fields are separated by commas`},
		{"id,name:descending", `position 9: "asc" or "desc" must follow "id,name:"; fields are separated by commas`},
		{"name code", `position 6: a comma must follow "name"`},
		{"name:asc code", `position 10: a comma must follow "name:asc"`},
		{`name="x"`, `position 5: a comma must follow "name"`},
		{strings.Repeat("a,", 65), `position 129: documents are sorted by at most 64 fields`},
	} {
		t.Run(tt.sort[:min(len(tt.sort), 20)], func(t *testing.T) {
			_, err := ParseSort(tt.sort)
			if fmt.Sprint(err) != tt.want {
				t.Errorf("ParseSort(%q)\n got %v\nwant %s", tt.sort, err, tt.want)
			}
		})
	}
}

// A comparison that contradicts itself would make paging repeat or lose rows.
func TestOrderingLaws(t *testing.T) {
	value := rapid.SampledFrom([]any{
		nil, true, false, 0.0, 1.0, -1.5, "", "a", "B", "ä",
		[]any{},
		[]any{nil, 1.0},
		[]any{"a"},
		map[string]any{},
		map[string]any{"en": "a", "de": nil},
		map[string]any{"n": 1.0},
	})
	document := rapid.MapOfN(rapid.SampledFrom([]string{"x", "y"}), value, 0, 2)
	sorts := rapid.SampledFrom([]string{"x", "x:desc", "x,y:desc", "y:desc,x"})
	rapid.Check(t, func(t *rapid.T) {
		o, err := ParseSort(sorts.Draw(t, "sort"))
		if err != nil {
			t.Fatalf("ParseSort: %v", err)
		}
		a, b, c := document.Draw(t, "a"), document.Draw(t, "b"), document.Draw(t, "c")
		if o.Compare(a, a) != 0 {
			t.Errorf("%v differs from itself", a)
		}
		if o.Compare(a, b) != -o.Compare(b, a) {
			t.Errorf("%v and %v both come first", a, b)
		}
		if o.Compare(a, b) <= 0 && o.Compare(b, c) <= 0 && o.Compare(a, c) > 0 {
			t.Errorf("%v, %v, %v have no order", a, b, c)
		}
	})
}

// FuzzParseSort: no input panics, an error points into the text, and what is
// understood orders documents.
func FuzzParseSort(f *testing.F) {
	for _, seed := range []string{
		"", "name", "name:asc", "name.en:DESC", "code,id:desc", " size , on:Asc ",
		",", ":asc", "name..en", "name:code", "name:asc:desc", "name code", "größe:up", "a\xff:desc",
	} {
		f.Add(seed)
	}
	a, b := queryDocument(f, sortDocuments["a"]), queryDocument(f, sortDocuments["c"])
	f.Fuzz(func(t *testing.T, s string) {
		o, err := ParseSort(s)
		if err != nil {
			checkPosition(t, s, err)
			return
		}
		if o.Compare(a, a) != 0 || o.Compare(a, b) != -o.Compare(b, a) {
			t.Errorf("sort=%q does not order documents", s)
		}
	})
}
