package review

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// page is a review for people: sections of items, worst first. If it is too
// long, the least important items are cut.
type page struct {
	verdict  verdict
	notes    []note // under the verdict
	sections []section
	hints    []note // on the last line
}

// note is a sentence about the review as a whole.
type note struct {
	text string // constant; one %s for each word
	with []string
}

// section is items under a title.
type section struct {
	title  string // constant
	unit   [2]string
	people bool // its lines have a sign: + for gains, - for losses
	items  []item
	// uncounted is set for the lines of one text.
	uncounted bool
	cut       int // number of people or other things that were cut
}

// item is shown completely or not at all.
type item struct {
	must  bool // the review fails on it: it is never cut
	n     int  // number of people or other things
	lines []line
}

// line is Visible. The sign is + for a gain, - for a loss and a space
// otherwise.
type line struct {
	sign byte
	text string
}

const (
	erroredText     = "The plan failed and is incomplete: this review covers only what it contains."
	incompleteText  = "The plan leaves out some changes, as with -target: this review covers only what it contains."
	driftTitle      = "Already changed outside of Terraform"
	unresolvedTitle = "Unresolved"
	findingsTitle   = "New findings"
	// firstErrors is the number of lines of Terraform's errors that are never
	// cut.
	firstErrors = 60
)

func (r Result) page(o Options) page {
	failed := r.Failed(o.FailOn)
	p := page{verdict: r.verdict(o)}
	if a := o.Accepted; a != nil && len(failed) > 0 {
		p.notes = append(p.notes, note{"Accepted by %s on %s: %s", []string{access.Visible(a.Person), access.Visible(a.Date), access.Visible(a.Reason)}})
	}
	if o.NotAccepted != "" && len(failed) > 0 {
		p.notes = append(p.notes, note{"%s", []string{access.Visible(o.NotAccepted)}})
	}
	if r.Errored {
		p.notes = append(p.notes, note{text: erroredText})
	} else if r.Incomplete {
		p.notes = append(p.notes, note{text: incompleteText})
	}
	p.add(errorsSection(o.Errors))
	unresolved := textSection(unresolvedTitle, "change", r.sameUnresolved())
	if slices.Equal(failed, []string{NotKnown}) {
		p.add(unresolved)
		unresolved = section{}
	}
	p.sections = append(p.sections, r.peopleSections(failed)...)
	p.add(unresolved)
	p.add(r.driftSection())
	p.add(textSection(findingsTitle, "finding", r.sameFindings()))
	if o.Plan != "" && len(failed) > 0 {
		p.hints = append(p.hints, note{"Plan fingerprint: %s.", []string{o.Plan}})
		if o.Accepted == nil && !r.Errored {
			p.hints = append(p.hints, note{"If this is intended, someone can accept it: see %s.", []string{"review --accept"}})
		}
	}
	return p
}

func (p *page) add(s section) {
	if len(s.items) > 0 {
		p.sections = append(p.sections, s)
	}
}

// errorsSection holds Terraform's errors, line by line.
func errorsSection(text string) section {
	s := section{title: "Terraform refused the plan", unit: [2]string{"line", "lines"}, uncounted: true}
	for _, text := range visibleLines(text) {
		s.items = append(s.items, item{must: len(s.items) < firstErrors, n: 1, lines: []line{{' ', text}}})
	}
	return s
}

func textSection(title, unit string, texts []sameText) section {
	s := section{title: title, unit: [2]string{unit, unit + "s"}}
	for _, t := range texts {
		s.items = append(s.items, item{n: max(len(t.about), 1), lines: []line{{' ', t.line(false)}}})
	}
	return s
}

func (r Result) peopleSections(failed []string) []section {
	var all []section
	last := -1
	for _, b := range blocks(r.People, failed) {
		if h := headingOf(b.worst); h != last {
			last = h
			all = append(all, section{title: headings[h].title, unit: [2]string{"user", "users"}, people: true})
		}
		s := &all[len(all)-1]
		s.items = append(s.items, b.item(r.severalTenants()))
	}
	return all
}

// driftSection lists people whose access changed outside of Terraform; the plan
// does not do this.
func (r Result) driftSection() section {
	s := section{title: driftTitle, unit: [2]string{"user", "users"}, people: true}
	for _, b := range blocks(r.Drift, nil) {
		s.items = append(s.items, b.item(r.severalTenants()))
	}
	return s
}

// item returns the block as an item.
func (b *block) item(tenants bool) item {
	i := item{must: b.fails, n: len(b.people), lines: []line{{' ', b.title(tenants)}}}
	for _, c := range b.changes {
		sign := byte('+')
		if c.Loss {
			sign = '-'
		}
		i.lines = append(i.lines, line{sign, access.Visible(c.Text())})
	}
	return i
}

// heading returns the title of the section with the number of its entries.
func (s section) heading() string {
	if s.uncounted && s.cut == 0 {
		return s.title
	}
	shown := ""
	if s.cut > 0 {
		shown = fmt.Sprintf(", %d shown", total(s.items))
	}
	return fmt.Sprintf("%s (%s%s)", s.title, count(total(s.items)+s.cut, s.unit[0], s.unit[1]), shown)
}

func total(items []item) int {
	n := 0
	for _, i := range items {
		n += i.n
	}
	return n
}

// cutTo keeps the items that must be kept and the first k of the others.
func (p page) cutTo(k int) (kept page, cut []string) {
	kept = p
	kept.sections = nil
	for _, s := range p.sections {
		whole := s.items
		s.items = slices.DeleteFunc(slices.Clone(whole), func(i item) bool {
			if i.must {
				return false
			}
			k--
			return k < 0
		})
		if s.cut = total(whole) - total(s.items); s.cut > 0 {
			cut = append(cut, fmt.Sprintf("%s under “%s”", count(s.cut, s.unit[0], s.unit[1]), s.title))
		}
		if len(s.items) > 0 {
			kept.sections = append(kept.sections, s)
		}
	}
	return kept, cut
}

// fit writes as much of the page as the options allow. Items that the review
// fails on are never cut, and cut items are counted.
func (p page) fit(o Options, write func(page) string) string {
	n := 0
	for _, s := range p.sections {
		for _, i := range s.items {
			if !i.must {
				n++
			}
		}
	}
	cutTo := func(k int) string {
		kept, cut := p.cutTo(k)
		if len(cut) > 0 {
			left := note{"Left out: " + strings.Join(cut, "; ") + ". Everything is in %s.", []string{"--format json"}}
			kept.hints = append([]note{left}, kept.hints...)
		}
		return write(kept)
	}
	if o.Summary {
		n = 0
	}
	text := cutTo(n)
	if o.MaxBytes == 0 || len(text) <= o.MaxBytes || n == 0 {
		return text
	}
	fits := sort.Search(n, func(k int) bool { return len(cutTo(k)) > o.MaxBytes })
	return cutTo(max(fits-1, 0))
}
