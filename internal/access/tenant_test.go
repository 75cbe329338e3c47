package access

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// token is what a user's token contains (rule 13), apart from levels. Roles in
// Make that groups grant are scopes as well.
func token(s State, u StateUser) []string {
	user := ScopeUser{Locked: u.Locked}
	if u.Team != nil {
		user.Team = u.Team.Role
	}
	for _, g := range s.Groups {
		if !slices.Contains(u.GroupIDs, g.ID) {
			continue
		}
		group := ScopeGroup{Restrictions: g.Restrictions}
		for _, id := range s.Rights.Carried(g) {
			grant := ScopeGrant{}
			if c, ok := ControlByID(id); ok {
				grant = ScopeGrant{Scopes: c.Scopes, RestrictionAware: c.RestrictionAware()}
			} else if own, ok := s.Rights.Controls[id]; ok {
				grant = ScopeGrant{Scopes: own.Scopes, RestrictionAware: own.RestrictionAware}
			}
			grant.Scopes = slices.DeleteFunc(slices.Clone(grant.Scopes), func(scope string) bool {
				_, predefined := ScopeByID(scope)
				return !predefined && s.Rights.Scopes != nil && !s.Rights.Scopes[scope]
			})
			group.Grants = append(group.Grants, grant)
		}
		user.Groups = append(user.Groups, group)
	}
	return user.Scopes()
}

// vendorsOf returns the vendors whose groups a user is in.
func vendorsOf(s State, u StateUser) string {
	var ids []string
	for _, g := range s.Groups {
		if slices.Contains(u.GroupIDs, g.ID) && !u.Locked {
			ids = append(ids, g.VendorID)
		}
	}
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), " ")
}

// anyPeople draws a state in which everyone has an id and an address of their
// own; some are in the team, some only there.
func anyPeople() *rapid.Generator[State] {
	return rapid.Custom(func(t *rapid.T) State {
		s := State{Groups: anyGroups().Draw(t, "groups"), Rights: someRights}
		ids := []string{"gone"}
		for _, g := range s.Groups {
			ids = append(ids, g.ID)
		}
		for i := range rapid.IntRange(0, 4).Draw(t, "people") {
			u := StateUser{ID: fmt.Sprint(i), Email: fmt.Sprintf("u%d@acme.example", i)}
			u.Outside = rapid.IntRange(0, 4).Draw(t, "outside") == 0
			if u.Outside || rapid.Bool().Draw(t, "in the team") {
				u.Team = &TeamMember{Role: rapid.SampledFrom(GivenRoles()).Draw(t, "role")}
			}
			if !u.Outside {
				u.Locked = rapid.IntRange(0, 5).Draw(t, "locked") == 0
				u.GroupIDs = rapid.SliceOfNDistinct(rapid.SampledFrom(ids), 0, 3, rapid.ID).Draw(t, "groups of user")
			}
			s.Users = append(s.Users, u)
		}
		s.Make = MakeState{
			Organization: rapid.SampledFrom([]string{"", "7"}).Draw(t, "organization"), Sync: rapid.Bool().Draw(t, "sync"), Prune: rapid.Bool().Draw(t, "prune"),
			Members: []MakePerson{{UserID: "0", Email: "u0@acme.example"}},
		}
		return s
	})
}

