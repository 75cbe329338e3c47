package plumbing

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

var (
	idPattern       = regexp.MustCompile(`^[A-Za-z0-9._-]{1,66}$`)
	languagePattern = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
)

// ValidID accepts ids that a configuration may choose.
func ValidID() validator.String {
	return stringvalidator.RegexMatches(idPattern, "must have 1 to 66 letters, digits, dots, hyphens and underscores")
}

// NotEmpty refuses the empty string: leave the attribute out instead.
func NotEmpty() validator.String { return stringvalidator.LengthAtLeast(1) }

// ValidText accepts a localized text: at least one language tag, none of the
// texts empty.
func ValidText() []validator.Map {
	return []validator.Map{
		mapvalidator.SizeAtLeast(1),
		mapvalidator.KeysAre(stringvalidator.RegexMatches(languagePattern, `must be a language tag such as "en" or "de-CH"`)),
		mapvalidator.ValueStringsAre(NotEmpty()),
	}
}

// ValidEmail accepts a bare e-mail address.
func ValidEmail() validator.String { return emailValidator{} }

type emailValidator struct{}

func (emailValidator) Description(context.Context) string { return "must be an e-mail address" }

func (emailValidator) MarkdownDescription(context.Context) string { return "must be an e-mail address" }

func (emailValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !IsSet(req.ConfigValue) {
		return
	}
	text := req.ConfigValue.ValueString()
	if address, err := mail.ParseAddress(text); err != nil || address.Address != text {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid E-Mail Address", fmt.Sprintf("%q is not an e-mail address such as anna.schmidt@example.com.", text))
	}
}

// ValidJSONObject accepts the text of a JSON object.
func ValidJSONObject() validator.String { return jsonObjectValidator{} }

type jsonObjectValidator struct{}

func (jsonObjectValidator) Description(context.Context) string { return "must be a JSON object" }

func (v jsonObjectValidator) MarkdownDescription(ctx context.Context) string {
	return v.Description(ctx)
}

func (jsonObjectValidator) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if !IsSet(req.ConfigValue) {
		return
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(req.ConfigValue.ValueString()), &object); err != nil || object == nil {
		resp.Diagnostics.AddAttributeError(req.Path, "Invalid JSON Object", "The text is not a JSON object. Write it with jsonencode({ ... }).")
	}
}

// ValidAccess accepts a map of entity to level. Each mistake is reported on
// its own key.
func ValidAccess() validator.Map { return accessValidator{} }

type accessValidator struct{}

func (accessValidator) Description(context.Context) string {
	return "must name entities of the catalog with levels of their product"
}

func (v accessValidator) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (accessValidator) ValidateMap(_ context.Context, req validator.MapRequest, resp *validator.MapResponse) {
	elements := req.ConfigValue.Elements()
	for _, entity := range SortedKeys(elements) {
		level, ok := elements[entity].(types.String)
		if !ok || level.IsUnknown() {
			continue
		}
		if _, err := access.Check(entity, level.ValueString()); err != nil {
			resp.Diagnostics.AddAttributeError(req.Path.AtMapKey(entity), "Invalid Access", Sentence(err.Error()))
		}
	}
}
