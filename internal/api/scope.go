package api

// Scope is what a token must hold to be allowed something, as read: a
// predefined one or one of the tenant's own.
type Scope struct {
	ID          string    `json:"id"`
	Description Text      `json:"description,omitempty"`
	Domain      string    `json:"domain,omitempty"`
	Predefined  bool      `json:"predefined"`
	Metadata    *Metadata `json:"metadata,omitempty"`
}

// ScopeUpdate is the body of PUT PathScope. It makes the scope, or replaces
// it: members left out become unset.
type ScopeUpdate struct {
	Description Text         `json:"description,omitempty"`
	Domain      string       `json:"domain,omitempty"`
	Metadata    *VersionOnly `json:"metadata,omitempty"`
}

// UserScopes is what a user holds through groups, as read.
type UserScopes struct {
	UserID string `json:"userId"`
	// Scopes are separated by single spaces; the last word is "tenant=" and
	// the tenant.
	Scopes   string `json:"scopes"`
	VendorID string `json:"vendorId,omitempty"` // of the vendor whom the user's groups belong to
}
