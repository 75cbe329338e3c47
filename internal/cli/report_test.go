package cli_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// A level on some records shows the values they carry, in every format.
func TestReport_restrictions(t *testing.T) {
	t.Parallel()
	path := made(t)
	db, err := sqlstore.Open(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.PutDocument(t.Context(), store.Document{Tenant: "acme", Kind: store.KindSetting, ID: api.SettingRestrictions, Body: `{"key": "restrictions", "value": ["DE", "AT"]}`}); err != nil {
		t.Fatal(err)
	}
	b := serve(t, "--database", "sqlite:"+path, "--tenant", "acme", "--client", "key:secret")
	c, err := client.New(client.Options{BaseURL: b.url, Tenant: "acme", ClientID: "key", ClientSecret: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	customers := access.ControlIDs(access.FromMap(map[string]access.Level{"customers": access.Manage}))
	if _, err := c.CreateGroup(t.Context(), api.GroupCreate{ID: "sales", Name: api.Text{"en": "Sales"}, AccessControls: customers, Restrictions: []string{"DE", "AT"}}); err != nil {
		t.Fatal(err)
	}
	_, err = c.CreateUser(t.Context(), api.UserCreate{
		FirstName: "Anna", LastName: "Arm", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en",
		GroupIDs: []string{"sales"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for format, want := range map[string]string{
		"text": "Customer  manage  AT, DE   sales       access\n",
		"csv":  "Customer Management,customers,Customer,manage,AT DE,true,sales,access\r\n",
		"json": "\"restrictions\": [\n        \"AT\",\n        \"DE\"\n      ],",
	} {
		text, stderr, code := run(t, nil, "report", "--embedded", path, "--tenant", "acme", "--email", "anna@acme.example", "--format", format)
		if code != 0 || !strings.Contains(text, want) {
			t.Errorf("%s: code %d %s\n%s\nlacks %q", format, code, stderr, text, want)
		}
	}
}
