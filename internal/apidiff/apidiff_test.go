package apidiff

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/oasdiff/oasdiff/checker"
	"github.com/oasdiff/oasdiff/diff"
	"github.com/oasdiff/oasdiff/load"

	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// TestPublished: whatever the published descriptions declare, the server's own declares in the
// same way, or corrections.yaml gives a reason. What the server has besides is no difference.
func TestPublished(t *testing.T) {
	p, err := servertest.ReadPublished()
	if err != nil {
		t.Fatal(err)
	}
	if p.Missing != "" {
		t.Skip(p.Missing)
	}
	explained := make([]int, len(p.Differences))
	unexplained, all := 0, 0
	for _, file := range slices.Sorted(maps.Keys(p.Texts)) {
		for _, d := range differences(t, file, p.Texts[file], []byte(server.OpenAPI)) {
			all++
			i := slices.IndexFunc(p.Differences, func(r servertest.Difference) bool { return d.explainedBy(t, r) })
			if i < 0 {
				unexplained++
				t.Errorf("%s: %s", file, d)
				continue
			}
			explained[i]++
		}
	}
	for i, r := range p.Differences {
		if len(r.Reason) < 20 || len(r.Changes) == 0 {
			t.Errorf("a difference needs a reason and changes: %+v", r)
		}
		if explained[i] == 0 {
			t.Errorf("no difference is explained by %q: it can go", r.Reason)
		}
	}
	t.Logf("%d differences in %d descriptions, %d without a reason", all, len(p.Texts), unexplained)
}

// A member, a parameter, a status or an operation that the server's description lacks is found.
func TestDifferences(t *testing.T) {
	t.Parallel()
	const published = `{"openapi": "3.0.0", "info": {"title": "t", "version": "1"}, "paths": {
		"/a": {"get": {
			"parameters": [{"name": "p", "in": "query", "schema": {"type": "string"}}],
			"responses": {"200": {"description": "d", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}}, "404": {"description": "d"}}}},
		"/b": {"put": {"requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/S"}}}}, "responses": {"204": {"description": "d"}}}}},
		"components": {"schemas": {"S": {"type": "object", "properties": {"m": {"type": "string"}, "n": {"type": "object", "properties": {"o": {"type": "integer"}}}}}}}}`
	for _, c := range []struct{ name, old, new, want string }{
		{"nothing", "", "", ""},
		{"parameter", `"name": "p"`, `"name": "q"`, "request-parameter-removed"},
		{"status", `, "404": {"description": "d"}`, ``, "response-non-success-status-removed"},
		{"operation", `"put"`, `"post"`, "api-removed"},
		{"member", `"m": {`, `"x": {`, "response-optional-property-removed"},
		{"inner member", `"o": {`, `"x": {`, "response-optional-property-removed"},
		{"sent member", `"m": {`, `"x": {`, "request-property-removed"},
		{"type", `"m": {"type": "string"`, `"m": {"type": "boolean"`, "type-changed"},
		{"required parameter", `"in": "query"`, `"required": true, "in": "query"`, "request-parameter-became-required"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var found []string
			for _, d := range differences(t, "published", []byte(published), []byte(strings.Replace(published, c.old, c.new, 1))) {
				found = append(found, d.id)
			}
			if got := strings.Join(found, " "); !strings.Contains(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// difference is something that a published description has and the server's has not.
type difference struct{ id, operation, text string }

func (d difference) String() string { return fmt.Sprintf("%s: %s: %s", d.operation, d.id, d.text) }

func (d difference) explainedBy(t *testing.T, r servertest.Difference) bool {
	t.Helper()
	for _, m := range []struct{ pattern, text string }{{r.About, d.text}, {r.In, d.operation}} {
		pattern, err := regexp.Compile("^(?:" + m.pattern + ")$")
		if err != nil {
			t.Fatal(err)
		}
		if m.pattern != "" && !pattern.MatchString(m.text) {
			return false
		}
	}
	return slices.Contains(r.Changes, d.id)
}

// ofNoConsequence are removals that no client notices: names that exist in descriptions only,
// and what remains of a schema elsewhere.
var ofNoConsequence = []string{
	"api-operation-id-removed", "api-tag-removed", "api-schema-removed", "api-security-component-removed", "api-global-security-removed",
}

// differences compares a published description with the server's. Clients of the first notice
// what oasdiff calls an error or warning, and everything that is missing.
func differences(t *testing.T, name string, published, served []byte) []difference {
	t.Helper()
	base, revision := read(t, name, published), read(t, "openapi.yaml", served)
	found, sources, err := diff.GetWithOperationsSourcesMap(diff.NewConfig(), base, revision)
	if err != nil {
		t.Fatal(err)
	}
	var list []difference
	seen := map[difference]bool{}
	for _, c := range checker.CheckBackwardCompatibilityUntilLevel(checker.NewConfig(checker.GetAllChecks()), found, sources, checker.INFO) {
		missing := strings.HasSuffix(c.GetId(), "-removed") && !slices.Contains(ofNoConsequence, c.GetId())
		d := difference{c.GetId(), c.GetOperation() + " " + c.GetPath(), c.GetUncolorizedText(checker.NewDefaultLocalizer())}
		if (c.GetLevel() != checker.INFO || missing) && !seen[d] {
			seen[d] = true
			list = append(list, d)
		}
	}
	return list
}

// read loads a description for a comparison.
func read(t *testing.T, name string, text []byte) *load.SpecInfo {
	t.Helper()
	spec, err := load.NewSpecInfoFromData(openapi3.NewLoader(), text, name, load.WithFlattenAllOf(), load.WithFlattenParams())
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	normalize(spec.Spec)
	return spec
}

// scheme is the name of the security scheme in the published descriptions.
const scheme = "OAuth2"

// normalize writes the same things in the same way: null as in OpenAPI 3.0, and the published
// name of the security scheme.
func normalize(doc *openapi3.T) {
	seen := map[*openapi3.Schema]bool{}
	for _, item := range doc.Paths.Map() {
		for _, o := range item.Operations() {
			if o.Security != nil {
				for _, requirement := range *o.Security {
					for name, scopes := range requirement {
						delete(requirement, name)
						requirement[scheme] = scopes
					}
				}
			}
			if o.RequestBody != nil {
				normalizeContent(o.RequestBody.Value.Content, seen)
			}
			for _, response := range o.Responses.Map() {
				normalizeContent(response.Value.Content, seen)
			}
		}
	}
}

func normalizeContent(content openapi3.Content, seen map[*openapi3.Schema]bool) {
	for _, media := range content {
		normalizeSchema(media.Schema, seen)
	}
}

func normalizeSchema(ref *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if ref == nil || ref.Value == nil || seen[ref.Value] {
		return
	}
	s := ref.Value
	seen[s] = true
	if s.Type != nil && s.Type.Includes(openapi3.TypeNull) && len(*s.Type) > 1 {
		types := slices.DeleteFunc(slices.Clone(*s.Type), func(name string) bool { return name == openapi3.TypeNull })
		s.Type, s.Nullable = &types, true
	}
	if s.Nullable {
		s.Enum = slices.DeleteFunc(slices.Clone(s.Enum), func(v any) bool { return v == nil })
	}
	for _, list := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf, s.AllOf, {s.Items, s.Not, s.AdditionalProperties.Schema}} {
		for _, inner := range list {
			normalizeSchema(inner, seen)
		}
	}
	for _, inner := range s.Properties {
		normalizeSchema(inner, seen)
	}
}
