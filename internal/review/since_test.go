package review_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Changes to a tenant since the plan was created are reported. Spelling, order
// and unmanaged attributes are not changes.
func TestRun_since(t *testing.T) {
	t.Parallel()
	c := staffed(t, 3)
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	users, err := c.Users(ctx)
	must(err)
	id := map[string]string{}
	for _, u := range users {
		id[u.ContactEmail] = u.ID
	}
	const anna, ben, cleo = "clerk000@acme.example", "clerk001@acme.example", "clerk002@acme.example"
	_, err = c.PutAccessControl(ctx, "c", api.AccessControlUpdate{Name: api.Text{"en": "C"}, Scopes: []string{"order.order_read"}})
	must(err)
	must(c.LockUser(ctx, id[cleo]))
	clerk := m{"orders": "read", "carts": "read", "products": "read", "availability": "read", "media": "read", "prices": "read"}
	objects := map[string]m{
		"iam_user.a":               {"id": id[anna], "email": strings.ToUpper(anna), "locked": false, "group_ids": []string{"clerks"}},
		"iam_user.b":               {"id": id[ben], "email": ben, "locked": nil, "status": "PROVISIONED", "group_ids": nil},
		"iam_user.c":               {"id": id[cleo], "email": cleo, "locked": nil, "status": "INACTIVE", "group_ids": nil},
		"iam_users_csv.t":          {"csv": "email,first_name,last_name,groups,locked\nCLERK000@acme.example,A,A,clerks,false\n"},
		"iam_group.g":              {"id": "clerks", "user_type": "EMPLOYEE", "restrictions": nil, "effective_access": clerk},
		"iam_group.customers":      {"id": "no", "user_type": "CUSTOMER"},
		"iam_group_membership.a":   {"group_id": "clerks", "user_id": id[anna], "user_type": "EMPLOYEE"},
		"iam_group_members.g":      {"group_id": "clerks", "user_type": "EMPLOYEE", "members": m{anna: id[anna], "CLERK001@acme.example": id[ben], cleo: id[cleo]}},
		"iam_user_groups.a":        {"user_id": id[anna], "group_ids": []string{"clerks"}},
		"iam_access_control.c":     {"id": "c", "scopes": []string{"order.order_read"}},
		"iam_role_template.t":      {"id": "clerk", "effective_access": clerk},
		"iam_restriction.unwanted": {"value": "XX"},
	}
	plan := func() string {
		var state []m
		for address, v := range objects {
			state = append(state, object(address, v))
		}
		return asText(t, offline(state))
	}
	if said := notes(ask(t, plan(), c)); len(said) > 0 {
		t.Errorf("reported without a change: %q", said)
	}

	must(c.RemoveMember(ctx, "clerks", id[anna]))
	must(c.LockUser(ctx, id[ben]))
	must(c.UnlockUser(ctx, id[cleo]))
	_, err = c.PutAccessControl(ctx, "c", api.AccessControlUpdate{Name: api.Text{"en": "C"}, Scopes: []string{"customer.customer_read"}})
	must(err)
	_, err = c.PutTemplate(ctx, "clerk", api.TemplateUpdate{Name: api.Text{"en": "Clerk"}, BasedOn: "base", Access: map[string]string{"products": "manage"}})
	must(err)
	addNew(t, c)
	want := []string{
		"iam_access_control.c: access control c has lost the scope order.order_read",
		"iam_access_control.c: access control c has the scope customer.customer_read",
		"iam_group.g: group clerks gives different access",
		"iam_group_members.g: group clerks has gained new@acme.example",
		"iam_group_members.g: group clerks has lost clerk000@acme.example",
		"iam_group_membership.a: clerk000@acme.example has left group clerks",
		"iam_role_template.t: role template clerk gives different access",
		"iam_user.a: clerk000@acme.example has left group clerks",
		"iam_user.b: clerk001@acme.example is locked",
		"iam_user.c: clerk002@acme.example is no longer locked",
		"iam_user_groups.a: clerk000@acme.example has left group clerks",
		"iam_users_csv.t: clerk000@acme.example has left group clerks",
	}
	expect := func(want []string) {
		t.Helper()
		var got []string
		for _, text := range notes(ask(t, plan(), c)) {
			text, ok := strings.CutSuffix(text, "; create the plan again")
			if !ok {
				t.Errorf("%q", text)
			}
			got = append(got, strings.Replace(text, ": the tenant has changed since the plan was created", "", 1))
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	expect(want)

	for address := range objects {
		delete(objects, address)
	}
	for address, v := range map[string]m{
		"iam_user.gone": {"id": "no", "email": "no@acme.example"}, "iam_group.gone": {"id": "no", "user_type": "EMPLOYEE"},
		"iam_group_membership.gone": {"group_id": "clerks", "user_id": "no"}, "iam_user_groups.gone": {"user_id": "no", "group_ids": []string{}},
		"iam_users_csv.gone": {"csv": "email,first_name,last_name,groups\nno@acme.example,N,N,clerks\n"}, "iam_access_control.gone": {"id": "no"},
		"iam_role_template.gone": {"id": "no"}, "iam_vendor.gone": {"id": "no", "group_ids": m{"order_viewer": "nog"}},
		"iam_team_member.gone": {"id": "no", "email": "no@acme.example", "role": "member"}, "iam_team_owner.gone": {"member_id": "no"},
		"iam_product_assignment.gone": {"member_id": "no", "product": "studio_pro"},
	} {
		objects[address] = v
	}
	expect([]string{
		"iam_access_control.gone: access control no is gone",
		"iam_group.gone: group no is gone",
		"iam_group_membership.gone: user no is gone",
		"iam_product_assignment.gone: member no has left the team",
		"iam_role_template.gone: role template no is gone",
		"iam_team_member.gone: no@acme.example has left the team",
		"iam_team_owner.gone: somebody else is the Owner of the team",
		"iam_user.gone: no@acme.example is gone",
		"iam_user_groups.gone: user no is gone",
		"iam_users_csv.gone: no@acme.example is gone",
		"iam_vendor.gone: the vendor's group nog is gone",
	})
}

// addNew adds a new user to the group clerks.
func addNew(t *testing.T, c *client.Client) {
	t.Helper()
	_, err := c.CreateUser(t.Context(), api.UserCreate{
		FirstName: "New", LastName: "New", ContactEmail: "new@acme.example",
		PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"clerks"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The team is also compared.
func TestRun_sinceTeam(t *testing.T) {
	t.Parallel()
	c := staffed(t, 1)
	addNew(t, c)
	users, err := c.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var id, locked string
	for _, u := range users {
		switch u.ContactEmail {
		case "new@acme.example":
			id = u.ID
		case "clerk000@acme.example":
			locked = u.ID
		}
	}
	if err := c.LockUser(t.Context(), locked); err != nil {
		t.Fatal(err)
	}
	owner, err := c.TeamOwner(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.InviteTeamMember(t.Context(), api.TeamMemberCreate{Email: "m@acme.example", Role: access.RoleMember})
	if err != nil {
		t.Fatal(err)
	}
	for name, v := range map[string]struct {
		address string
		values  m
		want    string
	}{
		"no member":         {"iam_team_member.n", m{"id": "n", "email": "new@acme.example", "role": "member"}, "iam_team_member.n: the tenant has changed since the plan was created: new@acme.example has left the team; create the plan again"},
		"no Owner":          {"iam_team_owner.o", m{"member_id": id}, "iam_team_owner.o: the tenant has changed since the plan was created: somebody else is the Owner of the team; create the plan again"},
		"no holder":         {"iam_product_assignment.p", m{"member_id": id, "product": "studio_pro"}, "iam_product_assignment.p: the tenant has changed since the plan was created: member " + id + " has left the team; create the plan again"},
		"a lock":            {"iam_user.n", m{"id": id, "email": "new@acme.example", "locked": false, "status": "INACTIVE"}, ""},
		"no word of a lock": {"iam_user.n", m{"id": locked, "email": "clerk000@acme.example", "locked": nil, "status": ""}, ""},
		"Owner":             {"iam_team_owner.o", m{"member_id": owner.ID}, ""},
		"member":            {"iam_team_member.m", m{"id": "x", "email": "M@acme.example", "role": "member"}, ""},
		"other role":        {"iam_team_member.m", m{"id": "x", "email": "m@acme.example", "role": "admin"}, "iam_team_member.m: the tenant has changed since the plan was created: m@acme.example is member in the team; create the plan again"},
		"lost product":      {"iam_product_assignment.p", m{"member_id": owner.ID, "product": "studio_pro"}, "iam_product_assignment.p: the tenant has changed since the plan was created: " + owner.Email + " has lost the product studio_pro; create the plan again"},
	} {
		if got := strings.Join(notes(ask(t, asText(t, offline([]m{object(v.address, v.values)})), c)), "\n"); got != v.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
