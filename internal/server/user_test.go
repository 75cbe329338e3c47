package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// with returns a JSON object with some members changed; a member set to nil is
// null, one set to absent is taken out.
func with(object string, changes map[string]any) string {
	members := map[string]any{}
	if err := json.Unmarshal([]byte(object), &members); err != nil {
		panic(err)
	}
	for name, value := range changes {
		members[name] = value
		if value == absent {
			delete(members, name)
		}
	}
	text, err := json.Marshal(members)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// person is the body of a new user.
func person(email string, groups ...string) string {
	return with(`{
		"firstName": "Anna", "lastName": "Kowalska", "department": "Sales", "preferredSite": "main",
		"preferredCurrency": "EUR", "preferredLanguage": "en"
	}`, map[string]any{"contactEmail": email, "groupIds": append([]string{}, groups...)})
}

// changed is the body of a user's update.
func changed(id string, groups ...string) string {
	return with(`{
		"firstName": "Ann", "lastName": "Smith", "department": "Support", "preferredSite": "second",
		"preferredCurrency": "USD", "preferredLanguage": "de"
	}`, map[string]any{"backofficeUserNumber": id, "groupIds": append([]string{}, groups...)})
}

// withGroups makes groups of employees and returns their ids.
func (b *backend) withGroups(t testing.TB, ids ...string) {
	t.Helper()
	for _, id := range ids {
		b.create(t, "~/groups", fmt.Sprintf(`{"id": %q, "name": {"en": "Group %s"}}`, id, id))
	}
}

func TestUser_life(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales", "support")
	id := b.create(t, "~/users", person("Anna@acme.example", "sales"))
	path := "~/users/" + id
	fresh := fmt.Sprintf(`{
		"id": %[1]q, "firstName": "Anna", "lastName": "Kowalska", "contactEmail": "Anna@acme.example", "department": "Sales",
		"preferredSite": "main", "preferredCurrency": "EUR", "preferredLanguage": "en", "backofficeUserNumber": %[1]q,
		"validFrom": %[2]q, "isAccountLocked": false, "status": "PROVISIONED", "groupIds": ["sales"],
		"groups": %[3]q, "lastLogin": %[3]q
	}`, id, anyText, absent)
	updated := fmt.Sprintf(`{
		"id": %q, "firstName": "Ann", "lastName": "Smith", "contactEmail": "Anna@acme.example", "department": "Support",
		"preferredSite": "second", "preferredCurrency": "USD", "preferredLanguage": "de", "status": "PROVISIONED", "groupIds": ["support"]
	}`, id)
	echo := with(changed(id, "support"), map[string]any{
		"id": "another", "contactEmail": "new@acme.example", "status": "ACTIVE", "isAccountLocked": true,
		"lastLogin": "2026-01-01", "validFrom": 5, "groups": "whatever",
	})
	b.play(
		t,
		exchange{name: "read", path: path, status: 200, want: fresh},
		exchange{name: "with groups", path: path + "?expand=groups", status: 200, want: `{"groupIds": ["sales"], "groups": [
			{"id": "sales", "name": {"en": "Group sales"}, "userType": "EMPLOYEE"}]}`},
		exchange{name: "no other expansion", path: path + "?expand=scopes", status: 200, want: fresh},
		exchange{name: "update", method: "PUT", path: path, body: changed(id, "support"), status: 204},
		exchange{name: "updated", path: path, status: 200, want: updated},
		exchange{name: "surplus members", method: "PUT", path: path, body: echo, status: 204},
		exchange{name: "nothing more updated", path: path, status: 200, want: updated},
		exchange{name: "no groups", method: "PUT", path: path, body: changed(id), status: 204},
		exchange{name: "without groups", path: path + "?expand=groups", status: 200, want: `{"groupIds": [], "groups": "` + absent + `"}`},
		exchange{name: "back in", method: "PUT", path: path, body: changed(id, "sales"), status: 204},
		exchange{
			name: "the account of the developer portal", method: "DELETE", path: path + "?forceDelete=true", status: 403,
			want: `{"code": 403, "status": "Forbidden", "message": "` + anyText + `", "resourceId": "` + absent + `"}`,
		},
		exchange{name: "neither true nor false", method: "DELETE", path: path + "?forceDelete=1", status: 400, want: `{"code": 400, "status": "Bad Request"}`},
		exchange{name: "still there", path: path, status: 200, want: `{"groupIds": ["sales"]}`},
		exchange{name: "leave", method: "DELETE", path: path + "?forceDelete=false", status: 204},
		exchange{name: "gone", path: path, status: 404, want: userNotFound(id)},
		exchange{name: "not updated", method: "PUT", path: path, body: changed(id), status: 404, want: userNotFound(id)},
		exchange{name: "not deleted again", method: "DELETE", path: path, status: 404, want: userNotFound(id)},
		exchange{name: "off the list", path: "~/users", status: 200, want: `[{"firstName": "Tenant"}]`},
		exchange{name: "out of the group", path: "~/groups/sales/users", status: 200, want: `[]`},
		exchange{name: "come back", method: "POST", path: "~/users", body: person("anna@ACME.example", "support"), status: 201, want: `{"id": "` + id + `"}`},
		exchange{name: "the same account, which nobody has registered", path: path, status: 200, want: `{"id": "` + id + `", "status": "PROVISIONED", "contactEmail": "anna@ACME.example", "groupIds": ["support"]}`},
	)
}

func userNotFound(id string) string {
	return `{"code": 404, "status": "Not Found", "message": "` + anyText + `", "resourceId": "` + id + `", "details": ["` + anyText + `"]}`
}

func TestUser_createRefused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales")
	b.create(t, "~/groups", `{"id": "shoppers", "name": {"en": "Shoppers"}, "userType": "CUSTOMER"}`)
	b.create(t, "~/users", person("Taken@acme.example"))
	before := usersOf(t, b)
	body := person("new@acme.example", "sales")
	malformed := `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "resourceId": "` + absent + `"}`
	for _, c := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"unknown group", person("new@acme.example", "sales", "nowhere"), 404, `{"code": 404, "status": "Not Found", "resourceId": "nowhere", "details": "` + absent + `"}`},
		{"group of customers", person("new@acme.example", "sales", "shoppers"), 400, `{"code": 400, "status": "Constraint validation failed", "resourceId": "shoppers"}`},
		{"e-mail in use", person("Taken@acme.example"), 409, `{"code": 409, "status": "Conflict", "message": "` + anyText + `", "resourceId": "Taken@acme.example", "details": ["` + anyText + `"]}`},
		{"e-mail in use, other case", person("tAKEN@ACME.example"), 409, `{"code": 409, "status": "Conflict"}`},
		{"no e-mail address", person("new"), 400, malformed},
		{"name in the e-mail", person("New <new@acme.example>"), 400, malformed},
		{"two e-mails", person("new@acme.example, other@acme.example"), 400, malformed},
		{"empty e-mail", person(""), 400, malformed},
		{"empty first name", with(body, map[string]any{"firstName": ""}), 400, malformed},
		{"blank last name", with(body, map[string]any{"lastName": " \t"}), 400, malformed},
		{"number for a text", with(body, map[string]any{"department": 5}), 400, `{"details": ["department must not be a number"]}`},
		{"text for a list", with(body, map[string]any{"groupIds": "sales"}), 400, `{"details": ["groupIds must not be a string"]}`},
		{"nothing in it", `{}`, 400, `{"details": ["Required member is missing: firstName", "Required member is missing: lastName",
			"Required member is missing: contactEmail", "Required member is missing: department", "Required member is missing: preferredSite",
			"Required member is missing: preferredCurrency", "Required member is missing: preferredLanguage", "Required member is missing: groupIds"]}`},
		{"null", with(body, map[string]any{"groupIds": nil}), 400, `{"details": ["Required member is missing: groupIds"]}`},
	} {
		b.play(t, exchange{name: c.name, method: "POST", path: "~/users", body: c.body, status: c.status, want: c.want})
	}
	if after := usersOf(t, b); !reflect.DeepEqual(after, before) {
		t.Errorf("the users were %v, and are %v", before, after)
	}
	// An account that a refused request left behind would make the user active.
	b.play(
		t,
		exchange{name: "now valid", method: "POST", path: "~/users", body: body, status: 201, want: `{"id": "` + anyText + `"}`},
		exchange{name: "provisioned", path: "~/users?pageNumber=3&pageSize=1", status: 200, want: `[{"contactEmail": "new@acme.example", "status": "PROVISIONED"}]`},
	)
}

