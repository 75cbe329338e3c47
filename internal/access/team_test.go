package access

import (
	"slices"
	"strings"
	"testing"
)

// wantMistake checks an error by a part of its text; "" means no error.
func wantMistake(t *testing.T, what string, err error, want string) {
	t.Helper()
	if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
		t.Errorf("%s: got %v, want %q", what, err, want)
	}
}

// described formats products like the truth table: "product:role", with an
// exclamation mark if held by the team role.
func described(held []HeldProduct) string {
	var list []string
	for _, h := range held {
		text := h.Product
		if h.Role != "" {
			text += ":" + h.Role
		}
		for _, p := range h.Permissions {
			text += "+" + p
		}
		if h.ByTeamRole {
			text += "!"
		}
		list = append(list, text)
	}
	return strings.Join(list, " ")
}

func TestTeamRole(t *testing.T) {
	t.Parallel()
	type row struct {
		Name       string
		Role       TeamRole
		Assigned   map[string]Assignment
		Holds      string
		Keeps      bool
		Given      string
		Assignable string
		Removal    string
		To         map[TeamRole]string
	}
	for _, c := range readTable[row](t, "team.json") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			if got := described(c.Role.Holds(PredefinedProducts(), c.Assigned)); got != c.Holds {
				t.Errorf("holds %q, want %q", got, c.Holds)
			}
			if got := c.Role.KeepsAssigned(); got != c.Keeps {
				t.Errorf("keeps what was assigned: %t, want %t", got, c.Keeps)
			}
			wantMistake(t, "given", CheckGivenRole(string(c.Role)), c.Given)
			wantMistake(t, "assignable", CheckAssignable(c.Role), c.Assignable)
			wantMistake(t, "removal", CheckRemoval(c.Role), c.Removal)
			for to, want := range c.To {
				wantMistake(t, "change to "+string(to), CheckRoleChange(c.Role, to), want)
			}
		})
	}
	wantMistake(t, "joined", CheckNewOwner(true, false), "")
	wantMistake(t, "invited", CheckNewOwner(false, false), "not joined the team yet")
	wantMistake(t, "locked", CheckNewOwner(true, true), "user is locked")
	wantMistake(t, "lock of the Owner", CheckLock(RoleOwner), "Owner cannot be locked")
	wantMistake(t, "lock of an Admin", CheckLock(RoleAdmin), "")
	if err := CheckGivenRole(string(FormerOwnerRole)); err != nil {
		t.Errorf("the former Owner's role: %v", err)
	}
}

// Regardless of assignments, a higher role holds more products.
func TestTeamRole_order(t *testing.T) {
	t.Parallel()
	assigned := map[string]Assignment{"studio_pro": {}, "orchestrator": {Role: "analyst"}, "unknown": {Role: "admin"}}
	last := -1
	for _, role := range []TeamRole{RoleBillingContact, RoleMember, RoleAdmin} {
		if n := len(role.Holds(PredefinedProducts(), assigned)); n <= last {
			t.Errorf("%s holds %d products, no more than the role below", role, n)
		} else {
			last = n
		}
	}
	if last != len(PredefinedProducts()) {
		t.Errorf("Admins hold %d of %d products", last, len(PredefinedProducts()))
	}
}

func TestCheckAssignment(t *testing.T) {
	t.Parallel()
	type row struct {
		Product, Role, Mistake string
		Permissions            []string
	}
	products := TeamProducts([]TeamProduct{{ID: "business_hub", Label: "Business Hub", Roles: []string{"editor", "viewer"}}})
	for _, c := range readTable[row](t, "products.json") {
		wantMistake(t, c.Product+" as "+c.Role, CheckAssignment(products, c.Product, Assignment{c.Role, c.Permissions}), c.Mistake)
	}
}

// The order of roles, in the team and in each product, decides whether a change
// of role is a gain or a loss.
func TestTeamChanges(t *testing.T) {
	t.Parallel()
	in := func(role TeamRole, product ...string) *TeamMember {
		m := &TeamMember{Role: role, Assigned: map[string]Assignment{}}
		for _, p := range product {
			name, as, _ := strings.Cut(p, ":")
			if as, ok := strings.CutPrefix(as, "+"); ok {
				m.Assigned[name] = Assignment{Permissions: []string{as}}
				continue
			}
			m.Assigned[name] = Assignment{Role: as}
		}
		return m
	}
	for _, c := range []struct {
		name    string
		was, is *TeamMember
		want    []string
	}{
		{"nothing", in(RoleMember, "studio_pro"), in(RoleMember, "studio_pro"), nil},
		{"from nothing", nil, in(RoleBillingContact), []string{"gained: joins the team as billing_contact"}},
		{"to nothing", in(RoleMember), nil, []string{"lost: leaves the team, where they were member"}},
		{"a billing contact becomes a member", in(RoleBillingContact), in(RoleMember), []string{"raised: changes from billing_contact to member in the team"}},
		{"a member becomes a billing contact", in(RoleMember), in(RoleBillingContact), []string{"lowered: changes from member to billing_contact in the team"}},
		{"an Admin becomes the Owner", in(RoleAdmin), in(RoleOwner), []string{"raised: changes from admin to owner in the team"}},
		{"the Owner becomes an Admin", in(RoleOwner), in(RoleAdmin), []string{"lowered: changes from owner to admin in the team"}},
		{"a member with all products becomes an Admin", in(RoleMember, "studio_pro", "bot_runner", "orchestrator:admin"), in(RoleAdmin), []string{
			"raised: changes from member to admin in the team", "raised: changes from user to user with unattended in the product bot_runner",
		}},
		{"an Admin becomes an analyst", in(RoleAdmin, "studio_pro", "bot_runner", "orchestrator:analyst"), in(RoleMember, "studio_pro", "bot_runner", "orchestrator:analyst"), []string{
			"lowered: changes from admin to member in the team", "lowered: changes from user with unattended to user in the product bot_runner", "lowered: changes from admin to analyst in the product orchestrator",
		}},
		{"a product", in(RoleMember), in(RoleMember, "studio_pro"), []string{"gained: gains the product studio_pro as user"}},
		{"a product less", in(RoleMember, "studio_pro"), in(RoleMember), []string{"lost: loses the product studio_pro, held as user"}},
		{"a product with a role", in(RoleMember), in(RoleMember, "orchestrator:analyst"), []string{"gained: gains the product orchestrator as analyst"}},
		{"a product with a role less", in(RoleMember, "orchestrator:analyst"), in(RoleMember), []string{"lost: loses the product orchestrator, held as analyst"}},
		{"another role in a product", in(RoleMember, "orchestrator:analyst"), in(RoleMember, "orchestrator:admin"), []string{"raised: changes from analyst to admin in the product orchestrator"}},
		{"a permission in a product", in(RoleMember, "bot_runner"), in(RoleMember, "bot_runner:+unattended"), []string{"raised: changes from user to user with unattended in the product bot_runner"}},
		{"a permission less", in(RoleMember, "bot_runner:+unattended"), in(RoleMember, "bot_runner"), []string{"lowered: changes from user with unattended to user in the product bot_runner"}},
		{"a product with a permission", in(RoleMember), in(RoleMember, "bot_runner:+unattended"), []string{"gained: gains the product bot_runner as user with unattended"}},
	} {
		var got []string
		for _, change := range teamChanges(c.was, c.is, nil, nil) {
			got = append(got, string(change.Kind)+": "+change.Text())
			if change.Loss != (change.Kind == Lost || change.Kind == Lowered) {
				t.Errorf("%s: a loss is %t: %s", c.name, change.Loss, change.Text())
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}
