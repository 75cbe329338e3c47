package directory

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
)

// longTable is from how many rows on a plan names those that change: the CLI
// prints all lines of the text, and Terraform takes all lines between a row that
// comes and one that goes for changed.
const longTable = 50

// warnOfRows names the rows of a long table that come, change and go.
func warnOfRows(table, former usersTable, diags *diag.Diagnostics) {
	if len(former.Users) == 0 || max(len(table.Users), len(former.Users)) < longTable {
		return
	}
	rows, known := table.byEmail(), former.byEmail()
	var come, change, leave []string
	var first string
	for _, row := range table.Users {
		was, there := known[strings.ToLower(row.Email)]
		switch columns := table.Differences(row, was); {
		case !there:
			first = cmp.Or(first, row.Email)
			come = append(come, fmt.Sprintf("  + line %d: %s", row.Line, row.Email))
		case len(columns) > 0:
			first = cmp.Or(first, row.Email)
			change = append(change, fmt.Sprintf("  ~ line %d: %s: %s", row.Line, row.Email, strings.Join(columns, ", ")))
		}
	}
	for _, row := range former.Users {
		if _, stays := rows[strings.ToLower(row.Email)]; !stays {
			first = cmp.Or(first, row.Email)
			leave = append(leave, "  - "+row.Email)
		}
	}
	var lines []string
	for _, some := range [][]string{leave, come, change} {
		lines = append(lines, firstLines(some)...)
	}
	if len(lines) > 0 {
		diags.AddAttributeWarning(path.Root("csv"), fmt.Sprintf("Rows Change: %s", andMore(first, len(leave)+len(come)+len(change))), fmt.Sprintf(
			"Rows that go: %d, that come: %d, that change: %d. They are named here because the text above has all rows, and may mark more of them.\n\n%s", len(leave), len(come), len(change), strings.Join(lines, "\n")))
	}
}

// firstLines are as many as one message names, and how many more there are.
func firstLines(lines []string) []string {
	if more := len(lines) - mostLines; more > 0 {
		return append(lines[:mostLines:mostLines], fmt.Sprintf("  and %d more", more))
	}
	return lines
}

// andMore names the first of some, for a summary of its own: of several warnings
// with one summary the CLI shows the first.
func andMore(first string, all int) string {
	if all == 1 {
		return first
	}
	return fmt.Sprintf("%s and %d more", first, all-1)
}
