package access

import (
	"slices"
	"strings"
	"testing"
)

// What each team role, and each role in a product, lets a person do: rule 16a.
func TestTeamAbilities(t *testing.T) {
	t.Parallel()
	type row struct {
		Name     string
		Role     TeamRole
		Assigned map[string]Assignment
		May      []string
	}
	for _, c := range readTable[row](t, "abilities.json") {
		if got := (TeamMember{Role: c.Role, Assigned: c.Assigned}).Abilities(); !slices.Equal(got, c.May) {
			t.Errorf("%s: got %q, want %q", c.Name, got, c.May)
		}
	}
}

// The abilities, roles and scopes of the team agree with one another: whoever may
// invite holds the scopes that inviting needs.
func TestTeamAbilities_scopes(t *testing.T) {
	t.Parallel()
	for role, want := range map[TeamRole]string{
		RoleOwner: "team.billing_view team.team_manage team.team_read", RoleAdmin: "team.billing_view team.team_manage team.team_read",
		RoleMember: "", RoleBillingContact: "team.billing_view", "": "",
	} {
		if got := strings.Join((ScopeUser{Team: role}).Scopes(), " "); got != want {
			t.Errorf("%s: got the scopes %q, want %q", role, got, want)
		}
		if got := (ScopeUser{Team: role, Locked: true}).Scopes(); len(got) > 0 {
			t.Errorf("%s, locked: got the scopes %q", role, got)
		}
		may := strings.Contains(strings.Join(TeamMember{Role: role}.Abilities(), " "), "team.invite")
		if may != strings.Contains(want, ScopeTeamManage) {
			t.Errorf("%s may invite: %t", role, may)
		}
	}
	narrowed := ScopeUser{Team: RoleAdmin, Groups: []ScopeGroup{{Grants: []ScopeGrant{{Scopes: []string{ScopeTeamManage}, RestrictionAware: true}}, Restrictions: []string{"DE"}}}}
	if got := narrowed.Scopes(); !slices.Contains(got, ScopeTeamManage) {
		t.Errorf("a group narrowed what the team role grants: %q", got)
	}
}

// Only the Owner transfers the ownership.
func TestCheckTransferBy(t *testing.T) {
	t.Parallel()
	for role, want := range map[TeamRole]string{RoleOwner: "", RoleAdmin: "only the Owner", RoleMember: "only the Owner", RoleBillingContact: "only the Owner", "": "only the Owner"} {
		wantMistake(t, string(role), CheckTransferBy(role), want)
	}
}

func TestRightChanges(t *testing.T) {
	t.Parallel()
	in := func(role TeamRole) *StateUser { return &StateUser{Team: &TeamMember{Role: role}} }
	locked := in(RoleAdmin)
	locked.Locked = true
	for _, c := range []struct {
		name    string
		was, is *StateUser
		want    []string
		admin   bool
	}{
		{"a new Admin", nil, in(RoleAdmin), []string{"gained: gains the right to manage the team", "gained: gains access to the Billing Page"}, true},
		{"a member becomes an Admin", in(RoleMember), in(RoleAdmin), []string{"gained: gains the right to manage the team", "gained: gains access to the Billing Page"}, true},
		{"the Owner becomes an Admin", in(RoleOwner), in(RoleAdmin), nil, false},
		{"an Admin is locked", in(RoleAdmin), locked, []string{"lost: loses the right to manage the team", "lost: loses access to the Billing Page"}, true},
		{"a locked Admin leaves", locked, &StateUser{}, nil, false},
		{"a billing contact becomes a member", in(RoleBillingContact), in(RoleMember), []string{"lost: loses access to the Billing Page"}, false},
		{"an Admin becomes a billing contact", in(RoleAdmin), in(RoleBillingContact), []string{"lost: loses the right to manage the team"}, true},
		{"a member", in(RoleMember), nil, nil, false},
	} {
		var got []string
		admin := false
		for _, change := range rightChanges(c.was, c.is) {
			got = append(got, string(change.Kind)+": "+change.Text())
			admin = admin || change.Admin()
			if change.Loss != (change.Kind == Lost) {
				t.Errorf("%s: a loss is %t: %s", c.name, change.Loss, change.Text())
			}
		}
		if !slices.Equal(got, c.want) || admin != c.admin {
			t.Errorf("%s: got %q, an administrator: %t", c.name, got, admin)
		}
	}
}

// A product that the tenant adds reaches the Owner and Admins at once, with its first
// role; members once it is assigned: rule 16c.
func TestTenant_products(t *testing.T) {
	t.Parallel()
	user := func(id string, role TeamRole) StateUser {
		return StateUser{ID: id, Email: id + "@acme.example", Team: &TeamMember{Role: role}}
	}
	f := NewForecast(State{Users: []StateUser{user("olga", RoleOwner), user("anna", RoleAdmin), user("max", RoleMember), user("bill", RoleBillingContact), {ID: "none", Email: "none@acme.example"}}})
	step := func(edit func(*Tenant)) string {
		var all []string
		for _, c := range f.Change(edit).Step {
			for _, change := range c.Changes {
				all = append(all, c.User.ID+" "+change.Text())
			}
		}
		return strings.Join(all, "; ")
	}
	hub := TeamProduct{ID: "hub", Label: "Hub", Roles: []string{"editor", "viewer"}}
	for _, c := range []struct {
		name string
		edit func(*Tenant)
		want string
	}{
		{"a new product", func(t *Tenant) { t.SetProduct(hub) }, "anna gains the product hub as editor; olga gains the product hub as editor"},
		{"the same again", func(t *Tenant) { t.SetProduct(hub) }, ""},
		{"assigned", func(t *Tenant) { t.Assign(StateUser{ID: "max"}, "hub", Assignment{Role: "viewer"}) }, "max gains the product hub as viewer"},
		{"without roles", func(t *Tenant) { t.SetProduct(TeamProduct{ID: "other"}) }, "anna gains the product other as user; olga gains the product other as user"},
		{"deleted", func(t *Tenant) { t.RemoveProduct("hub") }, "anna loses the product hub, held as editor; max loses the product hub, held as viewer; olga loses the product hub, held as editor"},
		{"the other one is left", func(t *Tenant) { t.RemoveProduct("other") }, "anna loses the product other, held as user; olga loses the product other, held as user"},
	} {
		if got := step(c.edit); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
	if got := f.Tenant().State().Products; len(got) > 0 {
		t.Errorf("the tenant keeps %v", got)
	}
}

func TestCheckAdded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id    string
		roles []string
		want  string
	}{
		{"hub", nil, ""},
		{"hub", []string{"editor", "viewer"}, ""},
		{"hub", []string{"editor", "editor"}, "twice"},
		{"hub", []string{"editor", ""}, `role 2 of the product hub is ""`},
		{"hub", []string{" editor"}, "without spaces"},
		{"orchestrator", nil, "predefined and cannot be changed"},
	} {
		wantMistake(t, c.id+strings.Join(c.roles, ","), CheckAdded(TeamProduct{ID: c.id, Roles: c.roles}), c.want)
	}
}
