package provider_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// declaredTests returns the tests of all packages by package.TestName. The value holds the
// names that a test may give its subtests: the texts that it contains, and the names of the
// rows and columns of the tables in testdata that it reads.
func declaredTests(t *testing.T) map[string]map[string]bool {
	t.Helper()
	tests, err := findTests()
	if err != nil {
		t.Fatal(err)
	}
	return tests
}

var findTests = sync.OnceValues(func() (map[string]map[string]bool, error) {
	tests := map[string]map[string]bool{}
	err := filepath.WalkDir("..", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Test") {
				continue
			}
			texts, err := textsOf(f, dir)
			if err != nil {
				return err
			}
			tests[filepath.Base(dir)+"."+f.Name.Name] = texts
		}
		return nil
	})
	return tests, err
})

func textsOf(f *ast.FuncDecl, dir string) (map[string]bool, error) {
	texts := map[string]bool{}
	var err error
	ast.Inspect(f, func(n ast.Node) bool {
		literal, ok := n.(*ast.BasicLit)
		if !ok || literal.Kind != token.STRING {
			return true
		}
		text, mistake := strconv.Unquote(literal.Value)
		texts[text] = true
		err = errors.Join(err, mistake, addNames(texts, filepath.Join(dir, "testdata", filepath.Base(text))))
		return true
	})
	return texts, err
}

// addNames adds the names in a truth table: of a CSV file the header and the first cells, of a
// JSON file the members "name". Other files have none.
func addNames(texts map[string]bool, table string) error {
	kind := filepath.Ext(table)
	if kind != ".csv" && kind != ".json" {
		return nil
	}
	text, err := os.ReadFile(table)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if kind == ".csv" {
		rows, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
		for i, row := range rows {
			texts[row[0]] = true
			if i == 0 {
				for _, name := range row {
					texts[name] = true
				}
			}
		}
		return err
	}
	var rows []struct{ Name string }
	if json.Unmarshal(text, &rows) == nil { // a truth table
		for _, row := range rows {
			texts[row.Name] = true
		}
	}
	return nil
}
