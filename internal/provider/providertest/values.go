package providertest

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Unknown stands for a value that is known after apply.
var Unknown = unknown{}

type unknown struct{}

// Values are attributes by name: string, bool, int, []any, map[string]any,
// Unknown, tftypes.Value, or nil for null. What is left out is null.
type Values = map[string]any

// encode turns a plain value into one of the given type. A dynamic one gets the
// type that it has when it is written in a configuration.
func encode(t testing.TB, typ tftypes.Type, v any) tftypes.Value {
	t.Helper()
	if typ.Is(tftypes.DynamicPseudoType) {
		typ = written(v)
	}
	switch v := v.(type) {
	case nil:
		return tftypes.NewValue(typ, nil)
	case unknown:
		return tftypes.NewValue(typ, tftypes.UnknownValue)
	case tftypes.Value:
		return v
	case map[string]any:
		return encodeMap(t, typ, v)
	case []any:
		return encodeList(t, typ, v)
	case int:
		return tftypes.NewValue(typ, big.NewFloat(float64(v)))
	default:
		return tftypes.NewValue(typ, v)
	}
}

// written is the type of a value as a configuration writes it: objects and
// tuples. A value of Terraform's own keeps its type.
func written(v any) tftypes.Type {
	switch v := v.(type) {
	case string:
		return tftypes.String
	case bool:
		return tftypes.Bool
	case int:
		return tftypes.Number
	case map[string]any:
		o := tftypes.Object{AttributeTypes: map[string]tftypes.Type{}}
		for name, item := range v {
			o.AttributeTypes[name] = written(item)
		}
		return o
	case []any:
		var tuple tftypes.Tuple
		for _, item := range v {
			tuple.ElementTypes = append(tuple.ElementTypes, written(item))
		}
		return tuple
	case tftypes.Value:
		return v.Type()
	}
	return tftypes.DynamicPseudoType
}

func encodeMap(t testing.TB, typ tftypes.Type, m map[string]any) tftypes.Value {
	t.Helper()
	values := map[string]tftypes.Value{}
	switch typ := typ.(type) {
	case tftypes.Object:
		for name := range m {
			if _, ok := typ.AttributeTypes[name]; !ok {
				t.Fatalf("there is no attribute %q", name)
			}
		}
		for name, attribute := range typ.AttributeTypes {
			values[name] = encode(t, attribute, m[name])
		}
	case tftypes.Map:
		for key, v := range m {
			values[key] = encode(t, typ.ElementType, v)
		}
	default:
		t.Fatalf("a map cannot be a %s", typ)
	}
	return tftypes.NewValue(typ, values)
}

func encodeList(t testing.TB, typ tftypes.Type, items []any) tftypes.Value {
	t.Helper()
	element := func(int) tftypes.Type { return nil }
	switch typ := typ.(type) {
	case tftypes.List:
		element = func(int) tftypes.Type { return typ.ElementType }
	case tftypes.Set:
		element = func(int) tftypes.Type { return typ.ElementType }
	case tftypes.Tuple:
		element = func(i int) tftypes.Type { return typ.ElementTypes[i] }
	default:
		t.Fatalf("a list cannot be a %s", typ)
	}
	values := make([]tftypes.Value, len(items))
	for i, item := range items {
		values[i] = encode(t, element(i), item)
	}
	return tftypes.NewValue(typ, values)
}

// decode is the inverse of encode. A null object is nil.
func decode(t testing.TB, v tftypes.Value) any {
	t.Helper()
	if v.IsNull() {
		return nil
	}
	if !v.IsKnown() {
		return Unknown
	}
	fail := func(err error) {
		if err != nil {
			t.Fatalf("decoding a value: %v", err)
		}
	}
	switch typ := v.Type(); {
	case typ.Is(tftypes.String):
		var s string
		fail(v.As(&s))
		return s
	case typ.Is(tftypes.Bool):
		var b bool
		fail(v.As(&b))
		return b
	case typ.Is(tftypes.Number):
		var n big.Float
		fail(v.As(&n))
		i, _ := n.Int64()
		return int(i)
	case typ.Is(tftypes.Map{}) || typ.Is(tftypes.Object{}):
		var m map[string]tftypes.Value
		fail(v.As(&m))
		out := map[string]any{}
		for key, item := range m {
			out[key] = decode(t, item)
		}
		return out
	case typ.Is(tftypes.List{}) || typ.Is(tftypes.Set{}):
		var items []tftypes.Value
		fail(v.As(&items))
		out := []any{}
		for _, item := range items {
			out = append(out, decode(t, item))
		}
		if v.Type().Is(tftypes.Set{}) { // in one order, to be compared
			slices.SortFunc(out, func(a, b any) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		}
		return out
	}
	t.Fatalf("a value of type %s cannot be decoded", v.Type())
	return nil
}
