package server_test

import (
	"reflect"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

func TestAssignment_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales")
	anna, ben := b.create(t, "~/users", person("anna@acme.example")), b.create(t, "~/users", person("ben@acme.example"))
	const members = "~/groups/sales/users"
	id := b.create(t, members, `{"userId": "`+anna+`", "id": "surplus", "groupId": 5}`)
	made := `{"id": "` + anyText + `"}`
	b.play(
		t,
		exchange{name: "read", path: members, status: 200, want: `[{"id": "` + id + `", "groupId": "sales", "userId": "` + anna + `", "userType": "EMPLOYEE"}]`},
		exchange{name: "member of the group", path: "~/users/" + anna, status: 200, want: `{"groupIds": ["sales"]}`},
		exchange{
			name: "POST again", method: "POST", path: members, body: `{"userId": "` + anna + `", "userType": "EMPLOYEE"}`, status: 409,
			want: `{"code": 409, "status": "Conflict", "message": "` + anyText + `", "resourceId": "` + id + `", "details": ["` + anyText + `"]}`,
		},
		exchange{name: "PUT again", method: "PUT", path: members + "/EMPLOYEE/" + anna, status: 204},
		exchange{name: "PUT", method: "PUT", path: members + "/EMPLOYEE/" + ben, status: 201, want: made},
		exchange{name: "both", path: members, header: total, status: 200, want: `[{"id": "` + id + `", "userId": "` + anna + `"}, {"userId": "` + ben + `"}]`, wantHeader: totalIs("2")},
		exchange{name: "leave", method: "DELETE", path: members + "/" + anna, status: 204},
		exchange{name: "leave again", method: "DELETE", path: members + "/" + anna, status: 204},
		exchange{name: "left", path: members, status: 200, want: `[{"userId": "` + ben + `"}]`},
		exchange{name: "PUT with a body", method: "PUT", path: members + "/employee/" + anna, body: `{"userId": "other", "userType": "CUSTOMER"}`, status: 201, want: made},
		exchange{name: "PUT with a body that is no JSON", method: "PUT", path: members + "/EMPLOYEE/" + anna, body: `{`, status: 204},
		exchange{name: "all leave", method: "DELETE", path: members, status: 204},
		exchange{name: "nobody leaves", method: "DELETE", path: members, status: 204},
		exchange{name: "empty", path: members, header: total, status: 200, want: `[]`, wantHeader: totalIs("0")},
		exchange{name: "no group to clear", method: "DELETE", path: "~/groups/nowhere/users", status: 204},
		exchange{name: "no group to leave", method: "DELETE", path: "~/groups/nowhere/users/" + anna, status: 204},
		exchange{name: "nobody to leave", method: "DELETE", path: members + "/nobody", status: 204},
	)
}

