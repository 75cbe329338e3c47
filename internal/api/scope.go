package api

// Scope is what a token must contain for an operation to be allowed, predefined
// or custom, as returned by the API.
type Scope struct {
	ID          string    `json:"id"`
	Description Text      `json:"description,omitempty"`
	Domain      string    `json:"domain,omitempty"`
	Predefined  bool      `json:"predefined"`
	Metadata    *Metadata `json:"metadata,omitempty"`
}

// ScopeUpdate is the body of PUT PathScope. It creates or replaces the scope:
// omitted members become unset.
type ScopeUpdate struct {
	Description Text         `json:"description,omitempty"`
	Domain      string       `json:"domain,omitempty"`
	Metadata    *VersionOnly `json:"metadata,omitempty"`
}

// UserScopes are the scopes that a user holds through groups, as returned by the
// API.
type UserScopes struct {
	UserID string `json:"userId"`
	// Scopes are separated by single spaces; the last word is "tenant=" and
	// the tenant.
	Scopes   string `json:"scopes"`
	VendorID string `json:"vendorId,omitempty"` // of the vendor that the user's groups belong to
}