func TestUser_updateRefused(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales", "support")
	b.create(t, "~/groups", `{"id": "shoppers", "name": {"en": "Shoppers"}, "userType": "CUSTOMER"}`)
	id := b.create(t, "~/users", person("anna@acme.example", "sales"))
	path := "~/users/" + id
	before := read[api.User](t, b, path)
	for _, c := range []struct {
		name, body string
		status     int
		want       string
	}{
		{"other back-office number", changed("4711", "support"), 400, `{"code": 400, "status": "Constraint validation failed", "resourceId": "` + id + `"}`},
		{"unknown group", changed(id, "support", "nowhere"), 404, `{"code": 404, "status": "Not Found", "resourceId": "nowhere", "details": "` + absent + `"}`},
		{"group of customers", changed(id, "support", "shoppers"), 400, `{"status": "Constraint validation failed", "resourceId": "shoppers"}`},
		{"empty name", with(changed(id), map[string]any{"lastName": ""}), 400, `{"status": "Bad Request"}`},
		{"wrong type", with(changed(id), map[string]any{"preferredSite": true}), 400, `{"details": ["preferredSite must not be a bool"]}`},
	} {
		b.play(t, exchange{name: c.name, method: "PUT", path: path, body: c.body, status: c.status, want: c.want})
	}
	for _, member := range []string{
		"firstName", "lastName", "department", "preferredSite", "preferredCurrency", "preferredLanguage", "backofficeUserNumber", "groupIds",
	} {
		b.play(t, exchange{
			name: "without " + member, method: "PUT", path: path, body: with(changed(id), map[string]any{member: absent}),
			status: 400, want: `{"code": 400, "status": "Bad Request", "details": ["Required member is missing: ` + member + `"]}`,
		})
	}
	if after := read[api.User](t, b, path); !reflect.DeepEqual(after, before) {
		t.Errorf("the user was %v, and is %v", before, after)
	}
}

