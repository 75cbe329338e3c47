package plumbing

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// NotEmpty refuses the empty string: an argument without a value must be omitted.
func NotEmpty() validator.String {
	return rule{"must not be empty", "Empty Text", func(text string) bool { return text != "" }, nil}
}

// emptyText explains what to write instead of an empty string.
func emptyText(at path.Path) string {
	attribute := attributeName(at)
	switch last, _ := at.Steps().LastStep(); last := last.(type) {
	case path.PathStepElementKeyString:
		return fmt.Sprintf("The value of key %q in %s is an empty string. Set a value or omit the key:\n\n  %s = { for k, v in MAP : k => v if v != \"\" }\n\nwhere MAP is the current value.", string(last), attribute, attribute)
	case path.PathStepElementKeyInt, path.PathStepElementKeyValue:
		return fmt.Sprintf("%s contains an empty string. Remove it; compact(LIST) removes empty and null elements from a list.", attribute)
	}
	return fmt.Sprintf("%s is empty. Set a value or, if the argument is optional, omit it. This expression omits an empty value:\n\n  %s = VALUE != \"\" ? VALUE : null\n\nwhere VALUE is the current value.", attribute, attribute)
}

// NotEmptyMap refuses a map without keys: an argument without a value must be
// omitted.
func NotEmptyMap() validator.Map { return notEmptyCollection{} }

// NotEmptySet refuses a set without elements. means is a sentence on what an empty
// set would mean.
func NotEmptySet(means string) validator.Set { return notEmptyCollection{means} }

type notEmptyCollection struct{ means string }

func (notEmptyCollection) Description(context.Context) string {
	return "must not be empty: omit it instead"
}

func (v notEmptyCollection) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

// ValidateMap implements validator.Map.
func (v notEmptyCollection) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	if IsSet(req.ConfigValue) && len(req.ConfigValue.Elements()) == 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Empty Map", v.instead(req.Path))
	}
}

// ValidateSet implements validator.Set.
func (v notEmptyCollection) ValidateSet(_ context.Context, req validator.SetRequest, resp *validator.SetResponse) {
	if IsSet(req.ConfigValue) && len(req.ConfigValue.Elements()) == 0 {
		resp.Diagnostics.AddAttributeError(req.Path, "Empty Set", v.instead(req.Path))
	}
}

func (v notEmptyCollection) instead(at path.Path) string {
	attribute := attributeName(at)
	return fmt.Sprintf("%s is empty. %sSet a value or, if the argument is optional, omit it. This expression omits an empty value:\n\n  %s = length(VALUE) > 0 ? VALUE : null\n\nwhere VALUE is the current value.", attribute, v.means, attribute)
}
