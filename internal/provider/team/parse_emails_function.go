package team

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

type parseEmailsFunction struct{}

// NewParseEmailsFunction returns the function parse_emails.
func NewParseEmailsFunction() function.Function { return parseEmailsFunction{} }

func (parseEmailsFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "parse_emails"
}

func (parseEmailsFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Parse a list of e-mail addresses",
		MarkdownDescription: "Reads a list of e-mail addresses, as people copy them from elsewhere: separated by commas; spaces and line ends count as well. " +
			"Returns a map from each address in lower case to the address as written, for the `for_each` of an `iam_team_member`.\n\n" +
			"Nothing is guessed: every text that is no e-mail address and every address that is listed twice, ignoring case, is reported at once.",
		Parameters: []function.Parameter{function.StringParameter{Name: "list", MarkdownDescription: "The list, such as `anna@example.com,bert@example.com`."}},
		Return:     function.MapReturn{ElementType: types.StringType},
	}
}

func (parseEmailsFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var list string
	if resp.Error = req.Arguments.Get(ctx, &list); resp.Error != nil {
		return
	}
	emails, err := api.ParseEmails(list)
	if err != nil {
		var mistakes []string
		for _, line := range strings.Split(err.Error(), "\n") {
			mistakes = append(mistakes, plumbing.Sentence(line))
		}
		resp.Error = function.NewArgumentFuncError(0, strings.Join(mistakes, "\n"))
		return
	}
	byKey := make(map[string]string, len(emails))
	for _, email := range emails {
		byKey[strings.ToLower(email)] = email
	}
	resp.Error = resp.Result.Set(ctx, byKey)
}
