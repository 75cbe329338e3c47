package directory

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// longTable is the number of rows from which a plan lists the changed ones: the CLI
// prints all lines of the text, and may mark all lines between an added and a removed
// row as changed.
const longTable = 50

// warnOfRows lists the added, changed and removed rows of a long table.
func warnOfRows(table, former usersTable, diags *diag.Diagnostics) {
	if len(former.Users) == 0 || max(len(table.Users), len(former.Users)) < longTable {
		return
	}
	rows, known := table.byEmail(), former.byEmail()
	var added, changed, removed []string
	var first string
	for _, row := range table.Users {
		was, exists := known[strings.ToLower(row.Email)]
		switch columns := table.Differences(row, was); {
		case !exists:
			first = cmp.Or(first, row.Email)
			added = append(added, fmt.Sprintf("  + line %d: %s", row.Line, row.Email))
		case len(columns) > 0:
			first = cmp.Or(first, row.Email)
			changed = append(changed, fmt.Sprintf("  ~ line %d: %s: %s", row.Line, row.Email, strings.Join(columns, ", ")))
		}
	}
	for _, row := range former.Users {
		if _, stays := rows[strings.ToLower(row.Email)]; !stays {
			first = cmp.Or(first, row.Email)
			removed = append(removed, "  - "+row.Email)
		}
	}
	var lines []string
	for _, some := range [][]string{removed, added, changed} {
		lines = append(lines, firstLines(some)...)
	}
	if len(lines) > 0 {
		diags.AddAttributeWarning(path.Root("csv"), fmt.Sprintf("Rows Change: %s", andMore(first, len(removed)+len(added)+len(changed))), fmt.Sprintf(
			"Rows removed: %d, added: %d, changed: %d. They are listed here because the diff above shows the whole text and may mark unchanged rows.\n\n%s", len(removed), len(added), len(changed), strings.Join(lines, "\n")))
	}
}

// firstLines returns as many lines as one message lists, and the number of the others.
func firstLines(lines []string) []string {
	if more := len(lines) - maxLines; more > 0 {
		return append(lines[:maxLines:maxLines], fmt.Sprintf("  and %d more", more))
	}
	return lines
}

// andMore names the first of several, to make a summary unique: of warnings with the
// same summary the CLI shows only the first.
func andMore(first string, all int) string {
	if all == 1 {
		return first
	}
	return fmt.Sprintf("%s and %d more", first, all-1)
}
