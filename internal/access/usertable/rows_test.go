package usertable

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTable_Rows(t *testing.T) {
	t.Parallel()
	table, err := Parse("\uFEFFGroups;Last Name;email;First Name;Department;locked\r\nb a;Schmidt;Zoe@acme.example;\"Zoe \"\"Z\"\"\";;\r\n;=1;anna@acme.example;<Anna>;F&E;TRUE\r\n")
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"anna@acme.example":{"first_name":"<Anna>","last_name":"=1","department":"F&E","locked":true,"groups":""},` +
		`"zoe@acme.example":{"first_name":"Zoe \"Z\"","last_name":"Schmidt","department":"","locked":false,"groups":"a b"}}`
	if got := table.Rows(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	table, err = Parse("last_name,preferred_language,email,preferred_site,first_name,preferred_currency\nB,de,a@acme.example,main,A,EUR\n")
	if got := table.Rows(); err != nil || got != `{"a@acme.example":{"first_name":"A","last_name":"B","preferred_site":"main","preferred_currency":"EUR","preferred_language":"de"}}` {
		t.Errorf("got %s, %v", got, err)
	}
	table, err = Parse(userHeader)
	if got := table.Rows(); err != nil || got != "{}" {
		t.Errorf("without users: got %s, %v", got, err)
	}
}

// Two texts have the same rows if and only if they say the same. Their values are
// few, so that many pairs do.
func TestTable_Rows_sameTexts(t *testing.T) {
	t.Parallel()
	cell := rapid.SampledFrom([]string{"", "x", "\"<é>\u2028\n"})
	name := rapid.SampledFrom([]string{"A", "B"})
	text := rapid.Custom(func(t *rapid.T) string {
		optional := rapid.SampledFrom([][]string{nil, {"department"}, {"locked", "groups"}, {"preferred_site", "preferred_currency", "preferred_language"}}).Draw(t, "optional columns")
		table := Table{Columns: rapid.Permutation(slices.Concat(userColumns[:requiredColumns], optional)).Draw(t, "columns")}
		for _, email := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a@x", "A@X", "b@x"}), 1, 2, strings.ToLower).Draw(t, "e-mails") {
			table.Users = append(table.Users, User{
				Email: email, FirstName: name.Draw(t, "first name"), LastName: "L", Department: cell.Draw(t, "department"), PreferredSite: cell.Draw(t, "site"),
				Locked: rapid.Bool().Draw(t, "locked"), Groups: rapid.SliceOfNDistinct(name, 0, 2, rapid.ID).Draw(t, "groups"),
			})
		}
		return table.CSV()
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		first, err := Parse(a)
		if err != nil {
			t.Fatal(err)
		}
		second, err := Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		if !json.Valid([]byte(first.Rows())) || (first.Rows() == second.Rows()) != Same(a, b) {
			t.Errorf("Same is %t for\n%s\n%s\nwith the rows\n%s\n%s", Same(a, b), a, b, first.Rows(), second.Rows())
		}
	})
}
