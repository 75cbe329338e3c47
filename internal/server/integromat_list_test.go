package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// makeError is an error document of Make.
func makeError(status int) string {
	return fmt.Sprintf(`{"detail": %q, "message": %q, "code": "SC%d", "status": %q, "fault": %q}`, anyText, anyText, status, absent, absent)
}

// makeKeyHeader is the header with the tenant's own API key.
func makeKeyHeader() map[string]string {
	return map[string]string{"Authorization": "Token " + servertest.ClientID + ":" + servertest.ClientSecret}
}

// invited are the ids of people who were invited to the organizations with these ids, by
// e-mail address.
func invited(t *testing.T, b *backend, organization string, people ...string) map[string]int64 {
	t.Helper()
	ids := map[string]int64{}
	for _, person := range people {
		name, email, _ := strings.Cut(person, " ")
		e := exchange{method: "POST", path: "/api/v2/organizations/" + organization + "/invite", header: makeKeyHeader(), body: `{"email": "` + email + `", "name": "` + name + `"}`}
		ids[email] = decoded[api.MakeUserRoleAnswer](t, b.send(t, e)).UserOrganizationRole.UserID
	}
	return ids
}

// Lists of Make are paged, sorted and cut to columns as Make's clients ask.
func TestIntegromatList(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	ids := invited(t, b, "7", "Carla c@acme.example", "Anna a@acme.example", "ben b@acme.example")
	invited(t, b, "8", "Dora d@acme.example")
	one := func(name, path, want string) exchange {
		return exchange{name: name, path: path, header: makeKeyHeader(), status: 200, want: want}
	}
	refused := func(name, path, detail string) exchange {
		return exchange{name: name, path: path, header: makeKeyHeader(), status: 400, want: `{"detail": "` + strings.ReplaceAll(detail, `"`, `\"`) + `", "message": "Bad Request", "code": "SC400"}`}
	}
	const users = "/api/v2/users?organizationId=7"
	b.play(
		t,
		one("by name", users+"&pg[sortBy]=name&pg[sortDir]=asc", `{"users": [{"name": "Anna"}, {"name": "ben"}, {"name": "Carla"}], "pg": {"sortBy": "name", "sortDir": "asc", "limit": 10000, "offset": 0}}`),
		one("backwards", users+"&pg%5BsortBy%5D=email&pg%5BsortDir%5D=desc", `{"users": [{"name": "Carla"}, {"name": "ben"}, {"name": "Anna"}]}`),
		one("a page", users+"&pg[sortBy]=name&pg[sortDir]=asc&pg[offset]=1&pg[limit]=1", `{"users": [{"name": "ben"}], "pg": {"limit": 1, "offset": 1}}`),
		one("after the end", users+"&pg[offset]=9", `{"users": [], "pg": {"offset": 9}}`),
		one("nobody of it", users+"&pg[limit]=0", `{"users": [], "pg": {"limit": 0}}`),
		one("columns", users+"&pg[sortBy]=name&pg[sortDir]=asc&pg[limit]=1&cols[]=id&cols[]=email", fmt.Sprintf(`{"users": [{"id": %d, "email": "a@acme.example", "name": %q}]}`, ids["a@acme.example"], absent)),
		one("columns that there are not", users+"&pg[limit]=1&cols[]=timezoneId", `{"users": [{"id": "`+absent+`", "name": "`+absent+`"}]}`),
		one("by e-mail", users+"&email=B@acme.example", `{"users": [{"name": "ben"}]}`),
		one("by name in another case", users+"&name=BEN", `{"users": [{"name": "ben"}]}`),
		one("by role", users+"&organizationRoleId=12", `{"users": []}`),
		one("roles with all columns", "/api/v2/users/roles?category=team&cols[]=*&pg[limit]=1", `{"usersRoles": [{"id": 1, "name": "Team Admin", "subsidiary": true, "category": "team"}]}`),
		one("roles of users", "/api/v2/organizations/7/user-organization-roles?pg[sortDir]=desc&pg[limit]=1&cols[]=usersRoleId&cols[]=joinedTeamsCount", `{"userOrganizationRoles": [{"usersRoleId": 13, "joinedTeamsCount": 0, "userId": "`+absent+`"}], "pg": {"sortBy": "userId", "sortDir": "desc"}}`),
		refused("a limit that is none", users+"&pg[limit]=-1", `pg[limit] must be a number from 0, not "-1"`),
		refused("an offset that is none", users+"&pg[offset]=x", `pg[offset] must be a number from 0, not "x"`),
		refused("an order that is none", users+"&pg[sortDir]=up", `pg[sortDir] must be asc or desc, not "up"`),
		refused("a column that is none", users+"&pg[sortBy]=age", `pg[sortBy] must be a column of the list, not "age"`),
	)
	// Without being asked, Make sorts users by their ids, the highest first, and roles the lowest first.
	list := decoded[api.MakeUserList](t, b.send(t, one("", users, ""))).Users
	roles := decoded[api.MakeUserRoleList](t, b.send(t, one("", "/api/v2/organizations/7/user-organization-roles", ""))).UserOrganizationRoles
	for i := 1; i < len(list); i++ {
		if list[i-1].ID <= list[i].ID || roles[i-1].UserID >= roles[i].UserID {
			t.Errorf("got users %+v and roles %+v", list, roles)
		}
	}
}

