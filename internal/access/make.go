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

// MakeEligible reports whether someone with these roles in Make becomes a member
// of the Make organization.
func MakeEligible(roles []string) bool {
	return slices.Contains(roles, MakeScenarioEditor) || slices.Contains(roles, MakeAppDeveloper)
}

// MakeState is what a state knows of the tenant's Make organization.
type MakeState struct {
	// Organization is its id; empty where the tenant has none.
	Organization string
	// Sync says that who is eligible becomes a member; Prune that it also removes
	// who no longer is.
	Sync, Prune bool
	// Members are those whom the sync has brought there, now or before.
	Members []MakePerson
}

// MakePerson is a member of a Make organization.
type MakePerson struct {
	UserID string // may be of no user of the state any more
	Email  string
}

// MakeRoles returns the roles in Make that the user's groups give by access
// controls of their own, sorted. A locked user has none.
func (s Subject) MakeRoles() []string {
	var roles []string
	for _, g := range s.grants {
		roles = append(roles, g.makeRoles...)
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// The standings of a person with a Make organization.
const (
	makeNone   = "none"
	makeMember = "member"
	makeStale  = "stale" // a member without the roles for it
)

// standing says how someone with these roles stands with the organization once
// the sync has run, if it does.
func (m MakeState) standing(roles []string, isMember bool) string {
	switch eligible := MakeEligible(roles); {
	case eligible && (m.Sync || isMember):
		return makeMember
	case !isMember, m.Sync && m.Prune:
		return makeNone
	}
	return makeStale
}

// index returns who is a member, by id.
func (m MakeState) index() map[string]bool {
	members := make(map[string]bool, len(m.Members))
	for _, p := range m.Members {
		members[p.UserID] = true
	}
	return members
}

// makeChanges compares the roles in Make, and the standing with the
// organization.
func makeChanges(was, is []string, before, after string) []Change {
	var changes []Change
	for _, role := range was {
		if !slices.Contains(is, role) {
			changes = append(changes, Change{Kind: Lost, Area: AreaMake, Entity: role, From: "held", To: None.String(), Loss: true})
		}
	}
	for _, role := range is {
		if !slices.Contains(was, role) {
			changes = append(changes, Change{Kind: Gained, Area: AreaMake, Entity: role, From: None.String(), To: "held"})
		}
	}
	if before != after {
		c := Change{Kind: Lowered, Area: AreaMake, Entity: MakeOrganization, From: before, To: after, Loss: after != makeMember}
		switch {
		case before == makeNone && !c.Loss:
			c.Kind = Gained
		case after == makeNone:
			c.Kind = Lost
		case !c.Loss:
			c.Kind = Raised
		}
		changes = append(changes, c)
	}
	return changes
}

// MakeOrganization is what stands for the membership of the organization among
// the changes of Make.
const MakeOrganization = "organization"

func (c Change) makeText() string {
	switch {
	case c.Entity != MakeOrganization:
		return c.verb() + " the role " + c.Entity + " in Make"
	case c.To == makeStale:
		return "keeps access to the Make organization without the roles for it, until someone removes the member there"
	case c.To == makeNone:
		return "is removed from the Make organization"
	case c.From == makeStale:
		return "has the roles for the Make organization again"
	}
	return "becomes a member of the Make organization"
}

// staleMakeMembers finds members of the Make organization who have lost the
// roles that brought them there.
func (s State) staleMakeMembers() []Finding {
	if s.Make.Prune || len(s.Make.Members) == 0 {
		return nil
	}
	users := make(map[string]StateUser, len(s.Users))
	for _, u := range s.Users {
		if !u.Outside {
			users[u.ID] = u
		}
	}
	groups := s.Rights.Compile(s.Groups)
	var findings []Finding
	for _, m := range s.Make.Members {
		u, ok := users[m.UserID]
		if ok && MakeEligible(groups.subjectOf(&u).MakeRoles()) {
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
