package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

func (r Result) writeText(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintln(&b, r.summary())
	if r.Errored {
		fmt.Fprintln(&b, erroredText)
	}
	for _, e := range r.entries() {
		fmt.Fprintf(&b, "\n%s\n", e.title())
		for _, c := range e.changes {
			sign := "-"
			if c.Widens() {
				sign = "+"
			}
			fmt.Fprintf(&b, "  %s %s\n", sign, c.Text())
		}
	}
	if len(r.Findings) > 0 {
		fmt.Fprintln(&b, "\nNew findings:")
		for _, text := range r.sameFindings() {
			fmt.Fprintf(&b, "  %s\n", text)
		}
	}
	if len(r.Unresolved) > 0 {
		fmt.Fprintln(&b, "\nNot reviewed, or to look at:")
		for _, n := range r.Unresolved {
			fmt.Fprintf(&b, "  %s: %s\n", n.Address, n.Text)
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}

// The review as JSON.
type (
	reviewJSON struct {
		Summary    string        `json:"summary"`
		Happens    []string      `json:"happens"` // of what --fail-on takes
		Errored    bool          `json:"errored"`
		Users      []userJSON    `json:"users"`
		Findings   []findingJSON `json:"findings"`
		Unresolved []Unresolved  `json:"unresolved"`
	}
	userJSON struct {
		ID      string       `json:"user_id"` // empty before the apply
		Email   string       `json:"email"`
		Name    string       `json:"name"`
		Event   string       `json:"event"` // empty for most
		Changes []changeJSON `json:"changes"`
	}
	changeJSON struct {
		Kind         string      `json:"kind"`
		Entity       string      `json:"entity"`
		Before       string      `json:"before"`
		After        string      `json:"after"`
		Restrictions []string    `json:"restrictions"`
		Except       []string    `json:"except"`
		Groups       []groupJSON `json:"groups"`
	}
	groupJSON struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	findingJSON struct {
		Kind   string   `json:"kind"`
		UserID string   `json:"user_id"`
		Email  string   `json:"email"`
		Entity string   `json:"entity"`
		Groups []string `json:"groups"`
		Text   string   `json:"text"`
	}
)

func (r Result) writeJSON(w io.Writer) error {
	doc := reviewJSON{
		Summary: r.summary(), Happens: append([]string{}, r.Happens()...), Errored: r.Errored,
		Users: []userJSON{}, Findings: []findingJSON{}, Unresolved: append([]Unresolved{}, r.Unresolved...),
	}
	for _, u := range r.People {
		user := userJSON{u.User.ID, u.User.Email, u.User.Name, string(u.Event), []changeJSON{}}
		for _, c := range u.Changes {
			user.Changes = append(user.Changes, toJSON(c))
		}
		doc.Users = append(doc.Users, user)
	}
	for _, f := range r.Findings {
		doc.Findings = append(doc.Findings, findingJSON{string(f.Kind), f.UserID, f.Email, f.Entity, append([]string{}, f.Groups...), f.Text})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(doc)
}

func toJSON(c access.Change) changeJSON {
	result := changeJSON{
		Kind: string(c.Kind), Entity: c.Entity, Before: c.Before.String(), After: c.After.String(),
		Restrictions: append([]string{}, c.Restrictions...), Except: append([]string{}, c.Except...), Groups: []groupJSON{},
	}
	for _, g := range c.Groups {
		result.Groups = append(result.Groups, groupJSON{g.ID, g.Name})
	}
	return result
}
