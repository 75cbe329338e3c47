package directory_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// An address that Unicode folds into another one is somebody else's: whoever
// looks for the one must not get the other, and give the access to a stranger.
func TestUser_lookalike(t *testing.T) {
	t.Parallel()
	const stranger, meant = "\u017fue@acme.example", "sue@acme.example" // the first begins with a long s
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	ids := map[string]string{}
	for _, email := range []string{stranger, meant} {
		id, err := b.Client.CreateUser(t.Context(), api.UserCreate{
			FirstName: "Sue", LastName: "S", ContactEmail: email, PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
		})
		if err != nil {
			t.Fatal(err)
		}
		ids[email] = id
	}
	p := providertest.New(t, b.Config)
	if found, d := p.ReadData("iam_user", values{"email": meant}); d.Failed() || found["id"] != ids[meant] {
		t.Errorf("the data source found %v: %v", found, d)
	}
	imported, d := p.Import("iam_user", meant)
	if d.Failed() || imported.Values["id"] != ids[meant] {
		t.Errorf("imported %v: %v", imported.Values, d)
	}
	if _, replace, d := p.Plan("iam_user", imported, values{"email": stranger, "first_name": "Sue", "last_name": "S"}); d.Failed() || !replace {
		t.Errorf("another address is no other user: %v", d)
	}
}
