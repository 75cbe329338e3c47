package usertable

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// userParser reads row after row and collects the errors.
type userParser struct {
	r          *csv.Reader
	text       string
	headers    headers
	check      func(User) string // for text written by a person; otherwise nil
	delimiters string            // candidates for the text
	table      Table
	ends       []int          // the line after each user's row
	starts     []int64        // the offset from which each user's row is read
	atLine     int            // number of line ends before atOffset
	atOffset   int64          // offset up to which the text was read
	position   map[string]int // of each column; nil without a usable header
	unnamed    []int          // indexes of header cells without a name: surplus separators
	width      int            // number of header cells
	mistakes   []*LineError
}

func parseUsers(text string, format Format, check func(User) string) (*userParser, error) {
	text = strings.TrimLeft(text, "\uFEFF")
	if strings.Contains(text, "\r") { // a replacer always copies
		text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	}
	if err := checkEncoding(text); err != nil {
		return nil, err
	}
	text, delimiter, err := cutSeparatorLine(text)
	if err != nil {
		return nil, err
	}
	h := newHeaders(format)
	switch {
	case delimiter != "" && format.Delimiter != "" && delimiter != format.Delimiter:
		return nil, &LineError{1, fmt.Sprintf("the line sep=%s contradicts the option delimiter, which is %q: leave the option out, or correct the line", delimiter, format.Delimiter)}
	case format.Delimiter != "":
		delimiter = format.Delimiter
	}
	p := &userParser{text: text, headers: h, check: check, delimiters: delimiter}
	if delimiter == "" {
		p.delimiters, delimiter = delimiters, string(h.delimiterOf(text))
	}
	p.r = newUserReader(text, rune(delimiter[0]))
	p.header()
	p.r.ReuseRecord = true
	if p.position != nil {
		p.reserve()
		for p.row() {
		}
	}
	if err := p.wrong(); err != nil {
		return nil, err
	}
	return p, nil
}

// wrong joins the errors.
func (p *userParser) wrong() error {
	mistakes := make([]error, len(p.mistakes))
	for i, mistake := range p.mistakes {
		mistakes[i] = mistake
	}
	return errors.Join(mistakes...)
}

// reserve allocates space for the users that the rest of the text may contain.
// Growing row by row takes longer than reading them.
func (p *userParser) reserve() {
	rest := p.text[p.r.InputOffset():]
	users := strings.Count(strings.TrimSuffix(rest, "\n"), "\n")
	if rest != "" {
		users++
	}
	users = min(users, 1<<16) // the lines may be empty
	p.table.Users = slices.Grow(p.table.Users, users)
	p.ends = slices.Grow(p.ends, users)
	p.starts = slices.Grow(p.starts, users)
	p.table.index = make(map[string]int, users)
}

func (p *userParser) fail(line int, format string, args ...any) {
	p.mistakes = append(p.mistakes, &LineError{line, fmt.Sprintf(format, args...)})
}

func (p *userParser) header() {
	cells, err := firstRow(p.r)
	switch {
	case errors.Is(err, io.EOF):
		p.fail(1, "no header: the first row names the columns, at least %s", access.Enumerate("and", userColumns[:requiredColumns]))
		return
	case err != nil:
		p.failRead(err, 0)
		return
	}
	line, _ := p.r.FieldPos(0)
	if p.headers.known(cells) == 0 && p.noHeader(line, cells) {
		return
	}
	p.position, p.width = map[string]int{}, len(cells)
	var unknown []string
	for i, cell := range cells {
		if cleanCell(cell) == "" {
			p.unnamed = append(p.unnamed, i)
			continue
		}
		name, known := p.headers.column(cell)
		if !known {
			unknown = append(unknown, cleanCell(cell))
			continue
		}
		if first, twice := p.position[name]; twice {
			at, _ := p.r.FieldPos(i)
			p.fail(at, "column %s appears twice, as %q and %q: remove one of them", name, cleanCell(cells[first]), cleanCell(cell))
			continue
		}
		if name != "" {
			p.position[name] = i
			p.table.Columns = append(p.table.Columns, name)
		}
	}
	p.unknownColumns(line, unknown)
	p.missingColumns(line)
	if len(p.table.Columns) == 0 {
		p.position = nil // rows would say nothing
	}
}

// noHeader reports whether the row is not a header at all. It adds an error that
// says where the header is, if there is one.
func (p *userParser) noHeader(line int, cells []string) bool {
	if below := p.headers.below(p.text, p.delimiters); below > 0 {
		p.fail(line, "%q is not a header: the header is on line %d, remove the lines above it", cleanCell(cells[0]), below)
		return true
	}
	if text := cleanCell(cells[0]); len(cells) > 1 && text != "" && blank(cells[1:]) {
		p.fail(line, "%q is not a header: remove the lines above the header", text)
		return true
	}
	if len(cells) > 1 {
		return false
	}
	if found := p.headers.delimiterOf(p.text); found != p.r.Comma {
		p.fail(line, "the header is a single cell, %q, when %s separate cells: correct the delimiter", cleanCell(cells[0]), delimiterName(p.r.Comma, true))
		return true
	}
	p.fail(line, "the header is a single cell, %q: separate cells with %s", cleanCell(cells[0]), delimiterNames)
	return true
}

