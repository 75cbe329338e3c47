package access

import (
	"slices"
	"strings"
)

// The roles in Make that groups can grant (rule 17).
const (
	MakeAppDeveloper   = "integromat.app_developer"
	MakeScenarioEditor = "integromat.scenario_edit"
	MakeMember         = "member"
	MakeOwner          = "owner"
)

// makeScopes maps scopes to the Make roles they stand for.
var makeScopes = map[string]string{
	"integromat.app_developer": MakeAppDeveloper,
	"integromat.scenario_edit": MakeScenarioEditor,
	"integromat.member":        MakeMember,
	"integromat.owner":         MakeOwner,
}

// MakeRoles returns the roles in Make that the scopes stand for, sorted. It
// ignores other scopes.
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

// makeOthers are scopes of a group that stand for roles in Make: those for some
// records included, and those for every record.
type makeOthers struct{ in, wide []other }

// take adds the scopes that stand for roles and returns the rest.
func (m *makeOthers) take(others []other, wide bool) (rest []other) {
	for _, o := range others {
		if _, ok := makeScopes[o.scope]; !ok {
			rest = append(rest, o)
			continue
		}
		m.in = append(m.in, o)
		if wide {
			m.wide = append(m.wide, o)
		}
	}
	return rest
}

// names returns the roles, in the order of their scopes.
func (m *makeOthers) names() (roles []string) {
	for _, o := range m.in {
		roles = append(roles, makeScopes[o.scope])
	}
	return roles
}

// ofEngine reports whether the group belongs to the Orchestration Engine: it grants
// something on one of its entities, or nothing on any entity.
func (g *grant) ofEngine() bool {
	return g.narrow.intersects(engineSlots) || g.narrow == slots{}
}

// IdleMakeRoles returns the roles in Make that the group carries in vain, sorted:
// those of a role template, and all if the group is not of the Orchestration Engine
// (rule 17).
func (r Rights) IdleMakeRoles(g Group) []string {
	var scopes []string
	for _, o := range r.evaluate(g).othersIn {
		scopes = append(scopes, o.scope)
	}
	return MakeRoles(scopes)
}

// MakeEligible reports whether a user with these roles in Make becomes a member
// of the Make organization.
func MakeEligible(roles []string) bool {
	return slices.Contains(roles, MakeScenarioEditor) || slices.Contains(roles, MakeAppDeveloper)
}

// MakeState is what a state knows about the tenant's Make organization.
type MakeState struct {
	// Organization is its id; empty if the tenant has none.
	Organization string
	// Sync adds eligible users as members. Prune also removes members who are no
	// longer eligible.
	Sync, Prune bool
	// Members are the members that the sync has added, now or earlier.
	Members []MakePerson
}

// MakePerson is a member of a Make organization.
type MakePerson struct {
	UserID string // may no longer be a user in the state
	Email  string
}

// MakeRoles returns the roles in Make that the user's groups grant by access
// controls of their own, sorted. A locked user has none.
func (s Subject) MakeRoles() []string {
	var roles []string
	for _, g := range s.grants {
		roles = append(roles, g.makeRoles...)
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

// A person's membership in the Make organization.
const (
	makeNone   = "none"
	makeMember = "member"
	makeStale  = "stale" // a member without the required roles
)

// membership returns the membership in the organization of someone with these
// roles, after the sync has run if it is on.
func (m MakeState) membership(roles []string, isMember bool) string {
	switch eligible := MakeEligible(roles); {
	case eligible && (m.Sync || isMember):
		return makeMember
	case !isMember, m.Sync && m.Prune:
		return makeNone
	}
	return makeStale
}

// index returns the ids of the members.
func (m MakeState) index() map[string]bool {
	members := make(map[string]bool, len(m.Members))
	for _, p := range m.Members {
		members[p.UserID] = true
	}
	return members
}

// makeChanges compares the roles in Make, and the membership in the organization.
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

// MakeOrganization is the entity of changes of the membership in the
// organization.
const MakeOrganization = "organization"

func (c Change) makeText() string {
	switch {
	case c.Entity != MakeOrganization:
		return c.verb() + " the role " + c.Entity + " in Make"
	case c.To == makeStale:
		return "keeps access to the Make organization without the required roles until someone removes the member there"
	case c.To == makeNone:
		return "is removed from the Make organization"
	case c.From == makeStale:
		return "has the roles for the Make organization again"
	}
	return "becomes a member of the Make organization"
}

// staleMakeMembers returns findings about members of the Make organization who
// have lost the roles that made them members.
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
		text := "The user has lost the required Make roles but keeps access to the Make organization until someone removes the member there."
		if !ok {
			text = "The user has left the tenant but keeps access to the Make organization until someone removes the member there."
		}
		findings = append(findings, Finding{Kind: StaleMakeMember, UserID: m.UserID, Email: m.Email, Groups: slices.Sorted(slices.Values(u.GroupIDs)), Text: text})
	}
	return findings
}

// mergeByEmail merges more findings about users into findings ordered by e-mail.
func mergeByEmail(findings, more []Finding) []Finding {
	if len(more) == 0 {
		return findings
	}
	findings = append(findings, more...)
	slices.SortStableFunc(findings, func(a, b Finding) int { return strings.Compare(strings.ToLower(a.Email), strings.ToLower(b.Email)) })
	return findings
}
