package provider_test

import (
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
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

// A state that the first release wrote is read as it was written, so that no
// later one plans a change because of itself. testdata/earlier_state.json is not
// to be changed; a new type adds its state.
func TestEarlierState(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/earlier_state.json")
	if err != nil {
		t.Fatal(err)
	}
	var states map[string]struct {
		SchemaVersion int64           `json:"schema_version"`
		Attributes    json.RawMessage `json:"attributes"`
	}
	if err := json.Unmarshal(text, &states); err != nil {
		t.Fatal(err)
	}
	p := providertest.Start(t, nil)
	for name := range schemas(t) {
		typeName, managed := strings.CutPrefix(name, "resources/")
		if _, ok := states[typeName]; managed && !ok {
			t.Errorf("there is no earlier state of %s", typeName)
		}
	}
	for typeName, earlier := range states {
		read, d := p.Upgrade(typeName, earlier.SchemaVersion, earlier.Attributes)
		if len(d) > 0 {
			t.Errorf("%s: %v", typeName, d)
			continue
		}
		var wrote map[string]any
		if err := json.Unmarshal(earlier.Attributes, &wrote); err != nil {
			t.Fatal(err)
		}
		for attribute, value := range wrote {
			if got, ok := read[attribute]; !ok || !same(t, got, value) {
				t.Errorf("%s.%s was %v and is read as %v", typeName, attribute, value, got)
			}
		}
	}
}

// same compares values by what they are in JSON.
func same(t *testing.T, a, b any) bool {
	t.Helper()
	var plain [2]any
	for i, v := range []any{a, b} {
		text, err := json.Marshal(v)
		if err == nil {
			err = json.Unmarshal(text, &plain[i])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return reflect.DeepEqual(plain[0], plain[1])
}
