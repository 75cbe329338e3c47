package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// newCompanies returns a backend with two companies, a shop and employees:
//
//   - anna is in buyers of company A, and in the shop's customers
//   - ben is in admins of company B
//   - cleo is in no group but the shop's customers, who have no company
//   - dora is in groups of both companies
func newCompanies(t *testing.T) *backend {
	t.Helper()
	b := newBackend(t)
	for id, company := range map[string]string{"a-admins": "A", "a-buyers": "A", "b-admins": "B", "shop": ""} {
		b.create(t, "~/groups", fmt.Sprintf(`{"id": %q, "name": {"en": %q}, "userType": "CUSTOMER", "b2b": {"legalEntityId": %q}}`, id, id, company))
	}
	// A company in a group of employees makes it none of the company's.
	b.create(t, "~/groups", `{"id": "a-staff", "name": {"en": "Staff"}, "b2b": {"legalEntityId": "A"}}`)
	for _, m := range []string{"a-buyers anna", "shop anna", "b-admins ben", "shop cleo", "a-admins dora", "b-admins dora"} {
		group, user, _ := strings.Cut(m, " ")
		b.check(t, exchange{method: "PUT", path: "~/groups/" + group + "/users/CUSTOMER/" + user, status: 201, want: `{"id": "` + anyText + `"}`})
	}
	return b
}

// The truth table of the own scopes: which groups they reach, with which token.
func TestOwn_reach(t *testing.T) {
	t.Parallel()
	groups := []string{"a-admins", "a-buyers", "b-admins", "shop", "a-staff", "sales", "nowhere", "oe-viewer"}
	own := func(id string) func(*testing.T, *backend, string) string {
		return func(t *testing.T, b *backend, scope string) string { return b.issueUser(t, id, access.Customer, scope) }
	}
	for _, c := range []struct {
		caller  string
		token   func(t *testing.T, b *backend, scope string) string
		reaches string
	}{
		{"anna", own("anna"), "a-admins a-buyers"},
		{"ben", own("ben"), "b-admins"},
		{"cleo", own("cleo"), ""},
		{"dora", own("dora"), "a-admins a-buyers b-admins"},
		{"a stranger", own("nobody"), ""},
		{"an employee", func(t *testing.T, b *backend, scope string) string {
			return b.issueUser(t, b.owner(t), access.Employee, scope)
		}, ""},
		{"an API key", func(t *testing.T, b *backend, scope string) string { return b.issue(t, servertest.Tenant, scope) }, ""},
		{"an API key named like a customer", func(t *testing.T, b *backend, scope string) string {
			token, err := b.server.IssueToken("anna", servertest.Tenant, []string{scope})
			if err != nil {
				t.Fatal(err)
			}
			return token
		}, ""},
	} {
		t.Run(c.caller, func(t *testing.T) {
			t.Parallel()
			b := newCompanies(t)
			b.withGroups(t, "sales")
			refused := `{"code": 403, "status": "Forbidden", "message": "` + anyText + `", "resourceId": "` + absent + `", "details": ["` + anyText + `"]}`
			for _, group := range groups {
				reached := strings.Contains(" "+c.reaches+" ", " "+group+" ")
				for _, e := range []exchange{
					{method: "GET", path: "/users?pageSize=1", header: bearer(c.token(t, b, api.ScopeUserReadOwn)), status: 200},
					{method: "POST", path: "/users", header: bearer(c.token(t, b, api.ScopeAssignmentCreateOwn)), body: `{"userId": "new", "userType": "CUSTOMER"}`, status: 201},
					{method: "DELETE", path: "/users/new", header: bearer(c.token(t, b, api.ScopeAssignmentDeleteOwn)), status: 204},
					{method: "DELETE", path: "/users/nobody", header: bearer(c.token(t, b, api.ScopeAssignmentDeleteOwn)), status: 204},
				} {
					e.path = "~/groups/" + group + e.path
					if !reached {
						e.status, e.want = 403, refused
						b.check(t, e)
					} else if got := b.send(t, e); got.status != e.status {
						t.Errorf("%s %s: got %d %s, want %d", e.method, e.path, got.status, got.body, e.status)
					}
				}
			}
			list := exchange{path: "~/groups?sort=id", header: bearer(c.token(t, b, api.ScopeGroupReadOwn)), status: 200}
			if strings.HasPrefix(c.caller, "an ") { // no customer
				list.status, list.want = 403, refused
				b.check(t, list)
				return
			}
			b.token = c.token(t, b, api.ScopeGroupReadOwn)
			if got := ids(t, b, "~/groups?sort=id", "id"); got != c.reaches {
				t.Errorf("the list has %q, want %q", got, c.reaches)
			}
			if got := ids(t, b, "~/groups?userType=EMPLOYEE", "id"); got != "" {
				t.Errorf("the list of employees' groups has %q", got)
			}
		})
	}
}

