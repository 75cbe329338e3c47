package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// Names, reasons and addresses come from a plan or a tenant, so anybody who may
// choose a name chooses them. They are data in every format, never markup: each
// format has one function here that everything it did not write itself goes
// through.

// Visible returns the text in one line in which every character can be seen:
// control characters, line breaks, what overrides the direction of writing and
// letters without a width are shown as \u{…}. No two texts look the same because
// of them: a text that holds such a mark itself has its backslash shown, too.
func Visible(text string) string {
	if strings.IndexFunc(text, special) < 0 {
		return text // as nearly all are
	}
	text = strings.ReplaceAll(text, `\u{`, `\u{5c}u{`)
	var b strings.Builder
	for i, r := range text {
		if hidden(r) || r == utf8.RuneError || i == 0 && unicode.IsMark(r) { // a mark would join what stands before the text
			fmt.Fprintf(&b, `\u{%x}`, r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// special reports whether a text with the character needs a closer look.
func special(r rune) bool { return r == '\\' || r == utf8.RuneError || unicode.IsMark(r) || hidden(r) }

// visibleLines is a text of several lines, each of them Visible.
func visibleLines(text string) []string {
	text = strings.Trim(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if strings.TrimSpace(text) == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = Visible(lines[i])
	}
	return lines
}

// brailleBlank counts as a symbol and looks like a space.
const brailleBlank = '\u2800'

// hidden reports whether the character shows nothing, or changes how others
// show. The space does not count.
func hidden(r rune) bool {
	if ' ' <= r && r <= '~' {
		return false
	}
	return !unicode.IsPrint(r) || r == brailleBlank ||
		unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}

// codeSpan is a text, Visible already, inside a line of Markdown. In code nothing
// is markup, and neither GitHub nor GitLab looks for mentions, issue numbers or
// links there.
func codeSpan(text string) string {
	fence := strings.Repeat("`", longestRun(text, '`')+1)
	if strings.TrimSpace(text) == "" {
		text = `"` + text + `"` // an empty span would be no span
	}
	if strings.HasPrefix(text, "`") || strings.HasSuffix(text, "`") || strings.HasPrefix(text, " ") && strings.HasSuffix(text, " ") {
		text = " " + text + " " // one space on each side does not show
	}
	return fence + text + fence
}

// codeBlock is a block of Markdown with lines that are Visible already.
func codeBlock(language string, lines []string) string {
	longest := 2
	for _, line := range lines {
		longest = max(longest, longestRun(line, '`'))
	}
	fence := strings.Repeat("`", longest+1)
	return fence + language + "\n" + strings.Join(lines, "\n") + "\n" + fence + "\n"
}

func longestRun(text string, r rune) int {
	longest, run := 0, 0
	for _, c := range text {
		if c != r {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}

// messageSigns mean something in a message of SARIF: braces hold the place of an
// argument unless they are doubled, and a bracket before a parenthesis is a link.
var messageSigns = strings.NewReplacer("{", "{{", "}", "}}", "](", "] (")

// messageText is a text, Visible already, in a message of SARIF: plain text, in
// which nothing is a link and nothing is replaced.
func messageText(text string) string { return messageSigns.Replace(text) }

// writeIndented writes a document as JSON. Its texts are exactly those of the
// plan and the tenant; what cannot be seen is escaped, so that a terminal or an
// editor shows nothing else than what is there.
func writeIndented(w io.Writer, doc any) error {
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for len(text) > 0 {
		n := bytes.IndexFunc(text, func(r rune) bool { return r != '\n' && hidden(r) })
		if n < 0 {
			n = len(text)
		}
		b.Write(text[:n])
		text = text[n:]
		if len(text) == 0 {
			break
		}
		r, size := utf8.DecodeRune(text)
		text = text[size:]
		if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		} else {
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('\n')
	_, err = w.Write(b.Bytes())
	return err
}
