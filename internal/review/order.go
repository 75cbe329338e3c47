package review

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// severity ranks changes, worst first.
type severity int

const (
	becomesAdmin severity = iota
	restrictionLifted
	ceasesAdmin
	losesAccess
	restrictedTo
	lowered
	gainsAccess
	raised
	eventOnly // added, removed, locked or unlocked, without a change of access
)

func severityOf(c access.Change) severity {
	switch {
	case c.Admin() && !c.Loss:
		return becomesAdmin
	case c.LiftsRestriction():
		return restrictionLifted
	case c.Admin():
		return ceasesAdmin
	case c.Loss && c.Kind == access.Restricted:
		return restrictedTo
	case c.Loss && c.Kind == access.Lowered:
		return lowered
	case c.Loss:
		return losesAccess
	case c.Kind == access.Raised:
		return raised
	}
	return gainsAccess
}

// heading is a section under which a review lists people.
type heading struct {
	title string
	rule  string // its rule id in SARIF
	worst severity
}

// headings lists the sections in order. Each covers the severities up to the
// next.
var headings = []heading{
	{"Become administrators", "becomes-administrator", becomesAdmin},
	{"Restrictions lifted", "restriction-lifted", restrictionLifted},
	{"Lose administrator rights", "loses-administrator-rights", ceasesAdmin},
	{"Lose access", "loses-access", losesAccess},
	{"Gain access", "gains-access", gainsAccess},
	{"Access does not change", "user-event", eventOnly},
}

func headingOf(s severity) int {
	i, found := slices.BinarySearchFunc(headings, s, func(h heading, s severity) int { return cmp.Compare(h.worst, s) })
	if !found {
		i--
	}
	return i
}

// block is a set of people in one tenant with the same changes.
type block struct {
	event   access.UserEvent
	changes []access.Change // worst first; entities that change alike are joined
	people  []Person
	worst   severity
	fails   bool // the review fails on it
}

// blocks groups people with the same changes, worst first.
func blocks(all []Person, failed []string) []*block {
	var blocks []*block
	byKey := map[string]*block{}
	known := map[*access.Change][]access.Change{} // people with the same changes share the slice
	for _, p := range all {
		changes := joined(p.Changes, known)
		var key strings.Builder
		fmt.Fprintf(&key, "%q%q", p.Tenant, p.Event)
		for _, c := range changes {
			fmt.Fprintf(&key, "%q", c.Text())
		}
		b := byKey[key.String()]
		if b == nil {
			b = &block{event: p.Event, changes: changes, worst: eventOnly}
			for _, c := range p.Changes {
				b.worst = min(b.worst, severityOf(c))
				b.fails = b.fails || slices.ContainsFunc(failed, func(kind string) bool { return isOfKind(kind, c) })
			}
			byKey[key.String()] = b
			blocks = append(blocks, b)
		}
		b.people = append(b.people, p)
	}
	slices.SortStableFunc(blocks, func(a, b *block) int {
		return cmp.Or(
			cmp.Compare(headingOf(a.worst), headingOf(b.worst)),
			cmp.Compare(order(!a.fails), order(!b.fails)),
			cmp.Compare(a.worst, b.worst),
		)
	})
	return blocks
}

func order(last bool) int {
	if last {
		return 1
	}
	return 0
}

// joined merges changes that differ only in the entity, worst first.
func joined(changes []access.Change, known map[*access.Change][]access.Change) []access.Change {
	if len(changes) == 0 {
		return nil
	}
	all, ok := known[&changes[0]]
	if !ok {
		of := map[severity][]access.Change{}
		for _, c := range changes {
			s := severityOf(c)
			of[s] = append(of[s], c)
		}
		for _, s := range slices.Sorted(maps.Keys(of)) {
			all = append(all, access.JoinEntities(of[s])...)
		}
		known[&changes[0]] = all
	}
	return all
}

// firstNames is the number of people that are named in a block that the review
// does not fail on.
const firstNames = 5

// title names the people of the block and their event, such as added.
func (b *block) title(tenants bool) string {
	names := make([]string, 0, len(b.people))
	for _, p := range b.people {
		names = append(names, p.label(false))
	}
	shown, more := names, ""
	if n := len(names) - firstNames; n > 0 && !b.fails {
		shown, more = names[:firstNames], fmt.Sprintf(" and %d more", n)
	}
	text := strings.Join(shown, ", ") + more
	switch p := b.people[0]; {
	case len(names) > 1:
		text = fmt.Sprintf("%d users: %s", len(names), text)
	case strings.TrimSpace(p.User.Name) != "":
		text += " (" + access.Visible(p.User.Name) + ")"
	}
	if b.event != "" {
		text += ", " + string(b.event)
	}
	if tenants {
		text = "tenant " + access.Visible(b.people[0].Tenant) + ", " + text
	}
	return text
}

// label returns the name of a person in one line.
func (p Person) label(tenant bool) string {
	text := access.Visible(p.User.Email)
	switch {
	case text != "":
	case p.User.ID != "":
		text = "user " + access.Visible(p.User.ID)
	default:
		text = "a user without e-mail address"
	}
	if tenant {
		text += " in " + access.Visible(p.Tenant)
	}
	return text
}

// severalTenants reports whether a person's tenant must be named.
func (r Result) severalTenants() bool { return len(r.Tenants) > 1 }

// sameText is a text and the objects that it applies to.
type sameText struct {
	about []string // names, Visible
	text  string   // Visible
}

// line returns the text in one line. It names every object if all is set.
func (s sameText) line(all bool) string {
	about := strings.Join(s.about, ", ")
	if n := len(s.about) - firstNames; n > 0 && !all {
		about = fmt.Sprintf("%s and %d more", strings.Join(s.about[:firstNames], ", "), n)
	}
	if about == "" {
		return s.text
	}
	return about + ": " + s.text
}

// groupTexts groups things by their text, in order of first appearance.
func groupTexts[T any](things []T, say func(T) (about, text string)) []sameText {
	var all []sameText
	index := map[string]int{}
	for _, t := range things {
		about, text := say(t)
		i, ok := index[text]
		if !ok {
			i = len(all)
			index[text] = i
			all = append(all, sameText{text: text})
		}
		if about != "" {
			all[i].about = append(all[i].about, about)
		}
	}
	return all
}

// sameFindings groups findings with the same text.
func (r Result) sameFindings() []sameText {
	return groupTexts(r.Findings, func(f Finding) (about, text string) {
		switch {
		case f.Email != "":
			about = access.Visible(f.Email)
		case f.UserID != "":
			about = "user " + access.Visible(f.UserID)
		default:
			about = "group " + access.Visible(strings.Join(f.Groups, ", "))
		}
		return r.in(f.Tenant, about), access.Visible(f.Text)
	})
}

// sameUnresolved groups what is unresolved for the same reason.
func (r Result) sameUnresolved() []sameText {
	return groupTexts(r.Unresolved, func(u Unresolved) (about, text string) {
		return r.in(u.Tenant, access.Visible(u.Address)), access.Visible(u.Text)
	})
}

// in adds the tenant to a name if the review covers several tenants.
func (r Result) in(tenant, about string) string {
	switch {
	case !r.severalTenants() || tenant == "":
		return about
	case about == "":
		return "tenant " + access.Visible(tenant)
	}
	return about + " in " + access.Visible(tenant)
}