// unknownColumns reports columns that a table does not have, and how to read the
// text anyway.
func (p *userParser) unknownColumns(line int, unknown []string) {
	if len(unknown) == 0 {
		return
	}
	quoted := make([]string, len(unknown))
	for i, header := range unknown {
		quoted[i] = strconv.Quote(header)
	}
	columns, example := "columns", "department"
	if len(unknown) == 1 {
		columns = "column"
	}
	for _, name := range slices.Backward(userColumns[:requiredColumns]) {
		if !p.table.Has(name) {
			example = name
		}
	}
	p.fail(line, "unknown %s %s: the columns are %s. Rename or remove the others, or read the text with parse_users_csv, whose options rename columns (columns = { %s = %s }) and leave them out (ignore = [%s])",
		columns, access.Enumerate("and", quoted), strings.Join(userColumns, ", "), example, quoted[0], strings.Join(quoted, ", "))
}

func (p *userParser) missingColumns(line int) {
	var missing []string
	for _, name := range userColumns {
		header, renamed := p.headers.renamed[name]
		switch {
		case p.table.Has(name):
		case renamed:
			p.fail(line, "column %q is missing: the option columns names it for %s", header, name)
		case slices.Contains(userColumns[:requiredColumns], name):
			missing = append(missing, name)
		}
	}
	switch len(missing) {
	case 0:
	case 1:
		p.fail(line, "column %s is missing", missing[0])
	default:
		p.fail(line, "columns %s are missing", access.Enumerate("and", missing))
	}
}

// row reads one row and reports whether there may be more.
func (p *userParser) row() bool {
	start := p.r.InputOffset()
	cells, err := p.r.Read()
	if errors.Is(err, io.EOF) {
		return false
	}
	if err != nil {
		p.failRead(err, start)
		return false
	}
	if blank(cells) {
		return true
	}
	line, _ := p.r.FieldPos(0)
	if p.check != nil && comment(cells) {
		p.fail(line, "the line starts with #, but a table cannot have comments: remove it")
		return true
	}
	if len(cells) < p.width || !blank(cells[p.width:]) {
		p.failWidth(line, len(cells))
		return true
	}
	for _, i := range p.unnamed {
		if cleanCell(cells[i]) != "" {
			p.fail(line, "cell %d has no column: name the column in the header, or empty the cell", i+1)
		}
	}
	p.user(line, cells)
	p.starts = append(p.starts, start)
	return true
}

// comment reports whether a row without a user begins like a comment.
func comment(cells []string) bool {
	return strings.HasPrefix(cleanCell(cells[0]), "#") && !slices.ContainsFunc(cells, func(cell string) bool { return strings.Contains(cell, "@") })
}

// failWidth reports a row with too few or too many cells.
func (p *userParser) failWidth(line, cells int) {
	if cells < p.width {
		p.fail(line, "the row has %d of %d cells: empty cells at the end need separators too", cells, p.width)
		return
	}
	hint := ""
	if p.table.Has("groups") {
		hint = ", and separate group ids with spaces"
	}
	p.fail(line, "the row has %d cells for %d columns: put a cell that contains a %s in quotes (\"), as format_users_csv does%s", cells, p.width, delimiterName(p.r.Comma, false), hint)
}

func delimiterName(delimiter rune, plural bool) string {
	name := map[rune]string{',': "comma", ';': "semicolon", '\t': "tab"}[delimiter]
	switch {
	case name == "":
		return string(delimiter)
	case plural:
		return name + "s"
	}
	return name
}

func (p *userParser) user(line int, cells []string) {
	cell := func(column string) string {
		i, ok := p.position[column]
		if !ok {
			return ""
		}
		return cleanCell(cells[i])
	}
	u := User{
		Line: line, Email: cell("email"), FirstName: cell("first_name"), LastName: cell("last_name"),
		Department: cell("department"), PreferredSite: cell("preferred_site"), PreferredCurrency: cell("preferred_currency"),
		PreferredLanguage: cell("preferred_language"),
	}
	p.checkRequired(line, cell)
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
	p.checkCells(u, cell)
	if key := strings.ToLower(u.Email); key != "" {
		if first, twice := p.table.index[key]; twice {
			p.fail(line, "e-mail %s is already on line %d: remove one of the rows", u.Email, p.table.Users[first].Line)
		} else {
			p.table.index[key] = len(p.table.Users)
		}
	}
	p.table.Users = append(p.table.Users, u)
	p.ends = append(p.ends, p.nextLine())
}

// checkCells reports cells that probably do not say what their author meant.
func (p *userParser) checkCells(u User, cell func(column string) string) {
	if p.check == nil {
		return
	}
	known := true
	for _, name := range p.table.Columns {
		if wrong := cellProblem(name, cell(name)); wrong != "" {
			at, _ := p.r.FieldPos(p.position[name])
			p.fail(at, "%s", wrong)
			known = known && name != "email"
		}
	}
	if !known {
		return
	}
	if wrong := p.check(u); wrong != "" {
		p.fail(u.Line, "%s", wrong)
	}
}

func (p *userParser) checkRequired(line int, cell func(column string) string) {
	var empty []string
	for _, name := range userColumns[:requiredColumns] {
		position, ok := p.position[name]
		if ok && cell(name) == "" {
			if empty = append(empty, name); len(empty) == 1 {
				line, _ = p.r.FieldPos(position)
			}
		}
	}
	switch len(empty) {
	case 0:
	case 1:
		p.fail(line, "%s is empty: fill it in, or remove the row", empty[0])
	default:
		p.fail(line, "%s are empty: fill them in, or remove the row", access.Enumerate("and", empty))
	}
}

// nextLine returns the line after the text read so far.
func (p *userParser) nextLine() int {
	offset := p.r.InputOffset()
	p.atLine += strings.Count(p.text[p.atOffset:offset], "\n")
	p.atOffset = offset
	if p.text[offset-1] == '\n' {
		return p.atLine + 1
	}
	return p.atLine + 2 // the text has no final line end
}