// A user whose e-mail has an account from another tenant is active at once,
// with the account's id.
func TestUser_knownElsewhere(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", "Boss@other.example"); err != nil {
		t.Fatal(err)
	}
	account, err := b.store.UserByEmail(t.Context(), "other", "boss@other.example")
	if err != nil {
		t.Fatal(err)
	}
	b.play(
		t,
		exchange{name: "invited", method: "POST", path: "~/users", body: person("boss@Other.example"), status: 201, want: `{"id": "` + account.ID + `"}`},
		exchange{name: "active", path: "~/users/" + account.ID, status: 200, want: `{"status": "ACTIVE", "contactEmail": "boss@Other.example", "isAccountLocked": false, "lastLogin": "` + absent + `"}`},
		exchange{name: "leave", method: "DELETE", path: "~/users/" + account.ID, status: 204},
	)
	if _, err := b.store.User(t.Context(), "other", account.ID); err != nil {
		t.Errorf("leaving one tenant took the user out of the other: %v", err)
	}
}

// An account is known once its person has accepted an invitation, to whichever
// tenant; that another tenant has invited the person too says nothing.
func TestUser_registered(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	there := "/iam/other/users"
	elsewhere := bearer(b.issue(t, "other", api.AllScopes()...))
	id := b.create(t, "~/users", person("anna@acme.example"))
	b.play(
		t,
		exchange{name: "invited elsewhere", method: "POST", path: there, header: elsewhere, body: person("anna@acme.example"), status: 201, want: `{"id": "` + id + `"}`},
		exchange{name: "not known", path: there + "/" + id, header: elsewhere, status: 200, want: `{"status": "PROVISIONED"}`},
		exchange{name: "leave", method: "DELETE", path: "~/users/" + id, status: 204},
		exchange{name: "come back", method: "POST", path: "~/users", body: person("anna@acme.example"), status: 201, want: `{"id": "` + id + `"}`},
		exchange{name: "not known yet", path: "~/users/" + id, status: 200, want: `{"status": "PROVISIONED"}`},
	)
	b.play(
		t,
		exchange{name: "accept", method: "POST", path: "~/invitations/" + b.invitation(t, "anna@acme.example").ID + "/accept", status: 204},
		exchange{name: "leave the other", method: "DELETE", path: there + "/" + id, header: elsewhere, status: 204},
		exchange{name: "come back there", method: "POST", path: there, header: elsewhere, body: person("anna@acme.example"), status: 201, want: `{"id": "` + id + `"}`},
		exchange{name: "known", path: there + "/" + id, header: elsewhere, status: 200, want: `{"status": "ACTIVE"}`},
		exchange{name: "leave for now", method: "DELETE", path: "~/users/" + id, status: 204},
		exchange{name: "come back for good", method: "POST", path: "~/users", body: person("anna@acme.example"), status: 201, want: `{"id": "` + id + `"}`},
		exchange{name: "known for good", path: "~/users/" + id, status: 200, want: `{"status": "ACTIVE"}`},
	)
}

