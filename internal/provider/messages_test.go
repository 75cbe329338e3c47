package provider_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// message is an error or a warning as the code writes it, as far as it stands
// there word by word.
type message struct{ where, summary, detail, cause string }

// verbs complete "Unable to".
var verbs = []string{"assign", "check", "create", "delete", "get", "import", "list", "lock", "open", "plan", "read", "report", "resend", "review", "sync", "transfer", "unlock", "update"}

// operation is the summary of something that failed; mistake that of a
// configuration that cannot be, or of a warning.
var (
	operation = regexp.MustCompile(`^Unable to ([a-z]+) [A-Za-z_% ]+$`)
	mistake   = regexp.MustCompile(`^(%s|[A-Z][A-Za-z-]*)( ([A-Z][A-Za-z-]*))*( \(%d\)|: %s)?$`)
)

// Every message says in one style what is wrong, and goes on in whole sentences.
func TestMessages_style(t *testing.T) {
	t.Parallel()
	all := messages(t)
	for _, m := range all {
		if testing.Verbose() { // to be read aloud
			t.Logf("%s: %s\n\t%s%s", m.where, m.summary, m.detail, m.cause)
		}
		if verb := operation.FindStringSubmatch(m.summary); verb != nil {
			if !slices.Contains(verbs, verb[1]) {
				t.Errorf("%s: nothing else is unable to %s: %q", m.where, verb[1], m.summary)
			}
		} else if m.summary != "" && !mistake.MatchString(m.summary) {
			t.Errorf("%s: the summary %q is in no style of ours", m.where, m.summary)
		}
		if m.detail != "" && (!strings.ContainsAny(m.detail[len(m.detail)-1:], ".:") && !strings.HasSuffix(m.detail, "%s")) {
			t.Errorf("%s: the text ends in the middle: %q", m.where, m.detail)
		}
		if regexp.MustCompile(`[^.]\.\.([^.]|$)`).MatchString(m.detail + m.cause) {
			t.Errorf("%s: two full stops in %q", m.where, m.detail+m.cause)
		}
		for _, word := range []string{"failed to", "Failed to", "could not", "Could not", "unexpectedly", "invalid "} {
			if strings.Contains(m.summary+m.detail+m.cause, word) {
				t.Errorf("%s: %q says %q", m.where, m.summary, word)
			}
		}
	}
	if len(all) < 150 {
		t.Errorf("only %d messages were found", len(all))
	}
}

// No text starts with a capital that was made of its first byte: it may be half a
// letter, or belong to a name. plumbing.Sentence knows.
func TestMessages_capitals(t *testing.T) {
	t.Parallel()
	found := 0
	eachCall(t, func(where string, call *ast.CallExpr) {
		f, ok := call.Fun.(*ast.SelectorExpr)
		if !ok || f.Sel.Name != "ToUpper" || len(call.Args) != 1 {
			return
		}
		found++
		if _, part := call.Args[0].(*ast.SliceExpr); part {
			t.Errorf("%s: a part of a text becomes upper case: use plumbing.Sentence", where)
		}
	})
	if found == 0 {
		t.Error("no text becomes upper case anywhere: is the test blind?")
	}
}

// messages returns what the code of the provider says to people.
func messages(t *testing.T) (all []message) {
	t.Helper()
	eachCall(t, func(where string, call *ast.CallExpr) {
		if m, ok := messageOf(call); ok {
			m.where = where
			all = append(all, m)
		}
	})
	return all
}

// eachCall visits every call in the code of the provider, but for its tests.
func eachCall(t *testing.T, see func(where string, call *ast.CallExpr)) {
	t.Helper()
	files := token.NewFileSet()
	err := filepath.WalkDir(".", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				see(fmt.Sprint(files.Position(call.Pos())), call)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// messageOf returns what a call says, if it is one that says something.
func messageOf(call *ast.CallExpr) (m message, ok bool) {
	var name string
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
	case *ast.Ident:
		name = f.Name
	}
	skip := 0
	switch name {
	case "Unable", "UnableAt":
		if name == "UnableAt" {
			skip = 1
		}
		if len(call.Args) == skip+4 {
			verb, thing := literal(call.Args[skip]), literal(call.Args[skip+1])
			if verb != "" && thing != "" {
				return message{summary: "Unable to " + verb + " " + thing}, true
			}
		}
		return m, false
	case "AddAttributeError", "AddAttributeWarning", "NewAttributeErrorDiagnostic", "NewAttributeWarningDiagnostic":
		skip = 1
	case "AddError", "AddWarning", "NewErrorDiagnostic", "NewWarningDiagnostic":
	case "New", "Errorf": // of errors and fmt
		if len(call.Args) > 0 {
			m.cause = literal(call.Args[0])
		}
		return m, m.cause != ""
	default:
		return m, false
	}
	if len(call.Args) != skip+2 {
		return m, false
	}
	return message{summary: literal(call.Args[skip]), detail: literal(call.Args[skip+1])}, true
}

// literal returns the end of a text that an expression surely has: a literal, the
// format of one, or what is joined last.
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, _ := strconv.Unquote(e.Value)
		return text
	case *ast.Ident:
		if e.Obj != nil {
			if c, ok := e.Obj.Decl.(*ast.ValueSpec); ok {
				for i, name := range c.Names {
					if name.Name == e.Name && i < len(c.Values) {
						return literal(c.Values[i])
					}
				}
			}
		}
	case *ast.BinaryExpr:
		return literal(e.Y)
	case *ast.CallExpr:
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "Sprintf" {
			return literal(e.Args[0])
		}
	}
	return ""
}
