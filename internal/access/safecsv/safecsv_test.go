package safecsv_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

// FuzzCell: no written cell runs as a formula, and every cell can be read back.
func FuzzCell(f *testing.F) {
	for _, cell := range []string{"", "=1", "'=1", "''@", "ab", "-", "＝1", "\t=", "'"} {
		f.Add(cell)
	}
	f.Fuzz(func(t *testing.T, cell string) {
		safe := safecsv.Cell(cell)
		if safe != "" && strings.ContainsRune("=+-@\t\r\n", rune(safe[0])) {
			t.Errorf("%q is written as %q, which runs", cell, safe)
		}
		if got := safecsv.Plain(safe); got != cell {
			t.Errorf("%q is written as %q and read as %q", cell, safe, got)
		}
	})
}

// A cell that a spreadsheet would run gets an apostrophe, including one that
// begins with a full-width sign; every other cell stays the same.
func TestCell(t *testing.T) {
	t.Parallel()
	for _, sign := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'=", "''＠"} {
		if got := safecsv.Cell(sign + "1"); got != "'"+sign+"1" {
			t.Errorf("%q is written as %q", sign+"1", got)
		}
	}
	for _, cell := range []string{"", "a", "a=1", " =1", "'", "'a", "a＠b", "（1", "#1", "49"} {
		if got := safecsv.Cell(cell); got != cell {
			t.Errorf("%q is written as %q", cell, got)
		}
	}
}
