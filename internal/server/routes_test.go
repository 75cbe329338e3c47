package server_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// operations are those of the published API that the backend has, with the
// scopes of which each asks for one.
const operations = `
GET users iam.user_read
POST users iam.user_create
GET users/{userId} iam.user_read
PUT users/{userId} iam.user_update
DELETE users/{userId} iam.user_delete
GET users/{userId}/groups iam.group_read
DELETE users/{userId}/groups iam.assignment_manage
GET users/{userId}/groups/{groupId} iam.group_read
GET users/{userId}/access-controls iam.access_read
GET users/{userId}/scopes iam.scope_read
GET users/me
GET users/me/scopes
GET users/me/access-controls
GET groups iam.group_read iam.group_read_own
POST groups iam.group_manage
GET groups/{groupId} iam.group_read
PUT groups/{groupId} iam.group_manage
DELETE groups/{groupId} iam.group_manage
GET groups/{groupId}/access-controls iam.access_read
GET groups/{groupId}/users iam.user_read iam.user_read_own
POST groups/{groupId}/users iam.assignment_manage iam.assignment_create_own
PUT groups/{groupId}/users/{userType}/{userId} iam.assignment_manage
DELETE groups/{groupId}/users/{userId} iam.assignment_manage iam.assignment_delete_own
DELETE groups/{groupId}/users iam.assignment_manage
GET access-controls iam.access_read
GET access-controls/{accessControlId} iam.access_read
PUT access-controls/{accessControlId} iam.access_manage
DELETE access-controls/{accessControlId} iam.access_manage
GET scopes iam.scope_read
GET scopes/{scopeId} iam.scope_read
PUT scopes/{scopeId} iam.scope_manage
DELETE scopes/{scopeId} iam.scope_manage
GET templates iam.template_read
GET roles iam.role_read
GET roles/{roleId} iam.role_read
GET permissions iam.permission_read
GET permissions/{permissionId} iam.permission_read
GET resources iam.resource_read
GET resources/{resourceId} iam.resource_read
GET users/{userId}/access-controls/{resourceId} iam.access_read
GET users/{userId}/permissions/{resourceId} iam.permission_read
GET users/vendors/{vendorId} iam.user_read
GET /vendor/{tenant}/vendors vendor.vendor_read vendor.vendor_manage
POST /vendor/{tenant}/vendors vendor.vendor_manage
POST /vendor/{tenant}/vendors/search vendor.vendor_read vendor.vendor_manage
GET /vendor/{tenant}/vendors/{vendorId} vendor.vendor_read vendor.vendor_manage
PUT /vendor/{tenant}/vendors/{vendorId} vendor.vendor_manage
DELETE /vendor/{tenant}/vendors/{vendorId} vendor.vendor_manage
GET /vendor/{tenant}/locations vendor.vendor_read vendor.vendor_manage
POST /vendor/{tenant}/locations vendor.vendor_manage
GET /vendor/{tenant}/locations/{locationId} vendor.vendor_read vendor.vendor_manage
PUT /vendor/{tenant}/locations/{locationId} vendor.vendor_manage
DELETE /vendor/{tenant}/locations/{locationId} vendor.vendor_manage
GET /configuration/{tenant}/configurations configuration.configuration_view
POST /configuration/{tenant}/configurations configuration.configuration_manage
GET /configuration/{tenant}/configurations/{propertyKey} configuration.configuration_view
PUT /configuration/{tenant}/configurations/{propertyKey} configuration.configuration_manage
DELETE /configuration/{tenant}/configurations/{propertyKey} configuration.configuration_manage
GET /configuration/{tenant}/clients configuration.configuration_view
GET /configuration/{tenant}/clients/{client}/configurations configuration.configuration_view
POST /configuration/{tenant}/clients/{client}/configurations configuration.configuration_manage
GET /configuration/{tenant}/clients/{client}/configurations/{propertyKey} configuration.configuration_view
PUT /configuration/{tenant}/clients/{client}/configurations/{propertyKey} configuration.configuration_manage
DELETE /configuration/{tenant}/clients/{client}/configurations/{propertyKey} configuration.configuration_manage
GET /configuration/{tenant}/global-configurations
GET /configuration/{tenant}/basic-configuration
GET /site/{tenant}/siteslist site.site_read site.site_manage
GET /site/{tenant}/sites
POST /site/{tenant}/sites site.site_manage
GET /site/{tenant}/sites/{siteCode}
PUT /site/{tenant}/sites/{siteCode} site.site_manage
PATCH /site/{tenant}/sites/{siteCode} site.site_manage
DELETE /site/{tenant}/sites/{siteCode} site.site_manage
GET /site/{tenant}/sites/{siteCode}/mixins site.site_manage
POST /site/{tenant}/sites/{siteCode}/mixins site.site_manage
GET /site/{tenant}/sites/{siteCode}/mixins/{mixinName} site.site_manage
PUT /site/{tenant}/sites/{siteCode}/mixins/{mixinName} site.site_manage
PATCH /site/{tenant}/sites/{siteCode}/mixins/{mixinName} site.site_manage
DELETE /site/{tenant}/sites/{siteCode}/mixins/{mixinName} site.site_manage
`

