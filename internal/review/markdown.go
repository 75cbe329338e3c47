package review

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

const (
	// openLines is the number of lines of a section after which items that the
	// review does not fail on are folded.
	openLines = 24
	// codeWidth is the number of characters of a code line that a comment shows
	// without scrolling.
	codeWidth = 96
)

// writeMarkdown writes a pull-request comment.
func (r Result) writeMarkdown(w io.Writer, o Options) error {
	_, err := io.WriteString(w, r.page(o).fit(o, page.markdown))
	return err
}

func (p page) markdown() string {
	var b strings.Builder
	b.WriteString(p.verdict.line(strong, codeSpan) + "\n")
	for _, n := range p.notes {
		b.WriteString("\n" + n.line(codeSpan) + "\n")
	}
	for _, s := range p.sections {
		open, folded := s.fold()
		fmt.Fprintf(&b, "\n%s\n\n", strong(s.heading()))
		if len(open) > 0 {
			b.WriteString(s.code(open))
		}
		if len(folded) > 0 {
			more := ""
			if len(open) > 0 {
				more = " more"
			}
			fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n%s\n</details>\n", count(total(folded), s.unit[0]+more, s.unit[1]+more), s.code(folded))
		}
	}
	if len(p.hints) > 0 {
		fmt.Fprintf(&b, "\n%s\n", joinNotes(p.hints, codeSpan))
	}
	return b.String()
}

func strong(text string) string { return "**" + text + "**" }

// fold splits the items of the section into open and folded ones. Items that
// the review fails on are never folded.
func (s section) fold() (open, folded []item) {
	lines := 0
	for _, i := range s.items {
		if n := len(s.wrapped(i)); i.must || len(folded) == 0 && lines+n <= openLines {
			lines += n
			open = append(open, i)
		} else {
			folded = append(folded, i)
		}
	}
	return open, folded
}

// code formats the items as a code block, in which names cannot be markup.
func (s section) code(items []item) string {
	var lines []string
	for n, i := range items {
		if s.people && n > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, s.wrapped(i)...)
	}
	if s.people {
		return codeBlock("diff", lines)
	}
	return codeBlock("text", lines)
}

// wrapped returns the item in lines that a comment shows without scrolling.
func (s section) wrapped(i item) []string {
	var lines []string
	for _, l := range i.lines {
		first, next := string(l.sign)+" ", string(l.sign)+"     "
		if !s.people {
			first, next = "", "    "
		}
		lines = append(lines, wrap(l.text, first, next)...)
	}
	return lines
}

// wrap breaks a text at spaces.
func wrap(text, first, next string) []string {
	var lines []string
	line := first
	empty := true
	for word := range strings.SplitSeq(text, " ") {
		switch {
		case empty:
			line += word
			empty = false
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > codeWidth:
			lines, line = append(lines, line), next+word
		default:
			line += " " + word
		}
	}
	return append(lines, line)
}
