package usertable

import (
	"encoding/csv"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Format describes a table in a format other than that of Table. The zero value
// is the format of a Table.
type Format struct {
	// Columns maps columns of a Table to their headers in the text. Other columns
	// have their own names as headers.
	Columns map[string]string
	// Ignore lists headers of columns to skip.
	Ignore []string
	// Delimiter is one of Delimiters. If it is empty, it is detected from the text.
	Delimiter string
}

// Delimiters returns the supported separators between the cells of a table.
func Delimiters() []string {
	return strings.Split(delimiters, "")
}

const (
	delimiters     = ",;\t|"
	delimiterNames = "commas, semicolons, tabs or |"
)

// Check returns the errors in the format that do not depend on a text, joined;
// each names its option.
func (f Format) Check() error {
	var mistakes []error
	fail := func(format string, args ...any) { mistakes = append(mistakes, fmt.Errorf(format, args...)) }
	columns := map[string]string{} // by header
	for _, name := range slices.Sorted(maps.Keys(f.Columns)) {
		header := f.Columns[name]
		key := headerKey(header)
		other, twice := columns[key]
		switch {
		case !slices.Contains(userColumns, name):
			fail("columns: %q is not a user column; the columns are %s. Write the user column first, as in { first_name = \"Vorname\" }", name, strings.Join(userColumns, ", "))
		case key == "":
			fail("columns[%q] is empty: write the header that the column has in the text, or leave %s out", name, name)
		case twice:
			fail("columns: %s and %s have the same header, %q: remove one of them", other, name, header)
		default:
			columns[key] = name
		}
	}
	for i, header := range f.Ignore {
		key := headerKey(header)
		name, named := columns[key]
		switch {
		case key == "":
			fail("ignore[%d] is empty: write the header of a column, or leave it out", i)
		case header == "*":
			fail("ignore[%d] is \"*\", which is not a wildcard: list the headers, so that a misspelled one is still an error", i)
		case named:
			fail("ignore[%d]: %q is also the header of %s in columns: remove one of the two", i, header, name)
		}
	}
	if f.Delimiter != "" && !slices.Contains(Delimiters(), f.Delimiter) {
		fail(`delimiter is %q: write ",", ";", "\t" or "|", or leave it out`, f.Delimiter)
	}
	return errors.Join(mistakes...)
}

// headerKey returns the form in which headers are compared: "E-Mail" is email,
// and "First Name" is first_name.
func headerKey(cell string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, cleanCell(cell))
}

// headers finds columns by their headers.
type headers struct {
	names   map[string]string // columns by key
	renamed map[string]string // headers of the format, by column
	ignored map[string]bool   // by key
}

func newHeaders(f Format) headers {
	h := headers{names: map[string]string{}, renamed: f.Columns, ignored: map[string]bool{}}
	for _, name := range userColumns {
		if _, renamed := f.Columns[name]; !renamed {
			h.names[headerKey(name)] = name
		}
	}
	for name, header := range f.Columns {
		h.names[headerKey(header)] = name
	}
	for _, header := range f.Ignore {
		h.ignored[headerKey(header)] = true
	}
	return h
}

// column returns the column under a header, "" if it is ignored, and whether the
// header is known.
func (h headers) column(cell string) (name string, known bool) {
	key := headerKey(cell)
	if h.ignored[key] {
		return "", true
	}
	name, known = h.names[key]
	return name, known
}

// known returns the number of known headers in a row.
func (h headers) known(cells []string) (known int) {
	for _, cell := range cells {
		if _, ok := h.column(cell); ok {
			known++
		}
	}
	return known
}

// delimiterOf returns the delimiter with which the header has the most known
// columns, otherwise the most cells.
func (h headers) delimiterOf(text string) rune {
	best, most, widest := ',', 0, 1
	for _, delimiter := range delimiters {
		cells, err := firstRow(newUserReader(text, delimiter))
		if err != nil {
			continue
		}
		if known := h.known(cells); known > most || most == 0 && len(cells) > widest {
			best, most, widest = delimiter, known, len(cells)
		}
	}
	return best
}

// below returns the line of a header that has other lines above it, with one of
// the delimiters; 0 if there is none.
func (h headers) below(text, delimiters string) int {
	const deepest = 20 // rows
	for _, delimiter := range delimiters {
		r := newUserReader(text, delimiter)
		for range deepest {
			cells, _ := r.Read() // an error, or the end, yields no header
			if h.complete(cells) {
				line, _ := r.FieldPos(0)
				return line
			}
		}
	}
	return 0
}

// complete reports whether a row has the headers of all required columns.
func (h headers) complete(cells []string) bool {
	has := map[string]bool{}
	for _, cell := range cells {
		name, _ := h.column(cell)
		has[name] = true
	}
	return !slices.ContainsFunc(userColumns[:requiredColumns], func(name string) bool { return !has[name] })
}

// separatorLine is a line that Excel reads before the header to learn the
// separator between cells.
var separatorLine = regexp.MustCompile(`^(?i)"?sep=(.*?)"?(?:\n|$)`)

// cutSeparatorLine removes the text of the line that names the delimiter, but
// keeps its line end so that line numbers stay the same.
func cutSeparatorLine(text string) (rest, delimiter string, err error) {
	found := separatorLine.FindStringSubmatch(text)
	if found == nil {
		return text, "", nil
	}
	delimiter = found[1]
	if !slices.Contains(Delimiters(), delimiter) {
		return text, "", &LineError{1, fmt.Sprintf("sep=%s is not supported: separate cells with %s", delimiter, delimiterNames)}
	}
	_, rest, below := strings.Cut(text, "\n")
	if !below {
		return "", delimiter, nil
	}
	return "\n" + strings.TrimLeft(rest, "\uFEFF"), delimiter, nil
}

func newUserReader(text string, delimiter rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = delimiter
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = delimiter != '\t' // otherwise it would skip empty cells
	return r
}

// firstRow skips rows without content.
func firstRow(r *csv.Reader) ([]string, error) {
	for {
		cells, err := r.Read()
		if err != nil || !blank(cells) {
			return cells, err
		}
	}
}
