package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// The kinds of changes that a review can fail on.
const (
	Lost     = "lost"         // someone loses a level or access to records
	Admin    = "admin"        // someone gains or loses manage on users_and_groups
	Lifted   = "unrestricted" // someone's restriction is lifted
	NotKnown = "unresolved"   // something is not known before the apply, or not supported
)

// Kinds returns the kinds of changes that a review can fail on.
func Kinds() []string { return []string{Lost, Admin, Lifted, NotKnown} }

// isOfKind reports whether a change is of a kind.
func isOfKind(kind string, c access.Change) bool {
	switch kind {
	case Lost:
		return c.Loss
	case Admin:
		return c.Admin()
	case Lifted:
		return c.LiftsRestriction()
	}
	return false
}

// Happens returns the kinds that occur.
func (r Result) Happens() []string {
	var kinds []string
	for _, kind := range Kinds() {
		if kind == NotKnown && (r.Errored || len(r.Unresolved) > 0) || len(r.peopleWith(func(c access.Change) bool { return isOfKind(kind, c) })) > 0 {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}

// Failed returns the kinds to fail on that occur.
func (r Result) Failed(failOn []string) []string {
	return slices.DeleteFunc(r.Happens(), func(kind string) bool { return !slices.Contains(failOn, kind) })
}

func loses(c access.Change) bool { return c.Loss }

// peopleWith returns the people who have a change for which is returns true.
func (r Result) peopleWith(is func(access.Change) bool) []Person {
	var people []Person
	for _, p := range r.People {
		if slices.ContainsFunc(p.Changes, is) {
			people = append(people, p)
		}
	}
	return people
}

// verdictNames is the maximum number of names in each part of a verdict; all
// names follow below it.
const verdictNames = 10

// phrase is a part of a verdict: what happens, and to which people.
type phrase struct {
	text  string   // constant
	names []string // Visible
}

// phrases returns why a review fails on a kind.
func (r Result) phrases(kind string) []phrase {
	people := func(is func(access.Change) bool, one, many string) []phrase {
		those := r.peopleWith(is)
		if len(those) == 0 {
			return nil
		}
		p := phrase{text: count(len(those), one, many)}
		for _, person := range those {
			p.names = append(p.names, person.label(r.severalTenants()))
		}
		return []phrase{p}
	}
	switch kind {
	case Admin:
		return append(
			people(func(c access.Change) bool { return c.Admin() && !c.Loss }, "user becomes administrator", "users become administrators"),
			people(func(c access.Change) bool { return c.Admin() && c.Loss }, "user loses administrator rights", "users lose administrator rights")...)
	case Lifted:
		return people(access.Change.LiftsRestriction, "user has a restriction lifted", "users have restrictions lifted")
	case Lost:
		return people(loses, "user loses access", "users lose access")
	}
	var all []phrase
	if r.Errored {
		all = append(all, phrase{text: "the plan failed and is incomplete"})
	}
	if n := len(r.Unresolved); n > 0 {
		p := phrase{text: count(n, "change is unresolved", "changes are unresolved")}
		for _, u := range r.Unresolved {
			if about := r.in(u.Tenant, access.Visible(u.Address)); about != "" && !slices.Contains(p.names, about) {
				p.names = append(p.names, about)
			}
		}
		all = append(all, p)
	}
	return all
}

// worstFirst is the order of the reasons in a verdict.
var worstFirst = []string{Admin, Lifted, Lost, NotKnown}

// verdict is the first line of a review.
type verdict struct {
	word    string // FAIL, PASS, ACCEPTED, or empty without --fail-on
	kinds   []string
	phrases []phrase
	rest    string // the summary, if there are no phrases
}

func (r Result) verdict(o Options) verdict {
	failed := r.Failed(o.FailOn)
	switch {
	case len(o.FailOn) == 0:
		return verdict{rest: r.Summary()}
	case len(failed) == 0:
		return verdict{word: "PASS", kinds: inOrder(o.FailOn), rest: r.Summary()}
	}
	v := verdict{word: "FAIL", kinds: inOrder(failed)}
	if o.Accepted != nil {
		v.word = "ACCEPTED"
	}
	for _, kind := range v.kinds {
		v.phrases = append(v.phrases, r.phrases(kind)...)
	}
	return v
}

// inOrder returns the kinds without duplicates, worst first.
func inOrder(kinds []string) []string {
	return slices.DeleteFunc(slices.Clone(worstFirst), func(kind string) bool { return !slices.Contains(kinds, kind) })
}

// line returns the verdict, with name applied to each name.
func (v verdict) line(word, name func(string) string) string {
	var parts []string
	for _, p := range v.phrases {
		names := make([]string, 0, verdictNames)
		for _, n := range p.names[:min(len(p.names), verdictNames)] {
			names = append(names, name(n))
		}
		text := p.text
		if len(names) > 0 {
			text += ": " + strings.Join(names, ", ")
		}
		if n := len(p.names) - len(names); n > 0 {
			text += fmt.Sprintf(" and %d more", n)
		}
		parts = append(parts, text)
	}
	text := strings.Join(parts, "; ") + v.rest
	if v.word == "" {
		return text
	}
	return word(v.word+" "+strings.Join(v.kinds, ", ")+":") + " " + text
}

func plain(text string) string { return text }

// Verdict returns the first line of the review: what it fails on and because of
// which people, or a summary.
func (r Result) Verdict(o Options) string { return r.verdict(o).line(plain, plain) }

// Summary counts the changes in one sentence, worst first.
func (r Result) Summary() string {
	var parts []string
	add := func(n int, one, many string) {
		if n > 0 {
			parts = append(parts, count(n, one, many))
		}
	}
	if r.Errored {
		parts = append(parts, "the plan failed and is incomplete")
	}
	add(len(r.peopleWith(func(c access.Change) bool { return c.Admin() && !c.Loss })), "user becomes administrator", "users become administrators")
	add(len(r.peopleWith(access.Change.LiftsRestriction)), "user has a restriction lifted", "users have restrictions lifted")
	add(len(r.peopleWith(func(c access.Change) bool { return c.Admin() && c.Loss })), "user loses administrator rights", "users lose administrator rights")
	losing, gaining := r.peopleWith(loses), r.peopleWith(access.Change.Widens)
	add(len(losing), "user loses access", "users lose access")
	add(len(gaining), "user gains access", "users gain access")
	switch known := len(r.Unresolved) == 0 && !r.Errored; {
	case len(losing)+len(gaining) > 0:
	case known:
		parts = append(parts, "nobody's access changes")
	default:
		parts = append(parts, "no change of access is known")
	}
	events := map[access.UserEvent]int{}
	for _, p := range r.People {
		events[p.Event]++
	}
	for _, e := range []access.UserEvent{access.UserAdded, access.UserRemoved, access.UserLocked, access.UserUnlocked} {
		if n := events[e]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, e))
		}
	}
	add(len(r.Unresolved), "change is unresolved", "changes are unresolved")
	add(len(r.Drift), "user has already changed outside of Terraform", "users have already changed outside of Terraform")
	text := strings.Join(parts, "; ") + "."
	return strings.ToUpper(text[:1]) + text[1:]
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
