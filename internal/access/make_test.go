package access

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// ownControls has one custom access control.
var ownControls = map[string]OwnControl{"ours": {Scopes: []string{"custom.x", "integromat.scenario_edit"}}}

func TestMakeRoles(t *testing.T) {
	t.Parallel()
	type row struct {
		Name   string
		Locked bool
		Groups []struct {
			ID, Vendor          string
			Controls, Templates []string
		}
		Roles    string
		Eligible bool
	}
	for _, r := range readTable[row](t, "make.json") {
		t.Run(r.Name, func(t *testing.T) {
			t.Parallel()
			s := State{Rights: Rights{Controls: ownControls}}
			for _, g := range PredefinedGroups() {
				s.Groups = append(s.Groups, Group{ID: g.ID, Controls: g.Controls})
			}
			u := StateUser{Locked: r.Locked}
			for i, g := range r.Groups {
				if g.ID == "" {
					g.ID = fmt.Sprint("own-", i)
					s.Groups = append(s.Groups, Group{ID: g.ID, VendorID: g.Vendor, Controls: g.Controls, Templates: g.Templates})
				}
				u.GroupIDs = append(u.GroupIDs, g.ID)
			}
			roles := s.Rights.Compile(s.Groups).subjectOf(&u).MakeRoles()
			if got := strings.Join(roles, " "); got != r.Roles {
				t.Errorf("the roles are %q, want %q", got, r.Roles)
			}
			if got := MakeEligible(roles); got != r.Eligible {
				t.Errorf("eligible is %t, want %t", got, r.Eligible)
			}
		})
	}
}

