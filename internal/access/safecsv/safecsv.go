// Package safecsv writes CSV with cells that no spreadsheet runs as a formula: a
// cell that begins like one gets an apostrophe, which Plain removes.
package safecsv

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// Writer writes RFC 4180 text: CRLF line ends, and cells escaped by Cell.
type Writer struct {
	w   *csv.Writer
	row []string // the cells of the row being written
}

// NewWriter returns a writer and writes the header.
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

// EndRow writes the row. End returns the error if it fails.
func (t *Writer) EndRow() {
	_ = t.w.Write(t.row)
	t.row = t.row[:0]
}

// End flushes the writer and returns the first error.
func (t *Writer) End() error {
	t.w.Flush()
	return t.w.Error()
}

// Cell escapes a cell that a spreadsheet would run as a formula with an
// apostrophe. A cell that begins with apostrophes followed by a formula is
// escaped too, so that Plain restores it.
func Cell(text string) string {
	if runs(text) {
		return "'" + text
	}
	return text
}

// Plain removes the apostrophe that Cell added.
func Plain(cell string) string {
	if strings.HasPrefix(cell, "'") && runs(cell) {
		return cell[1:]
	}
	return cell
}

// runs reports whether the cell, ignoring leading apostrophes, begins like a
// formula. Spreadsheets treat full-width signs like the plain ones.
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
