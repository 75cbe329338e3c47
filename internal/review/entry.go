package review

import (
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// entry is what happens alike to one user or to many.
type entry struct {
	users   []access.StateUser
	event   access.UserEvent
	changes []access.Change // of several entities at once, where they change alike
}

// entries joins the users to whom the same happens, in the order of the first
// of each.
func (r Result) entries() []*entry {
	var all []*entry
	byText := map[string]*entry{}
	for _, u := range r.People {
		changes := access.JoinEntities(u.Changes)
		var key strings.Builder
		key.WriteString(string(u.Event))
		for _, c := range changes {
			key.WriteString("\n" + c.Text())
		}
		e := byText[key.String()]
		if e == nil {
			e = &entry{event: u.Event, changes: changes}
			byText[key.String()] = e
			all = append(all, e)
		}
		e.users = append(e.users, u.User)
	}
	return all
}

// firstNames is how many users of an entry are named in a text.
const firstNames = 5

// names are the first users of the entry.
func (e *entry) names() []string {
	var names []string
	for _, u := range e.users[:min(len(e.users), firstNames)] {
		names = append(names, u.Email)
	}
	return names
}

// title names the users of the entry and what happens to them as such.
func (e *entry) title() string {
	title := ""
	u := e.users[0]
	switch n := len(e.users); {
	case n > firstNames:
		title = fmt.Sprintf("%d users: %s and %d more", n, strings.Join(e.names(), ", "), n-firstNames)
	case n > 1:
		title = fmt.Sprintf("%d users: %s", n, strings.Join(e.names(), ", "))
	case strings.TrimSpace(u.Name) != "":
		title = fmt.Sprintf("%s (%s)", u.Email, u.Name)
	default:
		title = u.Email
	}
	if u.Email == "" {
		title = "user " + u.ID + title
	}
	if e.event != "" {
		title += ", " + string(e.event)
	}
	return title
}

// summary counts what happens, in one sentence.
func (r Result) summary() string {
	if len(r.People) == 0 {
		return "Nobody's access changes."
	}
	gains, loses := 0, 0
	events := map[access.UserEvent]int{}
	for _, u := range r.People {
		if slices.ContainsFunc(u.Changes, access.Change.Widens) {
			gains++
		}
		if slices.ContainsFunc(u.Changes, func(c access.Change) bool { return !c.Widens() }) {
			loses++
		}
		events[u.Event]++
	}
	text := fmt.Sprintf("%s access, %s access", count(gains, "user gains", "users gain"), count(loses, "user loses", "users lose"))
	for _, e := range []access.UserEvent{access.UserAdded, access.UserRemoved, access.UserLocked, access.UserUnlocked} {
		if n := events[e]; n > 0 {
			text += fmt.Sprintf("; %d %s", n, e)
		}
	}
	return text + "."
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// about names what a finding is about.
func about(f access.Finding) string {
	switch {
	case f.Email != "":
		return f.Email
	case f.UserID != "":
		return "user " + f.UserID
	}
	return "group " + strings.Join(f.Groups, ", ")
}

// sameFindings joins findings that say the same of many users.
func (r Result) sameFindings() []string {
	var texts []string
	users := map[string][]string{}
	for _, f := range r.Findings {
		if users[f.Text] == nil {
			texts = append(texts, f.Text)
		}
		users[f.Text] = append(users[f.Text], about(f.Finding))
	}
	for i, text := range texts {
		who := users[text]
		names := strings.Join(who[:min(len(who), firstNames)], ", ")
		if n := len(who) - firstNames; n > 0 {
			names += fmt.Sprintf(" and %d more", n)
		}
		texts[i] = names + ": " + text
	}
	return texts
}

const erroredText = "The plan ended with an error and is not whole: this review shows what is in it."
