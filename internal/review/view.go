package review

import (
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// View is a review in parts, for pages. It has what the text has, in the same order, and
// nothing is cut. All its texts are Visible.
type View struct {
	Word     string // FAIL, PASS or ACCEPTED; empty if the review fails on nothing
	Kinds    []string
	Reasons  []Reason // why it fails; otherwise one, the summary
	Notes    []string // about the review as a whole
	Counts   []Count
	Sections []ViewSection
	Hints    []string
	Tenants  []string
	Plan     string // the fingerprint of the plan
}

// Reason is why a review fails, and because of whom or what.
type Reason struct {
	Text  string
	Names []string
}

// Count is a number of people or things.
type Count struct {
	Number int
	Text   string
	Tone   string // bad, warn, ok or empty
}

// ViewSection is items under a title.
type ViewSection struct {
	Title  string // with the number of items
	Tone   string // as of a Count
	Blocks []ViewBlock
	Lines  []ViewLine
}

// ViewBlock is people with the same changes.
type ViewBlock struct {
	Fails   bool // the review fails on it
	People  []ViewPerson
	Event   string // such as added
	Tenant  string // empty if the review covers one
	Changes []ViewChange
}

// ViewPerson is a user.
type ViewPerson struct{ Label, Name string }

// ViewChange is a level before and after.
type ViewChange struct {
	What     string // entities, or another area
	From, To string
	Loss     bool
	Text     string // on which records and through which groups, or the change in a sentence
}

// ViewLine is a text about some objects.
type ViewLine struct {
	About []string
	Text  string
}

// View returns the review in parts.
func (r Result) View(o Options) View {
	p := r.page(o)
	failed := r.Failed(o.FailOn)
	v := View{Word: p.verdict.word, Kinds: p.verdict.kinds, Counts: r.counts(), Plan: o.Plan}
	for _, name := range r.Tenants {
		v.Tenants = append(v.Tenants, access.Visible(name))
	}
	for _, reason := range p.verdict.phrases {
		v.Reasons = append(v.Reasons, Reason{capital(reason.text), reason.names})
	}
	if len(v.Reasons) == 0 {
		v.Reasons = []Reason{{Text: p.verdict.rest}}
	}
	for _, n := range p.notes {
		v.Notes = append(v.Notes, n.line(plain))
	}
	for _, n := range p.hints {
		v.Hints = append(v.Hints, n.line(plain))
	}
	v.Sections = r.viewSections(p, failed)
	return v
}

// viewSections returns the sections of the page in its order, with the people and changes
// that its lines are about.
func (r Result) viewSections(p page, failed []string) []ViewSection {
	all := blocks(r.People, failed)
	var sections []ViewSection
	for _, s := range p.sections {
		view := ViewSection{Title: s.heading()}
		switch {
		case s.title == driftTitle:
			view.Blocks = r.viewBlocks(blocks(r.Drift, nil))
		case s.people:
			i := slices.IndexFunc(headings, func(h heading) bool { return h.title == s.title })
			view.Tone = tones[headings[i].worst]
			view.Blocks = r.viewBlocks(slices.DeleteFunc(slices.Clone(all), func(b *block) bool { return headingOf(b.worst) != i }))
		case s.title == unresolvedTitle:
			view.Tone, view.Lines = "warn", viewLines(r.sameUnresolved())
		case s.title == findingsTitle:
			view.Lines = viewLines(r.sameFindings())
		default:
			for _, i := range s.items {
				view.Lines = append(view.Lines, ViewLine{Text: i.lines[0].text})
			}
		}
		sections = append(sections, view)
	}
	return sections
}

// tones says how bad the changes of a section are, by its worst.
var tones = map[severity]string{
	becomesAdmin: "bad", restrictionLifted: "warn", ceasesAdmin: "bad", losesAccess: "bad", gainsAccess: "ok", eventOnly: "",
}

func (r Result) viewBlocks(all []*block) []ViewBlock {
	var views []ViewBlock
	for _, b := range all {
		v := ViewBlock{Fails: b.fails, Event: string(b.event)}
		if r.severalTenants() {
			v.Tenant = access.Visible(b.people[0].Tenant)
		}
		for _, p := range b.people {
			v.People = append(v.People, ViewPerson{p.label(false), access.Visible(strings.TrimSpace(p.User.Name))})
		}
		for _, c := range b.changes {
			v.Changes = append(v.Changes, ViewChange{
				What: access.Visible(what(c)), From: access.Visible(c.From), To: access.Visible(c.To), Loss: c.Loss, Text: access.Visible(detail(c)),
			})
		}
		views = append(views, v)
	}
	return views
}

// what names what a change is about.
func what(c access.Change) string {
	switch c.Area {
	case access.AreaScopes:
		return strings.Join(c.Scopes, ", ")
	case access.AreaTeam:
		return "role in the team"
	case access.AreaMake:
		return "Make " + c.Entity
	}
	return c.Entity
}

// detail says what a change has beyond its levels.
func detail(c access.Change) string {
	if c.Area != access.AreaEntity && c.Area != access.AreaScopes {
		return c.Text()
	}
	var parts []string
	if c.VendorID != "" {
		parts = append(parts, "records of the vendor "+c.VendorID)
	}
	switch {
	case len(c.Restrictions) > 0:
		parts = append(parts, "records with "+strings.Join(c.Restrictions, " or "))
	case len(c.Except) > 0:
		parts = append(parts, "except records with "+strings.Join(c.Except, " or "))
	case c.VendorID == "":
		parts = append(parts, "every record")
	}
	if len(c.Scopes) > 0 && c.Area == access.AreaEntity {
		parts = append(parts, strings.Join(c.Scopes, ", "))
	}
	for i, g := range c.Groups {
		name := g.ID
		if g.Name != "" {
			name = g.Name + " (" + g.ID + ")"
		}
		if i == 0 {
			name = "through " + name
		}
		parts = append(parts, name)
	}
	return strings.Join(parts, ", ")
}

func viewLines(texts []sameText) []ViewLine {
	var lines []ViewLine
	for _, t := range texts {
		lines = append(lines, ViewLine{t.about, t.text})
	}
	return lines
}

// counts returns the numbers that a page shows first.
func (r Result) counts() []Count {
	number := func(is func(access.Change) bool) int { return len(r.peopleWith(is)) }
	all := []Count{
		{number(func(c access.Change) bool { return c.Admin() && !c.Loss }), "new administrators", "bad"},
		{number(access.Change.LiftsRestriction), "restrictions lifted", "warn"},
		{number(loses), "lose access", "bad"},
		{number(access.Change.Widens), "gain access", "ok"},
		{len(r.Unresolved), "unresolved", "warn"},
	}
	for i := range all {
		if all[i].Number == 0 {
			all[i].Tone = ""
		}
	}
	return all
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }
