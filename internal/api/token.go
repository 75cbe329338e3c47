package api

import "github.com/access-config/terraform-provider-iam/internal/access"

// TestTokenRequest is the optional body of POST PathTestToken. UserType defaults
// to EMPLOYEE.
type TestTokenRequest struct {
	UserType access.UserType `json:"userType,omitempty"`
}

// Token is the response of POST PathToken, PathTestToken and PathSignInAccept.
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
