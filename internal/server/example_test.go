package server_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// sentExample is how the examples of an operation are sent.
type sentExample struct {
	operation string
	path      string
	status    int
	change    map[string]any    // members that differ from one backend to another
	header    map[string]string // instead of the usual token
	on        *backend          // another backend than that of the others
}

// examplesOf returns the examples of a body. That of a list is one of its items.
func examplesOf(media *openapi3.MediaType) []any {
	if s := media.Schema.Value; len(s.Examples) == 0 && s.Items != nil {
		var lists []any
		for _, item := range s.Items.Value.Examples {
			lists = append(lists, []any{item})
		}
		return lists
	}
	return media.Schema.Value.Examples
}

// bodies returns the examples of an operation with the changes of a row, encoded as it is sent.
func (x sentExample) bodies(t *testing.T, o *openapi3.Operation) (contentType string, list []string) {
	t.Helper()
	for kind, media := range o.RequestBody.Value.Content {
		for _, example := range examplesOf(media) {
			if members, ok := example.(map[string]any); ok && len(x.change) > 0 {
				changed := maps.Clone(members)
				maps.Copy(changed, x.change)
				example = changed
			}
			if kind == "application/x-www-form-urlencoded" {
				form := url.Values{}
				for name, value := range example.(map[string]any) {
					form.Set(name, fmt.Sprint(value))
				}
				list = append(list, form.Encode())
				continue
			}
			text, err := json.Marshal(example)
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, string(text))
		}
		contentType = kind
	}
	return contentType, list
}

// Every body that the description has an example of is accepted, in this order, and every
// operation with a body has one. The contract of servertest holds the answers against the
// description.
func TestOpenAPI_examples(t *testing.T) {
	t.Parallel()
	p := newPosted(t)
	b := p.backend
	anna, secret := p.invited(t, "~/users", person("berta@acme.example"))
	member, next, third := b.join(t, "joined@acme.example", "member"), b.join(t, "next@acme.example", "admin"), b.join(t, "third@acme.example", "member")
	tests := newBackend(t) // with test tokens
	own := map[string]any{"userId": anna}
	inMake := invited(t, b, "7", "Carla carla@acme.example")["carla@acme.example"]
	open := map[string]string{"Authorization": ""}
	const site, client = sites + "/uk-store", "/configuration/acme/clients/storefront/configurations"
	rows := []sentExample{
		{operation: "createGroup", path: "~/groups", status: 201},
		{operation: "putGroup", path: "~/groups/sales", status: 204},
		{operation: "createUser", path: "~/users", status: 201},
		{operation: "updateUser", path: "~/users/" + anna, status: 204, change: map[string]any{"backofficeUserNumber": anna}},
		{operation: "createMember", path: "~/groups/oe-editor/users", status: 201, change: own},
		{operation: "putScope", path: "~/scopes/custom.invoice_export", status: 201},
		{operation: "putAccessControl", path: "~/access-controls/export-invoices", status: 201},
		{operation: "putTemplate", path: "~/templates/returns-clerk", status: 201},
		{operation: "createTestToken", path: "~/users/" + tests.owner(t) + "/test-token", status: 200, on: tests},
		{operation: "createSettings", path: settings, status: 201},
		{operation: "updateSetting", path: settings + "/restrictions", status: 200},
		{operation: "deleteSetting", path: settings + "/invoice.settings", status: 204},
		{operation: "createClientSettings", path: client, status: 201},
		{operation: "updateClientSetting", path: client + "/search.active", status: 200},
		{operation: "deleteClientSetting", path: client + "/search.active", status: 204},
		{operation: "createSite", path: sites, status: 201},
		{operation: "putSite", path: site, status: 200},
		{operation: "patchSite", path: site, status: 200},
		{operation: "createSiteMixin", path: site + "/mixins", status: 201},
		{operation: "putSiteMixin", path: site + "/mixins/coupons", status: 200},
		{operation: "patchSiteMixin", path: site + "/mixins/coupons", status: 200},
		{operation: "createLocation", path: locations, status: 201},
		{operation: "putLocation", path: locations + "/hamburg", status: 204},
		{operation: "createVendor", path: vendors, status: 201},
		{operation: "putVendor", path: vendors + "/raw-materials", status: 204},
		{operation: "searchVendors", path: vendors + "/search", status: 200},
		{operation: "createTeamMember", path: team("/members"), status: 201},
		{operation: "updateTeamMember", path: team("/members/" + member), status: 204},
		{operation: "putProductAssignment", path: team("/members/" + third + "/products/orchestrator"), status: 201},
		{operation: "inviteToTeam", path: team("/invitations"), status: 201},
		{operation: "putTeamProduct", path: team("/products/service_hub"), status: 201},
		{operation: "transferTeam", path: team("/owner"), status: 204, change: map[string]any{"memberId": next}},
		{operation: "readInvitationLink", path: "~/invitation-link", status: 200, change: map[string]any{"secret": secret}, header: open},
		{operation: "acceptInvitationLink", path: "~/invitation-link/accept", status: 200, change: map[string]any{"secret": secret}, header: open},
		{operation: "sendSignInLink", path: "~/sign-in-link", status: 202, header: open},
		{operation: "readSignInLink", path: "~/sign-in-link/read", status: 200, change: map[string]any{"secret": p.signInSecret(t)}, header: open},
		{operation: "acceptSignInLink", path: "~/sign-in-link/accept", status: 200, change: map[string]any{"secret": p.signInSecret(t)}, header: open},
		{operation: "putMakeOrganization", path: integromatPath("/organization"), status: 201},
		{operation: "inviteToMake", path: "/api/v2/organizations/7/invite", status: 200, header: makeKeyHeader()},
		{operation: "changeMakeUserRole", path: fmt.Sprintf("/api/v2/users/%d/user-organization-roles/7", inMake), status: 200, header: makeKeyHeader()},
		{operation: "createClient", path: "~/clients", status: 201},
		{operation: "createToken", path: "/oauth/token", status: 200, change: map[string]any{"client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}, header: open},
	}
	type operation struct {
		*openapi3.Operation

		method string
	}
	operations := map[string]operation{}
	for _, path := range openAPI(t).Paths.Map() {
		for method, o := range path.Operations() {
			operations[o.OperationID] = operation{o, method}
			if o.RequestBody != nil && !slices.ContainsFunc(rows, func(r sentExample) bool { return r.operation == o.OperationID }) {
				t.Errorf("%s is not sent", o.OperationID)
			}
		}
	}
	for _, row := range rows {
		o, ok := operations[row.operation]
		if !ok {
			t.Fatalf("there is no operation %s", row.operation)
		}
		kind, list := row.bodies(t, o.Operation)
		if len(list) == 0 {
			t.Errorf("%s has no example", row.operation)
		}
		on := b
		if row.on != nil {
			on = row.on
		}
		for _, body := range list {
			header := map[string]string{"Content-Type": kind}
			maps.Copy(header, row.header)
			if got := on.send(t, exchange{method: o.method, path: row.path, header: header, body: body}); got.status != row.status {
				t.Errorf("%s: %s %s with %s: got %d %s, want %d", row.operation, o.method, row.path, body, got.status, got.body, row.status)
			}
		}
	}
	b.check(t, exchange{path: site + "/mixins/coupons", status: http.StatusOK, want: `{"length": 3}`})
}
