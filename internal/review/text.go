package review

import (
	"fmt"
	"io"
	"strings"
)

func (r Result) writeText(w io.Writer, o Options) error {
	_, err := io.WriteString(w, r.page(o).fit(o, page.text))
	return err
}

// text formats the page for a terminal.
func (p page) text() string {
	var b strings.Builder
	b.WriteString(p.verdict.line(plain, plain) + "\n")
	for _, n := range p.notes {
		b.WriteString(n.line(plain) + "\n")
	}
	for _, s := range p.sections {
		fmt.Fprintf(&b, "\n%s\n", s.heading())
		for _, i := range s.items {
			for _, l := range i.lines {
				switch l.sign {
				case ' ':
					fmt.Fprintf(&b, "  %s\n", l.text)
				default:
					fmt.Fprintf(&b, "    %c %s\n", l.sign, l.text)
				}
			}
		}
	}
	if len(p.hints) > 0 {
		fmt.Fprintf(&b, "\n%s\n", joinNotes(p.hints, plain))
	}
	return b.String()
}

// line returns the note, with word applied to each word.
func (n note) line(word func(string) string) string {
	words := make([]any, len(n.with))
	for i, text := range n.with {
		words[i] = word(text)
	}
	return fmt.Sprintf(n.text, words...)
}

func joinNotes(notes []note, word func(string) string) string {
	lines := make([]string, len(notes))
	for i, n := range notes {
		lines[i] = n.line(word)
	}
	return strings.Join(lines, " ")
}
