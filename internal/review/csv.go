package review

import (
	"encoding/csv"
	"io"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

// writeCSV writes a row for each change, and a row without a change for a
// person who is only added, removed, locked or unlocked. Lists are separated by
// spaces. Remarks returns the parts of a review that a table of changes cannot
// hold.
func (r Result) writeCSV(w io.Writer, _ Options) error {
	t := csv.NewWriter(w)
	t.UseCRLF = true
	// An error is sticky: the final write returns it.
	_ = t.Write([]string{"tenant", "email", "user_id", "name", "event", "kind", "area", "entity", "before", "after", "restrictions", "except", "vendor_id", "scopes", "groups"})
	for _, p := range r.People {
		about := []string{p.Tenant, p.User.Email, p.User.ID, p.User.Name, string(p.Event)}
		if len(p.Changes) == 0 {
			_ = t.Write(cells(append(about, make([]string, 10)...)))
		}
		for _, c := range p.Changes {
			_ = t.Write(cells(append(about[:5:5], string(c.Kind), string(c.Area), c.Entity, c.From, c.To,
				strings.Join(c.Restrictions, " "), strings.Join(c.Except, " "), c.VendorID, strings.Join(c.Scopes, " "), strings.Join(groupIDs(c), " "))))
		}
	}
	t.Flush()
	return t.Error()
}

// Remarks returns lines, made Visible, for the parts of a review that a table of
// changes cannot hold.
func (r Result) Remarks() []string {
	var lines []string
	switch {
	case r.Errored:
		lines = append(lines, erroredText)
	case r.Incomplete:
		lines = append(lines, incompleteText)
	}
	for _, s := range r.sameUnresolved() {
		lines = append(lines, s.line(true))
	}
	for _, b := range blocks(r.Drift, nil) {
		lines = append(lines, driftTitle+": "+b.sentence(r.severalTenants()))
	}
	for _, s := range r.sameFindings() {
		lines = append(lines, s.line(true))
	}
	return lines
}

// cells makes texts Visible and safe to open in a spreadsheet.
func cells(texts []string) []string {
	for i, text := range texts {
		texts[i] = safecsv.Cell(access.Visible(text))
	}
	return texts
}

func groupIDs(c access.Change) []string {
	ids := make([]string, len(c.Groups))
	for i, g := range c.Groups {
		ids[i] = g.ID
	}
	return ids
}
