package directory_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A creation that is answered with the id of another user is an error: nothing
// is done to the other one, and the state does not have it.
func TestUserResource_idOfAnother(t *testing.T) {
	t.Parallel()
	for name, locked := range map[string]any{"active": nil, "locked": true, "replaced": nil} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var other atomic.Pointer[string] // nil: nobody lies yet
			b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if id := other.Load(); id != nil && r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") {
						next.ServeHTTP(httptest.NewRecorder(), r)
						w.WriteHeader(http.StatusCreated)
						_, _ = w.Write([]byte(`{"id":"` + *id + `"}`))
						return
					}
					next.ServeHTTP(w, r)
				})
			}})
			p := providertest.New(t, b.Config)
			config := with(anna(), values{"locked": locked})
			made := state{}
			if name == "replaced" {
				made = p.MustApply("iam_user", state{}, config)
				if err := b.Client.AssignMember(t.Context(), "oe-viewer", access.Employee, made.Values["id"].(string)); err != nil {
					t.Fatal(err)
				}
			}
			ben, err := b.Client.CreateUser(t.Context(), api.UserCreate{
				FirstName: "Ben", LastName: "B", ContactEmail: "ben@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
			})
			if err != nil {
				t.Fatal(err)
			}
			other.Store(&ben)
			half, d := made, providertest.Diagnostics(nil)
			if name == "replaced" {
				half, _, d = p.Replace("iam_user", made, config, providertest.Replacement{Forced: true})
			} else {
				half, d = p.Apply("iam_user", made, config)
			}
			if !d.Has("error: Unable to create user", "which belongs to ben@acme.example", "may have been created all the same") || half.Values["id"] != nil {
				t.Errorf("got %v %v", half.Values, d)
			}
			if after, err := b.Client.User(t.Context(), ben); err != nil || after.Locked() || len(after.GroupIDs) > 0 {
				t.Errorf("the other user is %+v, %v", after, err)
			}
			found, d := p.Refresh("iam_user", half)
			if d.Failed() || found.Values["id"] == nil || found.Values["id"] == ben {
				t.Errorf("the next refresh found %v, %v", found.Values, d)
			}
		})
	}
}
