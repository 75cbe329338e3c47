package servertest

import (
	"encoding/json"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const small = `
paths:
  /a:
    parameters: [{name: p}]
    get:
      parameters:
        - $ref: "#/shared/parameter"
        - {name: q, required: true}
      responses: {"200": {$ref: "#/shared/answer"}}
    post: {security: [x]}
shared:
  parameter: {name: r, required: true}
  answer: {schema: {type: object, properties: {name: {type: object}}}}
`

func TestCorrection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, correction, want, wrong string }{
		{name: "replaced", correction: `{operations: [POST /a], change: {security: [y, z]}}`, want: `"security":["y","z"]`},
		{name: "added", correction: `{operations: [POST /a], change: {responses: {"404": {description: none}}}}`, want: `"post":{"responses":{"404":{"description":"none"}},"security":["x"]}`},
		{name: "removed", correction: `{operations: [POST /a], change: {security: null}}`, want: `"post":{}`},
		{name: "all operations", correction: `{change: {x: 1}}`, want: `"post":{"security":["x"],"x":1}`},
		{name: "behind a reference", correction: `{operations: [GET /a], change: {responses: {"200": {schema: {properties: {name: {type: null}}}}}}}`, want: `"answer":{"schema":{"properties":{"name":{}},"type":"object"}}`},
		{name: "the reference stays", correction: `{operations: [GET /a], change: {responses: {"200": {x: 1}}}}`, want: `"responses":{"200":{"$ref":"#/shared/answer"}}`},
		{name: "named", correction: `{operations: [GET /a], change: {parameters: {q: {required: false}}}}`, want: `{"name":"q","required":false}`},
		{name: "named behind a reference", correction: `{operations: [GET /a], change: {parameters: {r: {required: false}}}}`, want: `"parameter":{"name":"r","required":false}`},
		{name: "no such operation", correction: `{operations: [GET /a, PUT /a], change: {x: 1}}`, wrong: "only 1 of these operations"},
		{name: "no such name", correction: `{operations: [GET /a], change: {parameters: {s: {required: false}}}}`, wrong: "only 0 of these"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var doc map[string]any
			var change correction
			if err := yaml.Unmarshal([]byte(small), &doc); err != nil {
				t.Fatal(err)
			}
			if err := yaml.Unmarshal([]byte(c.correction), &change); err != nil {
				t.Fatal(err)
			}
			err := document(doc).correct(change)
			if c.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), c.wrong) {
					t.Errorf("got %v, want %s", err, c.wrong)
				}
				return
			}
			got, _ := json.Marshal(doc)
			if err != nil || !strings.Contains(string(got), c.want) {
				t.Errorf("got %s %v, want %s", got, err, c.want)
			}
		})
	}
}

// A correction that changes nothing is not needed any more.
func TestCorrections_needed(t *testing.T) {
	t.Parallel()
	files, err := readCorrections()
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v %v", files, err)
	}
	for _, f := range files {
		if len(f.Corrections) == 0 {
			t.Errorf("%s has no corrections", f.File)
		}
		for _, c := range f.Corrections {
			if len(c.Reason) < 20 || len(c.Change) == 0 {
				t.Errorf("%s: a correction needs a reason and a change: %+v", f.File, c)
			}
		}
	}
	if publishedDir == "" {
		t.Skipf("%s is not set, and there are no published descriptions in the default folder", publishedVariable)
	}
	for _, f := range files {
		path := filepath.Join(publishedDir, f.File)
		corrected, err := readDocument(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range f.Corrections {
			before := clone(t, corrected)
			if err := corrected.correct(c); err != nil {
				t.Errorf("%s: %q: %v", f.File, c.Reason, err)
			}
			if reflect.DeepEqual(before, clone(t, corrected)) {
				t.Errorf("%s: nothing has to be corrected for %q", f.File, c.Reason)
			}
		}
	}
}

func clone(t *testing.T, doc document) any {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	var copied any
	if err := json.Unmarshal(text, &copied); err != nil {
		t.Fatal(err)
	}
	return copied
}
