package directory_test

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// makeDefaultSite adds a site and makes it the tenant's default.
func makeDefaultSite(t *testing.T, c *client.Client, code, currency, language string) {
	t.Helper()
	err := c.CreateSite(t.Context(), api.Site{
		Code: code, Name: code, Active: true, Default: true, Currency: currency, DefaultLanguage: language, Languages: []string{language},
		HomeBase: api.HomeBase{Address: api.SiteAddress{Country: "US", ZipCode: "10001"}}, ShipToCountries: []string{"US"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// filled returns the attributes that a configuration can omit.
func filled(v values) [4]any {
	return [4]any{v["department"], v["preferred_site"], v["preferred_currency"], v["preferred_language"]}
}

// filledOf is filled of a user of the API.
func filledOf(u api.User) [4]any {
	return [4]any{u.Department, u.PreferredSite, u.PreferredCurrency, u.PreferredLanguage}
}

// Every user has all fields: what is omitted comes from the tenant's default site, is
// known in the plan, and stays when another site becomes the default.
func TestUserResource_omittedFields(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		makeDefaultSite(t, b.Client, "us", "USD", "fr")
		p := providertest.New(t, b.Config)
		want := [4]any{api.NoDepartment, "us", "USD", "fr"}
		planned, _, d := p.Plan("iam_user", state{}, anna())
		if d.Failed() || filled(planned.Values) != want {
			t.Errorf("planned %v, %v", filled(planned.Values), d)
		}
		made := p.MustApply("iam_user", state{}, anna())
		const text = "email,first_name,last_name,department,preferred_currency\nbea@acme.example,Bea,B,,\ncarl@acme.example,Carl,C,Sales,GBP\n"
		table := p.MustApply("iam_users_csv", state{}, csvOf(text))
		users := staffOf(t, b.Client)
		if got := filledOf(users["anna.schmidt@acme.example"]); filled(made.Values) != want || got != want {
			t.Errorf("the state has %v, the tenant %v", filled(made.Values), got)
		}
		if got := filledOf(users["bea@acme.example"]); got != want {
			t.Errorf("a row with nothing has %v", got)
		}
		if got := filledOf(users["carl@acme.example"]); got != [4]any{"Sales", "us", "GBP", "fr"} {
			t.Errorf("a row with cells has %v", got)
		}

		makeDefaultSite(t, b.Client, "de", "EUR", "de")
		p.NextRun()
		noChange(t, p, "iam_user", made, anna())
		noChange(t, p, "iam_users_csv", table, csvOf(text))
		if planned, _, d := p.Plan("iam_user", made, with(anna(), values{"first_name": "Ann"})); d.Failed() || filled(planned.Values) != want {
			t.Errorf("an update plans %v, %v", filled(planned.Values), d)
		}
	})
}

// The provider's defaults and the configuration win, each for its attribute.
func TestUserResource_omittedFieldsInOrder(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	makeDefaultSite(t, b.Client, "us", "USD", "fr")
	p := providertest.New(t, with(b.Config, values{"user_defaults": values{"preferred_currency": "GBP", "department": "Everyone"}}))
	planned, _, d := p.Plan("iam_user", state{}, with(anna(), values{"preferred_language": "de"}))
	if d.Failed() || filled(planned.Values) != [4]any{"Everyone", "us", "GBP", "de"} {
		t.Errorf("planned %v, %v", filled(planned.Values), d)
	}
}

// What cannot be known in the plan is unknown, and an API key that cannot read sites
// can create users.
func TestUserResource_omittedFieldsUnread(t *testing.T) {
	t.Parallel()
	var secret, broken atomic.Bool
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken.Load() && strings.HasSuffix(r.URL.Path, "/sites") {
				http.Error(w, `{"status": 400, "message": "no"}`, http.StatusBadRequest)
				return
			}
			if secret.Load() && strings.HasSuffix(r.URL.Path, "/sites") {
				http.Error(w, `{"code": 403, "status": "Forbidden", "message": "no"}`, http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, with(b.Config, values{"client_secret": providertest.Unknown}))
	u := providertest.Unknown
	if planned, _, d := p.Plan("iam_user", state{}, anna()); d.Failed() || filled(planned.Values) != [4]any{api.NoDepartment, u, u, u} {
		t.Errorf("planned %v, %v", filled(planned.Values), d)
	}
	makeDefaultSite(t, b.Client, "us", "USD", "fr")
	secret.Store(true)
	p = providertest.New(t, b.Config)
	if planned, _, d := p.Plan("iam_user", state{}, anna()); d.Failed() || filled(planned.Values) != [4]any{api.NoDepartment, "main", "EUR", "en"} {
		t.Errorf("without sites: planned %v, %v", filled(planned.Values), d)
	}
	broken.Store(true)
	p = providertest.New(t, b.Config)
	if planned, _, d := p.Plan("iam_user", state{}, anna()); d.Failed() || filled(planned.Values) != [4]any{api.NoDepartment, u, u, u} {
		t.Errorf("with sites that cannot be read: planned %v, %v", filled(planned.Values), d)
	}
	if _, d := p.Apply("iam_users_csv", state{}, csvOf("email,first_name,last_name\nbea@acme.example,Bea,B\n")); !d.Has("error", "default site cannot be read") {
		t.Errorf("a row: %v", d)
	}
	if _, d := p.Apply("iam_user", state{}, anna()); !d.Has("error") {
		t.Errorf("a user: %v", d)
	}
}

// Users without a department from before stay as they are, whether the configuration
// says nothing or that; nobody else gets into that state.
func TestUserResource_noDepartment(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	create := func(ctx context.Context, email string) {
		_, err := b.Client.CreateUser(ctx, api.UserCreate{
			FirstName: "Anna", LastName: "Schmidt", ContactEmail: email, PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	create(t.Context(), "Anna.Schmidt@acme.example")
	create(t.Context(), "bea@acme.example")
	p := providertest.New(t, b.Config)
	imported, d := p.Import("iam_user", "anna.schmidt@acme.example")
	if d.Failed() || imported.Values["department"] != "" {
		t.Fatalf("imported %v, %v", imported.Values, d)
	}
	noChange(t, p, "iam_user", imported, anna())
	noChange(t, p, "iam_user", imported, with(anna(), values{"department": ""}))
	for _, text := range []string{"email,first_name,last_name\nbea@acme.example,Anna,Schmidt\n", "email,first_name,last_name,department\nbea@acme.example,Anna,Schmidt,\n"} {
		p.NextRun()
		table, d := p.Import("iam_users_csv", "bea@acme.example")
		if d.Failed() {
			t.Fatal(d)
		}
		table = p.MustApply("iam_users_csv", table, csvOf(text))
		noChange(t, p, "iam_users_csv", table, csvOf(text))
	}
	if u := staffOf(t, b.Client)["bea@acme.example"]; u.Department != "" {
		t.Errorf("an update nobody asked for: %+v", u)
	}

	p.NextRun()
	const want = `error at AttributeName("department"): Department Missing`
	if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"email": "new@acme.example", "department": ""})); !d.Has(want, "must have a department", api.NoDepartment) {
		t.Errorf("a new user: %v", d)
	}
	made := p.MustApply("iam_user", imported, with(anna(), values{"department": "Sales"}))
	p.NextRun()
	if _, _, d := p.Plan("iam_user", made, with(anna(), values{"department": ""})); !d.Has(want) {
		t.Errorf("a user who has one: %v", d)
	}
}
