package api

// Token is the answer of POST PathToken.
type Token struct {
	AccessToken           string `json:"access_token"`
	TokenType             string `json:"token_type"`
	ExpiresIn             int    `json:"expires_in"`        // seconds
	SessionIdleTime       int    `json:"session_idle_time"` // seconds
	RefreshToken          string `json:"refresh_token"`
	RefreshTokenExpiresIn int    `json:"refresh_token_expires_in"`
	// Scope lists the granted scopes, separated by spaces; the last word is
	// "tenant=" and the tenant.
	Scope string `json:"scope"`
}
