package access

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

type names = map[string]string

func TestExpandTemplate(t *testing.T) {
	t.Parallel()
	got, err := ExpandTemplate("order_fulfillment_manager", names{"orders": "read", "sites": "none", "forms": "edit"})
	want := names{"customers": "read", "orders": "read", "carts": "read", "sepa": "manage", "returns": "manage", "forms": "edit", "task_inbox": "edit"}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := ExpandTemplate("", names{"tax": "read"}); err != nil || !maps.Equal(got, names{"tax": "read"}) {
		t.Errorf("without a template: got %v, %v", got, err)
	}
	_, err = ExpandTemplate("boss", nil)
	if want := `unknown role template "boss": use one of viewer, manager, admin, catalog_manager, pricing_manager, order_fulfillment_manager, oe_viewer, oe_editor, oe_manager, oe_admin`; message(err) != want {
		t.Errorf("got %v, want %s", err, want)
	}
	_, err = ExpandTemplate("viewer", names{"orders": "edit", "order": "read", "tax": "read"})
	want2 := "unknown entity \"order\": did you mean orders?\norders has no level \"edit\": use one of none, read, manage"
	if message(err) != want2 {
		t.Errorf("got %v, want every mistake: %s", err, want2)
	}
}

func TestExpandTemplateTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		template := rapid.SampledFrom(append(Templates(), Template{})).Draw(t, "template")
		own := names{}
		for entity, level := range anyOwn().Draw(t, "own") {
			own[entity] = level.String()
		}
		once, err := ExpandTemplate(template.ID, own)
		if err != nil {
			t.Fatal(err)
		}
		full := names{} // what is left out has no access
		for _, e := range catalog {
			full[e.Code] = "none"
		}
		maps.Copy(full, once)
		twice, err := ExpandTemplate(template.ID, full)
		if err != nil || !maps.Equal(once, twice) {
			t.Errorf("expanding %v again gives %v, %v", once, twice, err)
		}
	})
}

func TestMergeAccess(t *testing.T) {
	t.Parallel()
	got, err := MergeAccess([]names{{"orders": "read", "tax": "none"}, {"orders": "manage", "forms": "edit"}, {}, {"orders": "none"}})
	if want := (names{"orders": "manage", "forms": "edit"}); err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if got, err := MergeAccess(nil); err != nil || len(got) != 0 {
		t.Errorf("nothing: got %v, %v", got, err)
	}
	_, err = MergeAccess([]names{{"orders": "write"}, {"tax": "read"}, {"taxx": "read"}})
	if text := message(err); !strings.Contains(text, `map 1: orders has no level "write"`) || !strings.Contains(text, `map 3: unknown entity "taxx"`) {
		t.Errorf("got %v", err)
	}
}

func TestMissingOf(t *testing.T) {
	t.Parallel()
	got, err := MissingOf(names{"quotes": "manage", "categories": "manage", "products": "read"})
	want := names{"quotes": `manage on quotes also needs read on companies, and manage on products: add companies = "read", products = "manage"`}
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := MissingOf(names{"quotes": "all"}); err == nil {
		t.Error("no error for an unknown level")
	}
}

func TestCompareLevels(t *testing.T) {
	t.Parallel()
	got, err := CompareLevels(
		names{"tax": "read", "orders": "manage", "units": "read", "forms": "none", "quotes": "manage"},
		names{"orders": "read", "units": "manage", "forms": "edit", "quotes": "manage", "tax": "none"},
	)
	want := Comparison{Gained: names{"forms": "edit"}, Lost: names{"tax": "read"}, Raised: names{"units": "manage"}, Lowered: names{"orders": "read"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	same, err := CompareLevels(names{"tax": "read"}, names{"tax": "read"})
	if empty := (Comparison{names{}, names{}, names{}, names{}}); err != nil || !reflect.DeepEqual(same, empty) {
		t.Errorf("the same: got %v, %v", same, err)
	}
	_, err = CompareLevels(names{"tax": "all"}, names{"sky": "read", "orders": "edit"})
	text := message(err)
	for _, part := range []string{`before: tax has no level "all"`, `after: orders has no level "edit"`, `unknown entity "sky"`} {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not contain %q", text, part)
		}
	}
}
