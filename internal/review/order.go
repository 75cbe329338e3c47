package review

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// severity orders what happens to people, worst first.
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
	eventOnly // added, removed, locked or unlocked, and nothing changes
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

// heading is under what a review lists people.
type heading struct {
	title string
	rule  string // its name where a format has rules
	worst severity
}

// headings are in the order of a review; each has everything up to the next.
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

// block is what happens alike to one person or to many of a tenant.
type block struct {
	event   access.UserEvent
	changes []access.Change // worst first; of several entities at once where they change alike
	people  []Person
	worst   severity
	fails   bool // the review fails on it
}

// blocks joins the people to whom the same happens, worst first.
func blocks(all []Person, failed []string) []*block {
	var blocks []*block
	byKey := map[string]*block{}
	known := map[*access.Change][]access.Change{} // people share what happens to them
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
				b.fails = b.fails || slices.ContainsFunc(failed, func(kind string) bool { return happensTo(kind, c) })
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

// joined makes one change of those that are alike but for the entity, worst first.
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

// firstNames is how many people of a block are named where it does not matter
// for the verdict who they are.
const firstNames = 5

// title names the people of the block and what happens to them as such.
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

// label names a person in one line.
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

// severalTenants reports whether people have to be told apart by tenant.
func (r Result) severalTenants() bool { return len(r.Tenants) > 1 }

// sameText are things of which a review says the same.
type sameText struct {
	about []string // whom or what, Visible
	text  string   // Visible
}

// line says it in one line. All are named where all is set.
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

// groupTexts joins things of which the same is said, in the order of the first.
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

// sameFindings joins findings that say the same of many.
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

// sameUnresolved joins what is unresolved for the same reason.
func (r Result) sameUnresolved() []sameText {
	return groupTexts(r.Unresolved, func(u Unresolved) (about, text string) {
		return r.in(u.Tenant, access.Visible(u.Address)), access.Visible(u.Text)
	})
}

// in names the tenant of something, where there are several.
func (r Result) in(tenant, about string) string {
	switch {
	case !r.severalTenants() || tenant == "":
		return about
	case about == "":
		return "tenant " + access.Visible(tenant)
	}
	return about + " in " + access.Visible(tenant)
}
