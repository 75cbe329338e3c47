package server

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/server/signing"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// keyHeader is the header parameter of a token that names its key (RFC 7515).
const keyHeader = "kid"

// claims are the claims of a token. The subject of a service token is an API key, of any
// other token a user.
type claims struct {
	Tenant   string          `json:"tenant"`
	Scope    string          `json:"scope"`              // separated by spaces
	UserType access.UserType `json:"userType,omitempty"` // empty in a service token
	// SecretAt is when the secret of the API key was set, in milliseconds since 1970: the
	// token ends when the key gets another secret.
	SecretAt int64 `json:"secretAt,omitempty"`
	Backend  bool  `json:"backend,omitempty"` // the backend's own: its subject is not an API key
	Member   bool  `json:"member,omitempty"`  // the subject was in the team, but not a user
	// Act marks a test token: another party acts as its subject (RFC 8693).
	Act *actingParty `json:"act,omitempty"`
	jwt.RegisteredClaims
}

// actingParty is the API key or user that requested a test token.
type actingParty struct {
	Subject string `json:"sub"`
}

// handleToken answers POST /oauth/token: a token for client credentials.
func (s *Server) handleToken(c *call) error {
	c.r.Body = io.NopCloser(bytes.NewReader(c.body))
	if err := c.r.ParseForm(); err != nil {
		return badRequest("The body must be form-encoded")
	}
	form := c.r.PostForm
	if grant := form.Get("grant_type"); grant != "client_credentials" {
		return badRequest(fmt.Sprintf("grant_type must be client_credentials, not %q", grant))
	}
	client, err := s.authenticate(c, form.Get("client_id"), form.Get("client_secret"))
	if err != nil {
		return err
	}
	return s.writeToken(c, client.ID, claims{Tenant: client.Tenant, SecretAt: secretAt(client)}, grantedScopes(wire.ClientScopes(client), form.Get("scope")))
}

// authenticate returns the client if the secret is its own.
func (s *Server) authenticate(c *call, id, secret string) (store.Client, error) {
	client, right, err := s.checkSecret(c, id, secret)
	if err == nil && !right {
		err = fault("Invalid ApiKey", api.FaultInvalidKey)
	}
	return client, err
}

// grantedScopes returns the client's scopes, narrowed to the requested ones, if any. It
// silently omits scopes that the client does not own.
func grantedScopes(owned []string, asked string) []string {
	wanted := slices.DeleteFunc(strings.Fields(asked), func(s string) bool { return strings.HasPrefix(s, tenantMark) })
	if len(wanted) == 0 {
		return slices.Clone(owned)
	}
	return slices.DeleteFunc(wanted, func(s string) bool { return !slices.Contains(owned, s) })
}

// IssueToken returns a service token for the tenant with the given scopes. The subject
// says what it is for, and need not be an API key.
func (s *Server) IssueToken(subject, tenant string, scopes []string) (string, error) {
	return s.sign(subject, claims{Tenant: tenant, Scope: strings.Join(scopes, " "), Backend: true})
}

// sign returns a token with the claims.
func (s *Server) sign(subject string, cl claims) (string, error) {
	now := s.now()
	cl.RegisteredClaims = jwt.RegisteredClaims{
		Subject: subject, ID: s.newID(),
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(signing.TokenLifetime)),
	}
	key := s.tokenKeys.Signer()
	unsigned := jwt.NewWithClaims(jwt.SigningMethodHS256, cl)
	unsigned.Header[keyHeader] = key.ID
	token, err := unsigned.SignedString(key.Secret)
	if err != nil {
		return "", fmt.Errorf("signing a token: %w", err)
	}
	return token, nil
}

// authorize checks the token of the call: 401 if it is not valid for the tenant of the
// path, 403 if it lacks the scopes.
func (s *Server) authorize(c *call, scopes []string) error {
	header := c.r.Header.Get("Authorization")
	if header == "" {
		// The gateway answers a request without credentials with {}.
		return &failure{status: http.StatusUnauthorized, message: "no token", body: struct{}{}}
	}
	text, ok := credentials(header, "Bearer")
	if !ok {
		return fault("Invalid Access Token", api.FaultInvalidToken)
	}
	token, err := s.tokens.verify(c.ctx, text)
	cl := token.claims
	switch {
	case errors.Is(err, errKeysUnread):
		return err
	case errors.Is(err, jwt.ErrTokenExpired):
		return fault("Access Token expired", api.FaultTokenExpired)
	case err != nil:
		return fault("Invalid Access Token", api.FaultInvalidToken)
	case cl.Tenant != c.tenant:
		return fault(fmt.Sprintf("Access Token is not valid for tenant %s", c.tenant), api.FaultInvalidToken)
	}
	c.scopes, c.subject, c.userType, c.tested = token.scopes, cl.Subject, cl.UserType, cl.Act != nil
	if err := s.checkSubject(c, cl); err != nil {
		return err
	}
	if len(scopes) > 0 && !slices.ContainsFunc(scopes, c.holds) {
		return forbidden(scopes...)
	}
	return nil
}

