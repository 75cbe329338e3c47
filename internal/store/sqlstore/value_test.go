package sqlstore_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// What the fast reader of lists takes is what a JSON decoder reads.
func FuzzSimpleList(f *testing.F) {
	for _, text := range []string{
		`["a"]`, `["a","b"]`, `["",""]`, `[""]`, `["ä 🙂","b"]`, `["a,b","c"]`,
		`[]`, `null`, `["a", "b"]`, `["a\"","b"]`, `["a\\","b"]`, `["a","b"`, `["a""b"]`, `["a",null]`, `["a",1,"b"]`, `["a",["b"]]`, `["a"],["b"]`, `["]`, `"a"`, `["a"] `,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := sqlstore.SimpleList(text)
		var want []string
		if err := json.Unmarshal([]byte(text), &want); ok && err == nil && !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", text, got, want)
		}
	})
}

// Lists as the store writes them are read without a JSON decoder.
func TestSimpleList(t *testing.T) {
	t.Parallel()
	list := []string{"order.order_read", "1gr5e52e-6e27-4ac5-9471-2467d3fb7503", ""}
	text, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := sqlstore.SimpleList(string(text)); !ok || !slices.Equal(got, list) {
		t.Errorf("got %q, %t", got, ok)
	}
}
