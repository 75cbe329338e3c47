package access

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// ownControls has the one access control of the tenant's own.
var ownControls = map[string]OwnControl{"ours": {Scopes: []string{"custom.x", "integromat.scenario_edit"}}}

func TestMakeRoles(t *testing.T) {
	t.Parallel()
	type row struct {
		Name   string
		Locked bool
		Groups []struct {
			ID       string
			Controls []string
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
					s.Groups = append(s.Groups, Group{ID: g.ID, Controls: g.Controls})
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

// Members who have lost the roles are found, in the order of e-mails among the
// others, unless the sync removes them by itself.
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
		if f.UserID == "u0" && !strings.Contains(f.Text, "has left the tenant") || f.UserID == "u2" && !strings.Contains(f.Text, "has lost the roles") {
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
