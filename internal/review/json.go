package review

import (
	_ "embed"
	"io"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Schema describes the review as JSON.
//
//go:embed schema.json
var Schema string

// formatVersion is the version of the JSON format. The minor version increases
// with every new member, the major version with a breaking change.
const formatVersion = "1.0"

// The review as JSON.
type (
	resultJSON struct {
		FormatVersion string       `json:"format_version"`
		Verdict       string       `json:"verdict"`
		Failed        []string     `json:"failed"`
		Accepted      *Acceptance  `json:"accepted"`
		Summary       string       `json:"summary"`
		Happens       []string     `json:"happens"`
		Errored       bool         `json:"errored"`
		Errors        []string     `json:"errors"`
		Plan          string       `json:"plan"`
		Tenants       []string     `json:"tenants"`
		Complete      bool         `json:"complete"`
		Users         []userJSON   `json:"users"`
		Drift         []userJSON   `json:"drift"`
		Findings      []findJSON   `json:"findings"`
		Unresolved    []Unresolved `json:"unresolved"`
	}
	userJSON struct {
		Tenant  string       `json:"tenant"`
		ID      string       `json:"user_id"`
		Email   string       `json:"email"`
		Name    string       `json:"name"`
		Event   string       `json:"event"`
		Changes []changeJSON `json:"changes"`
	}
	changeJSON struct {
		Kind         string      `json:"kind"`
		Area         string      `json:"area"`
		Entity       string      `json:"entity"`
		Before       string      `json:"before"`
		After        string      `json:"after"`
		Loss         bool        `json:"loss"`
		Restrictions []string    `json:"restrictions"`
		Except       []string    `json:"except"`
		VendorID     string      `json:"vendor_id"`
		Scopes       []string    `json:"scopes"`
		Groups       []groupJSON `json:"groups"`
		Text         string      `json:"text"`
	}
	groupJSON struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	findJSON struct {
		Tenant string   `json:"tenant"`
		Kind   string   `json:"kind"`
		UserID string   `json:"user_id"`
		Email  string   `json:"email"`
		Entity string   `json:"entity"`
		Groups []string `json:"groups"`
		Text   string   `json:"text"`
	}
)

func (r Result) writeJSON(w io.Writer, o Options) error {
	doc := resultJSON{
		FormatVersion: formatVersion, Verdict: r.Verdict(o), Failed: list(r.Failed(o.FailOn)), Accepted: o.Accepted,
		Summary: r.Summary(), Happens: list(r.Happens()), Errored: r.Errored, Errors: []string{}, Plan: o.Plan,
		Complete: !r.Errored && !r.Incomplete, Tenants: list(r.Tenants), Users: usersJSON(r.People), Drift: usersJSON(r.Drift), Findings: []findJSON{}, Unresolved: append([]Unresolved{}, r.Unresolved...),
	}
	if text := strings.Trim(o.Errors, "\r\n"); text != "" {
		doc.Errors = strings.Split(text, "\n")
	}
	for _, f := range r.Findings {
		doc.Findings = append(doc.Findings, findJSON{f.Tenant, string(f.Kind), f.UserID, f.Email, f.Entity, list(f.Groups), f.Text})
	}
	return WriteIndented(w, doc)
}

func usersJSON(people []Person) []userJSON {
	users := make([]userJSON, 0, len(people))
	for _, p := range people {
		user := userJSON{p.Tenant, p.User.ID, p.User.Email, p.User.Name, string(p.Event), make([]changeJSON, 0, len(p.Changes))}
		for _, c := range p.Changes {
			user.Changes = append(user.Changes, toJSON(c))
		}
		users = append(users, user)
	}
	return users
}

func toJSON(c access.Change) changeJSON {
	result := changeJSON{
		Kind: string(c.Kind), Area: string(c.Area), Entity: c.Entity, Before: c.From, After: c.To, Loss: c.Loss,
		Restrictions: list(c.Restrictions), Except: list(c.Except), VendorID: c.VendorID, Scopes: list(c.Scopes),
		Groups: []groupJSON{}, Text: c.Text(),
	}
	for _, g := range c.Groups {
		result.Groups = append(result.Groups, groupJSON{g.ID, g.Name})
	}
	return result
}

// list returns a copy that encodes as [] if it is empty.
func list(texts []string) []string { return append([]string{}, texts...) }
