// Package safecsv writes CSV that no spreadsheet runs: cells that begin like a
// formula get an apostrophe, which Plain takes away again.
package safecsv

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// Writer writes RFC 4180 text: CRLF line ends, cells that a spreadsheet would
// run as a formula defused.
type Writer struct {
	w   *csv.Writer
	row []string // the cells of the row being written
}

// NewWriter returns a writer that has written the header.
func NewWriter(w io.Writer, header ...string) *Writer {
	t := &Writer{w: csv.NewWriter(w)}
	t.w.UseCRLF = true
	t.Cells(header...)
	t.EndRow()
	return t
}

// Cells adds cells to the row.
func (t *Writer) Cells(texts ...string) {
	for _, text := range texts {
		t.row = append(t.row, Cell(text))
	}
}

// EndRow writes the row. A writer that failed fails again at the End.
func (t *Writer) EndRow() {
	_ = t.w.Write(t.row)
	t.row = t.row[:0]
}

// End writes what is left and returns the first error.
func (t *Writer) End() error {
	t.w.Flush()
	return t.w.Error()
}

// Cell keeps spreadsheets from running a cell as a formula. The apostrophes that
// a cell begins with count as its own, so that Plain finds them again.
func Cell(text string) string {
	if runs(text) {
		return "'" + text
	}
	return text
}

// Plain takes away what Cell put there.
func Plain(cell string) string {
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
