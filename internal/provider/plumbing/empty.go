package plumbing

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// NotEmpty refuses the empty text: an argument without a value is left out.
func NotEmpty() validator.String {
	return rule{"must not be empty", "Empty Text", func(text string) bool { return text != "" }, nil}
}

// emptyText says what to write instead of an empty text.
func emptyText(at path.Path) string {
	attribute := attributeName(at)
	switch last, _ := at.Steps().LastStep(); last := last.(type) {
	case path.PathStepElementKeyString:
		return fmt.Sprintf("The text for the key %q of %s is empty. Write a text, or leave the key out:\n\n  %s = { for k, v in MAP : k => v if v != \"\" }\n\nwhere MAP is the present value.", string(last), attribute, attribute)
	case path.PathStepElementKeyInt, path.PathStepElementKeyValue:
		return fmt.Sprintf("%s holds an empty text. Leave it out; compact(LIST) leaves out empty and null elements of a list.", attribute)
	}
	return fmt.Sprintf("%s is empty. Write a value or, where the argument is optional, leave it out. This expression leaves out an empty one:\n\n  %s = VALUE != \"\" ? VALUE : null\n\nwhere VALUE is the present value.", attribute, attribute)
}

// NotEmptyMap refuses a map without keys: an argument without a value is left out.
func NotEmptyMap() validator.Map { return notEmptyCollection{} }

// NotEmptySet refuses a set without elements. Means says what an empty one would
// mean, as a sentence.
func NotEmptySet(means string) validator.Set { return notEmptyCollection{means} }

type notEmptyCollection struct{ means string }

func (notEmptyCollection) Description(context.Context) string {
	return "must not be empty: leave it out"
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
	return fmt.Sprintf("%s is empty. %sWrite a value or, where the argument is optional, leave it out. This expression leaves out an empty one:\n\n  %s = length(VALUE) > 0 ? VALUE : null\n\nwhere VALUE is the present value.", attribute, v.means, attribute)
}
