package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/access-config/terraform-provider-iam/internal/provider"
)

// writeSchema writes the provider's schemas as the documentation generator reads
// them. It asks the provider in this process, so that no CLI is needed and no type
// is left out that a CLI does not know.
func writeSchema(ctx context.Context, w io.Writer, plugin *provider.Plugin) error {
	s, err := providerserver.NewProtocol6WithError(plugin.Provider())()
	if err != nil {
		return err
	}
	resp, err := s.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return err
	}
	identities, err := s.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(document(resp, identities.IdentitySchemas))
}

// document writes the schemas in the form of "terraform providers schema
// -json".
func document(resp *tfprotov6.GetProviderSchemaResponse, identities map[string]*tfprotov6.ResourceIdentitySchema) any {
	all := func(schemas map[string]*tfprotov6.Schema) map[string]any {
		out := map[string]any{}
		for name, s := range schemas {
			out[name] = schema(s)
		}
		return out
	}
	return map[string]any{
		"format_version": "1.0",
		"provider_schemas": map[string]any{
			// The generator looks for the short name.
			"iam": map[string]any{
				"provider":                   schema(resp.Provider),
				"resource_schemas":           all(resp.ResourceSchemas),
				"resource_identity_schemas":  identitySchemas(identities),
				"list_resource_schemas":      all(resp.ListResourceSchemas),
				"data_source_schemas":        all(resp.DataSourceSchemas),
				"functions":                  functions(resp.Functions),
				"ephemeral_resource_schemas": all(resp.EphemeralResourceSchemas),
				"action_schemas":             actions(resp.ActionSchemas),
			},
		},
	}
}

func actions(all map[string]*tfprotov6.ActionSchema) map[string]any {
	out := map[string]any{}
	for name, s := range all {
		out[name] = schema(s.Schema)
	}
	return out
}

func identitySchemas(all map[string]*tfprotov6.ResourceIdentitySchema) map[string]any {
	out := map[string]any{}
	for name, s := range all {
		attributes := map[string]any{}
		for _, a := range s.IdentityAttributes {
			doc := map[string]any{"type": a.Type, "description": a.Description}
			for name, set := range map[string]bool{"required_for_import": a.RequiredForImport, "optional_for_import": a.OptionalForImport} {
				if set {
					doc[name] = true
				}
			}
			attributes[a.Name] = doc
		}
		out[name] = map[string]any{"version": s.Version, "attributes": attributes}
	}
	return out
}

func functions(all map[string]*tfprotov6.Function) map[string]any {
	out := map[string]any{}
	for name, f := range all {
		var parameters []any
		for _, p := range f.Parameters {
			parameters = append(parameters, map[string]any{
				"name": p.Name, "description": p.Description, "is_nullable": p.AllowNullValue, "type": p.Type,
			})
		}
		out[name] = map[string]any{
			"summary": f.Summary, "description": f.Description, "parameters": parameters, "return_type": f.Return.Type,
		}
	}
	return out
}

func schema(s *tfprotov6.Schema) any {
	return map[string]any{"version": s.Version, "block": block(s.Block)}
}

func block(b *tfprotov6.SchemaBlock) map[string]any {
	nested := map[string]any{}
	for _, n := range b.BlockTypes {
		nested[n.TypeName] = map[string]any{"nesting_mode": blockNesting[n.Nesting], "block": block(n.Block)}
	}
	doc := map[string]any{"attributes": attributes(b.Attributes), "description": b.Description, "description_kind": "markdown"}
	if len(nested) > 0 {
		doc["block_types"] = nested
	}
	return doc
}

func attributes(list []*tfprotov6.SchemaAttribute) map[string]any {
	out := map[string]any{}
	for _, a := range list {
		doc := map[string]any{"description": a.Description, "description_kind": "markdown"}
		for name, set := range map[string]bool{"required": a.Required, "optional": a.Optional, "computed": a.Computed, "sensitive": a.Sensitive, "write_only": a.WriteOnly} {
			if set {
				doc[name] = true
			}
		}
		if a.NestedType != nil {
			doc["nested_type"] = map[string]any{
				"attributes":   attributes(a.NestedType.Attributes),
				"nesting_mode": nesting[a.NestedType.Nesting],
			}
		} else {
			doc["type"] = a.Type
		}
		out[a.Name] = doc
	}
	return out
}

var blockNesting = map[tfprotov6.SchemaNestedBlockNestingMode]string{
	tfprotov6.SchemaNestedBlockNestingModeSingle: "single",
	tfprotov6.SchemaNestedBlockNestingModeList:   "list",
	tfprotov6.SchemaNestedBlockNestingModeSet:    "set",
}

var nesting = map[tfprotov6.SchemaObjectNestingMode]string{
	tfprotov6.SchemaObjectNestingModeSingle: "single",
	tfprotov6.SchemaObjectNestingModeList:   "list",
	tfprotov6.SchemaObjectNestingModeSet:    "set",
	tfprotov6.SchemaObjectNestingModeMap:    "map",
}