// The roles of one user are found from the user and from the organization.
func TestIntegromatList_ofUser(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	id := invited(t, b, "7", "Anna a@acme.example", "Ben b@acme.example")["a@acme.example"]
	invited(t, b, "8", "Anna a@acme.example")
	role := fmt.Sprintf(`{"userOrganizationRole": {"userId": %d, "organizationId": 7, "usersRoleId": 13, "invitation": "pending", "joinedTeamsCount": %q}}`, id, absent)
	read := func(name, path string, status int, want string) exchange {
		return exchange{name: name, path: path, header: makeKeyHeader(), status: status, want: want}
	}
	b.play(
		t,
		read("all", fmt.Sprintf("/api/v2/users/%d/user-organization-roles", id), 200, fmt.Sprintf(`{"userOrganizationRoles": [{"userId": %d, "organizationId": 7}, {"userId": %d, "organizationId": 8}]}`, id, id)),
		read("from the user", fmt.Sprintf("/api/v2/users/%d/user-organization-roles/7", id), 200, role),
		read("from the organization", fmt.Sprintf("/api/v2/organizations/7/user-organization-roles/%d", id), 200, role),
		read("one column", fmt.Sprintf("/api/v2/organizations/7/user-organization-roles/%d?cols[]=usersRoleId", id), 200, `{"userOrganizationRole": {"usersRoleId": 13, "userId": "`+absent+`"}}`),
		read("nobody", "/api/v2/users/1/user-organization-roles", 404, `{"detail": "The user is in no organization", "message": "Not Found", "code": "SC404"}`),
		read("no member", "/api/v2/organizations/7/user-organization-roles/1", 404, makeError(404)),
		read("another organization", fmt.Sprintf("/api/v2/organizations/9/user-organization-roles/%d", id), 404, makeError(404)),
		read("unknown path", "/api/v2/teams", 404, `{"detail": "`+anyText+`", "message": "Not Found", "code": "SC404"}`),
		exchange{name: "unknown method", method: "PATCH", path: "/api/v2/users", header: makeKeyHeader(), status: 405, want: `{"code": "SC405"}`},
		exchange{name: "a name that Make refuses", method: "POST", path: "/api/v2/organizations/7/invite", header: makeKeyHeader(), body: `{"email": "c@acme.example", "name": "C <c>"}`, status: 400, want: `{"code": "SC400"}`},
		exchange{name: "no name", method: "POST", path: "/api/v2/organizations/7/invite", header: makeKeyHeader(), body: `{"email": "c@acme.example"}`, status: 400, want: `{"detail": "The body is incomplete", "code": "SC400", "suberrors": [{"message": "Required member is missing: name"}]}`},
		exchange{name: "a member again", method: "POST", path: "/api/v2/organizations/7/invite", header: makeKeyHeader(), body: `{"email": "A@acme.example", "name": "Anna"}`, status: 400, want: `{"detail": "The user is already in the organization", "message": "Bad Request", "code": "IM005"}`},
	)
}

