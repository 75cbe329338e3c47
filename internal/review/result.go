package review

import (
	"fmt"
	"io"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Result is what a review found.
type Result struct {
	Tenants    []string     // those reviewed
	People     []Person     // who gains or loses
	Findings   []Finding    // that were not there before
	Unresolved []Unresolved // what is not known before the apply, or not understood
	Errored    bool         // the plan is not whole
}

// Person is somebody of a tenant whose access changes.
type Person struct {
	Tenant string
	access.UserChange
}

// Finding is something to look at in a tenant.
type Finding struct {
	Tenant string
	access.Finding
}

// Unresolved is what the review could not find out, or what will stop the apply.
type Unresolved struct {
	Tenant  string `json:"tenant"` // empty where that is not known either
	Address string `json:"address"`
	Text    string `json:"text"`
}

// The kinds of things that a review can fail on.
const (
	Lost     = "lost"         // someone loses a level, or access to records
	Admin    = "admin"        // someone gains or loses manage on users_and_groups
	Lifted   = "unrestricted" // someone's restriction is lifted
	NotKnown = "unresolved"   // something is not known before the apply
)

// Kinds returns the kinds of things that a review can fail on.
func Kinds() []string { return []string{Lost, Admin, Lifted, NotKnown} }

// Happens returns which of the kinds happen.
func (r Result) Happens() []string {
	happens := map[string]bool{NotKnown: r.Errored || len(r.Unresolved) > 0}
	for _, p := range r.People {
		for _, c := range p.Changes {
			happens[Lost] = happens[Lost] || !c.Widens()
			happens[Admin] = happens[Admin] || c.Entity == "users_and_groups" && (c.Before >= access.Manage) != (c.After >= access.Manage)
			// Who had a level on some records and gets it on all.
			happens[Lifted] = happens[Lifted] || c.Kind == access.Unrestricted || c.Kind == access.Raised && len(c.Except) > 0
		}
	}
	var names []string
	for _, name := range Kinds() {
		if happens[name] {
			names = append(names, name)
		}
	}
	return names
}

// Formats returns the formats that Write knows.
func Formats() []string { return []string{"text", "markdown", "json", "csv"} }

// Write writes the review in a format.
func (r Result) Write(w io.Writer, format string) error {
	switch format {
	case "csv":
		return r.writeCSV(w)
	case "json":
		return r.writeJSON(w)
	case "markdown":
		return r.writeMarkdown(w)
	case "text":
		return r.writeText(w)
	}
	return fmt.Errorf("the format is %s, not %q", strings.Join(Formats(), ", "), format)
}

func (r Result) writeCSV(w io.Writer) error {
	var changes []access.UserChange
	for _, p := range r.People {
		changes = append(changes, p.UserChange)
	}
	return access.WriteChangesCSV(w, changes)
}
