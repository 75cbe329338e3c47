package api

// Client is an API key, as returned by the API: without its secret or anything
// derived from it. Times are RFC 3339.
type Client struct {
	ID string `json:"id"`
	// Scopes are the scopes of the key's tokens, unless a token request asks for
	// fewer.
	Scopes []string `json:"scopes"`
	// FullAccess means that the key has every scope, including those of later
	// versions.
	FullAccess bool   `json:"fullAccess"`
	CreatedAt  string `json:"createdAt"`
	SecretAt   string `json:"secretAt"` // when the secret was set
}

// ClientCreate is the body of POST PathClients.
type ClientCreate struct {
	ID     string   `json:"id,omitempty"`     // the tenant's name, a hyphen, and a name of the caller's choice
	Scopes []string `json:"scopes,omitempty"` // nil for the caller's own
	// MakeKey creates a key for the reference Make instead: its id is generated, its
	// secret is a UUID, and its only scope is ScopeMakeManage.
	MakeKey bool `json:"makeKey,omitempty"`
}

// ClientSecret is the response to the creation and the rotation of an API key.
// The secret is never returned again.
type ClientSecret struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}