// credentials returns what follows the scheme in an Authorization header. The case of a
// scheme does not count (RFC 9110, section 11.1).
func credentials(header, scheme string) (text string, ok bool) {
	named, text, ok := strings.Cut(header, " ")
	return text, ok && strings.EqualFold(named, scheme)
}

// actor returns the caller as the author of changes, once its token was checked.
func (c *call) actor() audit.Actor {
	kind := api.ActorUser
	switch {
	case c.tested:
		kind = api.ActorTest
	case c.userType == "":
		kind = api.ActorClient
	}
	return audit.Actor{Kind: kind, ID: c.subject, RequestID: c.w.Header().Get(api.HeaderRequestID)}
}

// checkSubject refuses the token of a subject that may no longer have one. This service
// does not know customers.
func (s *Server) checkSubject(c *call, cl claims) error {
	switch {
	case c.userType == access.Employee:
		return s.checkEmployee(c, cl)
	case c.userType == "" && !cl.Backend:
		return s.checkClient(c, cl)
	}
	return nil
}

// checkClient refuses the token of an API key that was revoked or has a new secret.
func (s *Server) checkClient(c *call, cl claims) error {
	client, err := s.store.Client(c.ctx, c.subject)
	if errors.Is(err, store.ErrNotFound) || err == nil && (client.Tenant != c.tenant || secretAt(client) != cl.SecretAt) {
		return fault("Access Token is not valid any more: its API key was revoked or has a new secret", api.FaultInvalidToken)
	}
	if err != nil {
		return fmt.Errorf("reading the caller: %w", err)
	}
	return nil
}

// checkEmployee refuses the token of an employee who was locked or left the tenant after it
// was issued, or of a member of the team who left the team. A user who has left the tenant
// may still be in the team, but not with the token of a user.
func (s *Server) checkEmployee(c *call, cl claims) error {
	email, u, err := person(c.ctx, s.store, c.tenant, c.subject)
	if err != nil {
		return fmt.Errorf("reading the caller: %w", err)
	}
	if email == "" || u.ID == "" && !cl.Member {
		return fault("Access Token is not valid any more: its user is locked or left the tenant", api.FaultInvalidToken)
	}
	return nil
}

// holds reports whether the call's token carries the scope. Own scopes count in the tokens
// of customers only, because only customers have a company.
func (c *call) holds(scope string) bool {
	if c.userType != access.Customer && slices.Contains(api.OwnScopes(), scope) {
		return false
	}
	return slices.Contains(c.scopes, scope)
}

// writeToken responds with a token for the subject with the scopes.
func (s *Server) writeToken(c *call, subject string, cl claims, scopes []string) error {
	token, err := s.issue(subject, cl, scopes)
	if err != nil {
		return err
	}
	c.w.Header().Set("Cache-Control", "no-store") // RFC 6749, section 5.1
	return c.write(http.StatusOK, token)
}

// issue returns a token for the subject with the scopes.
func (s *Server) issue(subject string, cl claims, scopes []string) (api.Token, error) {
	cl.Scope = strings.Join(scopes, " ")
	token, err := s.sign(subject, cl)
	return api.Token{
		AccessToken: token, TokenType: "Bearer", ExpiresIn: int(signing.TokenLifetime / time.Second), SessionIdleTime: 120,
		Scope: withTenant(scopes, cl.Tenant),
	}, err
}

// barred reports whether the user has no access at all.
func barred(u store.User) bool { return u.Locked || u.Status == string(api.UserInactive) }

// withTenant formats scopes as the platform does: separated by single spaces, with the
// tenant last.
func withTenant(scopes []string, tenant string) string {
	return strings.Join(append(scopes[:len(scopes):len(scopes)], tenantMark+tenant), " ")
}

// tenantMark is the prefix of the tenant in a list of scopes.
const tenantMark = "tenant="