// makeKeyForm is the form of keys that clients of Make accept.
var makeKeyForm = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// A key for Make is all that a client of Make needs, and is good for nothing else.
func TestIntegromatKey(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	invited(t, b, "7", "Anna a@acme.example")
	const clients = "~/clients"
	create := func(token string) answer {
		return b.send(t, exchange{method: "POST", path: clients, header: bearer(token), body: `{"makeKey": true}`})
	}
	made := create(b.token)
	var key api.ClientSecret
	if err := json.Unmarshal(made.body, &key); err != nil || made.status != http.StatusCreated || !makeKeyForm.MatchString(key.Secret) || strings.Contains(key.ID, key.Secret[:8]) {
		t.Fatalf("got %d %s", made.status, made.body)
	}
	if weak := create(b.issue(t, servertest.Tenant, api.ScopeClientManage)); weak.status != http.StatusForbidden {
		t.Errorf("a token without the scope got %d %s", weak.status, weak.body)
	}
	with := func(key string) map[string]string { return map[string]string{"Authorization": "Token " + key} }
	const users = "/api/v2/users?organizationId=7"
	const denied = `{"message": "Unauthorized", "code": "SC401", "detail": "Access denied. Send Authorization: Token KEY, with a key for Make, or Token ID:SECRET, with an API key of the tenant."}`
	b.play(
		t,
		exchange{name: "users", path: users, header: with(key.Secret), status: 200, want: `{"users": [{"name": "Anna"}]}`},
		exchange{name: "the scheme in another case", path: users, header: map[string]string{"Authorization": "token " + key.Secret}, status: 200, want: `{"users": [{"name": "Anna"}]}`},
		exchange{name: "another scheme", path: users, header: map[string]string{"Authorization": "Bearer " + key.Secret}, status: 401, want: denied},
		exchange{name: "without a scheme", path: users, header: map[string]string{"Authorization": key.Secret}, status: 401, want: denied},
		exchange{name: "in capitals", path: users, header: with(strings.ToUpper(key.Secret)), status: 401, want: denied},
		exchange{name: "another key", path: users, header: with("12345678-90ab-4def-8234-1234567890ab"), status: 401, want: denied},
		exchange{name: "as a token", path: "~/groups", header: bearer(key.Secret), status: 401, want: `{"fault": {}}`},
		exchange{name: "what it may do", path: clients + "/" + key.ID, status: 200, want: `{"id": "` + key.ID + `", "scopes": ["make.organization_manage"], "fullAccess": false}`},
		exchange{name: "a new secret", method: "POST", path: clients + "/" + key.ID + "/rotate", status: 400, want: `{"details": ["Create another one, and revoke this one"]}`},
		exchange{name: "with an id", method: "POST", path: clients, body: `{"makeKey": true, "id": "acme-x"}`, status: 400, want: `{"code": 400}`},
		exchange{name: "with scopes", method: "POST", path: clients, body: `{"makeKey": true, "scopes": ["iam.user_read"]}`, status: 400, want: `{"code": 400}`},
		exchange{name: "no key and no id", method: "POST", path: clients, body: `{}`, status: 400, want: `{"details": ["Required member is missing: id"]}`},
		exchange{name: "a key that may not", path: users, header: with(madeClient(t, b)), status: 403, want: `{"message": "Permission denied", "code": "SC403", "detail": "Access denied. The key lacks the scope make.organization_manage."}`},
		exchange{name: "revoke", method: "DELETE", path: clients + "/" + key.ID, status: 204},
		exchange{name: "revoked", path: users, header: with(key.Secret), status: 401, want: denied},
	)
	other, otherKey, err := server.NewClients(b.store, time.Now).CreateMakeKey(t.Context(), "other")
	if err != nil {
		t.Fatal(err)
	}
	b.check(t, exchange{path: users, header: with(otherKey), status: 200, want: `{"users": []}`})
	b.check(t, exchange{path: clients + "/" + other, status: 404, want: `{}`})
}

// madeClient is ID:SECRET of an API key without the scope for Make.
func madeClient(t *testing.T, b *backend) string {
	t.Helper()
	var c api.ClientSecret
	if err := json.Unmarshal(b.send(t, exchange{method: "POST", path: "~/clients", body: `{"id": "acme-reader", "scopes": ["iam.user_read"]}`}).body, &c); err != nil {
		t.Fatal(err)
	}
	return c.ID + ":" + c.Secret
}

// A user who was invited after the list was read is a member already.
func TestIntegromat_invitedMeanwhile(t *testing.T) {
	t.Parallel()
	front := newIntegromatFront(t)
	invited(t, &backend{url: front.url}, "7", "Anna anna@acme.example")
	front.breakWith(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if r.Method == http.MethodGet {
			_, _ = w.Write([]byte(`{"users": [], "userOrganizationRoles": []}`))
			return
		}
		next.ServeHTTP(w, r)
	})
	s := newSynced(t, server.Options{})
	s.organization(t, 201, front.elsewhere())
	s.create(t, "~/users", person("anna@acme.example", "oe-editor"))
	s.become(t, "anna@acme.example synced")
}