// fullUser is a record in which no field is zero.
func fullUser() store.User {
	made := time.Date(2026, 2, 3, 4, 5, 6, 789e6, time.UTC)
	return store.User{
		Tenant: servertest.Tenant, ID: "00u1", FirstName: "Zoë", LastName: "O'Neil", Email: "Zoe@acme.example",
		Department: "Purchasing", PreferredSite: "de", PreferredCurrency: "GBP", PreferredLanguage: "fr", BackofficeNumber: "4711",
		Status: "INACTIVE", Locked: true, CreatedAt: made, LastLogin: made.Add(time.Hour),
	}
}

func TestUser_toWire(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales")
	record := fullUser()
	noZero(t, record)
	if err := b.store.CreateUser(t.Context(), record); err != nil {
		t.Fatal(err)
	}
	b.create(t, "~/groups/sales/users", `{"userId": "00u1"}`)
	want := api.User{
		ID: "00u1", FirstName: "Zoë", LastName: "O'Neil", ContactEmail: "Zoe@acme.example", Department: "Purchasing",
		PreferredSite: "de", PreferredCurrency: "GBP", PreferredLanguage: "fr", BackofficeUserNumber: "4711",
		ValidFrom: "2026-02-03T04:05:06.789Z", IsAccountLocked: true, Status: api.UserInactive, GroupIDs: []string{"sales"},
		Groups: []api.GroupSummary{read[api.GroupSummary](t, b, "~/groups/sales")}, LastLogin: "2026-02-03T05:05:06.789Z",
	}
	noZero(t, want)
	if got := read[api.User](t, b, "~/users/00u1?expand=groups"); !reflect.DeepEqual(got, want) {
		t.Errorf("\n got %+v\nwant %+v", got, want)
	}
	if list := read[[]api.User](t, b, "~/users?expand=groups"); !slices.ContainsFunc(list, func(u api.User) bool { return reflect.DeepEqual(u, want) }) {
		t.Errorf("the list has it otherwise: %+v", list)
	}
}

