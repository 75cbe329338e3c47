package provider_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/provider"
)

// everySchema calls a function with each schema that a configuration is written
// for, and a way to validate one. A new kind, type or attribute is among them
// without anyone adding it.
func everySchema(t *testing.T, see func(name string, s *tfprotov6.Schema, validate func(tftypes.Value) []*tfprotov6.Diagnostic)) {
	t.Helper()
	s, err := providerserver.NewProtocol6WithError(provider.New("test", func(string) string { return "" }).Provider())()
	if err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	all, err := s.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		t.Fatal(err)
	}
	encode := func(v tftypes.Value) *tfprotov6.DynamicValue {
		dynamic, err := tfprotov6.NewDynamicValue(v.Type(), v)
		if err != nil {
			t.Fatal(err)
		}
		return &dynamic
	}
	checked := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	lists, actions := s.(tfprotov6.ListResourceServer), s.(tfprotov6.ActionServer)
	see("provider", all.Provider, func(v tftypes.Value) []*tfprotov6.Diagnostic {
		resp, err := s.ValidateProviderConfig(ctx, &tfprotov6.ValidateProviderConfigRequest{Config: encode(v)})
		checked(err)
		return resp.Diagnostics
	})
	for name, schema := range all.ResourceSchemas {
		see("resource "+name, schema, func(v tftypes.Value) []*tfprotov6.Diagnostic {
			resp, err := s.ValidateResourceConfig(ctx, &tfprotov6.ValidateResourceConfigRequest{TypeName: name, Config: encode(v), ClientCapabilities: &tfprotov6.ValidateResourceConfigClientCapabilities{WriteOnlyAttributesAllowed: true}})
			checked(err)
			return resp.Diagnostics
		})
	}
	for name, schema := range all.DataSourceSchemas {
		see("data "+name, schema, func(v tftypes.Value) []*tfprotov6.Diagnostic {
			resp, err := s.ValidateDataResourceConfig(ctx, &tfprotov6.ValidateDataResourceConfigRequest{TypeName: name, Config: encode(v)})
			checked(err)
			return resp.Diagnostics
		})
	}
	for name, schema := range all.EphemeralResourceSchemas {
		see("ephemeral "+name, schema, func(v tftypes.Value) []*tfprotov6.Diagnostic {
			resp, err := s.ValidateEphemeralResourceConfig(ctx, &tfprotov6.ValidateEphemeralResourceConfigRequest{TypeName: name, Config: encode(v)})
			checked(err)
			return resp.Diagnostics
		})
	}
	for name, schema := range all.ListResourceSchemas {
		see("list "+name, schema, func(v tftypes.Value) []*tfprotov6.Diagnostic {
			resp, err := lists.ValidateListResourceConfig(ctx, &tfprotov6.ValidateListResourceConfigRequest{TypeName: name, Config: encode(v)})
			checked(err)
			return resp.Diagnostics
		})
	}
	for name, schema := range all.ActionSchemas {
		see("action "+name, schema.Schema, func(v tftypes.Value) []*tfprotov6.Diagnostic {
			resp, err := actions.ValidateActionConfig(ctx, &tfprotov6.ValidateActionConfigRequest{ActionType: name, Config: encode(v)})
			checked(err)
			return resp.Diagnostics
		})
	}
}

// variant is a value with one thing wrong, and where.
type variant struct {
	value tftypes.Value
	at    string // a path as diagnostics write it
}

// variants returns values of a type, each with what wrong makes of one type inside
// it, and everything else null.
func variants(typ tftypes.Type, at string, wrong func(tftypes.Type, string) []variant) (all []variant) {
	all = wrong(typ, at)
	within := func(inner tftypes.Type, step string, hold func(tftypes.Value) any) {
		for _, v := range variants(inner, at+step, wrong) {
			all = append(all, variant{tftypes.NewValue(typ, hold(v.value)), v.at})
		}
	}
	switch typ := typ.(type) {
	case tftypes.Object:
		for name, attribute := range typ.AttributeTypes {
			within(attribute, fmt.Sprintf(`.AttributeName(%q)`, name), func(v tftypes.Value) any {
				members := map[string]tftypes.Value{}
				for other, t := range typ.AttributeTypes {
					members[other] = tftypes.NewValue(t, nil)
				}
				members[name] = v
				return members
			})
		}
	case tftypes.Map:
		within(typ.ElementType, `.ElementKeyString("key")`, func(v tftypes.Value) any { return map[string]tftypes.Value{"key": v} })
	case tftypes.List:
		within(typ.ElementType, `.ElementKeyInt(0)`, func(v tftypes.Value) any { return []tftypes.Value{v} })
	case tftypes.Set:
		within(typ.ElementType, "", func(v tftypes.Value) any { return []tftypes.Value{v} })
	}
	return all
}