// Members who have lost their roles are reported among the other findings,
// ordered by e-mail, unless the sync removes them.
func TestFindings_staleMakeMembers(t *testing.T) {
	t.Parallel()
	s := State{
		Groups: []Group{{ID: "edit", Controls: []string{"make-scenario-editor"}}, {ID: "ours", Controls: []string{"ours"}}, {ID: "see", Controls: []string{"make-member"}}},
		Users: []StateUser{
			{ID: "u1", Email: "anna@acme.example", GroupIDs: []string{"edit", "see"}},
			{ID: "u2", Email: "ben@acme.example", GroupIDs: []string{"see"}},
			{ID: "u3", Email: "clara@acme.example", GroupIDs: []string{"ours"}},
			{ID: "u4", Email: "emil@acme.example", GroupIDs: []string{"edit"}, Locked: true},
			{ID: "u5", Email: "frank@acme.example"},
		},
		Rights: Rights{Controls: ownControls},
		Make: MakeState{Members: []MakePerson{
			{"u1", "anna@acme.example"}, {"u4", "emil@acme.example"}, {"u0", "Dora@acme.example"}, {"u2", "ben@acme.example"}, {"u3", "clara@acme.example"},
		}},
	}
	type found struct {
		kind   FindingKind
		user   string
		groups []string
	}
	want := []found{
		{StaleMakeMember, "u2", []string{"see"}}, {StaleMakeMember, "u0", nil}, {LockedWithGroups, "u4", []string{"edit"}}, {StaleMakeMember, "u4", []string{"edit"}},
	}
	var got []found
	for _, f := range Findings(s) {
		got = append(got, found{f.Kind, f.UserID, f.Groups})
		if f.UserID == "u0" && !strings.Contains(f.Text, "has left the tenant") || f.UserID == "u2" && !strings.Contains(f.Text, "has lost the required Make roles") {
			t.Errorf("%s: %s", f.UserID, f.Text)
		}
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	s.Make.Prune = true
	if got := Findings(s); len(got) != 1 || got[0].Kind != LockedWithGroups {
		t.Errorf("with pruning there are %v", got)
	}
}

// Changes of Make roles and of the membership in the organization, with a sync
// that adds members, one that also removes them, or none (rule 17).
func TestMakeChanges(t *testing.T) {
	t.Parallel()
	edit, see := []string{"edit"}, []string{"see"}
	const (
		gets    = "gained: gains the role integromat.scenario_edit in Make"
		loses   = "lost: loses the role integromat.scenario_edit in Make"
		joins   = "gained: becomes a member of the Make organization"
		stays   = "lowered: keeps access to the Make organization without the required roles until someone removes the member there"
		leaves  = "lost: is removed from the Make organization"
		returns = "raised: has the roles for the Make organization again"
	)
	none, sync, prune := MakeState{}, MakeState{Sync: true}, MakeState{Sync: true, Prune: true}
	for _, c := range []struct {
		name          string
		before, after []string // groups; nil for someone not in the tenant
		was, is       MakeState
		member        bool
		want          []string
	}{
		{"nothing changes", edit, edit, sync, sync, true, nil},
		{"another role changes no membership", []string{}, see, sync, sync, false, []string{"gained: gains the role member in Make"}},
		{"a role without a sync", []string{}, edit, none, none, false, []string{gets}},
		{"a role with the sync", []string{}, edit, sync, sync, false, []string{gets, joins}},
		{"a role of a member", []string{}, edit, none, none, true, []string{gets, returns}},
		{"a new user with the role", nil, edit, sync, sync, false, []string{gets, joins}},
		{"the sync begins", edit, edit, none, sync, false, []string{joins}},
		{"the sync begins to remove", []string{}, []string{}, sync, prune, true, []string{leaves}},
		{"the role is lost", edit, []string{}, sync, sync, true, []string{loses, stays}},
		{"the role is lost, and the sync removes", edit, []string{}, prune, prune, true, []string{loses, leaves}},
		{"the role is lost without a membership", edit, []string{}, none, none, false, []string{loses}},
		{"the role comes back", []string{}, edit, sync, sync, true, []string{gets, returns}},
		{"the user is removed", edit, nil, sync, sync, true, []string{loses, stays}},
		{"one role for another", edit, see, prune, prune, true, []string{loses, "gained: gains the role member in Make", leaves}},
	} {
		state := func(groups []string, m MakeState) State {
			s := State{Groups: []Group{{ID: "edit", Controls: []string{makeScenarioEditorControl}}, {ID: "see", Controls: []string{makeMemberControl}}}, Make: m}
			if c.member {
				s.Make.Members = []MakePerson{{"u", "anna@acme.example"}}
			}
			if groups != nil {
				s.Users = []StateUser{{ID: "u", Email: "anna@acme.example", GroupIDs: groups}}
			}
			return s
		}
		var got []string
		for u := range CompareStates(state(c.before, c.was), state(c.after, c.is)) {
			for _, change := range u.Changes {
				got = append(got, string(change.Kind)+": "+change.Text())
				if change.Loss == (change.Kind == Gained || change.Kind == Raised) {
					t.Errorf("%s: a loss is %t: %s", c.name, change.Loss, change.Text())
				}
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// A change of the sync settings affects everyone.
func TestForecast_sync(t *testing.T) {
	t.Parallel()
	f := NewForecast(State{
		Users:  []StateUser{{ID: "u1", Email: "anna@acme.example", GroupIDs: []string{"edit"}}, {ID: "u2", Email: "ben@acme.example"}},
		Groups: []Group{{ID: "edit", Controls: []string{makeScenarioEditorControl}}},
		Make:   MakeState{Organization: "7", Members: []MakePerson{{"u2", "ben@acme.example"}}},
	})
	for _, step := range []struct {
		sync, prune bool
		want        []string
	}{
		{true, false, []string{"anna@acme.example; becomes a member of the Make organization"}},
		{true, true, []string{"ben@acme.example; is removed from the Make organization"}},
		{true, true, nil},
	} {
		impact := f.Change(func(t *Tenant) { t.SetMake("7", step.sync, step.prune) })
		if got := format(slices.Values(impact.Step)); !slices.Equal(got, step.want) {
			t.Errorf("sync %t, prune %t: got %q, want %q", step.sync, step.prune, got, step.want)
		}
	}
}
