package access

import (
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

// FindingKind is what a review found (rule 11).
type FindingKind string

// The kinds of findings.
const (
	// UnrestrictedByAccident: one group of the user limits what another gives
	// without limit.
	UnrestrictedByAccident FindingKind = "unrestricted_by_accident"
	// UnmetDependencies of a group alone, or of all groups of a user.
	UnmetDependencies FindingKind = "unmet_dependencies"
	// LockedWithGroups is a user who gets everything back when unlocked.
	LockedWithGroups FindingKind = "locked_with_groups"
	// GroupWithoutMembers gives nobody anything; predefined groups may.
	GroupWithoutMembers FindingKind = "group_without_members"
	// StaleMakeMember keeps access to Make without the roles for it.
	StaleMakeMember FindingKind = "stale_make_member"
)

// Finding is one thing that someone should look at.
type Finding struct {
	Kind   FindingKind
	UserID string   // the user it is about; empty when about a group
	Email  string   // of that user
	Entity string   // the entity it is about; empty when about all
	Groups []string // ids of the groups that take part, sorted
	Text   string   // one sentence; who it is about stands beside it
}

// Reports yields the report of every user of the state, ordered by e-mail. The
// rows are made one user at a time: keep what you need.
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
	return func(yield func(StateUser, Subject) bool) {
		groups := s.Rights.Compile(s.Groups)
		for _, u := range slices.SortedStableFunc(slices.Values(s.Users), compareUsers) {
			if !u.Outside && !yield(u, groups.subjectOf(&u)) {
				return
			}
		}
	}
}

// WriteReviewCSV writes the report of every user as ReportCSV writes that of
// one, with the user in front. It holds one user's rows at a time.
func WriteReviewCSV(w io.Writer, s State) error {
	t := safecsv.NewWriter(w, append([]string{"email", "user_id", "name"}, rowHeader...)...)
	var reporter reporter
	for u, subject := range subjects(s) {
		for _, r := range reporter.report(subject) {
			t.Cells(u.Email, u.ID, u.Name)
			r.writeTo(t)
			t.EndRow()
		}
	}
	return t.End()
}

// Admins returns the users who can manage users and groups, wholly, ordered by
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

// Findings returns what someone should look at (rule 11): first what is about
// users, ordered by e-mail, then what is about groups, ordered by id.
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
				Kind: GroupWithoutMembers, Groups: []string{g.ID}, Text: "The group has no members: it gives nobody anything.",
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
		Text: "The user is locked and still in " + Enumerate("and", ids) + ": unlocking gives everything back.",
	}}
}

// unmet returns the unmet dependencies of all groups together. Known keeps what
// was found for an access.
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

// accidents finds entities that one group gives with a restriction and another
// without: the second lets the user see what the first was to hide.
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
			Text: fmt.Sprintf("Group %s gives %s on %s without the restriction of group %s, so that the restriction %s.",
				enumerateGroups(open), gives, catalog[i].Code, enumerateGroups(narrow), effect),
		})
	}
	return findings
}

func sentence(text string) string {
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

// predefinedGroups holds the ids of the groups that no one can delete.
var predefinedGroups = indexPredefinedGroups()

func indexPredefinedGroups() map[string]bool {
	index := map[string]bool{}
	for _, g := range PredefinedGroups() {
		index[g.ID] = true
	}
	return index
}