// anyEdit draws one change that a plan can make to a tenant.
func anyEdit(t *rapid.T) func(*Tenant) {
	u := StateUser{Email: fmt.Sprintf("U%d@acme.example", rapid.IntRange(0, 5).Draw(t, "user"))}
	other := StateUser{ID: fmt.Sprint(rapid.IntRange(0, 5).Draw(t, "other user"))}
	g := anyGroup().Draw(t, "group")
	control := rapid.SampledFrom([]string{"own-users", "own-others", "own-open", "own-new"}).Draw(t, "control")
	product := rapid.SampledFrom([]string{"studio_pro", "orchestrator", "own"}).Draw(t, "product")
	return rapid.SampledFrom([]func(*Tenant){
		func(t *Tenant) { t.AddUser(u) },
		func(t *Tenant) { t.RemoveUser(u) },
		func(t *Tenant) { t.Lock(u, true) },
		func(t *Tenant) { t.Lock(u, false) },
		func(t *Tenant) { t.Join(g.ID, u) },
		func(t *Tenant) { t.Leave(g.ID, u) },
		func(t *Tenant) { t.SetMembers(g.ID, []StateUser{u, other}) },
		func(t *Tenant) { t.SetGroups(u, []string{g.ID, "b"}) },
		func(t *Tenant) { t.SetGroup(g) },
		func(t *Tenant) { t.RemoveGroup(g.ID) },
		func(t *Tenant) { t.SetTemplate("viewer", ControlIDs(FromMap(map[string]Level{"tax": Manage}))) },
		func(t *Tenant) { t.RemoveTemplate("viewer") },
		func(t *Tenant) { t.SetControl(control, OwnControl{Scopes: []string{"iam.user_delete", "house.key"}}) },
		func(t *Tenant) { t.RemoveControl(control) },
		func(t *Tenant) { t.SetScope("house.key", false) },
		func(t *Tenant) { t.SetScope("house.gone", true) },
		func(t *Tenant) { t.SetTeam(u, RoleMember) },
		func(t *Tenant) { t.SetTeam(u, RoleBillingContact) },
		func(t *Tenant) { t.LeaveTeam(u) },
		func(t *Tenant) { t.SetOwner(u) },
		func(t *Tenant) { t.Assign(u, product, Assignment{Role: "analyst"}) },
		func(t *Tenant) { t.SetProduct(TeamProduct{ID: "own", Roles: []string{"editor", "analyst"}}) },
		func(t *Tenant) { t.SetProduct(TeamProduct{ID: "own", Roles: []string{"analyst"}}) },
		func(t *Tenant) { t.RemoveProduct("own") },
		func(t *Tenant) { t.Unassign(u, product) },
		func(t *Tenant) { t.SetMake("7", true, false) },
		func(t *Tenant) { t.RemoveMake() },
	}).Draw(t, "edit")
}

// A comparison names exactly the users whose tokens have different scopes.
func TestCompareStates_asTokensHaveIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := anyPeople().Draw(t, "before")
		before.Make = MakeState{}
		tenant := NewTenant(before)
		for range rapid.IntRange(1, 4).Draw(t, "edits") {
			anyEdit(t)(tenant)
		}
		tenant.RemoveMake()
		after := tenant.State()
		named := map[string]UserChange{}
		for c := range CompareStates(before, after) {
			named[strings.ToLower(c.User.Email)] = c
		}
		find := func(s State, email string) StateUser {
			for _, u := range s.Users {
				if strings.EqualFold(u.Email, email) {
					return u
				}
			}
			return StateUser{}
		}
		for i := range 6 {
			email := fmt.Sprintf("u%d@acme.example", i)
			was, is := find(before, email), find(after, email)
			had, has := token(before, was), token(after, is)
			gains, loses := len(without(had, has)) > 0, len(without(has, had)) > 0
			moved := vendorsOf(before, was) != vendorsOf(after, is)
			var gained, lost bool
			for _, c := range named[email].Changes {
				if c.Area == AreaEntity || c.Area == AreaScopes || c.Area == AreaMake || c.Area == AreaTeamRight {
					gained, lost = gained || !c.Loss, lost || c.Loss
				}
			}
			if !moved && (gains != gained || loses != lost) || moved && (gains && !gained || loses && !lost) {
				t.Fatalf("%s: from %q to %q, reported as %+v", email, had, has, named[email])
			}
		}
	})
}

