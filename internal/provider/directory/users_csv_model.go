package directory

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/resource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// usersCSVModel is the state of iam_users_csv.
type usersCSVModel struct {
	CSV           usersText      `tfsdk:"csv"`
	Rows          types.String   `tfsdk:"rows"` // null in states written before the attribute existed
	OnDestroy     types.String   `tfsdk:"on_destroy"`
	AdoptExisting types.Bool     `tfsdk:"adopt_existing"`
	Timeouts      timeouts.Value `tfsdk:"timeouts"`
}

// table parses the text. A text that cannot be parsed gives an empty table;
// validUsers refuses it.
func (m usersCSVModel) table(defaults plumbing.UserDefaults) usersTable {
	table, _ := usertable.Parse(m.CSV.ValueString())
	return usersTable{table, defaults}
}

// usersTable is the parsed text with the defaults for its users.
type usersTable struct {
	usertable.Table
	defaults plumbing.UserDefaults
}

// wanted returns the user that a row describes; present is the existing user, if any.
// Empty cells are filled like omitted attributes of iam_user. Attributes without a
// column are filled for a new user and kept for an existing one.
func (t usersTable) wanted(row usertable.User, present *api.User) userModel {
	m := userModel{
		Email: types.StringValue(row.Email), FirstName: types.StringValue(row.FirstName), LastName: types.StringValue(row.LastName),
		Department: plumbing.StringOrNull(row.Department), PreferredSite: plumbing.StringOrNull(row.PreferredSite),
		PreferredCurrency: plumbing.StringOrNull(row.PreferredCurrency), PreferredLanguage: plumbing.StringOrNull(row.PreferredLanguage),
		GroupIDs: types.SetNull(types.StringType),
	}
	if t.Has("locked") {
		m.Locked = types.BoolValue(row.Locked)
	}
	if t.Has("groups") {
		m.GroupIDs = plumbing.StringSet(row.Groups, types.SetValueMust(types.StringType, nil))
	}
	var prior userModel
	defaults := t.defaults
	if present != nil {
		prior.fromAPI(*present)
		m.ID = prior.ID
		defaults = t.columnDefaults()
	}
	m.fillFrom(m, prior, defaults)
	return m
}

// setsAll reports whether the row sets all attributes of the user.
func (t usersTable) setsAll(row usertable.User) bool {
	sets := func(column, cell string, v types.String) bool {
		return t.Has(column) && (cell != "" || plumbing.IsSet(v))
	}
	return t.Has("groups") && sets("department", row.Department, t.defaults.Department) &&
		sets("preferred_site", row.PreferredSite, t.defaults.PreferredSite) &&
		sets("preferred_currency", row.PreferredCurrency, t.defaults.PreferredCurrency) &&
		sets("preferred_language", row.PreferredLanguage, t.defaults.PreferredLanguage)
}

// columnDefaults returns the known defaults of attributes with a column.
func (t usersTable) columnDefaults() plumbing.UserDefaults {
	pick := func(column string, v types.String) types.String {
		if !t.Has(column) || v.IsUnknown() {
			return types.StringNull()
		}
		return v
	}
	return plumbing.UserDefaults{
		Department:        pick("department", t.defaults.Department),
		PreferredSite:     pick("preferred_site", t.defaults.PreferredSite),
		PreferredCurrency: pick("preferred_currency", t.defaults.PreferredCurrency),
		PreferredLanguage: pick("preferred_language", t.defaults.PreferredLanguage),
	}
}

// shown returns the row updated to the user. Cells that already match the user keep
// their spelling.
func (t usersTable) shown(row usertable.User, u api.User) usertable.User {
	m := t.wanted(row, &u)
	show := func(cell *string, wanted types.String, is string) {
		if wanted.ValueString() != is {
			*cell = is
		}
	}
	show(&row.FirstName, m.FirstName, u.FirstName)
	show(&row.LastName, m.LastName, u.LastName)
	show(&row.Department, m.Department, u.Department)
	show(&row.PreferredSite, m.PreferredSite, u.PreferredSite)
	show(&row.PreferredCurrency, m.PreferredCurrency, u.PreferredCurrency)
	show(&row.PreferredLanguage, m.PreferredLanguage, u.PreferredLanguage)
	row.Locked = u.Locked()
	if !sameIDs(row.Groups, u.GroupIDs) {
		row.Groups = inOrder(u.GroupIDs, row.Groups)
	}
	return row
}

// inOrder returns the ids in the order of others, followed by the new ones.
func inOrder(ids, others []string) []string {
	ordered := slices.DeleteFunc(slices.Clone(others), func(id string) bool { return !slices.Contains(ids, id) })
	for _, id := range slices.Sorted(slices.Values(ids)) {
		if !slices.Contains(ordered, id) {
			ordered = append(ordered, id)
		}
	}
	return ordered
}
