package api

import "github.com/access-config/terraform-provider-iam/internal/access"

// AccessControl is what groups carry to grant scopes, as read.
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

// AccessControlUpdate is the body of PUT PathControl. It makes the access
// control, or replaces it: members left out become unset, except RestrictedTo,
// which never changes.
type AccessControlUpdate struct {
	Name         Text            `json:"name,omitempty"`
	Description  Text            `json:"description,omitempty"`
	Domains      []string        `json:"domains,omitempty"`
	Scopes       []string        `json:"scopes"` // at least one, each once
	RestrictedTo access.UserType `json:"restrictedTo,omitempty"`
	Metadata     *VersionOnly    `json:"metadata,omitempty"`
}

// Template is a role template, as read.
type Template struct {
	ID             string   `json:"id"`
	Name           Text     `json:"name"`
	Description    Text     `json:"description,omitempty"`
	AccessControls []string `json:"accessControls"`
	// Documents holds the access controls; only with expand=accessControls.
	Documents []AccessControl `json:"accessControlsDocuments,omitempty"`
}

// Gives returns the levels that the template gives by predefined access controls.
func (t Template) Gives() access.Access { return access.Held(t.AccessControls) }
