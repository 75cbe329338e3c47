package access

import (
	"fmt"
	"iter"
	"slices"
	"strings"
)

// FindingKind is what kind of finding a review reports (rule 11).
type FindingKind string

// The kinds of findings.
const (
	// UnrestrictedByAccident: one of the user's groups restricts what another grants
	// without restriction.
	UnrestrictedByAccident FindingKind = "unrestricted_by_accident"
	// UnmetDependencies: of a single group, or of all groups of a user.
	UnmetDependencies FindingKind = "unmet_dependencies"
	// LockedWithGroups: a locked user who regains all access when unlocked.
	LockedWithGroups FindingKind = "locked_with_groups"
	// GroupWithoutMembers: a group that grants no one anything. Predefined groups
	// are not reported.
	GroupWithoutMembers FindingKind = "group_without_members"
	// StaleMakeMember: someone who keeps access to Make without the required roles.
	StaleMakeMember FindingKind = "stale_make_member"
)

// Finding is one thing to look at.
type Finding struct {
	Kind   FindingKind
	UserID string   // the affected user; empty if it is about a group
	Email  string   // the user's address
	Entity string   // the affected entity; empty if it is about all
	Groups []string // ids of the groups involved, sorted
	Text   string   // one sentence that does not name the user or group
}

// Reports yields the report of every user of the state, ordered by e-mail.
// Reports are built one at a time, so memory holds only what the caller keeps.
func Reports(s State) iter.Seq2[StateUser, []Row] {
	return func(yield func(StateUser, []Row) bool) {
		for u, subject := range subjects(s) {
			if !yield(u, subject.Report()) {
				return
			}
		}
	}
}

// subjects yields the users of the state, ordered by e-mail.
func subjects(s State) iter.Seq2[StateUser, Subject] {
	return s.Rights.Compile(s.Groups).subjects(s.ByEmail())
}

// ByEmail yields the users of the state, ordered by e-mail, without those
// outside the tenant.
func (s State) ByEmail() iter.Seq[StateUser] {
	return func(yield func(StateUser) bool) {
		for _, u := range slices.SortedStableFunc(slices.Values(s.Users), compareUsers) {
			if !u.Outside && !yield(u) {
				return
			}
		}
	}
}

// subjects yields the users in their order.
func (c *Compiled) subjects(users iter.Seq[StateUser]) iter.Seq2[StateUser, Subject] {
	return func(yield func(StateUser, Subject) bool) {
		for u := range users {
			if !yield(u, c.subjectOf(&u)) {
				return
			}
		}
	}
}

// Reports yields the report of each user, in their order. Rows are valid until the
// next report.
func (c *Compiled) Reports(users iter.Seq[StateUser]) iter.Seq2[StateUser, []Row] {
	return func(yield func(StateUser, []Row) bool) {
		var reporter reporter
		for u, subject := range c.subjects(users) {
			if !yield(u, reporter.report(subject)) {
				return
			}
		}
	}
}

// Admins returns the users who can manage users and groups in full, ordered by
// e-mail.
func Admins(s State) []StateUser {
	var admins []StateUser
	for u, subject := range subjects(s) {
		if subject.isAdmin() {
			admins = append(admins, u)
		}
	}
	return admins
}

// Findings returns the findings of a review (rule 11): those about users, ordered
// by e-mail, then those about groups, ordered by id.
func Findings(s State) []Finding {
	members := make(map[string]bool, len(s.Groups))
	missing := map[Access][]Missing{} // many users have the same access
	var findings []Finding
	for u, subject := range subjects(s) {
		for _, id := range u.GroupIDs {
			members[id] = true
		}
		start := len(findings)
		findings = append(findings, lockedFindings(u)...)
		findings = append(findings, subject.accidents()...)
		findings = append(findings, subject.unmet(missing)...)
		for i := range findings[start:] {
			f := &findings[start+i]
			f.UserID, f.Email = u.ID, u.Email
		}
	}
	findings = mergeByEmail(findings, s.staleMakeMembers())
	groups := s.Rights.Compile(s.Groups)
	for _, g := range slices.SortedFunc(slices.Values(s.Groups), func(a, b Group) int { return strings.Compare(a.ID, b.ID) }) {
		findings = append(findings, groups.Subject(false, g.ID).unmet(missing)...)
		if !members[g.ID] && !predefinedGroups[g.ID] {
			findings = append(findings, Finding{
				Kind: GroupWithoutMembers, Groups: []string{g.ID}, Text: "The group has no members, so it grants no one anything.",
			})
		}
	}
	return findings
}

func lockedFindings(u StateUser) []Finding {
	if !u.Locked || len(u.GroupIDs) == 0 {
		return nil
	}
	ids := slices.Sorted(slices.Values(u.GroupIDs))
	return []Finding{{
		Kind: LockedWithGroups, Groups: ids,
		Text: "The user is locked and still in " + Enumerate("and", ids) + ": unlocking the user restores all access.",
	}}
}

// unmet returns findings about the unmet dependencies of all groups together. It
// caches the dependencies of each access in known.
func (s Subject) unmet(known map[Access][]Missing) []Finding {
	merged := s.Access()
	missing, ok := known[merged]
	if !ok {
		missing = MissingDependencies(merged)
		known[merged] = missing
	}
	var findings []Finding
	for _, m := range missing {
		f := Finding{Kind: UnmetDependencies, Entity: m.Entity, Text: sentence(m.Text())}
		for _, g := range s.grants {
			if g.access.Of(m.Entity) >= Manage {
				f.Groups = append(f.Groups, g.ID)
			}
		}
		findings = append(findings, f)
	}
	return findings
}

// accidents returns findings about entities that one group grants with a
// restriction and another without: the second reveals what the first is meant to
// hide.
func (s Subject) accidents() []Finding {
	var findings []Finding
	for _, i := range reportOrder {
		if !slices.ContainsFunc(s.grants, func(g *grant) bool { return g.narrows(i) }) {
			continue
		}
		var all []string
		var open, narrow []GroupRef
		gives, limits := None, None
		for _, g := range s.grants {
			switch {
			case g.access[i] == None:
				continue
			case g.narrows(i):
				narrow, limits = append(narrow, g.GroupRef), max(limits, g.access[i])
			default:
				open, gives = append(open, g.GroupRef), max(gives, g.access[i])
			}
			all = append(all, g.ID)
		}
		if len(open) == 0 {
			continue
		}
		effect := "has no effect"
		if limits > gives {
			effect = "limits only what is above " + gives.String()
		}
		findings = append(findings, Finding{
			Kind: UnrestrictedByAccident, Entity: catalog[i].Code, Groups: all,
			Text: fmt.Sprintf("Group %s gives %s on %s without the restriction of group %s, so the restriction %s.",
				enumerateGroups(open), gives, catalog[i].Code, enumerateGroups(narrow), effect),
		})
	}
	return findings
}

func sentence(text string) string {
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// predefinedGroups holds the ids of the predefined groups, which cannot be
// deleted.
var predefinedGroups = indexPredefinedGroups()

func indexPredefinedGroups() map[string]bool {
	index := map[string]bool{}
	for _, g := range PredefinedGroups() {
		index[g.ID] = true
	}
	return index
}
