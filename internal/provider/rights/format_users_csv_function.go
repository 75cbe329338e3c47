package rights

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// NewFormatUsersCSVFunction returns the function format_users_csv.
func NewFormatUsersCSVFunction() function.Function {
	return accessFunction{
		name: "format_users_csv",
		definition: function.Definition{
			Summary: "Format users as CSV",
			MarkdownDescription: "Writes users as the text that `iam_users_csv` manages, with every cell quoted as it needs to be: commas, quotes, line breaks and a leading `=` survive. " +
				"`parse_users_csv` reads the same users back, without white space and invisible characters around values.\n\n" +
				"A user has the attributes " + codes(usertable.Columns()) + ", of which the first three are required; others are an error. `locked` is a bool, and `groups` a list or set of ids. " +
				"The table has a column for each attribute that at least one user has a value for. An attribute that is null or left out is an empty cell there, except `groups`, " +
				"because an empty cell removes the user from all groups: write `[]` for that. All mistakes are reported at once, each with its user.",
			Parameters: []function.Parameter{function.DynamicParameter{
				Name: "users", AllowNullValue: true, MarkdownDescription: "The users: a list, or a map or object whose keys are the e-mail addresses of users without the attribute `email`, such as " +
					"`[for r in csvdecode(file(\"staff.csv\")) : { email = r.mail, first_name = r.name, last_name = r.surname }]`.",
			}},
			Return: function.StringReturn{},
		},
		run: func(ctx context.Context, args function.ArgumentsData, result *function.ResultData) *function.FuncError {
			var users types.Dynamic
			if err := args.Get(ctx, &users); err != nil {
				return err
			}
			given, err := givenUsers(users)
			if err != nil {
				return badArgument(0, err)
			}
			text, err := usertable.Write(given, client.EmailOfRow)
			if err != nil {
				return badArgument(0, err)
			}
			return result.Set(ctx, text)
		},
	}
}

// givenUsers reads the users in the order of the list or the keys.
func givenUsers(users attr.Value) ([]usertable.Row, error) {
	if isNull(users) {
		return nil, errors.New("users are null: write {} for no users")
	}
	var given []usertable.Row
	var mistakes []error
	unknown := unknownAttributes{}
	read := func(name string, v attr.Value, key string) {
		u, err := givenUser(name, v, key, unknown)
		mistakes = append(mistakes, err)
		given = append(given, u)
	}
	if fields, ok := fieldsOf(users); ok {
		for _, key := range plumbing.SortedKeys(fields) {
			read(fmt.Sprintf("users[%q]", key), fields[key], key)
		}
	} else if items, ok := itemsOf(users); ok {
		for i, item := range items {
			read(fmt.Sprintf("users[%d]", i), item, "")
		}
	} else {
		return nil, fmt.Errorf("users must be a map, an object or a list of users, and are %s", kindOf(users))
	}
	return given, errors.Join(append(unknown.mistakes(), mistakes...)...)
}

// unknownAttributes holds the users with an unknown attribute, by attribute: in
// an export, all users have the same ones.
type unknownAttributes map[string][]string

func (a unknownAttributes) mistakes() (mistakes []error) {
	for _, attribute := range plumbing.SortedKeys(a) {
		names := a[attribute]
		who := names[0] + " has"
		if len(names) > 1 {
			who = fmt.Sprintf("%s and %d more have", names[0], len(names)-1)
		}
		mistakes = append(mistakes, fmt.Errorf("%s the attribute %q, which is no column: the columns are %s. Leave it out", who, attribute, strings.Join(usertable.Columns(), ", ")))
	}
	return mistakes
}

// givenUser reads one user. The key of a map is the e-mail address of a user
// without one.
func givenUser(name string, v attr.Value, key string, unknown unknownAttributes) (usertable.Row, error) {
	u := usertable.Row{Name: name, Cells: map[string]string{}}
	if isNull(v) {
		return u, fmt.Errorf("%s is null: leave it out", name)
	}
	fields, ok := fieldsOf(v)
	if !ok {
		return u, fmt.Errorf("%s must be an object with the attributes of a user, and is %s", name, kindOf(v))
	}
	var mistakes []error
	for _, attribute := range plumbing.SortedKeys(fields) {
		v := fields[attribute]
		switch {
		case !slices.Contains(usertable.Columns(), attribute):
			unknown[attribute] = append(unknown[attribute], name)
		case !isNull(v):
			cell, err := cellOf(name, attribute, v)
			mistakes = append(mistakes, err)
			u.Cells[attribute] = cell
		}
	}
	if _, ok := u.Cells["email"]; !ok && strings.Contains(key, "@") {
		u.Cells["email"] = key
	}
	return u, errors.Join(mistakes...)
}

// cellOf returns an attribute as its cell.
func cellOf(name, attribute string, v attr.Value) (string, error) {
	where := name + "." + attribute
	text, isText := textOf(v)
	switch attribute {
	case "locked":
		if d, ok := v.(types.Dynamic); ok {
			v = d.UnderlyingValue()
		}
		if b, ok := v.(types.Bool); ok {
			return strconv.FormatBool(b.ValueBool()), nil
		}
		if !isText {
			return "", fmt.Errorf("%s must be a bool, and is %s", where, kindOf(v))
		}
	case "groups":
		if items, ok := itemsOf(v); ok {
			return groupsCell(where, items)
		}
		if !isText {
			return "", fmt.Errorf("%s must be a list or a set of ids, and is %s", where, kindOf(v))
		}
	default:
		if !isText {
			return "", fmt.Errorf("%s must be a string, and is %s: use tostring()", where, kindOf(v))
		}
	}
	return text, nil
}

// groupsCell joins ids by spaces.
func groupsCell(where string, items []attr.Value) (string, error) {
	ids, err := textsOf(where, items)
	if err != nil {
		return "", err
	}
	var mistakes []error
	for i, id := range ids {
		if strings.TrimSpace(id) != id || len(strings.Fields(id)) != 1 {
			mistakes = append(mistakes, fmt.Errorf("%s[%d] is %q, which is not the id of a group: ids have no spaces, and each is an element of its own", where, i, id))
		}
	}
	return strings.Join(ids, " "), errors.Join(mistakes...)
}
