package directory_test

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// checkRows checks that the rows of a state are those of its text.
func checkRows(t *testing.T, s state) {
	t.Helper()
	text, _ := s.Values["csv"].(string)
	table, err := usertable.Parse(text)
	if err != nil || s.Values["rows"] != table.Rows() {
		t.Errorf("the text is\n%s\nand the rows are\n%v, %v", text, s.Values["rows"], err)
	}
}

// changedRows returns the e-mail addresses of the rows that differ, sorted.
func changedRows(t *testing.T, a, b state) []string {
	t.Helper()
	rows := [2]map[string]map[string]any{}
	for i, s := range []state{a, b} {
		text, _ := s.Values["rows"].(string)
		if err := json.Unmarshal([]byte(text), &rows[i]); err != nil {
			t.Fatalf("%v: %v", s.Values["rows"], err)
		}
	}
	all := maps.Clone(rows[0])
	maps.Copy(all, rows[1])
	maps.DeleteFunc(all, func(email string, _ map[string]any) bool { return reflect.DeepEqual(rows[0][email], rows[1][email]) })
	return slices.Sorted(maps.Keys(all))
}

// The plan knows the rows, which change only where the text says something else; so
// does a refresh.
func TestUsersCSVResource_rows(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	planned, _, d := p.Plan("iam_users_csv", state{}, csvOf(staff))
	if len(d) > 0 {
		t.Fatal(d)
	}
	checkRows(t, planned)
	made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
	checkRows(t, made)

	text := lineOf(t, staff, "Anna,Schmidt,Sales", "Anna,Meier,Sales")
	text = lineOf(t, text, "clara@acme.example,Clara,Cole,Support,true,oe-viewer\n", "dora@acme.example,Dora,Doe,,,\n")
	lines := strings.Split(strings.TrimSpace(text), "\n")
	slices.Reverse(lines[1:])
	p.NextRun()
	planned, _, d = p.Plan("iam_users_csv", made, csvOf(strings.Join(lines, "\n")))
	if got := changedRows(t, made, planned); d.Failed() || strings.Join(got, " ") != "anna@acme.example clara@acme.example dora@acme.example" {
		t.Errorf("the plan changes %v: %v", got, d)
	}
	changed := p.MustApply("iam_users_csv", made, csvOf(text))
	checkRows(t, changed)

	anna := staffOf(t, b.Client)["anna@acme.example"]
	if err := b.Client.UpdateUser(t.Context(), anna.ID, api.UserUpdate{
		FirstName: "Ann", LastName: "Meier", Department: "Sales", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en",
		BackofficeUserNumber: anna.BackofficeUserNumber, GroupIDs: anna.GroupIDs,
	}); err != nil {
		t.Fatal(err)
	}
	p.NextRun()
	drifted, d := p.Refresh("iam_users_csv", changed)
	if got := changedRows(t, changed, drifted); d.Failed() || !slices.Equal(got, []string{"anna@acme.example"}) {
		t.Errorf("the refresh changes %v: %v", got, d)
	}
	checkRows(t, drifted)
	imported, d := p.Import("iam_users_csv", "group:oe-viewer")
	if d.Failed() {
		t.Fatal(d)
	}
	checkRows(t, imported)
}

// The rows of a text that is not known yet are not known either.
func TestUsersCSVResource_rowsUnknown(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
	for name, prior := range map[string]state{"creation": {}, "update": made} {
		p.NextRun()
		if planned, _, d := p.Plan("iam_users_csv", prior, values{"csv": providertest.Unknown}); d.Failed() || planned.Values["rows"] != providertest.Unknown {
			t.Errorf("%s: %v %v", name, planned.Values, d)
		}
	}
}

// A state without rows, which an earlier build wrote, plans no change, with and without
// a refresh; the refresh adds the rows, so that the next plan shows the changed ones.
func TestUsersCSVResource_stateWithoutRows(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
	text, err := json.Marshal(map[string]any{"csv": staff, "on_destroy": "remove", "adopt_existing": nil, "timeouts": nil})
	if err != nil {
		t.Fatal(err)
	}
	old, d := p.Upgrade("iam_users_csv", 0, text)
	if len(d) > 0 || old["csv"] != staff || old["rows"] != nil {
		t.Fatalf("got %v, %v", old, d)
	}
	earlier := state{Values: old, Private: made.Private}
	for name, text := range map[string]string{"as it is": staff, "in another notation": strings.ReplaceAll(staff, "\n", "\r\n")} {
		p.NextRun()
		planned, _, d := p.Plan("iam_users_csv", earlier, csvOf(text))
		if diff := differences(old, planned.Values); len(diff)+len(d) > 0 {
			t.Errorf("%s: without a refresh the plan changes %v: %v", name, diff, d)
		}
	}
	noChange(t, p, "iam_users_csv", earlier, csvOf(staff))
	p.NextRun()
	refreshed, d := p.Refresh("iam_users_csv", earlier)
	if diff := differences(made.Values, refreshed.Values); len(diff)+len(d) > 0 {
		t.Errorf("the refreshed state differs in %v: %v", diff, d)
	}
	// Without a refresh, a change of something else leaves the rows out.
	kept := with(csvOf(staff), values{"on_destroy": "keep"})
	changed := p.MustApply("iam_users_csv", earlier, kept)
	if changed.Values["rows"] != nil {
		t.Errorf("got %v", changed.Values)
	}
	noChange(t, p, "iam_users_csv", changed, kept)
}
