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

// message is an error or a warning: the parts of its texts that are literals in the
// code.
type message struct{ where, summary, detail, cause string }

// verbs complete "Unable to".
var verbs = []string{"assign", "check", "create", "delete", "get", "import", "list", "lock", "open", "plan", "read", "report", "resend", "review", "sync", "transfer", "unlock", "update"}

// operation is the summary of a failed operation; mistake that of an invalid
// configuration, or of a warning: in Title Case.
var (
	operation = regexp.MustCompile(`^Unable to ([a-z]+) [A-Za-z_% ]+$`)
	mistake   = regexp.MustCompile(`^(%s|[A-Z][A-Za-z-]*)( ([A-Z][A-Za-z-]*))*( \(%d\)|: %s)?$`)
)

// riddle matches a title that is a pun or a riddle, such as "Two Owners Of One User" or
// "What Stays": a title names the problem with nouns of the field.
var riddle = regexp.MustCompile(`\b(?:Who|Whom|Whose|What|Which|Where|Nobody|Somebody|Nothing|Anymore)\b|\b(?:Two|Many) .* Of One\b|\b(?:Of It|Of Them|Such)\b| (?:Too|There|Gone|Goes|Comes)$`)

// Every message describes a problem in the same style and in whole sentences.
func TestMessages_style(t *testing.T) {
	t.Parallel()
	all := messages(t)
	for _, m := range all {
		if testing.Verbose() { // for a reader
			t.Logf("%s: %s\n\t%s%s", m.where, m.summary, m.detail, m.cause)
		}
		if verb := operation.FindStringSubmatch(m.summary); verb != nil {
			if !slices.Contains(verbs, verb[1]) {
				t.Errorf("%s: no other message is unable to %s: %q", m.where, verb[1], m.summary)
			}
		} else if m.summary != "" && !mistake.MatchString(m.summary) {
			t.Errorf("%s: the summary %q is neither in Title Case nor \"Unable to <verb> <thing>\"", m.where, m.summary)
		}
		if found := riddle.FindString(strings.TrimSuffix(m.summary, ": %s")); found != "" {
			t.Errorf("%s: the summary %q has %q instead of a noun of the field", m.where, m.summary, found)
		}
		if m.detail != "" && (!strings.ContainsAny(m.detail[len(m.detail)-1:], ".:") && !strings.HasSuffix(m.detail, "%s")) {
			t.Errorf("%s: the text does not end with a full stop: %q", m.where, m.detail)
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

// No text is capitalized by its first byte, which may be half a letter or part of a
// name: plumbing.Sentence does it.
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
			t.Errorf("%s: part of a text is converted to upper case: use plumbing.Sentence", where)
		}
	})
	if found == 0 {
		t.Error("the test found no conversion to upper case at all")
	}
}

// messages returns the errors and warnings in the code of the provider.
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

// eachCall visits every call in the code of the provider, except its tests.
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

// messageOf returns the message of a call, if it creates one.
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

// literal returns the known end of the text of an expression: a literal, the format of
// a Sprintf, or the last operand of a concatenation.
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