// A forecast's steps add up to the comparison of the states.
func TestForecast_asComparing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before := anyPeople().Draw(t, "before")
		f := NewForecast(before)
		if same := slices.Collect(CompareStates(before, f.Tenant().State())); len(same) > 0 {
			t.Fatalf("the tenant starts with %+v", same)
		}
		for range rapid.IntRange(1, 5).Draw(t, "steps") {
			at := f.Tenant().State()
			at.Rights = cloned(at.Rights)
			impact := f.Change(anyEdit(t))
			now := f.Tenant().State()
			step, total := slices.Collect(CompareStates(at, now)), slices.Collect(CompareStates(before, now))
			if !reflect.DeepEqual(impact.Step, append([]UserChange(nil), step...)) {
				t.Fatalf("got the step\n%+v\nwant\n%+v", impact.Step, step)
			}
			all := slices.SortedFunc(maps.Values(f.totals), compareChanges)
			if len(all) != len(total) || len(total) > 0 && !reflect.DeepEqual(all, total) {
				t.Fatalf("got the total\n%+v\nwant\n%+v", all, total)
			}
			count := func(which func(UserChange) bool) (n int) {
				for _, c := range total {
					if which(c) {
						n++
					}
				}
				return n
			}
			for e := range effects {
				want := slices.DeleteFunc(slices.Clone(total), func(c UserChange) bool { return !e.has(c) })
				slices.SortStableFunc(want, func(a, b UserChange) int { return len(b.Changes) - len(a.Changes) })
				most, all := f.MostAffected(e)
				if all != len(want) || len(want) > 0 && !reflect.DeepEqual(most, want[:min(len(want), ShownAffected)]) {
					t.Fatalf("effect %d: got %d with\n%+v\nwant\n%+v", e, all, most, want)
				}
			}
			got := []int{impact.Losing.Users, impact.Gaining.Users, impact.NewAdmins.Users, impact.Lifted.Users, impact.Admins}
			want := []int{count(UserChange.LosesAccess), count(UserChange.GainsAccess), count(UserChange.BecomesAdmin), count(UserChange.LiftsRestriction), len(Admins(now))}
			if !slices.Equal(got, want) {
				t.Fatalf("losing, gaining, new admins, lifted, admins are %d, want %d", got, want)
			}
		}
	})
}

func cloned(r Rights) Rights { return NewTenant(State{Rights: r}).Rights() }

// A locked or removed person stays in the team unchanged; the Owner's role is
// transferred, never duplicated.
func TestTenant_team(t *testing.T) {
	t.Parallel()
	anna, ben := StateUser{ID: "1", Email: "anna@acme.example", Team: &TeamMember{Role: RoleOwner}}, StateUser{ID: "2", Email: "ben@acme.example"}
	tenant := NewTenant(State{Users: []StateUser{anna, ben}})
	tenant.SetOwner(ben)
	if u, _ := tenant.User(anna); u.Team.Role != RoleOwner {
		t.Error("someone outside the team became the Owner")
	}
	tenant.SetTeam(ben, RoleMember)
	tenant.Assign(ben, "orchestrator", Assignment{Role: "analyst"})
	tenant.SetOwner(ben)
	tenant.RemoveUser(anna)
	for _, want := range []struct {
		who  StateUser
		role TeamRole
		out  bool
	}{{anna, FormerOwnerRole, true}, {ben, RoleOwner, false}} {
		if u, ok := tenant.User(want.who); !ok || u.Team.Role != want.role || u.Outside != want.out {
			t.Errorf("%s: got %+v", want.who.Email, u)
		}
	}
	tenant.SetTeam(ben, RoleBillingContact)
	tenant.SetTeam(ben, RoleMember)
	if u, _ := tenant.User(ben); len(u.Team.Assigned) > 0 {
		t.Errorf("a billing contact kept %v", u.Team.Assigned)
	}
	tenant.LeaveTeam(anna)
	if u, ok := tenant.User(anna); ok {
		t.Errorf("got %+v for someone in neither tenant nor team", u)
	}
	var texts []string
	for c := range CompareStates(State{Users: []StateUser{anna, ben}}, tenant.State()) {
		for _, change := range c.Changes {
			texts = append(texts, c.User.Email+" "+string(c.Event)+" "+change.Text())
		}
	}
	want := []string{
		"anna@acme.example removed leaves the team, where they were owner",
		"anna@acme.example removed loses the product studio_pro, held as user",
		"anna@acme.example removed loses the product bot_runner, held as user with unattended",
		"anna@acme.example removed loses the product orchestrator, held as admin",
		"anna@acme.example removed loses the right to manage the team",
		"anna@acme.example removed loses access to the Billing Page",
		"ben@acme.example  joins the team as member",
	}
	if !slices.Equal(texts, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(texts, "\n"), strings.Join(want, "\n"))
	}
}

