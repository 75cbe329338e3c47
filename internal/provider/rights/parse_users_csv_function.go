package rights

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// csvUserModel is a user of a table.
type csvUserModel struct {
	Email             types.String `tfsdk:"email"`
	FirstName         types.String `tfsdk:"first_name"`
	LastName          types.String `tfsdk:"last_name"`
	Department        types.String `tfsdk:"department"`
	PreferredSite     types.String `tfsdk:"preferred_site"`
	PreferredCurrency types.String `tfsdk:"preferred_currency"`
	PreferredLanguage types.String `tfsdk:"preferred_language"`
	Locked            types.Bool   `tfsdk:"locked"`
	Groups            types.Set    `tfsdk:"groups"`
}

// fromCore sets the attributes from one row. Attributes without a column are
// null.
func (m *csvUserModel) fromCore(table usertable.Table, u usertable.User) {
	m.Email = types.StringValue(u.Email)
	m.FirstName = types.StringValue(u.FirstName)
	m.LastName = types.StringValue(u.LastName)
	m.Department = plumbing.StringOrNull(u.Department)
	m.PreferredSite = plumbing.StringOrNull(u.PreferredSite)
	m.PreferredCurrency = plumbing.StringOrNull(u.PreferredCurrency)
	m.PreferredLanguage = plumbing.StringOrNull(u.PreferredLanguage)
	if table.Has("locked") {
		m.Locked = types.BoolValue(u.Locked)
	}
	m.Groups = types.SetNull(types.StringType)
	if table.Has("groups") {
		m.Groups = plumbing.StringSet(u.Groups, types.SetValueMust(types.StringType, nil))
	}
}

func csvUserTypes() map[string]attr.Type {
	return map[string]attr.Type{
		"email": types.StringType, "first_name": types.StringType, "last_name": types.StringType, "department": types.StringType,
		"preferred_site": types.StringType, "preferred_currency": types.StringType, "preferred_language": types.StringType,
		"locked": types.BoolType, "groups": types.SetType{ElemType: types.StringType},
	}
}

// NewParseUsersCSVFunction returns the function parse_users_csv.
func NewParseUsersCSVFunction() function.Function {
	return accessFunction{
		name: "parse_users_csv",
		definition: function.Definition{
			Summary: "Parse users from CSV",
			MarkdownDescription: "Reads users from CSV text in common forms: separated by commas, semicolons, tabs or `|`, also with the line `sep=;` that Excel understands, columns in any order and case, with or without a byte order mark. " +
				"The columns are " + codes(usertable.Columns()) + "; the first three are required, locked is `true` or `false`, and groups holds ids separated by spaces. " +
				"White space and invisible characters around cells are dropped; invisible characters within a cell are an error.\n\n" +
				"Returns a map from the e-mail address, in lower case, to an object with an attribute for each column. Empty cells and missing columns are null, " +
				"except that `locked` is `false` and `groups` is empty if the column exists. Nothing is guessed: all mistakes are reported at once, each with its line.\n\n" +
				"`file` reads UTF-8 only. A table that Excel saved as Unicode text is `textdecodebase64(filebase64(\"users.txt\"), \"UTF-16\")`, and one of an older Windows program `textdecodebase64(filebase64(\"users.csv\"), \"windows-1252\")`.",
			Parameters: []function.Parameter{function.StringParameter{Name: "text", MarkdownDescription: "The table, a header row first, such as `file(\"users.csv\")`."}},
			VariadicParameter: function.DynamicParameter{
				Name: "options", AllowNullValue: true,
				MarkdownDescription: "At most one object, for a table in another form: " +
					"`columns`, the headers of columns that have other names, such as `{ email = \"Mail\", first_name = \"Vorname\" }`; " +
					"`ignore`, the headers of columns to leave out, such as `[\"Phone\"]`; `delimiter`, one of `,`, `;`, `|` and a tab, if it cannot be detected from the header. " +
					"Headers are compared without case, spaces, hyphens and underscores. An unknown option is an error, and so is a column that is neither known nor ignored.",
			},
			Return: function.MapReturn{ElementType: types.ObjectType{AttrTypes: csvUserTypes()}},
		},
		run: func(ctx context.Context, args function.ArgumentsData, result *function.ResultData) *function.FuncError {
			var text string
			var options []types.Dynamic
			if err := args.Get(ctx, &text, &options); err != nil {
				return err
			}
			format, argument, err := usersFormat(options)
			if err != nil {
				return badArgument(argument, err)
			}
			table, err := usertable.Check(text, format, client.EmailOfRow)
			if err != nil {
				return badArgument(0, err)
			}
			users := make(map[string]csvUserModel, len(table.Users))
			for _, u := range table.Users {
				var m csvUserModel
				m.fromCore(table, u)
				users[strings.ToLower(u.Email)] = m
			}
			return result.Set(ctx, users)
		},
	}
}

// codes formats names as Markdown code.
func codes(names []string) string {
	return "`" + strings.Join(names, "`, `") + "`"
}
