package api

import "github.com/access-config/terraform-provider-iam/internal/access"

// AccessControl grants scopes to the groups that carry it, as returned by the
// API.
type AccessControl struct {
	ID               string          `json:"id"`
	Name             Text            `json:"name,omitempty"`
	Description      Text            `json:"description,omitempty"`
	Domains          []string        `json:"domains,omitempty"`
	Scopes           []string        `json:"scopes"`
	RestrictionAware bool            `json:"restrictionAware"`
	RestrictedTo     access.UserType `json:"restrictedTo,omitempty"`
	Predefined       bool            `json:"predefined"`
	VendorAware      bool            `json:"vendorAware"`
	Metadata         *Metadata       `json:"metadata,omitempty"`
}

// AccessControlUpdate is the body of PUT PathControl. It creates or replaces the
// access control: omitted members become unset, except RestrictedTo, which cannot
// change.
type AccessControlUpdate struct {
	Name         Text            `json:"name,omitempty"`
	Description  Text            `json:"description,omitempty"`
	Domains      []string        `json:"domains,omitempty"`
	Scopes       []string        `json:"scopes"` // at least one, without duplicates
	RestrictedTo access.UserType `json:"restrictedTo,omitempty"`
	Metadata     *VersionOnly    `json:"metadata,omitempty"`
}

// Template is a role template, as returned by the API.
type Template struct {
	ID             string   `json:"id"`
	Name           Text     `json:"name"`
	Description    Text     `json:"description,omitempty"`
	AccessControls []string `json:"accessControls"`
	// Documents holds the access controls; only with expand=accessControls.
	Documents []AccessControl `json:"accessControlsDocuments,omitempty"`
}

// Levels returns the levels that the template grants by predefined access
// controls.
func (t Template) Levels() access.Access { return access.Held(t.AccessControls) }
