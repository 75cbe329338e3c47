package plumbing

import (
	"context"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// StringOrNull returns null for the empty string: the API omits what a configuration
// sets to null.
func StringOrNull(s string) types.String {
	if s == "" {
		return types.StringNull()
	}
	return types.StringValue(s)
}

// IsSet reports whether the value is neither null nor unknown.
func IsSet(v attr.Value) bool { return !v.IsNull() && !v.IsUnknown() }

// StringList returns the strings sorted, never null. It is for lists that the API
// returns in no defined order.
func StringList(items []string) types.List {
	return types.ListValueMust(types.StringType, stringValues(slices.Sorted(slices.Values(items))))
}

// OrderedList returns the strings in their order, never null. It is for lists whose
// order matters.
func OrderedList(items []string) types.List {
	return types.ListValueMust(types.StringType, stringValues(items))
}

func stringValues(items []string) []attr.Value {
	elements := make([]attr.Value, len(items))
	for i, item := range items {
		elements[i] = types.StringValue(item)
	}
	return elements
}

// StringSet returns a set of strings. Without strings it is empty if the present value
// is known, and null otherwise.
func StringSet(items []string, present types.Set) types.Set {
	if len(items) == 0 && (present.IsNull() || present.IsUnknown()) {
		return types.SetNull(types.StringType)
	}
	return types.SetValueMust(types.StringType, stringValues(items))
}

// Strings reads a set of strings; nil if it is null or unknown.
func Strings(s types.Set) []string {
	var items []string
	for _, v := range s.Elements() {
		if text, ok := v.(types.String); ok && IsSet(text) {
			items = append(items, text.ValueString())
		}
	}
	return items
}

// FullyKnown reports whether a set and all its elements are known.
func FullyKnown(s types.Set) bool {
	return !s.IsUnknown() && !slices.ContainsFunc(s.Elements(), func(v attr.Value) bool { return v.IsUnknown() })
}

// TextMap returns a localized text as a map; null if it is empty.
func TextMap(t api.Text) types.Map {
	if len(t) == 0 {
		return types.MapNull(types.StringType)
	}
	elements := make(map[string]attr.Value, len(t))
	for language, text := range t {
		elements[language] = types.StringValue(text)
	}
	return types.MapValueMust(types.StringType, elements)
}

// Text reads a localized text; nil if it is null or unknown.
func Text(ctx context.Context, m types.Map, diags *diag.Diagnostics) api.Text {
	var text api.Text
	if IsSet(m) {
		diags.Append(m.ElementsAs(ctx, &text, false)...)
	}
	return text
}

// LevelMap returns levels by entity. Without levels it is null if emptyIsNull, and
// empty otherwise.
func LevelMap(levels map[string]access.Level, emptyIsNull bool) types.Map {
	if len(levels) == 0 && emptyIsNull {
		return types.MapNull(types.StringType)
	}
	elements := make(map[string]attr.Value, len(levels))
	for entity, level := range levels {
		elements[entity] = types.StringValue(level.String())
	}
	return types.MapValueMust(types.StringType, elements)
}

// Levels reads levels by entity. It skips entries that the catalog does not have,
// which ValidAccess refuses. known is false if any value is unknown.
func Levels(m types.Map) (levels map[string]access.Level, known bool) {
	levels = map[string]access.Level{}
	if m.IsUnknown() {
		return levels, false
	}
	known = true
	for entity, v := range m.Elements() {
		text, ok := v.(types.String)
		if !ok || text.IsUnknown() {
			known = false
			continue
		}
		if level, err := access.Check(entity, text.ValueString()); err == nil {
			levels[entity] = level
		}
	}
	return levels, known
}

// SortedKeys returns the keys of a map in order, for messages that are the same each
// time.
func SortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}
