package provider_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// statement is a row of testdata/statements.tsv: what a source document says, and what shows
// that it is so.
type statement struct{ document, text, shown string }

// aboutPages marks a statement about the pages of the dashboard that this project does not
// have, with the reason.
const aboutPages = "ui: "

// readStatements reads a table of tab-separated columns.
func readStatements(t *testing.T, file string) []statement {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []statement
	for i, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		cells := strings.Split(line, "\t")
		if len(cells) != 3 || slices.Contains(cells, "") {
			t.Fatalf("%s: line %d must have three cells, none of them empty: %q", file, i+1, line)
		}
		list = append(list, statement{cells[0], cells[1], cells[2]})
	}
	return list
}

// Every statement of the source documents has tests that show it, or a reason.
func TestStatements(t *testing.T) {
	t.Parallel()
	tests := declaredTests(t)
	seen := map[string]bool{}
	for _, s := range readStatements(t, "testdata/statements.tsv") {
		if id := s.document + "\t" + s.text; seen[id] {
			t.Errorf("%s: %q is listed twice", s.document, s.text)
		} else {
			seen[id] = true
		}
		switch {
		case strings.HasPrefix(s.shown, aboutPages) && s.shown != aboutPages:
		default:
			for name := range strings.SplitSeq(s.shown, "; ") {
				test, part, hasPart := strings.Cut(name, "/")
				if texts := tests[test]; texts == nil {
					t.Errorf("%s: %q names %s, which does not exist", s.document, s.text, test)
				} else if hasPart && !texts[part] {
					t.Errorf("%s: %q names %s, which has no part %q", s.document, s.text, test, part)
				}
			}
		}
	}
}

// statementsVariable names the file with the statements that the source documents were found to
// make. It is not part of the project; by default it is beside it.
const statementsVariable = "IAM_STATEMENTS_FILE"

// The table has every statement that the source documents were found to make.
func TestStatements_complete(t *testing.T) {
	t.Parallel()
	file := os.Getenv(statementsVariable)
	if file == "" {
		file = filepath.Join("..", "..", "..", "shared", "cases", "evaluation", "statements.tsv")
	}
	if _, err := os.Stat(file); err != nil {
		t.Skipf("the statements of the source documents are not beside the project, and %s does not name their file: %v", statementsVariable, err)
	}
	ours := map[string]map[string]bool{} // by document
	for _, s := range readStatements(t, "testdata/statements.tsv") {
		if ours[s.document] == nil {
			ours[s.document] = map[string]bool{}
		}
		ours[s.document][s.text] = true
	}
	found := map[string][]string{}
	for _, s := range readStatements(t, file) {
		found[s.document] = append(found[s.document], s.text)
	}
	if len(found) != len(ours) {
		t.Errorf("the statements are of %d documents, the table is of %d", len(found), len(ours))
	}
	for document, texts := range found {
		if missing := leastMissing(ours, texts); len(missing) > 0 {
			t.Errorf("of the document %s the table does not have:\n%s", document, strings.Join(missing, "\n"))
		}
	}
}

// leastMissing returns the texts that the document in the table that has most of them lacks.
func leastMissing(ours map[string]map[string]bool, texts []string) []string {
	least := texts
	for _, have := range ours {
		missing := slices.DeleteFunc(slices.Clone(texts), func(text string) bool { return have[text] })
		if len(missing) < len(least) {
			least = missing
		}
	}
	return least
}
