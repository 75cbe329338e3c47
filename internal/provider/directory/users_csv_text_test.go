package directory_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A name that nobody should write is in the tenant: it shows as drift, which the
// next apply ends, and the table is never stuck.
func TestUsersCSVResource_invisibleElsewhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	text := "sep=;\n" + strings.ReplaceAll(staff, ",", ";")
	made := p.MustApply("iam_users_csv", state{}, csvOf(text))
	anna := staffOf(t, b.Client)["anna@acme.example"]
	if err := b.Client.UpdateUser(t.Context(), anna.ID, api.UserUpdate{
		FirstName: "An\u200bna", LastName: anna.LastName, Department: "“Sales”", PreferredSite: anna.PreferredSite, PreferredCurrency: anna.PreferredCurrency,
		PreferredLanguage: anna.PreferredLanguage, BackofficeUserNumber: anna.BackofficeUserNumber, GroupIDs: anna.GroupIDs,
	}); err != nil {
		t.Fatal(err)
	}
	p.NextRun()
	drifted, d := p.Refresh("iam_users_csv", made)
	if want := lineOf(t, text, ";Anna;Schmidt;Sales;", ";An\u200bna;Schmidt;“Sales”;"); d.Failed() || drifted.Values["csv"] != want {
		t.Errorf("%v\n%q, want\n%q", d, drifted.Values["csv"], want)
	}
	p.MustApply("iam_users_csv", drifted, csvOf(text))
	if anna := staffOf(t, b.Client)["anna@acme.example"]; anna.FirstName != "Anna" || anna.Department != "Sales" {
		t.Errorf("after the apply the user is %+v", anna)
	}
}
