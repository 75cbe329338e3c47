package usertable

import (
	"encoding/json"
	"slices"
	"strings"
)

// Rows returns the table as a JSON object with a member per user, named by the
// e-mail address in lower case. A user is an object with a member for each other
// column of the table: locked is a boolean, all others are texts, empty for an
// empty cell; groups are sorted ids, separated by spaces.
//
// Texts that say the same, in the sense of the function Same, have the same rows,
// byte by byte.
func (t Table) Rows() string {
	rows := make(map[string]jsonRow, len(t.Users))
	for i := range t.Users {
		rows[strings.ToLower(t.Users[i].Email)] = t.jsonRow(&t.Users[i])
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	_ = e.Encode(rows) // texts and booleans always can be encoded
	return strings.TrimSuffix(text.String(), "\n")
}

// jsonRow is a user in Rows. A member without a column is nil.
type jsonRow struct {
	FirstName         *string `json:"first_name,omitempty"`
	LastName          *string `json:"last_name,omitempty"`
	Department        *string `json:"department,omitempty"`
	PreferredSite     *string `json:"preferred_site,omitempty"`
	PreferredCurrency *string `json:"preferred_currency,omitempty"`
	PreferredLanguage *string `json:"preferred_language,omitempty"`
	Locked            *bool   `json:"locked,omitempty"`
	Groups            *string `json:"groups,omitempty"`
}

func (t Table) jsonRow(u *User) (row jsonRow) {
	for _, column := range t.Columns {
		switch column {
		case "first_name":
			row.FirstName = &u.FirstName
		case "last_name":
			row.LastName = &u.LastName
		case "department":
			row.Department = &u.Department
		case "preferred_site":
			row.PreferredSite = &u.PreferredSite
		case "preferred_currency":
			row.PreferredCurrency = &u.PreferredCurrency
		case "preferred_language":
			row.PreferredLanguage = &u.PreferredLanguage
		case "locked":
			row.Locked = &u.Locked
		case "groups":
			groups := strings.Join(slices.Sorted(slices.Values(u.Groups)), " ")
			row.Groups = &groups
		}
	}
	return row
}
