package provider_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	fw "github.com/hashicorp/terraform-plugin-framework/provider"
	providerschema "github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/access-config/terraform-provider-iam/internal/provider"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

func TestMain(m *testing.M) { providertest.Main(m) }

// surface returns everything that the provider describes.
func surface(t *testing.T) *tfprotov6.GetProviderSchemaResponse {
	t.Helper()
	s, err := providerserver.NewProtocol6WithError(provider.New("test", os.Getenv).Provider())()
	if err != nil {
		t.Fatal(err)
	}
	// This validates the implementation of every schema.
	resp, err := s.GetProviderSchema(t.Context(), &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range resp.Diagnostics {
		t.Errorf("%s: %s", d.Summary, d.Detail)
	}
	return resp
}

// schemas returns every schema of the provider by the name of its folder under
// examples.
func schemas(t *testing.T) map[string]*tfprotov6.Schema {
	t.Helper()
	resp := surface(t)
	all := map[string]*tfprotov6.Schema{"provider": resp.Provider}
	for name, s := range resp.ResourceSchemas {
		all["resources/"+name] = s
	}
	for name, s := range resp.DataSourceSchemas {
		all["data-sources/"+name] = s
	}
	for name, s := range resp.EphemeralResourceSchemas {
		all["ephemeral-resources/"+name] = s
	}
	for name, s := range resp.ActionSchemas {
		all["actions/"+name] = s.Schema
	}
	for name, s := range resp.ListResourceSchemas {
		all["list-resources/"+name] = s
	}
	return all
}

func TestSchemas_describeEveryAttribute(t *testing.T) {
	t.Parallel()
	for name, s := range schemas(t) {
		if name != "provider" || s.Block.Description != "" {
			checkText(t, name, s.Block.Description)
		}
		checkAttributes(t, name, s.Block.Attributes)
		checkBlocks(t, name, s.Block.BlockTypes)
	}
}

func checkBlocks(t *testing.T, at string, blocks []*tfprotov6.SchemaNestedBlock) {
	t.Helper()
	for _, b := range blocks {
		checkText(t, at+"."+b.TypeName, b.Block.Description)
		checkAttributes(t, at+"."+b.TypeName, b.Block.Attributes)
		checkBlocks(t, at+"."+b.TypeName, b.Block.BlockTypes)
	}
}

func checkAttributes(t *testing.T, at string, attributes []*tfprotov6.SchemaAttribute) {
	t.Helper()
	for _, a := range attributes {
		checkText(t, at+"."+a.Name, a.Description)
		if a.NestedType != nil {
			checkAttributes(t, at+"."+a.Name, a.NestedType.Attributes)
			warned := strings.HasSuffix(a.Description, plumbing.UnknownMembers)
			if dropped := hasOptional(a); warned != dropped {
				t.Errorf("%s.%s: the description says that Terraform ignores misspelled members: %t, want %t", at, a.Name, warned, dropped)
			}
		}
	}
}

// hasOptional reports whether an argument is an object with members that may be
// left out: Terraform drops those that it does not know.
func hasOptional(a *tfprotov6.SchemaAttribute) bool {
	return (a.Optional || a.Required) && slices.ContainsFunc(a.NestedType.Attributes, func(m *tfprotov6.SchemaAttribute) bool { return m.Optional })
}

// sentenceEnd also takes a closing quote mark of code.
var sentenceEnd = regexp.MustCompile("[.][`)]?$")

func checkText(t *testing.T, at, text string) {
	t.Helper()
	if text == "" || !sentenceEnd.MatchString(text) {
		t.Errorf("%s: %q is no description that ends with a full stop", at, text)
	}
}

// A range that a validator wants is in the description.
func TestSchemas_describeRanges(t *testing.T) {
	t.Parallel()
	ranges := 0
	check := func(at, about string, v validator.Describer) {
		m := regexp.MustCompile(`(\d+) (?:to|and) (\d+)`).FindStringSubmatch(v.Description(t.Context()))
		if m == nil {
			return
		}
		ranges++
		if want := m[1] + " to " + m[2]; !strings.Contains(about, want) {
			t.Errorf("%s accepts %s, and its description does not say so: %q", at, want, about)
		}
	}
	p := provider.New("test", os.Getenv).Provider()
	for _, construct := range p.Resources(t.Context()) {
		var m resource.MetadataResponse
		var s resource.SchemaResponse
		r := construct()
		r.Metadata(t.Context(), resource.MetadataRequest{ProviderTypeName: "iam"}, &m)
		r.Schema(t.Context(), resource.SchemaRequest{}, &s)
		for name, a := range s.Schema.Attributes {
			if a, ok := a.(schema.StringAttribute); ok {
				for _, v := range a.Validators {
					check(m.TypeName+"."+name, a.MarkdownDescription, v)
				}
			}
		}
	}
	var s fw.SchemaResponse
	p.Schema(t.Context(), fw.SchemaRequest{}, &s)
	for name, a := range s.Schema.Attributes {
		if a, ok := a.(providerschema.Int64Attribute); ok {
			for _, v := range a.Validators {
				check(name, a.MarkdownDescription, v)
			}
		}
	}
	if ranges < 6 {
		t.Errorf("only %d ranges were found", ranges)
	}
}

func TestSchemas_haveExamples(t *testing.T) {
	t.Parallel()
	for name := range schemas(t) {
		kind, typeName, _ := strings.Cut(name, "/")
		file := map[string]string{
			"provider": "provider.tf", "resources": "resource.tf", "data-sources": "data-source.tf", "ephemeral-resources": "ephemeral-resource.tf", "actions": "action.tf", "list-resources": "list-resource.tfquery.hcl",
		}[kind]
		path := filepath.Join("..", "..", "examples", kind, typeName, file)
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s has no example: %v", name, err)
		}
		if kind != "resources" {
			continue
		}
		files := []string{"import.sh", "import-by-string-id.tf"}
		if unaddressed[typeName] == "" {
			files = append(files, "import-by-identity.tf")
		}
		for _, file := range files {
			if _, err := os.Stat(filepath.Join("..", "..", "examples", kind, typeName, file)); err != nil {
				t.Errorf("%s does not show how to import it: %v", name, err)
			}
		}
	}
}

func TestFunctions_areDescribed(t *testing.T) {
	t.Parallel()
	functions := surface(t).Functions
	if len(functions) == 0 {
		t.Fatal("there are no functions")
	}
	for name, f := range functions {
		checkText(t, name, f.Description)
		if f.Summary == "" || strings.HasSuffix(f.Summary, ".") {
			t.Errorf("%s: %q is no summary: a few words, no full stop", name, f.Summary)
		}
		for _, p := range f.Parameters {
			if p.Name == "" {
				t.Errorf("a parameter of %s has no name", name)
			}
			checkText(t, name+"."+p.Name, p.Description)
		}
		if _, err := os.Stat(filepath.Join("..", "..", "examples", "functions", name, "function.tf")); err != nil {
			t.Errorf("%s has no example: %v", name, err)
		}
	}
}
