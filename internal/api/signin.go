package api

// SignInLinkRequest is the body of POST PathSignInLink.
type SignInLinkRequest struct {
	Email string `json:"email"` // of the person
}

// SignInLink is the response of POST PathSignInRead.
type SignInLink struct {
	UserID    string     `json:"userId"` // of the person who can sign in with it
	Email     string     `json:"email"`  // of the person
	Status    LinkStatus `json:"status"`
	ExpiresAt string     `json:"expiresAt"` // RFC 3339
}
