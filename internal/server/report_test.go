package server_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// A user who manages the orders of one site, reads all but no carts, and gets
// what a template of the tenant's own gives.
func TestReport(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.allowRestrictions(t, "DE")
	manage := strings.Join(access.ControlIDs(access.Expand(access.Access{}, map[string]access.Level{"orders": access.Manage})), `", "`)
	b.create(t, "~/groups", `{"id": "some", "name": {"en": "Some"}, "accessControls": ["`+manage+`"], "restrictions": ["DE"]}`)
	b.create(t, "~/groups", `{"id": "all", "name": {"en": "All"}, "accessControls": ["`+ordersViewer+`"]}`)
	b.check(t, exchange{method: "PUT", path: "~/templates/tax", body: `{"name": {"en": "Tax"}, "access": {"tax": "read"}}`, status: 201, want: `{"id": "tax"}`})
	b.create(t, "~/groups", `{"id": "tax", "name": {"en": "Tax"}, "accessControls": [], "templates": ["tax"]}`)
	id := b.create(t, "~/users", person("anna@acme.example", "some", "all", "tax"))
	other := b.create(t, "~/users", person("Aaron@acme.example", "tax"))
	none := b.create(t, "~/users", person("zoe@acme.example"))
	row := func(category, entity, label, level, restrictions, aware, group, source string) string {
		return `{"category": "` + category + `", "entity": "` + entity + `", "entityLabel": "` + label + `", "level": "` + level + `", "restrictions": [` + restrictions +
			`], "restrictionAware": ` + aware + `, "grantedBy": ["` + group + `"], "source": "` + source + `", "sources": ["` + source + `"]}`
	}
	tax := row("Settings", "tax", "Tax", "read", "", "false", "tax", "template")
	anna := `{"userId": "` + id + `", "email": "anna@acme.example", "name": "Anna Kowalska", "locked": false, "rows": [` + strings.Join([]string{
		row("Orders", "carts", "Carts", "manage", `"DE"`, "true", "some", "derived"),
		row("Orders", "orders", "Orders", "manage", `"DE"`, "true", "some", "access"),
		row("Orders", "orders", "Orders", "read", "", "true", "all", "access"),
		tax,
	}, ", ") + `]}`
	csv := func(accept string) map[string]string { return map[string]string{"Accept": accept} }
	isCSV := map[string]string{"Content-Type": "text/csv; charset=utf-8; header=present"}
	const header = "email,user_id,name,department,locked,groups,roles,team_role,products,make_roles,category,entity,entity_label,level,restrictions,restriction_aware,granted_by,source,vendor_id,scopes\r\n"
	taxLine := "Aaron@acme.example," + other + ",Anna Kowalska,Sales,false,tax,tax,,,,Settings,tax,Tax,read,,false,tax,template,,\r\n"
	b.play(
		t,
		exchange{name: "JSON", path: "~/users/" + id + "/report", status: 200, want: anna},
		exchange{name: "any type", path: "~/users/" + id + "/report", header: csv("*/*, text/csv"), status: 200, want: anna},
		exchange{name: "nothing", path: "~/users/" + none + "/report", status: 200, want: `{"userId": "` + none + `", "groupIds": [], "rows": []}`},
		exchange{name: "nobody", path: "~/users/nobody/report", status: 404, want: userNotFound("nobody")},
		exchange{name: "without the scope", path: "~/report", header: bearer(b.issue(t, "acme", api.ScopeGroupRead)), status: 403, want: `{"code": 403}`},
	)
	for _, c := range []struct{ path, want string }{
		{"~/users/" + other + "/report", header + taxLine},
		{"~/report", taxLine + "anna@acme.example," + id + ",Anna Kowalska,Sales,false,all some tax,tax,,,,Orders,carts,Carts,manage,DE,true,some,derived,,\r\n"},
	} {
		got := b.send(t, exchange{path: c.path, header: csv("text/csv;q=0.9, */*")})
		if text := string(got.body); got.status != 200 || got.header.Get("Content-Type") != isCSV["Content-Type"] || !strings.Contains(text, c.want) {
			t.Errorf("%s: got %d %v\n%s\nwant\n%s", c.path, got.status, got.header, text, c.want)
		}
	}

	b.check(t, exchange{method: "PUT", path: "~/users/" + other + "/lock", status: 204})
	// A caller that may read the team also sees roles and products.
	b.create(t, team("/members"), `{"email": "ANNA@acme.example", "role": "admin"}`)
	b.check(t, exchange{path: "~/users/" + id + "/report", status: 200, want: `{"abilities": "` + absent + `"}`}) // not before joining
	b.check(t, exchange{method: "POST", path: "~/invitations/" + read[[]api.Invitation](t, b, "~/invitations?email=anna@acme.example")[0].ID + "/accept", status: 204})
	mayAll := abilitiesOf(t, access.RoleAdmin)
	for _, c := range []struct {
		scopes []string
		want   string
	}{
		{api.AllScopes(), `{"teamRole": "admin", "products": {"studio_pro": "", "bot_runner": "", "orchestrator": "admin"}, "abilities": ` + mayAll + `, "vendorId": "` + absent + `"}`},
		{[]string{api.ScopeUserRead}, `{"teamRole": "` + absent + `", "products": "` + absent + `", "abilities": "` + absent + `"}`},
	} {
		b.check(t, exchange{path: "~/users/" + id + "/report", header: bearer(b.issue(t, "acme", c.scopes...)), status: 200, want: c.want})
	}
	b.check(t, exchange{path: "~/users/" + none + "/report", status: 200, want: `{"teamRole": "` + absent + `"}`})
	b.check(t, exchange{method: "PUT", path: vendors + "/v", body: `{"name": "V", "type": "COMPANY"}`, status: 201, want: `{}`})
	b.create(t, "~/groups", `{"id": "sellers", "name": {"en": "S"}, "accessControls": [], "vendorId": "v"}`)
	seller := b.create(t, "~/users", person("seller@acme.example", "sellers"))
	b.check(t, exchange{path: "~/users/" + seller + "/report", status: 200, want: `{"vendorId": "v"}`})
	b.check(t, exchange{method: "DELETE", path: "~/users/" + seller, status: 204})

	got := b.send(t, exchange{path: "~/report"})
	var reports []api.UserReport
	if err := json.Unmarshal(got.body, &reports); err != nil || got.status != 200 {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	var order []string
	for _, r := range reports {
		order = append(order, r.Email)
		if r.UserID == other && (!r.Locked || len(r.Rows) != 0 || len(r.GroupIDs) != 1) {
			t.Errorf("a locked user keeps the groups and has no access: got %+v", r)
		}
	}
	if got := strings.Join(order, " "); got != "Aaron@acme.example anna@acme.example owner@acme.example zoe@acme.example" {
		t.Errorf("the order is %s", got)
	}
}