func TestRoutes_published(t *testing.T) {
	t.Parallel()
	var table []string
	for _, o := range server.Operations() {
		for _, scope := range o.Scopes {
			key, customer := slices.Contains(api.AllScopes(), scope), slices.Contains(api.OwnScopes(), scope)
			if key == customer {
				t.Errorf("either a full-access key or every customer has %s, which %s %s asks for", scope, o.Method, o.Path)
			}
		}
		table = append(table, strings.TrimSpace(fmt.Sprintf("%s %s %s", o.Method, strings.TrimPrefix(o.Path, "/iam/{tenant}/"), strings.Join(o.Scopes, " "))))
	}
	for line := range strings.Lines(strings.TrimPrefix(operations, "\n")) {
		if line = strings.TrimSpace(line); !slices.Contains(table, line) {
			t.Errorf("the backend has no %s; its table is\n%s", line, strings.Join(table, "\n"))
		}
	}
}

// A path answers its methods, and says which they are, token or not.
func TestRoutes_methodNotAllowed(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	allowed := map[string][]string{}
	for _, o := range server.Operations() {
		path := request(o).path
		allowed[path] = append(allowed[path], o.Method)
	}
	for path, methods := range server.OpenPaths {
		allowed[path] = append(allowed[path], methods...)
	}
	for path, methods := range allowed {
		slices.Sort(methods)
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} {
			if slices.Contains(methods, method) {
				continue
			}
			for _, token := range []string{"", "Bearer " + b.token} {
				b.check(t, exchange{
					method: method, path: path, header: map[string]string{"Authorization": token}, status: 405,
					want:       `{"code": 405, "status": "Method Not Allowed", "message": "` + anyText + `"}`,
					wantHeader: map[string]string{"Allow": strings.Join(methods, ", ")},
				})
			}
		}
	}
}

func TestRoutes_unknownPath(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, path := range []string{
		"/", "//", "/iam", "/iam/acme", "/iam/acme/", "~/", "~/reset", "~/nothing", "~/nothing/", "~/Groups", "~/groups/g/nothing", "~/groups/g/users/EMPLOYEE/u/more",
		"/oauth", "/favicon.ico", "/configuration/acme", "/site/acme/sites/main/mixins/a/b",
		// Not the path that these would be without empty segments and dots.
		"//iam/acme/groups", "/iam//acme/groups", "/iam//groups", "~//groups", "~/groups//", "~/groups//users", "~/groups/g//", "~/groups/./g", "~/groups/g/../g", "~/groups/g/.", "~/groups/g/..",
		"/configuration/acme/clients//configurations", "/configuration/acme/configurations//", "/site/acme//sites", "/site/acme/sites//mixins", "/vendor/acme/vendors//", "/oauth//token", "//healthz",
	} {
		for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
			b.check(t, exchange{method: method, path: path, status: 404, want: `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "` + absent + `"}`})
		}
	}
}

// One slash at the end of a path changes nothing, except where it would stand before an
// id that is missing and the request without it would remove all.
func TestRoutes_slash(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	read := 0
	for _, o := range server.Operations() {
		path := request(o).path
		plain := b.send(t, exchange{method: o.Method, path: path, header: bearer(b.issue(t, servertest.Tenant))})
		slash := b.send(t, exchange{method: o.Method, path: path + "/", header: bearer(b.issue(t, servertest.Tenant))})
		want := plain.status
		if o.Method == http.MethodDelete && (o.Path == api.PathMembers || o.Path == api.PathUserGroups) {
			want = http.StatusNotFound
		}
		if slash.status != want {
			t.Errorf("%s %s: got %d with a slash, want %d", o.Method, o.Path, slash.status, want)
		}
		if o.Method != http.MethodGet {
			continue
		}
		if plain, slash = b.send(t, exchange{path: path}), b.send(t, exchange{path: path + "/"}); plain.status != slash.status {
			t.Errorf("GET %s: got %d with a slash, %d without", o.Path, slash.status, plain.status)
		} else if plain.status == http.StatusOK {
			read++
		}
	}
	if read < 15 {
		t.Errorf("only %d paths could be read", read)
	}
}

// A missing id deletes nothing.
func TestRoutes_missingID(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "g", "h")
	user := b.create(t, "~/users", person("anna@acme.example", "g", "h"))
	for _, path := range []string{
		"~/groups/g/users/", "~/groups/g/users//", "~/groups/g/users/.", "~/groups/g/users/..", "~/groups//users", "~/groups//", "~/groups/",
		"~/users/" + user + "/groups/", "~/users/" + user + "/groups//", "~/users//groups", "~/users//", "~/users/", "~/users/.",
		"~/groups/g/users/EMPLOYEE//", "/site/acme/sites//", "/vendor/acme/vendors//",
	} {
		got := b.send(t, exchange{method: "DELETE", path: path})
		if got.status != http.StatusNotFound && got.status != http.StatusMethodNotAllowed {
			t.Errorf("DELETE %s: got %d %s", path, got.status, got.body)
		}
	}
	b.check(t, exchange{path: "~/users/" + user, status: 200, want: `{"groupIds": ["g", "h"]}`})
	b.check(t, exchange{method: "DELETE", path: "~/groups/g/users/", status: 404, want: `{"code": 404, "details": ["` + anyText + `", "A segment of the path is empty: an id may be missing"]}`})
	b.check(t, exchange{method: "DELETE", path: "~/groups/g/users", status: 204})
	b.check(t, exchange{path: "~/users/" + user, status: 200, want: `{"groupIds": ["h"]}`})
}
