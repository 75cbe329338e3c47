package server_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
)

// openAPI returns the description of the API, once it is a valid one.
func openAPI(t testing.TB) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData([]byte(server.OpenAPI))
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return doc
}

// The description has the operations of the route table, each with its scopes,
// and no others.
func TestOpenAPI_operations(t *testing.T) {
	t.Parallel()
	var table, described []string
	for _, o := range slices.Concat(server.Operations(), server.SeededOperations()) {
		table = append(table, fmt.Sprintf("%s %s %v", o.Method, o.Path, o.Scopes))
	}
	for path, methods := range server.OpenPaths {
		for _, method := range methods {
			table = append(table, fmt.Sprintf("%s %s open", method, path))
		}
	}
	for path, item := range openAPI(t).Paths.Map() {
		for method, o := range item.Operations() {
			described = append(described, fmt.Sprintf("%s %s %s", method, path, demanded(t, o)))
		}
	}
	slices.Sort(table)
	slices.Sort(described)
	for _, row := range table {
		if !slices.Contains(described, row) {
			t.Errorf("openapi.yaml has no %s", row)
		}
	}
	for _, row := range described {
		if !slices.Contains(table, row) {
			t.Errorf("the route table has no %s", row)
		}
	}
	if len(table) < 41 {
		t.Errorf("the route table is not complete: %q", table)
	}
}

// demanded is who may call an operation, as the route table would say it: one of
// the scopes is enough, so that each must be a requirement of its own.
func demanded(t *testing.T, o *openapi3.Operation) string {
	t.Helper()
	if o.Security == nil {
		t.Fatalf("%s says nothing about security", o.OperationID)
	}
	if len(*o.Security) == 0 {
		return "open"
	}
	var scopes []string
	for _, requirement := range *o.Security {
		if named, ok := requirement["token"]; !ok || len(requirement) != 1 || len(named) > 1 || len(named) == 0 && len(*o.Security) > 1 {
			t.Errorf("%s: each requirement must be one scope, or the only one no scope, not %v", o.OperationID, requirement)
		}
		scopes = append(scopes, requirement["token"]...)
	}
	return fmt.Sprint(scopes)
}

func TestOpenAPI_scopes(t *testing.T) {
	t.Parallel()
	flow := openAPI(t).Components.SecuritySchemes["token"].Value.Flows.ClientCredentials
	described, all := slices.Sorted(maps.Keys(flow.Scopes)), slices.Sorted(slices.Values(append(api.AllScopes(), api.OwnScopes()...)))
	if !slices.Equal(described, all) {
		t.Errorf("openapi.yaml has the scopes %q, want %q", described, all)
	}
	if flow.TokenURL != api.PathToken {
		t.Errorf("tokens come from %s, want %s", flow.TokenURL, api.PathToken)
	}
}

// What is described once is used somewhere.
func TestOpenAPI_components(t *testing.T) {
	t.Parallel()
	c := openAPI(t).Components
	for kind, names := range map[string][]string{
		"parameters": slices.Collect(maps.Keys(c.Parameters)),
		"headers":    slices.Collect(maps.Keys(c.Headers)),
		"responses":  slices.Collect(maps.Keys(c.Responses)),
		"schemas":    slices.Collect(maps.Keys(c.Schemas)),
	} {
		if len(names) == 0 {
			t.Errorf("there are no %s", kind)
		}
		for _, name := range names {
			if reference := fmt.Sprintf("%q", "#/components/"+kind+"/"+name); !strings.Contains(server.OpenAPI, reference) {
				t.Errorf("nothing uses %s", reference)
			}
		}
	}
}

// Everything has a description: operations, parameters, responses, schemas and their members. That
// of a schema is also that of the members that refer to it.
func TestOpenAPI_described(t *testing.T) {
	t.Parallel()
	doc := openAPI(t)
	count := 0
	described := func(what, text string) {
		if count++; text == "" {
			t.Errorf("%s has no description", what)
		}
	}
	seen := map[*openapi3.Schema]bool{}
	var members func(where string, ref *openapi3.SchemaRef)
	members = func(where string, ref *openapi3.SchemaRef) {
		if ref == nil || seen[ref.Value] {
			return
		}
		s := ref.Value
		seen[s] = true
		for name, member := range s.Properties {
			described(where+"."+name, member.Value.Description)
			members(where+"."+name, member)
		}
		for _, list := range []openapi3.SchemaRefs{s.OneOf, s.AnyOf, s.AllOf, {s.Items, s.AdditionalProperties.Schema}} {
			for _, inner := range list {
				members(where, inner)
			}
		}
	}
	content := func(where string, c openapi3.Content) {
		for _, media := range c {
			members(where, media.Schema)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method, o := range item.Operations() {
			where := method + " " + path
			described(where, o.Description)
			described("the summary of "+where, o.Summary)
			for _, p := range append(slices.Clone(item.Parameters), o.Parameters...) {
				described(where+"?"+p.Value.Name, p.Value.Description)
			}
			if o.RequestBody != nil {
				content(where, o.RequestBody.Value.Content)
			}
			for status, r := range o.Responses.Map() {
				described(where+" "+status, *r.Value.Description)
				content(where+" "+status, r.Value.Content)
			}
		}
	}
	for name, s := range doc.Components.Schemas {
		described("the schema "+name, s.Value.Description)
		members(name, s)
	}
	for _, tag := range doc.Tags {
		described("the tag "+tag.Name, tag.Description)
	}
	if count < 1000 {
		t.Errorf("only %d descriptions were looked for", count)
	}
}

func TestOpenAPI_served(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	got := b.send(t, exchange{path: api.PathOpenAPI, header: map[string]string{"Authorization": ""}})
	if got.status != 200 || got.header.Get("Content-Type") != "application/yaml" || string(got.body) != server.OpenAPI {
		t.Errorf("got %d %s %.80q", got.status, got.header.Get("Content-Type"), got.body)
	}
}
