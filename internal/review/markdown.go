package review

import (
	"bytes"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

const (
	// openRows is how many rows a table has before it is folded.
	openRows = 12
	// openEntries is how many users a comment shows before the others are folded.
	openEntries = 10
	// maxComment is less than the longest comment that GitHub and GitLab take.
	maxComment = 60_000
)

// writeMarkdown writes a comment for a pull request.
func (r Result) writeMarkdown(w io.Writer) error {
	var b, end bytes.Buffer
	fmt.Fprintf(&b, "**Access review:** %s\n", r.summary())
	if r.Errored {
		fmt.Fprintf(&b, "\n%s\n", erroredText)
	}
	r.markdownEnd(&end)
	entries := r.entries()
	for i, e := range entries {
		text := e.markdown(i >= openEntries || len(e.changes) > openRows)
		if b.Len()+len(text)+min(end.Len(), maxComment/2) > maxComment {
			fmt.Fprintf(&b, "\nThis is too long for a comment: %d of %d entries are left out. `--format json` and `--format csv` have all.\n", len(entries)-i, len(entries))
			break
		}
		b.WriteString(text)
	}
	if end.Len() > maxComment/2 {
		cut := bytes.LastIndexByte(end.Bytes()[:maxComment/2], '\n')
		end.Truncate(cut)
		if bytes.Count(end.Bytes(), []byte("<details>")) > bytes.Count(end.Bytes(), []byte("</details>")) {
			end.WriteString("\n\n</details>")
		}
		end.WriteString("\n\nThe rest is left out: `--format json` has all.\n")
	}
	_, err := w.Write(append(b.Bytes(), end.Bytes()...))
	return err
}

// markdown is the entry as a table, folded where that is asked for.
func (e *entry) markdown(folded bool) string {
	var b strings.Builder
	title := plainMarkdown(e.title())
	if len(e.changes) == 0 {
		return "\n**" + title + "**\n"
	}
	if folded {
		fmt.Fprintf(&b, "\n<details><summary>%s</summary>\n\n", title)
	} else {
		fmt.Fprintf(&b, "\n**%s**\n\n", title)
	}
	b.WriteString("| | Level | Entities | Records | Through |\n|---|---|---|---|---|\n")
	for _, c := range e.changes {
		var groups []string
		for _, g := range c.Groups {
			groups = append(groups, g.String())
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.Kind, levelChange(c), plainMarkdown(c.Entity), plainMarkdown(whichRecords(c)), plainMarkdown(strings.Join(groups, ", ")))
	}
	if folded {
		b.WriteString("\n</details>\n")
	}
	return b.String()
}

func levelChange(c access.Change) string {
	switch {
	case c.Before == access.None:
		return c.After.String()
	case c.After == access.None:
		return c.Before.String()
	}
	return c.Before.String() + " → " + c.After.String()
}

func whichRecords(c access.Change) string {
	switch {
	case len(c.Restrictions) > 0:
		return strings.Join(c.Restrictions, ", ")
	case len(c.Except) > 0:
		return "all but " + strings.Join(c.Except, ", ")
	}
	return "all"
}

// markdownEnd writes what is not about single users.
func (r Result) markdownEnd(b *bytes.Buffer) {
	list := func(title string, lines []string) {
		switch {
		case len(lines) == 0:
			return
		case len(lines) > openRows:
			fmt.Fprintf(b, "\n<details><summary>%s (%d)</summary>\n\n", title, len(lines))
			defer b.WriteString("\n</details>\n")
		default:
			fmt.Fprintf(b, "\n**%s**\n\n", title)
		}
		for _, line := range lines {
			fmt.Fprintf(b, "- %s\n", plainMarkdown(line))
		}
	}
	list("New findings", r.sameFindings())
	var notes []string
	for _, n := range r.Unresolved {
		notes = append(notes, n.Address+": "+n.Text)
	}
	list("Not reviewed, or to look at", notes)
}

// markdownSigns are written as HTML has them: that holds in a summary, too, where
// a backslash shows.
var markdownSigns = strings.NewReplacer("|", "&#124;", "`", "&#96;", "*", "&#42;", "[", "&#91;", "]", "&#93;", `\`, "&#92;", "\n", " ", "\r", " ")

// mention is what would call an account by its name.
var mention = regexp.MustCompile(`(^|\W)@`)

// plainMarkdown makes a text show as it is, whatever is in it.
func plainMarkdown(text string) string {
	return mention.ReplaceAllString(markdownSigns.Replace(html.EscapeString(text)), "$1@\u200b")
}
