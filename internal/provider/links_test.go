package provider_test

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	unread    = regexp.MustCompile("(?ms)^```.*?^```$|`[^`\n]*`") // code, in which nothing is a link
	linked    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	headed    = regexp.MustCompile(`(?m)^#+ (.+)$`)
	anchored  = regexp.MustCompile(`<a id="([^"]+)">`)
	unslugged = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// Every link of a page resolves on a code host, and every link of the reference
// and the guides in a registry as well: it names a file below docs/ relative to
// the page, with its extension, which a registry leaves out.
func TestLinks(t *testing.T) {
	t.Parallel()
	pages := markdown(t)
	links := 0
	for page, text := range pages {
		for _, link := range linked.FindAllStringSubmatch(unread.ReplaceAllString(text, ""), -1) {
			if strings.Contains(link[1], "://") {
				continue
			}
			links++
			file, anchor, anchors := strings.Cut(link[1], "#")
			target := path.Join(path.Dir(page), file)
			if file == "" {
				target = page
			}
			if problem := badLink(page, target, pages); problem != "" {
				t.Errorf("%s links to %s: %s", page, link[1], problem)
			} else if anchors && !hasAnchor(pages[target], anchor) {
				t.Errorf("%s links to %s: there is no such heading", page, link[1])
			}
		}
	}
	if links < 60 {
		t.Errorf("only %d links were found", links)
	}
}

// A registry lists the pages under their subcategories.
func TestPages_subcategories(t *testing.T) {
	t.Parallel()
	for page, text := range markdown(t) {
		if strings.HasPrefix(page, "docs/") && page != "docs/index.md" && !regexp.MustCompile(`(?m)^subcategory: "[^"]+"$`).MatchString(text) {
			t.Errorf("%s has no subcategory", page)
		}
	}
}

// markdown returns the pages of the repository by their path in it.
func markdown(t *testing.T) map[string]string {
	t.Helper()
	pages := map[string]string{}
	root := os.DirFS("../..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == ".git" || name == "bin" || name == "dist" || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".md":
			return nil
		}
		text, err := fs.ReadFile(root, name)
		pages[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// badLink says what is wrong with a link to target from page, both relative to
// the repository.
func badLink(page, target string, pages map[string]string) string {
	if strings.HasPrefix(page, "docs/") {
		if _, ok := pages[target]; !ok || !strings.HasPrefix(target, "docs/") {
			return "a page of docs/ links to other pages of docs/, with .md"
		}
		return ""
	}
	if strings.HasPrefix(target, ".") && target != "." {
		return "it leads out of the repository or into a hidden folder"
	}
	if _, err := os.Stat(filepath.Join("../..", filepath.FromSlash(target))); err != nil {
		return "there is no such file"
	}
	return ""
}

// hasAnchor reports whether a page has the anchor, as a heading or by name.
func hasAnchor(text, anchor string) bool {
	for _, a := range anchored.FindAllStringSubmatch(text, -1) {
		if a[1] == anchor {
			return true
		}
	}
	for _, h := range headed.FindAllStringSubmatch(text, -1) {
		slug := strings.ReplaceAll(unslugged.ReplaceAllString(strings.ToLower(h[1]), ""), " ", "-")
		if slug == anchor {
			return true
		}
	}
	return false
}
