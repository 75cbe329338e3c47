package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// row is a figure and what it is compared with in the same run.
type row struct {
	part   string // what was measured
	size   int    // instances, rows, entries or callers
	figure string // its name
	value  float64
	unit   string
	floor  string // what it is compared with; empty for none
	ratio  float64
}

// results are the rows of a run, and where it ran.
type results struct {
	commit, machine, day string
	rows                 []row
}

func (r *results) add(rows ...row) { r.rows = append(r.rows, rows...) }

// against adds a figure with its ratio to that of a floor.
func (r *results) against(figure row, floor string, value float64) {
	figure.floor, figure.ratio = floor, figure.value/value
	r.add(figure)
}

// print writes the table, with ratios first since absolute figures vary.
func (r *results) print(w io.Writer) error {
	fmt.Fprintf(w, "%s, commit %s, %s\n\n", r.day, r.commit, r.machine)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "WHAT\tSIZE\tFIGURE\tRATIO\tOF\tVALUE")
	for _, row := range r.rows {
		ratio := ""
		if row.floor != "" {
			ratio = fmt.Sprintf("%.2f", row.ratio)
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\t%s %s\n", row.part, row.size, row.figure, ratio, row.floor, short(row.value), row.unit)
	}
	return t.Flush()
}

func (r *results) writeCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	lines := [][]string{{"day", "commit", "machine", "what", "size", "figure", "value", "unit", "ratio", "of"}}
	for _, row := range r.rows {
		ratio := ""
		if row.floor != "" {
			ratio = short(row.ratio)
		}
		lines = append(lines, []string{r.day, r.commit, r.machine, row.part, strconv.Itoa(row.size), row.figure, short(row.value), row.unit, ratio, row.floor})
	}
	return c.WriteAll(lines)
}

// short returns the number with three significant digits.
func short(v float64) string {
	switch {
	case v >= 100:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case v >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	return strconv.FormatFloat(v, 'f', 3, 64)
}