// A method for an unknown person changes nothing, and someone only in the team is
// not a user.
func TestTenant_nobody(t *testing.T) {
	t.Parallel()
	anna := StateUser{ID: "1", Email: "anna@acme.example", Name: "Anna", GroupIDs: []string{"g"}}
	olaf := StateUser{ID: "2", Email: "olaf@acme.example", Outside: true, Team: &TeamMember{Role: RoleMember}}
	state := State{Users: []StateUser{anna, olaf}, Groups: []Group{{ID: "g"}, {ID: "h"}}}
	nina := StateUser{ID: "9", Email: "nina@acme.example"}
	for name, verb := range map[string]func(*Tenant, StateUser){
		"rename":       func(t *Tenant, u StateUser) { t.Rename(u, "Nina") },
		"lock":         func(t *Tenant, u StateUser) { t.Lock(u, true) },
		"unlock":       func(t *Tenant, u StateUser) { t.Lock(u, false) },
		"join":         func(t *Tenant, u StateUser) { t.Join("h", u) },
		"leave":        func(t *Tenant, u StateUser) { t.Leave("g", u) },
		"set groups":   func(t *Tenant, u StateUser) { t.SetGroups(u, []string{"h"}) },
		"set members":  func(t *Tenant, u StateUser) { t.SetMembers("g", []StateUser{anna, u}) },
		"remove":       func(t *Tenant, u StateUser) { t.RemoveUser(u) },
		"leave team":   func(t *Tenant, u StateUser) { t.LeaveTeam(u) },
		"become Owner": func(t *Tenant, u StateUser) { t.SetOwner(u) },
		"assign":       func(t *Tenant, u StateUser) { t.Assign(u, "studio_pro", Assignment{}) },
		"unassign":     func(t *Tenant, u StateUser) { t.Unassign(u, "studio_pro") },
	} {
		// A removed person is unknown as well.
		for who, prepare := range map[string]func(*Tenant){"nobody": func(*Tenant) {}, "who is gone": func(t *Tenant) { t.AddUser(nina); t.RemoveUser(nina) }} {
			tenant := NewTenant(state)
			prepare(tenant)
			verb(tenant, nina)
			if got := tenant.State().Users; !reflect.DeepEqual(got, state.Users) {
				t.Errorf("%s of %s: got %+v", name, who, got)
			}
		}
		if slices.Contains([]string{"lock", "unlock", "join", "leave", "set groups", "set members", "remove"}, name) {
			tenant := NewTenant(state)
			verb(tenant, olaf)
			if got := tenant.State().Users; !reflect.DeepEqual(got, state.Users) {
				t.Errorf("%s of someone only in the team: got %+v", name, got)
			}
		}
	}
}

// People are found by id, otherwise by e-mail in any case. A person or group that
// is added again exists once.
func TestTenant_again(t *testing.T) {
	t.Parallel()
	anna := StateUser{ID: "1", Email: "anna@acme.example", Name: "Anna", GroupIDs: []string{"g"}}
	nora := StateUser{Name: "Nora"} // neither id nor e-mail
	tenant := NewTenant(State{Users: []StateUser{anna, nora}, Groups: []Group{{ID: "g"}, {ID: "h"}}})
	for _, who := range []StateUser{{ID: "1"}, {ID: "1", Email: "other@acme.example"}, {Email: "ANNA@acme.example"}, {ID: "2", Email: "Anna@acme.example"}} {
		if u, ok := tenant.User(who); !ok || u.Name != "Anna" {
			t.Errorf("%+v is %+v, %t", who, u, ok)
		}
	}
	if u, ok := tenant.User(StateUser{}); ok {
		t.Errorf("an unknown person is %+v", u)
	}
	tenant.AddUser(StateUser{Email: "anna@acme.example", Name: "Another"})
	if u, _ := tenant.User(anna); !reflect.DeepEqual(u, anna) {
		t.Errorf("a person added again is %+v", u)
	}
	tenant.RemoveUser(anna)
	tenant.AddUser(StateUser{Email: "anna@acme.example", Name: "Another"})
	if u, ok := tenant.User(anna); !ok || u.Name != "Another" || len(tenant.Members("g")) > 0 {
		t.Errorf("a returning person is %+v, %t", u, ok)
	}
	tenant.RemoveGroup("g")
	tenant.SetGroup(Group{ID: "g"})
	tenant.SetGroup(Group{ID: "i"})
	tenant.SetGroup(Group{ID: "h", Name: "H"})
	var ids []string
	for _, g := range tenant.State().Groups {
		ids = append(ids, g.ID)
	}
	if want := []string{"g", "h", "i"}; !slices.Equal(ids, want) {
		t.Errorf("the groups are %v, want %v", ids, want)
	}
}

