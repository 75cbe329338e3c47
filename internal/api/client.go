package api

// Client is an API key, as read: never its secret, nor what is kept of it. Times
// are RFC 3339.
type Client struct {
	ID string `json:"id"`
	// Scopes are those of the key's tokens, unless they ask for fewer.
	Scopes []string `json:"scopes"`
	// FullAccess says that the key has every scope, those of later versions, too.
	FullAccess bool   `json:"fullAccess"`
	CreatedAt  string `json:"createdAt"`
	SecretAt   string `json:"secretAt"` // when the secret was set
}

// ClientCreate is the body of POST PathClients.
type ClientCreate struct {
	ID     string   `json:"id"`               // the tenant's name, a hyphen, and what the caller likes
	Scopes []string `json:"scopes,omitempty"` // nil for those of the caller
}

// ClientSecret answers the creation and the rotation of an API key. Nothing
// shows the secret again.
type ClientSecret struct {
	ID     string `json:"id"`
	Secret string `json:"secret"`
}
