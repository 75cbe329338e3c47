package access

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// UserTable is a list of users as CSV (rule 12).
type UserTable struct {
	// Columns are those the text has, in its order. What is not among them is
	// not said about any user.
	Columns []string
	Users   []CSVUser
}

// CSVUser is one row of a UserTable.
type CSVUser struct {
	Line              int // of the text, where the row begins
	Email             string
	FirstName         string
	LastName          string
	Department        string
	PreferredSite     string
	PreferredCurrency string
	PreferredLanguage string
	Locked            bool
	Groups            []string // ids, each once
}

// UserColumns returns the columns of a UserTable, the required ones first.
func UserColumns() []string {
	return slices.Clone(userColumns)
}

var userColumns = []string{
	"email", "first_name", "last_name",
	"department", "preferred_site", "preferred_currency", "preferred_language", "locked", "groups",
}

// requiredColumns is how many of userColumns no table may lack.
const requiredColumns = 3

// Has reports whether the table has the column.
func (t UserTable) Has(column string) bool {
	return slices.Contains(t.Columns, column)
}

// LineError is a mistake on one line of a text.
type LineError struct {
	Line int
	Text string
}

func (e *LineError) Error() string {
	return fmt.Sprintf("line %d: %s", e.Line, e.Text)
}

// ParseUsersCSV reads users as people have them: cells separated by commas,
// semicolons or tabs, columns in any order and case, a byte order mark, any
// line ends, quoted cells with line breaks, blanks around cells, empty rows.
// The error joins a LineError for every mistake.
func ParseUsersCSV(text string) (UserTable, error) {
	t, err := ReadUsersCSV(text)
	if err != nil {
		return UserTable{}, err
	}
	return t.Table(), nil
}

// CheckUsersCSV is ParseUsersCSV with a check of what the rules of access do not
// know. It returns what is wrong with a user, or "".
func CheckUsersCSV(text string, check func(CSVUser) string) (UserTable, error) {
	p, err := parseUsers(text)
	if p == nil {
		return UserTable{}, err
	}
	for _, u := range p.table.Users {
		if wrong := check(u); wrong != "" {
			p.fail(u.Line, "%s", wrong)
		}
	}
	if len(p.mistakes) == 0 {
		return p.table, nil
	}
	slices.SortStableFunc(p.mistakes, func(a, b *LineError) int { return cmp.Compare(a.Line, b.Line) })
	return UserTable{}, p.wrong()
}

// UsersText is a text that was read, to be written again with changes.
type UsersText struct {
	text string
	p    *userParser
}

// ReadUsersCSV is ParseUsersCSV for a text that is to be changed.
func ReadUsersCSV(text string) (*UsersText, error) {
	p, err := parseUsers(text)
	if err != nil {
		return nil, err
	}
	return &UsersText{text, p}, nil
}

// Table returns what the text says.
func (t *UsersText) Table() UserTable { return t.p.table }

func parseUsers(text string) (*userParser, error) {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(text, "\uFEFF"))
	if err := checkUTF8(text); err != nil {
		return nil, err
	}
	p := &userParser{r: newUserReader(text, separatorOf(text)), text: text}
	p.header()
	if p.position != nil {
		p.reserve()
		for p.row() {
		}
	}
	return p, p.wrong()
}

// wrong joins the mistakes.
func (p *userParser) wrong() error {
	mistakes := make([]error, len(p.mistakes))
	for i, mistake := range p.mistakes {
		mistakes[i] = mistake
	}
	return errors.Join(mistakes...)
}

// reserve makes room for the users that the rest of the text may hold. To make
// it row by row takes longer than to read them.
func (p *userParser) reserve() {
	rest := p.text[p.r.InputOffset():]
	users := strings.Count(strings.TrimSuffix(rest, "\n"), "\n")
	if rest != "" {
		users++
	}
	users = min(users, 1<<16) // unless it is of empty lines
	p.table.Users = slices.Grow(p.table.Users, users)
	p.ends = slices.Grow(p.ends, users)
	p.cells = slices.Grow(p.cells, users)
	p.lines = make(map[string]int, users)
}

