package access

import (
	"slices"
	"strings"
)

// The roles in Make that groups give (rule 17).
const (
	MakeAppDeveloper   = "integromat.app_developer"
	MakeScenarioEditor = "integromat.scenario_edit"
	MakeMember         = "member"
	MakeOwner          = "owner"
)

// makeScopes are the scopes that stand for roles in Make.
var makeScopes = map[string]string{
	"integromat.app_developer": MakeAppDeveloper,
	"integromat.scenario_edit": MakeScenarioEditor,
	"integromat.member":        MakeMember,
	"integromat.owner":         MakeOwner,
}

// MakeRoles returns the roles in Make that the scopes stand for, sorted. Other
// scopes stand for none.
func MakeRoles(scopes []string) []string {
	var roles []string
	for _, scope := range scopes {
		if role, ok := makeScopes[scope]; ok {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// MakeRolesOf returns the roles in Make that access controls give, sorted.
// Custom has the scopes of those that are not predefined.
func MakeRolesOf(controls []string, custom map[string][]string) []string {
	var scopes []string
	for _, id := range controls {
		if c, ok := ControlByID(id); ok {
			scopes = append(scopes, c.Scopes...)
		} else {
			scopes = append(scopes, custom[id]...)
		}
	}
	return MakeRoles(scopes)
}

// MakeEligible reports whether someone with these roles in Make becomes a member
// of the Make organization.
func MakeEligible(roles []string) bool {
	return slices.Contains(roles, MakeScenarioEditor) || slices.Contains(roles, MakeAppDeveloper)
}

// MakeState is what a state knows of the tenant's Make organization.
type MakeState struct {
	// Members are those whom the sync has brought there.
	Members []MakePerson
	// Prune says that the sync removes who has lost the roles.
	Prune bool
	// Scopes are those of the tenant's own access controls, by id.
	Scopes map[string][]string
}

// MakePerson is a member of a Make organization.
type MakePerson struct {
	UserID string // may be of no user of the state any more
	Email  string
}

// MakeRoles returns the roles in Make of a user of the state, sorted. A locked
// user has none.
func (s State) MakeRoles(u StateUser) []string {
	if u.Locked {
		return nil
	}
	var controls []string
	for _, g := range s.Groups {
		if slices.Contains(u.GroupIDs, g.ID) {
			controls = append(controls, g.Controls...)
		}
	}
	return MakeRolesOf(controls, s.Make.Scopes)
}

// staleMakeMembers finds members of the Make organization who have lost the
// roles that brought them there.
func (s State) staleMakeMembers() []Finding {
	if s.Make.Prune || len(s.Make.Members) == 0 {
		return nil
	}
	users := make(map[string]StateUser, len(s.Users))
	for _, u := range s.Users {
		users[u.ID] = u
	}
	var findings []Finding
	for _, m := range s.Make.Members {
		u, ok := users[m.UserID]
		if ok && MakeEligible(s.MakeRoles(u)) {
			continue
		}
		text := "The user has lost the roles in Make and keeps access to the Make organization until someone removes the member there."
		if !ok {
			text = "The user has left the tenant and keeps access to the Make organization until someone removes the member there."
		}
		findings = append(findings, Finding{Kind: StaleMakeMember, UserID: m.UserID, Email: m.Email, Groups: slices.Sorted(slices.Values(u.GroupIDs)), Text: text})
	}
	return findings
}

// mergeByEmail puts findings about users among others that are in order.
func mergeByEmail(findings, more []Finding) []Finding {
	if len(more) == 0 {
		return findings
	}
	findings = append(findings, more...)
	slices.SortStableFunc(findings, func(a, b Finding) int { return strings.Compare(strings.ToLower(a.Email), strings.ToLower(b.Email)) })
	return findings
}