// Id and back-office number both address a user, everywhere.
func TestUser_byBackofficeNumber(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "sales", "support")
	if err := b.store.CreateUser(t.Context(), fullUser()); err != nil {
		t.Fatal(err)
	}
	b.play(
		t,
		exchange{name: "read", path: "~/users/4711", status: 200, want: `{"id": "00u1", "backofficeUserNumber": "4711"}`},
		exchange{name: "number of the path in the body", method: "PUT", path: "~/users/00u1", body: changed("00u1"), status: 400, want: `{"status": "Constraint validation failed"}`},
		exchange{name: "update", method: "PUT", path: "~/users/4711", body: changed("4711", "sales"), status: 204},
		exchange{name: "join", method: "POST", path: "~/groups/support/users", body: `{"userId": "4711"}`, status: 201, want: `{"id": "` + anyText + `"}`},
		exchange{name: "join again by id", method: "PUT", path: "~/groups/support/users/EMPLOYEE/00u1", status: 204},
		exchange{name: "member by id", path: "~/groups/support/users", status: 200, want: `[{"userId": "00u1"}]`},
		exchange{name: "groups", path: "~/users/4711/groups?sort=id", status: 200, want: `[{"id": "sales"}, {"id": "support"}]`},
		exchange{name: "group", path: "~/users/4711/groups/sales", status: 200, want: `{"id": "sales"}`},
		exchange{name: "access controls", path: "~/users/4711/access-controls", status: 200, want: `[]`},
		exchange{name: "leave one", method: "DELETE", path: "~/groups/support/users/4711", status: 204},
		exchange{name: "left one", path: "~/users/00u1", status: 200, want: `{"groupIds": ["sales"]}`},
		exchange{name: "leave all", method: "DELETE", path: "~/users/4711/groups", status: 204},
		exchange{name: "left all", path: "~/users/00u1", status: 200, want: `{"groupIds": []}`},
		exchange{name: "delete", method: "DELETE", path: "~/users/4711", status: 204},
		exchange{name: "gone", path: "~/users/00u1", status: 404, want: userNotFound("00u1")},
	)
}

func TestUser_listByType(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	owner := `[{"firstName": "Tenant", "lastName": "Owner", "groupIds": ["` + access.OwnerGroupID + `"], "groups": "` + absent + `"}]`
	b.play(
		t,
		exchange{name: "all", path: "~/users", status: 200, want: owner},
		exchange{name: "employees", path: "~/users?userType=EMPLOYEE", status: 200, want: owner},
		exchange{name: "in any case", path: "~/users?userType=employee", status: 200, want: owner},
		exchange{name: "customers live elsewhere", path: "~/users?userType=CUSTOMER", header: total, status: 200, want: `[]`, wantHeader: totalIs("0")},
		exchange{name: "another", path: "~/users?userType=ROBOT", status: 400, want: `{"code": 400, "status": "Bad Request", "message": "` + anyText + `", "details": ["` + anyText + `"]}`},
		exchange{name: "with groups", path: "~/users?expand=groups", status: 200, want: `[{"groups": [{"code": "BO_MANAGER"}]}]`},
	)
}

// A group that is listed twice is joined once.
func TestUser_groupsTwice(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "one", "two")
	id := b.create(t, "~/users", person("anna@acme.example", "two", "one", "two"))
	if ids := read[api.User](t, b, "~/users/"+id).GroupIDs; strings.Join(slices.Sorted(slices.Values(ids)), " ") != "one two" {
		t.Errorf("got %v", ids)
	}
	first := read[[]api.Assignment](t, b, "~/groups/one/users")
	b.check(t, exchange{method: http.MethodPut, path: "~/users/" + id, body: changed(id, "one", "one"), status: 204})
	if again := read[[]api.Assignment](t, b, "~/groups/one/users"); !reflect.DeepEqual(again, first) {
		t.Errorf("a membership that stays was %v, and is %v", first, again)
	}
}

// usersOf lists all users with their groups.
func usersOf(t testing.TB, b *backend) []api.User {
	t.Helper()
	return read[[]api.User](t, b, "~/users?pageSize=1000")
}

// activate takes a user's own status for confirmed.
func activate(u *store.User) error {
	u.Status = string(api.UserActive)
	return nil
}