func checkUTF8(text string) error {
	if utf8.ValidString(text) {
		return nil
	}
	line := 1
	for i, r := range text {
		if r == '\n' {
			line++
		}
		if r == utf8.RuneError {
			if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
				return &LineError{line, "not UTF-8: save the table as CSV UTF-8"}
			}
		}
	}
	return nil
}

func newUserReader(text string, separator rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = separator
	r.FieldsPerRecord = -1
	r.TrimLeadingSpace = separator != '\t' // else it would take empty cells for blanks
	return r
}

// separatorOf returns the separator under which the header has most columns
// that are known.
func separatorOf(text string) rune {
	best, most := ',', 0
	for _, separator := range ",;\t" {
		cells, err := firstRow(newUserReader(text, separator))
		if err != nil {
			continue
		}
		known := 0
		for _, cell := range cells {
			if slices.Contains(userColumns, columnName(cell)) {
				known++
			}
		}
		if known > most {
			best, most = separator, known
		}
	}
	return best
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

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return cleanCell(cell) != "" })
}

// columnName is the name of a column as the table knows it: "First Name" and
// "first-name" are first_name.
func columnName(cell string) string {
	return strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(cleanCell(cell)))
}

// cleanCell takes away the blanks around a cell and what keeps spreadsheets
// from running it as a formula.
func cleanCell(cell string) string {
	return strings.TrimSpace(fuse(strings.TrimSpace(cell)))
}

// userParser reads row after row and collects what is wrong.
type userParser struct {
	r        *csv.Reader
	text     string
	table    UserTable
	ends     []int          // of the users' rows, the lines after them
	cells    [][]string     // of the users' rows, as they are written
	atLine   int            // how many line ends there are before atOffset
	atOffset int64          // up to which the text was read
	position map[string]int // of the columns; nil without a usable header
	unnamed  []int          // cells of the header without a name: separators too many
	width    int            // cells of the header
	lines    map[string]int // line by e-mail, in lower case
	mistakes []*LineError
}

func (p *userParser) fail(line int, format string, args ...any) {
	p.mistakes = append(p.mistakes, &LineError{line, fmt.Sprintf(format, args...)})
}

// failRead reports text that is no CSV. What follows cannot be read.
func (p *userParser) failRead(err error) {
	var broken *csv.ParseError
	if errors.As(err, &broken) {
		p.fail(broken.StartLine, "%v: a cell with a quote in it stands in quotes, and each of its quotes twice", broken.Err)
		return
	}
	p.fail(1, "%v", err)
}

func (p *userParser) header() {
	cells, err := firstRow(p.r)
	switch {
	case errors.Is(err, io.EOF):
		p.fail(1, "no header: the first row names the columns, at least %s", enumerate(userColumns[:requiredColumns]))
		return
	case err != nil:
		p.failRead(err)
		return
	}
	p.position, p.width = map[string]int{}, len(cells)
	for i, cell := range cells {
		line, _ := p.r.FieldPos(i)
		name := columnName(cell)
		_, twice := p.position[name]
		switch {
		case name == "":
			p.unnamed = append(p.unnamed, i)
			continue
		case !slices.Contains(userColumns, name):
			p.fail(line, "unknown column %q: the columns are %s", cleanCell(cell), strings.Join(userColumns, ", "))
			continue
		case twice:
			p.fail(line, "column %s stands twice", name)
			continue
		}
		p.position[name] = i
		p.table.Columns = append(p.table.Columns, name)
	}
	line, _ := p.r.FieldPos(0)
	for _, name := range userColumns[:requiredColumns] {
		if !p.table.Has(name) {
			p.fail(line, "column %s is missing", name)
		}
	}
}

