package console

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// file is a page that is a file of its own: it has its style and script in it, and makes no
// request.
type file struct {
	Title    string
	Crumbs   string
	Search   string // what the search finds
	Personal bool   // it has data of people
	Policy   string
	Content  any
}

// write writes the file, whose content the template shows.
func (f file) write(w io.Writer, content string) error {
	style, script := embedded("style.css"), embedded("file.js")
	f.Policy = "default-src 'none'; style-src " + hashSource(style) + "; script-src " + hashSource(script) + "; base-uri 'none'; form-action 'none'"
	show := func(name string) func() error { return func() error { return pages.ExecuteTemplate(w, name, f) } }
	text := func(text string) func() error {
		return func() error { _, err := io.WriteString(w, text); return err }
	}
	for _, part := range []func() error{
		show("file-head"), text("<style>" + style + "</style>\n"), show("file-top"), show(content), show("file-bottom"), text("<script>" + script + "</script>\n</body>\n</html>\n"),
	} {
		if err := part(); err != nil {
			return fmt.Errorf("writing the page: %w", err)
		}
	}
	return nil
}

// embedded returns a file of the pages.
func embedded(name string) string {
	text, err := files.ReadFile("pages/" + name)
	if err != nil {
		panic(err) // the name is wrong
	}
	return string(text)
}

// hashSource allows one inline text, by its hash.
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// WriteReview writes a review as a file of its own. Personal says that it names people.
func WriteReview(w io.Writer, v review.View, personal bool) error {
	crumbs := "tenant " + strings.Join(v.Tenants, ", ")
	if len(v.Tenants) != 1 {
		crumbs = "tenants " + strings.Join(v.Tenants, ", ")
	}
	if len(v.Tenants) == 0 {
		crumbs = "no tenant"
	}
	f := file{Title: "Review of a plan", Crumbs: crumbs, Search: "Find a person, entity or site", Personal: personal, Content: v}
	return f.write(w, "file-review")
}

// verdictTone is the class of a verdict.
func verdictTone(word string) string {
	switch word {
	case "FAIL":
		return "bad"
	case "ACCEPTED":
		return "warn"
	}
	return "ok"
}

// names lists names in one line; the rest of many is counted.
func names(all []string) string {
	const most = 10
	if n := len(all) - most; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(all[:most], ", "), n)
	}
	return strings.Join(all, ", ")
}

// people is the title of people with the same changes.
func people(all []review.ViewPerson) string {
	if len(all) > 1 {
		return fmt.Sprintf("%d users: %s", len(all), names(labels(all)))
	}
	if all[0].Name != "" {
		return all[0].Label + " (" + all[0].Name + ")"
	}
	return all[0].Label
}

func labels(all []review.ViewPerson) []string {
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = p.Label
	}
	return texts
}

// levelClass is the class of a level's name: colors exist for the levels alone.
func levelClass(name string) string {
	for level := access.None; level <= access.Administrate; level++ {
		if name == level.String() {
			return name
		}
	}
	if strings.HasPrefix(name, "partly ") {
		return "part"
	}
	return "other"
}
