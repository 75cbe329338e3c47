package usertable

import (
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/access/safecsv"
)

func blank(cells []string) bool {
	for _, cell := range cells {
		if cleanCell(cell) != "" {
			return false
		}
	}
	return true
}

// cleanCell removes white space and invisible characters around a cell, and the
// apostrophe that keeps spreadsheets from running it as a formula.
func cleanCell(cell string) string {
	return access.TrimBlanks(safecsv.Plain(access.TrimBlanks(cell)))
}

// cellProblem describes a text in a column that probably does not say what was
// meant; "" if it finds nothing.
func cellProblem(column, text string) string {
	if name := access.Invisible(text); name != "" {
		return fmt.Sprintf("%s contains the invisible character %s: remove or replace it", column, name)
	}
	if strings.ContainsRune(text, utf8.RuneError) {
		return fmt.Sprintf("%s contains %s: a character was lost when the text was decoded; %s", column, access.CharacterName(utf8.RuneError), otherEncodings)
	}
	if typographic(text) {
		first, _ := utf8.DecodeRuneInString(text)
		return fmt.Sprintf("%s starts with the typographic quote %c: CSV recognizes only straight quotes (\"): use those or none", column, first)
	}
	if column == "groups" && strings.ContainsAny(text, ",;|") {
		ids := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",;|", r) || unicode.IsSpace(r) })
		return fmt.Sprintf("groups is %q: spaces separate ids, so write %q", text, strings.Join(ids, " "))
	}
	return ""
}

// otherEncodings explains how to read a file that is not UTF-8.
const otherEncodings = `save the file as CSV UTF-8, or read it with textdecodebase64(filebase64("users.csv"), "windows-1252"), or "UTF-16" for Unicode text of Excel`

const (
	openingQuotes = "“„‟«»"
	closingQuotes = "”“«»"
)

// typographic reports whether a cell starts with a quote from a word processor
// that is closed at the end of the cell or not at all.
func typographic(text string) bool {
	first, size := utf8.DecodeRuneInString(text)
	if !strings.ContainsRune(openingQuotes, first) {
		return false
	}
	end := strings.IndexAny(text[size:], closingQuotes)
	if end < 0 {
		return true
	}
	_, last := utf8.DecodeRuneInString(text[size+end:])
	return size+end+last == len(text)
}

// checkEncoding returns an error for text that was read with the wrong encoding.
func checkEncoding(text string) error {
	if nuls := strings.Count(text, "\x00"); nuls > len(text)/4 {
		return &LineError{1, `many characters are U+0000 (NUL), as in UTF-16: read the file with textdecodebase64(filebase64("users.csv"), "UTF-16LE"), or save it as CSV UTF-8`}
	}
	if strings.HasPrefix(text, "ï»¿") { // a byte order mark of UTF-8, read as windows-1252
		return &LineError{1, `the file is UTF-8 and was read with another encoding: read it with file("users.csv")`}
	}
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
				return &LineError{line, "not UTF-8: " + otherEncodings}
			}
		}
	}
	return nil
}

// failRead reports text that is not CSV. The row begins at the offset start. The
// rest of the text cannot be read.
func (p *userParser) failRead(err error, start int64) {
	var broken *csv.ParseError
	if !errors.As(err, &broken) {
		p.fail(1, "%v", err)
		return
	}
	const double = `put a cell that contains quotes in quotes and double the ones inside, as in "R&D ""Labs"""`
	if errors.Is(err, csv.ErrBareQuote) {
		p.fail(broken.Line, "a cell has a quote in the middle: %s", double)
		return
	}
	opens, ends := p.brokenQuote(start)
	switch ends {
	case 0:
		p.fail(opens, "the quote that opens here is never closed: close it, or %s", double)
	case opens:
		p.fail(opens, "text follows the closing quote of a cell: %s", double)
	default:
		p.fail(opens, "the quote that opens here closes on line %d, in the middle of a cell: close it at the end of its cell, or %s", ends, double)
	}
}

// brokenQuote returns the line of an opening quote that is not closed at the end
// of a cell, and the line on which it is closed, 0 if it is never closed. It
// reads the text from the offset start, where a row begins.
func (p *userParser) brokenQuote(start int64) (opens, ends int) {
	line := 1 + strings.Count(p.text[:start], "\n")
	rest := p.text[start:]
	for rest != "" {
		if p.r.TrimLeadingSpace {
			rest = strings.TrimLeftFunc(rest, func(r rune) bool { return r != '\n' && unicode.IsSpace(r) })
		}
		if !strings.HasPrefix(rest, `"`) {
			end := strings.IndexAny(rest, string(p.r.Comma)+"\n")
			if end < 0 {
				break
			}
			if rest[end] == '\n' {
				line++
			}
			rest = rest[end+1:]
			continue
		}
		opens, rest = line, rest[1:]
		for {
			cell, after, closed := strings.Cut(rest, `"`)
			line += strings.Count(cell, "\n")
			rest = after
			if !closed {
				return opens, 0
			}
			if !strings.HasPrefix(rest, `"`) {
				break
			}
			rest = rest[1:]
		}
		if rest != "" && rest[0] != '\n' && !strings.HasPrefix(rest, string(p.r.Comma)) {
			return opens, line
		}
	}
	return line, line // not reached: the reader refused the text for such a quote
}