// row reads one row and reports whether there may be more.
func (p *userParser) row() bool {
	cells, err := p.r.Read()
	if errors.Is(err, io.EOF) {
		return false
	}
	if err != nil {
		p.failRead(err)
		return false
	}
	if blank(cells) {
		return true
	}
	line, _ := p.r.FieldPos(0)
	if len(cells) < p.width || !blank(cells[p.width:]) {
		p.fail(line, "%d cells where the header has %d", len(cells), p.width)
		return true
	}
	for _, i := range p.unnamed {
		if cleanCell(cells[i]) != "" {
			p.fail(line, "cell %d stands under no column", i+1)
		}
	}
	p.user(line, cells)
	return true
}

func (p *userParser) user(line int, cells []string) {
	cell := func(column string) string {
		i, ok := p.position[column]
		if !ok {
			return ""
		}
		return cleanCell(cells[i])
	}
	for _, name := range userColumns[:requiredColumns] {
		if i, ok := p.position[name]; ok && cell(name) == "" {
			at, _ := p.r.FieldPos(i)
			p.fail(at, "%s is empty", name)
		}
	}
	u := CSVUser{
		Line: line, Email: cell("email"), FirstName: cell("first_name"), LastName: cell("last_name"),
		Department: cell("department"), PreferredSite: cell("preferred_site"), PreferredCurrency: cell("preferred_currency"),
		PreferredLanguage: cell("preferred_language"),
	}
	switch locked := cell("locked"); strings.ToLower(locked) {
	case "true":
		u.Locked = true
	case "false", "":
	default:
		at, _ := p.r.FieldPos(p.position["locked"])
		p.fail(at, "locked is %q: write true or false", locked)
	}
	for _, id := range strings.Fields(cell("groups")) {
		if !slices.Contains(u.Groups, id) {
			u.Groups = append(u.Groups, id)
		}
	}
	if key := strings.ToLower(u.Email); key != "" {
		if first, twice := p.lines[key]; twice {
			p.fail(line, "e-mail %s stands on line %d already", u.Email, first)
		} else {
			p.lines[key] = line
		}
	}
	p.table.Users = append(p.table.Users, u)
	p.ends = append(p.ends, p.nextLine())
	p.cells = append(p.cells, cells)
}

// nextLine returns the line after what was read.
func (p *userParser) nextLine() int {
	offset := p.r.InputOffset()
	p.atLine += strings.Count(p.text[p.atOffset:offset], "\n")
	p.atOffset = offset
	if offset > 0 && p.text[offset-1] == '\n' {
		return p.atLine + 1
	}
	return p.atLine + 2 // the text ends without a line end
}

// CSV writes the table as RFC 4180 text with its columns, all of them where it
// has none. ParseUsersCSV reads it back, except blanks around cells.
func (t UserTable) CSV() string {
	columns := t.Columns
	if len(columns) == 0 {
		columns = userColumns
	}
	var text strings.Builder
	w := newTable(&text, columns...)
	for _, u := range t.Users {
		for _, column := range columns {
			w.cells(u.cell(column))
		}
		w.endRow()
	}
	_ = w.end() // a strings.Builder never fails
	return text.String()
}

// Says returns all that the row says of its user, as a text to be compared with
// that of other rows.
func (u CSVUser) Says() string {
	cells := make([]string, len(userColumns))
	for i, column := range userColumns {
		cells[i] = u.cell(column)
	}
	cells[0] = strings.ToLower(u.Email)
	return strings.Join(cells, "\x00")
}

func (u CSVUser) cell(column string) string {
	switch column {
	case "email":
		return u.Email
	case "first_name":
		return u.FirstName
	case "last_name":
		return u.LastName
	case "department":
		return u.Department
	case "preferred_site":
		return u.PreferredSite
	case "preferred_currency":
		return u.PreferredCurrency
	case "preferred_language":
		return u.PreferredLanguage
	case "locked":
		if u.Locked {
			return "true"
		}
		return "false"
	}
	return strings.Join(u.Groups, " ")
}
