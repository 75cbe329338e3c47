package seed

import (
	"fmt"
	"slices"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// ctyType converts a protocol type to its cty type. Attributes of objects are
// optional.
func ctyType(t tftypes.Type) cty.Type {
	switch t := t.(type) {
	case tftypes.List:
		return cty.List(ctyType(t.ElementType))
	case tftypes.Set:
		return cty.Set(ctyType(t.ElementType))
	case tftypes.Map:
		return cty.Map(ctyType(t.ElementType))
	case tftypes.Object:
		members, optional := map[string]cty.Type{}, []string{}
		for name, member := range t.AttributeTypes {
			members[name], optional = ctyType(member), append(optional, name)
		}
		return cty.ObjectWithOptionalAttrs(members, optional)
	}
	switch {
	case t.Is(tftypes.Bool):
		return cty.Bool
	case t.Is(tftypes.Number):
		return cty.Number
	}
	return cty.String // the provider uses no other type
}

// configuration returns the arguments of a block as an object of the type's
// schema.
func configuration(r *resource, s *tfprotov6.Schema, made map[string]cty.Value) (config cty.Value, errs []error) {
	values := map[string]cty.Value{}
	for _, a := range r.block.Body.Attributes {
		known := slices.ContainsFunc(s.Block.Attributes, func(known *tfprotov6.SchemaAttribute) bool { return known.Name == a.Name })
		if !known && a.Name != "depends_on" {
			errs = append(errs, errorAt(a.SrcRange, r.address()+" has no argument "+a.Name))
		}
	}
	scope := &hcl.EvalContext{Variables: r.variables(made)}
	for _, a := range s.Block.Attributes {
		typ := ctyType(a.ValueType())
		given := r.block.Body.Attributes[a.Name]
		value, err := cty.NullVal(typ.WithoutOptionalAttributesDeep()), error(nil)
		switch {
		case given != nil && !a.Required && !a.Optional:
			err = errorAt(given.SrcRange, fmt.Sprintf("a seed cannot set %s of %s", a.Name, r.address()))
		case given != nil && a.WriteOnly:
			err = errorAt(given.SrcRange, fmt.Sprintf("a seed cannot contain secrets: leave %s out", a.Name))
		case given != nil:
			value, err = evaluate(given, typ, scope)
		case a.Required:
			err = errorAt(r.block.DefRange(), r.address()+" lacks the argument "+a.Name)
		}
		if err != nil {
			errs = append(errs, err)
		}
		values[a.Name] = value
	}
	return cty.ObjectVal(values), errs
}

// evaluate returns the value of an argument, converted to its type.
func evaluate(a *hclsyntax.Attribute, typ cty.Type, scope *hcl.EvalContext) (cty.Value, error) {
	value, diags := a.Expr.Value(scope)
	if diags.HasErrors() {
		return value, errorAt(*diags[0].Subject, diags[0].Summary+": "+diags[0].Detail)
	}
	if name := unknownMember(value.Type(), typ); name != "" {
		return value, errorAt(a.SrcRange, fmt.Sprintf("%s has no member %s", a.Name, name))
	}
	converted, err := convert.Convert(value, typ)
	if err != nil {
		return value, errorAt(a.SrcRange, fmt.Sprintf("%s: %s", a.Name, err))
	}
	return converted, nil
}

// unknownMember returns an attribute of an object that its type lacks, which a
// conversion would drop, or "".
func unknownMember(given, want cty.Type) string {
	var parts []cty.Type
	switch {
	case given.IsObjectType():
		for name, part := range given.AttributeTypes() {
			if want.IsObjectType() && !want.HasAttribute(name) {
				return name
			}
			if want.IsObjectType() {
				if found := unknownMember(part, want.AttributeType(name)); found != "" {
					return found
				}
				continue
			}
			parts = append(parts, part)
		}
	case given.IsTupleType():
		parts = given.TupleElementTypes()
	}
	if !want.IsCollectionType() {
		return ""
	}
	for _, part := range parts {
		if found := unknownMember(part, want.ElementType()); found != "" {
			return found
		}
	}
	return ""
}
