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

// VisibleTexts refuses a configuration with texts that are not what they look
// like: white space around them, or characters that nobody sees, which come along
// when a text is copied from a document or a page. What is looked up is trimmed
// instead, see TrimArguments.
type VisibleTexts struct{}

// Description says what the validator wants.
func (VisibleTexts) Description(context.Context) string {
	return "must not hold invisible characters"
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

// invisibleTexts reports the first fault of each text and of each key of a map. It
// does not repeat a text, which may be a secret.
func invisibleTexts(config tftypes.Value) (diags diag.Diagnostics) {
	eachValue(config, func(at path.Path, v tftypes.Value, in tftypes.Type) {
		attribute := attributeName(at)
		if in != nil && in.Is(tftypes.Map{}) {
			if lastKey(at) == "" {
				diags.AddAttributeError(at, "Empty Key", "A key of "+attribute+" is empty, and names nothing. Give it a name, or leave it out.")
			}
			checkText(at, "A key of "+attribute, lastKey(at), &diags)
		}
		if v.IsNull() || !v.IsKnown() || !v.Type().Is(tftypes.String) {
			return
		}
		var text string
		_ = v.As(&text) // of this type, as was just seen
		switch attribute {
		case "csv", "mixins": // documents, which are checked as such
		case "description": // several lines, with blanks that keep words together
			if character := access.Invisible(proseReplacer.Replace(text)); character != "" {
				diags.Append(invisibleCharacter(at, "The value of description", character))
			}
		default:
			checkText(at, "The value of "+attribute, text, &diags)
		}
	})
	return diags
}

// proseReplacer takes away what a text of several lines may hold: line ends of Windows,
// spaces that do not break, and the joiners of emoji.
var proseReplacer = strings.NewReplacer("\r\n", "\n", "\u00a0", " ", "\u202f", " ", "\u200d", "")

// checkText reports what nobody sees of a text. Whose says whose text it is.
func checkText(at path.Path, whose, text string, diags *diag.Diagnostics) {
	if character := access.Invisible(text); character != "" {
		diags.Append(invisibleCharacter(at, whose, character))
	} else if strings.TrimSpace(text) != text {
		diags.AddAttributeError(at, "White Space Around Text", whose+" begins or ends with white space. Remove it, or use trimspace().")
	}
}

func invisibleCharacter(at path.Path, whose, character string) diag.Diagnostic {
	return diag.NewAttributeErrorDiagnostic(at, "Invisible Character",
		fmt.Sprintf("%s holds the character %s, which cannot be seen. Remove it; text that is copied from a document or a page often brings such characters along.", whose, character))
}