// configurations are variants of what can be configured of a schema.
func configurations(s *tfprotov6.Schema, wrong func(tftypes.Type, string) []variant) (all []variant) {
	object, _ := s.ValueType().(tftypes.Object)
	for _, a := range s.Block.Attributes {
		if !a.Optional && !a.Required {
			delete(object.AttributeTypes, a.Name)
		}
	}
	whole, _ := s.ValueType().(tftypes.Object)
	for _, v := range variants(object, "", wrong) {
		members := map[string]tftypes.Value{}
		if v.value.As(&members) != nil || members == nil {
			continue
		}
		for name, t := range whole.AttributeTypes {
			if _, ok := members[name]; !ok {
				members[name] = tftypes.NewValue(t, nil)
			}
		}
		all = append(all, variant{tftypes.NewValue(whole, members), strings.TrimPrefix(v.at, ".")})
	}
	return all
}

// at returns the diagnostics with a summary, by where they are.
func withSummary(diagnostics []*tfprotov6.Diagnostic, summary string) (found []string, texts []string) {
	for _, d := range diagnostics {
		if d.Summary == summary {
			found, texts = append(found, d.Attribute.String()), append(texts, d.Detail)
		}
	}
	return found, texts
}

// Null in any list, set or map of any schema is refused, once, where it is.
func TestConfigurations_nullElements(t *testing.T) {
	t.Parallel()
	null := func(typ tftypes.Type, at string) []variant {
		switch typ := typ.(type) {
		case tftypes.List:
			return []variant{{tftypes.NewValue(typ, []tftypes.Value{tftypes.NewValue(typ.ElementType, nil)}), at + ".ElementKeyInt(0)"}}
		case tftypes.Set:
			return []variant{{tftypes.NewValue(typ, []tftypes.Value{tftypes.NewValue(typ.ElementType, nil)}), at}}
		case tftypes.Map:
			return []variant{{tftypes.NewValue(typ, map[string]tftypes.Value{"key": tftypes.NewValue(typ.ElementType, nil)}), at + `.ElementKeyString("key")`}}
		}
		return nil
	}
	tried := map[string]int{}
	everySchema(t, func(name string, s *tfprotov6.Schema, validate func(tftypes.Value) []*tfprotov6.Diagnostic) {
		for _, c := range configurations(s, null) {
			kind, _, _ := strings.Cut(name, " ")
			tried[kind]++
			found, texts := withSummary(validate(c.value), "Null Element")
			if !slices.Equal(found, []string{c.at}) || !strings.Contains(texts[0], "if v != null }") && !strings.Contains(texts[0], "if x != null]") {
				t.Errorf("%s: null at %s: got it at %v: %v", name, c.at, found, texts)
			}
		}
	})
	if tried["provider"] < 1 || tried["resource"] < 20 || tried["data"] < 4 {
		t.Errorf("few collections were found: %v", tried)
	}
}

// What nobody sees is refused in every text that can be configured, and named.
func TestConfigurations_invisibleCharacters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"a\u200bb": {"Invisible Character", "U+200B (zero width space)"},
		"\ufeffab": {"Invisible Character", "U+FEFF (byte order mark)"},
		"a\u202eb": {"Invisible Character", "U+202E (right-to-left override)"},
		"a\x00b":   {"Invisible Character", "U+0000 (NUL)"},
		"ab\u00a0": {"Invisible Character", "U+00A0 (no-break space)"},
		"\x20ab":   {"White Space Around Text", "begins or ends with white space"},
	} {
		hidden := func(typ tftypes.Type, at string) []variant {
			if typ.Is(tftypes.String) {
				return []variant{{tftypes.NewValue(typ, text), at}}
			}
			if m, ok := typ.(tftypes.Map); ok && m.ElementType.Is(tftypes.String) {
				return []variant{{tftypes.NewValue(typ, map[string]tftypes.Value{text: tftypes.NewValue(tftypes.String, "x")}), at + `.ElementKeyString("` + text + `")`}}
			}
			return nil
		}
		tried := 0
		everySchema(t, func(name string, s *tfprotov6.Schema, validate func(tftypes.Value) []*tfprotov6.Diagnostic) {
			if name != "provider" && !strings.HasPrefix(name, "resource") {
				return // what is looked up is trimmed
			}
			for _, c := range configurations(s, hidden) {
				document := strings.Contains(c.at, `"csv"`) || strings.Contains(c.at, `"mixins"`)
				prose := strings.Contains(c.at, `"description").ElementKeyString("key")`) && (strings.HasPrefix(want[0], "White") || strings.Contains(text, "\u00a0"))
				tried++
				found, texts := withSummary(validate(c.value), want[0])
				if document || prose {
					if len(found) > 0 {
						t.Errorf("%s: %q at %s is refused", name, text, c.at)
					}
					continue
				}
				if len(found) != 1 || found[0] != c.at || !strings.Contains(texts[0], want[1]) {
					t.Errorf("%s: %q at %s: got it at %v: %v", name, text, c.at, found, texts)
				}
			}
		})
		if tried < 60 {
			t.Errorf("only %d texts were found", tried)
		}
	}
}
