package client

import (
	"fmt"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access/usertable"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// EmailOfRow describes what is wrong with the e-mail address of a row; "" if it is
// valid or missing.
func EmailOfRow(u usertable.User) string {
	if u.Email == "" || api.ValidEmail(u.Email) {
		return ""
	}
	return fmt.Sprintf("%q is not an e-mail address: use one such as anna.schmidt@example.com, or remove the row", u.Email)
}

// UserRow returns a user as a row of a table.
func UserRow(u api.User) usertable.User {
	return usertable.User{
		Email: u.ContactEmail, FirstName: u.FirstName, LastName: u.LastName, Department: u.Department, PreferredSite: u.PreferredSite,
		PreferredCurrency: u.PreferredCurrency, PreferredLanguage: u.PreferredLanguage, Locked: u.Locked(), Groups: slices.Sorted(slices.Values(u.GroupIDs)),
	}
}
