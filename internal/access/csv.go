package access

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// table writes RFC 4180 text: CRLF line ends, cells that a spreadsheet would
// run as a formula defused.
type table struct {
	w   *csv.Writer
	row []string // the cells of the row being written
}

func newTable(w io.Writer, header ...string) *table {
	t := &table{w: csv.NewWriter(w)}
	t.w.UseCRLF = true
	t.cells(header...)
	t.endRow()
	return t
}

func (t *table) cells(texts ...string) {
	for _, text := range texts {
		t.row = append(t.row, defuse(text))
	}
}

// endRow writes the row. A writer that failed fails again when the table ends.
func (t *table) endRow() {
	_ = t.w.Write(t.row)
	t.row = t.row[:0]
}

func (t *table) end() error {
	t.w.Flush()
	return t.w.Error()
}

// ReportCSV writes the rows as RFC 4180 text: a header row, CRLF line ends,
// lists separated by spaces. A cell that a spreadsheet would run as a formula
// starts with an apostrophe.
func ReportCSV(rows []Row) string {
	var text strings.Builder
	t := newTable(&text, rowHeader...)
	for _, r := range rows {
		r.writeTo(t)
		t.endRow()
	}
	_ = t.end() // a strings.Builder never fails
	return text.String()
}

var rowHeader = []string{"category", "entity", "entity_label", "level", "restrictions", "restriction_aware", "granted_by", "source", "vendor_id", "scopes"}

func (r *Row) writeTo(t *table) {
	t.cells(
		r.Category, r.Entity, r.EntityLabel, r.LevelText(), strings.Join(r.Restrictions, " "),
		strconv.FormatBool(r.RestrictionAware), strings.Join(r.GrantedBy, " "), joinSources(r.Sources), r.VendorID, strings.Join(r.Scopes, " "),
	)
}

// SafeCell is a cell of CSV that no spreadsheet runs as a formula.
func SafeCell(text string) string { return defuse(text) }

func joinSources(sources []Source) string {
	if len(sources) == 1 {
		return string(sources[0]) // mostly
	}
	texts := make([]string, len(sources))
	for i, s := range sources {
		texts[i] = string(s)
	}
	return strings.Join(texts, " ")
}

// defuse keeps spreadsheets from running a cell as a formula. The apostrophes
// that a cell begins with count as its own, so that fuse finds them again.
func defuse(cell string) string {
	if runs(cell) {
		return "'" + cell
	}
	return cell
}

// fuse takes away what defuse put there.
func fuse(cell string) string {
	if strings.HasPrefix(cell, "'") && runs(cell) {
		return cell[1:]
	}
	return cell
}

// runs reports whether the cell, without apostrophes at its start, begins like
// a formula. Spreadsheets take the full-width signs for the plain ones.
func runs(cell string) bool {
	start := 0
	for start < len(cell) && cell[start] == '\'' {
		start++
	}
	first, _ := utf8.DecodeRuneInString(cell[start:])
	switch first {
	case '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
		return true
	}
	return false
}
