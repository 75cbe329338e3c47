package prose

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// passage is a text that people read in one go: a paragraph, a comment, a message.
type passage struct {
	file string // from the root of the repository, with slashes
	line int    // where the text begins
	text string // on one line, without code
}

// find returns what s refuses in the text, with a few words around it.
func (p passage) find(s struck) (all []string) {
	for _, at := range s.pattern.FindAllStringIndex(p.text, -1) {
		around := p.text[max(0, at[0]-30):min(len(p.text), at[1]+20)]
		if s.unless == nil || !s.unless.MatchString(around) {
			all = append(all, strings.ToValidUTF8(around, ""))
		}
	}
	return all
}

// passages returns what people read in the files below root.
func passages(t *testing.T, root string) (all []passage) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		switch {
		case d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata" || name == "bin" || name == "dist" || name == "internal/prose"):
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		all = append(all, read(t, name, string(text))...)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// read returns the passages of one file, by its kind.
func read(t *testing.T, name, text string) []passage {
	t.Helper()
	switch base := filepath.Base(name); {
	case strings.HasSuffix(name, ".go"):
		return readGo(t, name, text)
	case strings.HasSuffix(name, ".md"):
		return readLines(name, text, func(line string) string { return line })
	case strings.HasSuffix(name, "openapi.yaml"):
		return readLines(name, text, func(line string) string { return described.FindString(line) })
	case strings.HasSuffix(name, ".tf"), strings.HasSuffix(name, ".yml"), strings.HasSuffix(name, ".yaml"), strings.HasPrefix(name, ".ci/") && !strings.Contains(base, "."), base == "GNUmakefile":
		return readLines(name, text, func(line string) string { return remark.FindString(line) })
	}
	return nil
}

var (
	described = regexp.MustCompile(`(?:(?:description|summary): .*)|^ +[A-Za-z` + "`" + `][^:]*$`)
	remark    = regexp.MustCompile(`(?:^|\s)##? .*|".* .*"`)
	code      = regexp.MustCompile("`[^`]*`")
	lead      = regexp.MustCompile(`^(?:[#>|*\s-]|[0-9]+\. )+`)
)

// readLines joins lines to paragraphs, without code in fences or in backquotes.
// see returns the part of a line that people read.
func readLines(name, text string, see func(string) string) (all []passage) {
	var p passage
	end := func() {
		if p.text != "" {
			all = append(all, p)
		}
		p = passage{}
	}
	fenced := false
	for i, line := range strings.Split(text, "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
			line = ""
		}
		seen := see(line)
		if fenced || strings.TrimSpace(seen) == "" {
			end()
			continue
		}
		if begun := lead.FindString(seen); strings.ContainsAny(begun, "#>|*-.") && !strings.HasPrefix(strings.TrimSpace(seen), "# ") {
			end()
		}
		seen = code.ReplaceAllString(lead.ReplaceAllString(seen, ""), "x")
		if p.text == "" {
			p = passage{file: name, line: i + 1, text: seen}
		} else {
			p.text += " " + seen
		}
	}
	end()
	return all
}

// readGo returns the comments and the texts of a Go file.
func readGo(t *testing.T, name, text string) (all []passage) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	add := func(at token.Pos, text string) {
		text = code.ReplaceAllString(strings.Join(strings.Fields(text), " "), "x")
		if strings.Contains(text, " ") {
			all = append(all, passage{file: name, line: files.Position(at).Line, text: text})
		}
	}
	for _, group := range file.Comments {
		for _, paragraph := range strings.Split(group.Text(), "\n\n") {
			add(group.Pos(), paragraph)
		}
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.BasicLit:
			if n.Kind == token.STRING {
				text, _ := strconv.Unquote(n.Value)
				add(n.Pos(), text)
			}
		}
		return true
	})
	return all
}
