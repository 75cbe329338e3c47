package review

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Names, reasons and addresses come from a plan or a tenant, so anybody who may
// choose a name chooses them. They are data in every format, never markup: each
// format has one function here that everything it did not write itself goes
// through.

// visibleLines is a text of several lines, each of them Visible.
func visibleLines(text string) []string {
	text = strings.Trim(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	if strings.TrimSpace(text) == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = access.Visible(lines[i])
	}
	return lines
}

// codeSpan is a text, Visible already, inside a line of Markdown. In code nothing
// is markup, and neither GitHub nor GitLab looks for mentions, issue numbers or
// links there.
func codeSpan(text string) string {
	fence := strings.Repeat("`", longestRun(text, '`')+1)
	if strings.TrimSpace(text) == "" {
		text = `"` + text + `"` // an empty span would be no span
	}
	if strings.Trim(text, "` ") != text {
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

// WriteIndented writes a document as JSON. Its texts are exactly those of the
// plan and the tenant; what cannot be seen is escaped, so that a terminal or an
// editor shows nothing else than what is there.
func WriteIndented(w io.Writer, doc any) error {
	text, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, r := range string(text) {
		if r == '\n' || !access.Hidden(r) {
			b.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&b, `\u%04x`, unit)
		}
	}
	b.WriteByte('\n')
	_, err = w.Write(b.Bytes())
	return err
}
