package provider_test

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// CONTRIBUTING.md tells what users of other providers suffer from, and which
// tests show that users of this one do not.
func TestPains(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(text), "\n## What hurts elsewhere\n")
	if !ok {
		t.Fatal("CONTRIBUTING.md has no such section")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	rows := regexp.MustCompile(`(?m)^\| (.+) \| (.+) \| (.+) \|$`).FindAllStringSubmatch(section, -1)
	tests := testNames(t)
	for _, row := range rows[min(1, len(rows)):] { // behind the names of the columns
		names := regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[3], -1)
		for _, name := range names {
			if !tests[name[1]] {
				t.Errorf("%s There is no %s", row[1], name[1])
			}
		}
		if len(names) == 0 {
			t.Errorf("%s Nothing holds that.", row[1])
		}
	}
	if len(rows) < 30 {
		t.Errorf("only %d rows were found", len(rows))
	}
}
