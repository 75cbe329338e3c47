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

// Names, reasons and addresses come from a plan or a tenant, so anyone who can
// choose a name controls them. They are data in every format, never markup:
// each format has one function here that escapes everything it did not write
// itself.

// visibleLines returns the lines of a text, each made Visible.
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

// codeSpan formats a text that is already Visible as inline code in Markdown.
// Code contains no markup, and neither GitHub nor GitLab looks for mentions,
// issue numbers or links in it.
func codeSpan(text string) string {
	fence := strings.Repeat("`", longestRun(text, '`')+1)
	if strings.TrimSpace(text) == "" {
		text = `"` + text + `"` // an empty span is not a span
	}
	if strings.Trim(text, "` ") != text {
		text = " " + text + " " // Markdown strips one space on each side
	}
	return fence + text + fence
}

// codeBlock formats lines that are already Visible as a code block in Markdown.
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

// messageSigns escapes what has a meaning in a SARIF message: single braces are
// placeholders, and a bracket before a parenthesis is a link.
var messageSigns = strings.NewReplacer("{", "{{", "}", "}}", "](", "] (")

// messageText escapes a text that is already Visible for a SARIF message, so
// that it contains no link and no placeholder.
func messageText(text string) string { return messageSigns.Replace(text) }

// WriteIndented writes a document as JSON. Strings keep the exact text of the
// plan and the tenant; invisible characters are escaped, so a terminal or an
// editor shows exactly what the document contains.
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