func TestAssignment_refused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales")
	b.create(t, "~/groups", `{"id": "shoppers", "name": {"en": "Shoppers"}, "userType": "CUSTOMER"}`)
	anna := b.create(t, "~/users", person("anna@acme.example"))
	violated := func(id string) string {
		return `{"code": 400, "status": "Constraint validation failed", "message": "` + anyText + `", "resourceId": "` + id + `", "details": "` + absent + `"}`
	}
	missing := func(id string) string {
		return `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "` + id + `"}`
	}
	malformed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "` + absent + `"}`
	for _, c := range []struct {
		name, group, body string
		status            int
		want              string
	}{
		{"no user", "sales", `{}`, 400, `{"code": 400, "details": ["Required member is missing: userId"]}`},
		{"null", "sales", `{"userId": null}`, 400, malformed},
		{"empty user", "sales", `{"userId": ""}`, 400, malformed},
		{"empty customer", "shoppers", `{"userId": "", "userType": "CUSTOMER"}`, 400, malformed},
		{"number for a text", "sales", `{"userId": 5}`, 400, malformed},
		{"user type", "sales", `{"userId": "` + anna + `", "userType": "ROBOT"}`, 400, violated("sales")},
		{"customer into a group of employees", "sales", `{"userId": "c1", "userType": "CUSTOMER"}`, 400, violated("sales")},
		{"employee into a group of customers", "shoppers", `{"userId": "` + anna + `"}`, 400, violated("shoppers")},
		{"unknown user", "sales", `{"userId": "nobody"}`, 404, with(missing("nobody"), map[string]any{"details": absent})},
		{"unknown group", "nowhere", `{"userId": "` + anna + `"}`, 404, missing("nowhere")},
	} {
		b.play(t, exchange{name: "POST: " + c.name, method: "POST", path: "~/groups/" + c.group + "/users", body: c.body, status: c.status, want: c.want})
	}
	for _, c := range []struct {
		name, path string
		status     int
		want       string
	}{
		{"user type", "sales/users/ROBOT/" + anna, 400, violated("sales")},
		{"customer into a group of employees", "sales/users/CUSTOMER/c1", 400, violated("sales")},
		{"employee into a group of customers", "shoppers/users/EMPLOYEE/" + anna, 400, violated("shoppers")},
		{"unknown user", "sales/users/EMPLOYEE/nobody", 404, with(missing("nobody"), map[string]any{"details": absent})},
		{"unknown group", "nowhere/users/EMPLOYEE/" + anna, 404, missing("nowhere")},
	} {
		b.play(t, exchange{name: "PUT: " + c.name, method: "PUT", path: "~/groups/" + c.path, status: c.status, want: c.want})
	}
	b.play(
		t,
		exchange{name: "members of an unknown group", path: "~/groups/nowhere/users", status: 404, want: missing("nowhere")},
		exchange{name: "nobody came", path: "~/groups/sales/users", status: 200, want: `[]`},
		exchange{name: "nor there", path: "~/groups/shoppers/users", status: 200, want: `[]`},
	)
}

// Customers are users of another service: their ids are accepted as they are.
func TestAssignment_customers(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/groups", `{"id": "shoppers", "name": {"en": "Shoppers"}, "userType": "CUSTOMER", "accessControls": ["`+customersOrders+`"]}`)
	made := `{"id": "` + anyText + `"}`
	b.play(
		t,
		exchange{name: "POST", method: "POST", path: "~/groups/shoppers/users", body: `{"userId": "C 1/2", "userType": "customer"}`, status: 201, want: made},
		exchange{name: "PUT", method: "PUT", path: "~/groups/shoppers/users/CUSTOMER/C%201%2F2", status: 204},
		exchange{name: "read", path: "~/groups/shoppers/users", status: 200, want: `[{"userId": "C 1/2", "userType": "CUSTOMER"}]`},
		exchange{name: "groups", path: "~/users/C%201%2F2/groups", status: 200, want: `[{"id": "shoppers"}]`},
		exchange{name: "group", path: "~/users/C%201%2F2/groups/shoppers", status: 200, want: `{"id": "shoppers"}`},
		exchange{name: "access controls", path: "~/users/C%201%2F2/access-controls", status: 200, want: `[{"id": "` + customersOrders + `"}]`},
		exchange{name: "no user here", path: "~/users/C%201%2F2", status: 404, want: userNotFound("C 1/2")},
		exchange{name: "leave", method: "DELETE", path: "~/groups/shoppers/users/C%201%2F2", status: 204},
		exchange{name: "left", path: "~/groups/shoppers/users", status: 200, want: `[]`},
	)
}

// Of two who make the same membership, one makes it and both succeed.
func TestAssignment_madeTogether(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales")
	anna := b.create(t, "~/users", person("anna@acme.example"))
	put := exchange{method: "PUT", path: "~/groups/sales/users/EMPLOYEE/" + anna}
	post := exchange{method: "POST", path: "~/groups/sales/users", body: `{"userId": "` + anna + `"}`}
	for range 3 {
		if counts := b.together(t, put, put, put); counts[201] != 1 || counts[204] != 2 {
			t.Fatalf("PUT: got %v, want one 201 and two 204", counts)
		}
		b.check(t, exchange{method: "DELETE", path: "~/groups/sales/users", status: 204})
		if counts := b.together(t, post, post, post); counts[201] != 1 || counts[409] != 2 {
			t.Fatalf("POST: got %v, want one 201 and two 409", counts)
		}
		b.check(t, exchange{method: "DELETE", path: "~/groups/sales/users", status: 204})
	}
}

func TestAssignment_toWire(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.create(t, "~/groups", `{"id": "shoppers", "name": {"en": "Shoppers"}, "userType": "CUSTOMER"}`)
	record := store.Assignment{
		Tenant: servertest.Tenant, ID: "a1", GroupID: "shoppers", UserID: "c1", UserType: "CUSTOMER", CreatedAt: newClock().Now(),
	}
	noZero(t, record)
	if err := b.store.CreateAssignment(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	want := api.Assignment{ID: "a1", GroupID: "shoppers", UserID: "c1", UserType: access.Customer}
	noZero(t, want)
	if got := read[[]api.Assignment](t, b, "~/groups/shoppers/users"); !reflect.DeepEqual(got, []api.Assignment{want}) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
