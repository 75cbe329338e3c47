package directory_test

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A user whom a second run creates while this one is at work is no riddle: the error
// says what happened, and what to do.
func TestUsersCSVResource_createdMeanwhile(t *testing.T) {
	t.Parallel()
	var meanwhile atomic.Pointer[func()] // called once
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if create := meanwhile.Load(); create != nil && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") && meanwhile.CompareAndSwap(create, nil) {
				(*create)()
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	create := func() {
		_, err := b.Client.CreateUser(t.Context(), api.UserCreate{
			FirstName: "Anna", LastName: "A", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
		})
		if err != nil {
			t.Error(err)
		}
	}
	meanwhile.Store(&create)
	_, d := p.Apply("iam_users_csv", state{}, csvOf("email,first_name,last_name\nanna@acme.example,Anna,A\n"))
	if !d.Has("error", "line 2, anna@acme.example", "second run", "plan again", "adopt_existing = true") {
		t.Errorf("got %v", d)
	}
}

// What has no column stays as somebody else has made it, even while the table is
// being written: many users take minutes.
func TestUsersCSVResource_changedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, columns := range map[string]string{
		"groups": "oe-viewer", "department,preferred_site,groups": "Sales,main,oe-viewer", "locked": "false",
		"department,preferred_site,preferred_currency,preferred_language,groups": ",main,EUR,fr,oe-viewer",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var meanwhile atomic.Pointer[func()] // called once
			b := providertest.Remote(t, servertest.Options{NoFaults: true, NoContract: true, Wrap: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body, _ := io.ReadAll(r.Body)
					r.Body = io.NopCloser(strings.NewReader(string(body)))
					if change := meanwhile.Load(); change != nil && r.Method == http.MethodPut && strings.Contains(string(body), `"V"`) {
						(*change)() // which all others wait for
					}
					next.ServeHTTP(w, r)
				})
			}})
			p := providertest.New(t, b.Config)
			text := "email,first_name,last_name," + name + "\nanna@acme.example,Anna,A," + columns + "\n"
			for i := range 20 {
				text += strings.ReplaceAll("uN@acme.example,U,N,", "N", string(rune('a'+i))) + columns + "\n"
			}
			made := p.MustApply("iam_users_csv", state{}, csvOf(text))
			p.NextRun()
			change := sync.OnceFunc(func() { // before the first of all is written, the last is changed
				u := staffOf(t, b.Client)["ut@acme.example"]
				err := b.Client.UpdateUser(t.Context(), u.ID, api.UserUpdate{
					FirstName: u.FirstName, LastName: u.LastName, Department: "Moved", PreferredSite: u.PreferredSite,
					PreferredCurrency: u.PreferredCurrency, PreferredLanguage: "fr", BackofficeUserNumber: u.BackofficeUserNumber, GroupIDs: u.GroupIDs,
				})
				if err != nil {
					t.Error(err)
				}
			})
			meanwhile.Store(&change)
			p.MustApply("iam_users_csv", made, csvOf(strings.ReplaceAll(text, ",U,", ",V,")))
			department := "Moved"
			if strings.Contains(columns, "Sales") {
				department = "Sales"
			}
			if u := staffOf(t, b.Client)["ut@acme.example"]; u.PreferredLanguage != "fr" || u.FirstName != "V" || u.Department != department {
				t.Errorf("%s of %q speaks %q", u.FirstName, u.Department, u.PreferredLanguage)
			}
		})
	}
}