// The ownership can be transferred after the Owner was removed.
func TestTenant_ownerAfterRemoval(t *testing.T) {
	t.Parallel()
	gone, anna, ben := StateUser{ID: "0", Email: "gone@acme.example"}, StateUser{ID: "1", Email: "anna@acme.example", Team: &TeamMember{Role: RoleOwner}}, StateUser{ID: "2", Email: "ben@acme.example", Team: &TeamMember{Role: RoleMember}}
	tenant := NewTenant(State{Users: []StateUser{gone, anna, ben, {ID: "3", Email: "carl@acme.example"}}})
	tenant.RemoveUser(gone)
	tenant.SetOwner(ben)
	var roles []TeamRole
	for _, u := range tenant.State().Users {
		if u.Team != nil {
			roles = append(roles, u.Team.Role)
		}
	}
	if want := []TeamRole{RoleAdmin, RoleOwner}; !slices.Equal(roles, want) {
		t.Errorf("the roles are %v, want %v", roles, want)
	}
}

// A custom scope counts while it exists. If the scopes are unknown, every scope
// that a control names counts.
func TestTenant_scopes(t *testing.T) {
	t.Parallel()
	state := State{
		Users:  []StateUser{{ID: "1", Email: "anna@acme.example", GroupIDs: []string{"g"}}},
		Groups: []Group{{ID: "g", Controls: []string{"own"}}},
		Rights: Rights{Controls: map[string]OwnControl{"own": {Scopes: []string{"house.gone", "house.key"}}}, Scopes: map[string]bool{"house.key": true}},
	}
	tenant := NewTenant(state)
	tenant.SetScope("house.key", false)
	tenant.SetScope("house.gone", true)
	want := []string{"anna@acme.example; loses the scope house.key through g; gains the scope house.gone through g"}
	if got := format(CompareStates(state, tenant.State())); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	state.Rights.Scopes = nil
	tenant = NewTenant(state)
	tenant.SetScope("house.key", false)
	if got := format(CompareStates(state, tenant.State())); len(got) > 0 {
		t.Errorf("with unknown scopes, got %q", got)
	}
}

// A vendor's groups are removed with their memberships; other groups stay.
func TestTenant_removeVendorGroups(t *testing.T) {
	t.Parallel()
	anna := StateUser{ID: "1", Email: "anna@acme.example", Name: "Anna", GroupIDs: []string{"a1", "none", "z"}}
	groups := []Group{{ID: "a1", VendorID: "acme"}, {ID: "none"}, {ID: "a2", VendorID: "acme"}, {ID: "z", VendorID: "zeta"}}
	for vendor, want := range map[string][]string{"acme": {"none", "z"}, "zeta": {"a1", "none"}, "": {"a1", "none", "z"}} {
		tenant := NewTenant(State{Users: []StateUser{anna}, Groups: groups})
		tenant.RemoveGroup("a2") // and one that is gone already
		tenant.RemoveVendorGroups(vendor)
		tenant.Rename(anna, "Ann")
		u, _ := tenant.User(anna)
		var left []string
		for _, g := range tenant.State().Groups {
			left = append(left, g.ID)
		}
		if !slices.Equal(u.GroupIDs, want) || !slices.Equal(left, want) || u.Name != "Ann" {
			t.Errorf("of %q: %+v and the groups %v are left, want %v", vendor, u, left, want)
		}
	}
}
