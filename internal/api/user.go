package api

import (
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// UserStatus is the status of a user's account. Compare it ignoring case.
type UserStatus string

// The known statuses.
const (
	UserProvisioned UserStatus = "PROVISIONED" // invited, not confirmed yet
	UserActive      UserStatus = "ACTIVE"
	UserInactive    UserStatus = "INACTIVE" // locked
)

// User is an employee, as returned by the API.
type User struct {
	ID                string `json:"id"`
	FirstName         string `json:"firstName"`
	LastName          string `json:"lastName"`
	ContactEmail      string `json:"contactEmail"`
	Department        string `json:"department"`
	PreferredSite     string `json:"preferredSite"`
	PreferredCurrency string `json:"preferredCurrency"`
	PreferredLanguage string `json:"preferredLanguage"`
	// BackofficeUserNumber also identifies the user; for most users it equals ID.
	BackofficeUserNumber string         `json:"backofficeUserNumber"`
	ValidFrom            string         `json:"validFrom"`       // RFC 3339, when the account was created
	IsAccountLocked      bool           `json:"isAccountLocked"` // not reliable on its own: see Locked
	Status               UserStatus     `json:"status"`
	GroupIDs             []string       `json:"groupIds"`
	Groups               []GroupSummary `json:"groups,omitempty"` // only with expand=groups
	LastLogin            string         `json:"lastLogin,omitempty"`
}

// NoDepartment is the department of a new user for whom neither the configuration nor
// the provider sets one.
const NoDepartment = "Unassigned"

// Locked reports whether the user is locked. The flag alone does not say: on the
// public API, active users have it as well. The reference backend also sets the
// status INACTIVE, and only both together mean locked.
func (u User) Locked() bool {
	return u.IsAccountLocked && strings.EqualFold(string(u.Status), string(UserInactive))
}

// GroupSummary is a group as included in a user, in all languages.
type GroupSummary struct {
	ID          string          `json:"id"`
	Name        Text            `json:"name"`
	Description Text            `json:"description,omitempty"`
	Code        string          `json:"code,omitempty"`
	UserType    access.UserType `json:"userType"`
}

// UserCreate is the body of POST PathUsers. Every member is required.
type UserCreate struct {
	FirstName         string   `json:"firstName"`
	LastName          string   `json:"lastName"`
	ContactEmail      string   `json:"contactEmail"`
	Department        string   `json:"department"`
	PreferredSite     string   `json:"preferredSite"`
	PreferredCurrency string   `json:"preferredCurrency"`
	PreferredLanguage string   `json:"preferredLanguage"`
	GroupIDs          []string `json:"groupIds"`
}

// UserUpdate is the body of PUT PathUser. Every member is required; GroupIDs
// replaces all memberships of the user.
type UserUpdate struct {
	FirstName            string   `json:"firstName"`
	LastName             string   `json:"lastName"`
	Department           string   `json:"department"`
	PreferredSite        string   `json:"preferredSite"`
	PreferredCurrency    string   `json:"preferredCurrency"`
	PreferredLanguage    string   `json:"preferredLanguage"`
	BackofficeUserNumber string   `json:"backofficeUserNumber"`
	GroupIDs             []string `json:"groupIds"`
}

// Created is the response to a request that created something.
type Created struct {
	ID string `json:"id"`
}
