package usertable

import (
	"encoding/csv"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

// Edit returns the text with changed users and nothing else changed: the lines of
// unchanged users, the columns, their order and the separator stay the same. The
// function edit returns the changed user and whether the user stays in the table.
// The users in more are appended. Columns that the text does not have are not
// written.
func (t *Text) Edit(edit func(User) (User, bool), more ...User) string {
	p, lines := t.p, splitLines(t.text)
	var out strings.Builder
	next := 0 // index in lines
	for i, u := range p.table.Users {
		changed, stays := edit(u)
		if stays && p.same(u, changed) {
			continue
		}
		out.WriteString(strings.Join(lines[next:u.Line-1], ""))
		next = min(p.ends[i]-1, len(lines))
		if stays {
			out.WriteString(p.line(changed, u, p.cells(i)))
			out.WriteString(lineEnd(lines[next-1]))
		}
	}
	out.WriteString(strings.Join(lines[next:], ""))
	if len(more) == 0 {
		return out.String()
	}
	end := lineEnd(lines[0])
	if end == "" {
		end = "\n"
	}
	if !strings.HasSuffix(out.String(), "\n") && !strings.HasSuffix(out.String(), "\r") {
		out.WriteString(end)
	}
	for _, u := range more {
		out.WriteString(p.line(u, User{}, make([]string, p.width)) + end)
	}
	return out.String()
}

// splitLines splits a text after each line end.
func splitLines(text string) []string {
	var lines []string
	start := 0
	for i := range len(text) {
		if text[i] == '\n' || text[i] == '\r' && (i+1 == len(text) || text[i+1] != '\n') {
			lines = append(lines, text[start:i+1])
			start = i + 1
		}
	}
	return append(lines, text[start:])
}

// lineEnd returns the line end of a line; "" for the last one.
func lineEnd(line string) string {
	return line[len(strings.TrimRight(line, "\r\n")):]
}

// same reports whether both users have the same row in this text.
func (p *userParser) same(a, b User) bool {
	return !slices.ContainsFunc(p.table.Columns, func(column string) bool { return a.Cell(column) != b.Cell(column) })
}

// cells returns the cells of a user's row as written.
func (p *userParser) cells(i int) []string {
	cells, _ := newUserReader(p.text[p.starts[i]:], p.r.Comma).Read() // it was read before
	return cells
}

// line returns a user as a row of the text, without a line end. Cells whose value
// is the same as the former user's keep their exact text.
func (p *userParser) line(u, former User, cells []string) string {
	cells = cells[:p.width]
	for column, i := range p.position {
		if u.Cell(column) != former.Cell(column) {
			cells[i] = safecsv.Cell(u.Cell(column))
		}
	}
	var line strings.Builder
	w := csv.NewWriter(&line)
	w.Comma = p.r.Comma
	_ = w.Write(cells) // a strings.Builder never fails
	w.Flush()
	return strings.TrimSuffix(line.String(), "\n")
}

// Same reports whether two texts say the same: the order of columns, rows and
// groups, the quoting of cells, and the case of e-mails and column names may
// differ. Texts that cannot be read are the same only if they are equal.
func Same(a, b string) bool {
	if a == b {
		return true
	}
	first, err := Parse(a)
	if err != nil {
		return false
	}
	second, err := Parse(b)
	if err != nil || len(first.Users) != len(second.Users) || !slices.Equal(slices.Sorted(slices.Values(first.Columns)), slices.Sorted(slices.Values(second.Columns))) {
		return false
	}
	for _, u := range second.Users {
		if other, ok := first.Find(u.Email); !ok || !u.Same(other) {
			return false
		}
	}
	return true
}

// Same reports whether two rows of tables with the same columns say the same,
// wherever they are in the tables.
func (u User) Same(other User) bool {
	return strings.EqualFold(u.Email, other.Email) && len(differences(userColumns, u, other)) == 0
}

// Differences returns the columns of the table in which two rows of one user
// differ.
func (t Table) Differences(a, b User) []string {
	return differences(t.Columns, a, b)
}

func differences(columns []string, a, b User) (differ []string) {
	for _, column := range columns {
		same := a.Cell(column) == b.Cell(column)
		switch column {
		case "email":
			same = true
		case "groups":
			same = sameIDs(a.Groups, b.Groups)
		}
		if !same {
			differ = append(differ, column)
		}
	}
	return differ
}

func sameIDs(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}