// The full scope counts where there are both, and an own scope opens nothing
// that another names.
func TestOwn_scopes(t *testing.T) {
	t.Parallel()
	b := newCompanies(t)
	anna := func(scopes ...string) map[string]string {
		return bearer(b.issueUser(t, "anna", access.Customer, scopes...))
	}
	refused := `{"code": 403, "status": "Forbidden"}`
	b.play(
		t,
		exchange{name: "both", path: "~/groups/b-admins/users", header: anna(api.ScopeUserRead, api.ScopeUserReadOwn), status: 200, want: `[{"userId": "ben"}, {"userId": "dora"}]`},
		exchange{name: "full scope, unknown group", path: "~/groups/nowhere/users", header: anna(api.ScopeUserRead), status: 404, want: `{"code": 404}`},
		exchange{name: "all groups", path: "~/groups?name=shop", header: anna(api.ScopeGroupRead), status: 200, want: `[{"id": "shop"}]`},
		exchange{name: "of another operation", path: "~/groups/a-buyers/users", header: anna(api.ScopeGroupReadOwn, api.ScopeAssignmentCreateOwn), status: 403, want: refused},
		exchange{name: "one group", path: "~/groups/a-buyers", header: anna(api.OwnScopes()...), status: 403, want: refused},
		exchange{name: "PUT", method: "PUT", path: "~/groups/a-buyers/users/CUSTOMER/new", header: anna(api.OwnScopes()...), status: 403, want: refused},
		exchange{name: "all members", method: "DELETE", path: "~/groups/a-buyers/users", header: anna(api.OwnScopes()...), status: 403, want: refused},
		exchange{name: "members", path: "~/groups/a-buyers/users", header: anna(api.OwnScopes()...), status: 200, want: `[{"userId": "anna"}]`},
		exchange{name: "an employee", method: "POST", path: "~/groups/a-buyers/users", header: anna(api.OwnScopes()...), body: `{"userId": "` + b.owner(t) + `"}`, status: 400, want: `{"status": "Constraint validation failed"}`},
		exchange{name: "leave", method: "DELETE", path: "~/groups/a-buyers/users/anna", header: anna(api.OwnScopes()...), status: 204},
		exchange{name: "and be outside", path: "~/groups/a-buyers/users", header: anna(api.OwnScopes()...), status: 403, want: refused},
	)
}

// With a customer's token only what asks for no scope or for an own one opens.
func TestOwn_everyRoute(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	header := bearer(b.testToken(t, "c1", `{"userType": "CUSTOMER"}`).AccessToken)
	for _, o := range server.Operations() {
		e := request(o)
		e.header, e.body = header, `{"userId": "u", "userType": "CUSTOMER"}`
		want := http.StatusForbidden
		switch {
		case o.Path == api.PathGroups && o.Method == http.MethodGet, o.Path == api.PathMyScopes, o.Path == api.PathMyGrants:
			want = http.StatusOK
		case o.Path == api.PathGlobalSettings, o.Path == api.PathBasicSettings, o.Path == api.PathSites && o.Method == http.MethodGet:
			want = http.StatusOK
		case o.Path == api.PathTeamOrganizations: // a person's own, but a customer has none
			want = http.StatusBadRequest
		case o.Path == api.PathUserMe, o.Path == api.PathSite && o.Method == http.MethodGet:
			want = http.StatusNotFound
		}
		if got := b.send(t, e); got.status != want {
			t.Errorf("%s: got %d %s, want %d", e.name, got.status, got.body, want)
		}
	}
}
