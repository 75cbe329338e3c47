package plumbing

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// VisibleTexts refuses a configuration with strings that are not what they look like:
// with white space around them, or with invisible characters, as copied from a
// document or web page. The arguments of data sources are trimmed instead: see
// TrimArguments.
type VisibleTexts struct{}

// Description describes what the validator requires.
func (VisibleTexts) Description(context.Context) string {
	return "must not contain invisible characters"
}

// MarkdownDescription is Description.
func (v VisibleTexts) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

// ValidateProvider implements provider.ConfigValidator.
func (VisibleTexts) ValidateProvider(_ context.Context, req provider.ValidateConfigRequest, resp *provider.ValidateConfigResponse) {
	resp.Diagnostics.Append(invisibleTexts(req.Config.Raw)...)
}

// ValidateResource implements resource.ConfigValidator.
func (VisibleTexts) ValidateResource(_ context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	resp.Diagnostics.Append(invisibleTexts(req.Config.Raw)...)
}

// invisibleTexts reports the first fault of each string and of each key of a map. It
// does not repeat the string, which may be a secret.
func invisibleTexts(config tftypes.Value) (diags diag.Diagnostics) {
	eachValue(config, func(at path.Path, v tftypes.Value, in tftypes.Type) {
		attribute := attributeName(at)
		if in != nil && in.Is(tftypes.Map{}) {
			if lastKey(at) == "" {
				diags.AddAttributeError(at, "Empty Key", "A key of "+attribute+" is empty. Set a name or remove the key.")
			}
			checkText(at, "A key of "+attribute, lastKey(at), &diags)
		}
		if v.IsNull() || !v.IsKnown() || !v.Type().Is(tftypes.String) {
			return
		}
		var text string
		_ = v.As(&text) // its type was just checked
		switch attribute {
		case "csv", "mixins": // documents with checks of their own
		case "description": // may have several lines and non-breaking spaces
			if character := access.Invisible(proseReplacer.Replace(text)); character != "" {
				diags.Append(invisibleCharacter(at, "The value of description", character))
			}
		default:
			checkText(at, "The value of "+attribute, text, &diags)
		}
	})
	return diags
}

// proseReplacer replaces the characters allowed in a text of several lines: Windows
// line endings, non-breaking spaces and the joiners of emoji.
var proseReplacer = strings.NewReplacer("\r\n", "\n", "\u00a0", " ", "\u202f", " ", "\u200d", "")

// checkText reports invisible parts of a text. whose begins the sentence, such as
// "The value of description".
func checkText(at path.Path, whose, text string, diags *diag.Diagnostics) {
	if character := access.Invisible(text); character != "" {
		diags.Append(invisibleCharacter(at, whose, character))
	} else if strings.TrimSpace(text) != text {
		diags.AddAttributeError(at, "White Space Around Text", whose+" begins or ends with white space. Remove it, or use trimspace().")
	}
}

func invisibleCharacter(at path.Path, whose, character string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invisible Character",
		fmt.Sprintf("%s contains the invisible character %s. Remove it; text copied from a document or web page often contains such characters.", whose, character))
}
