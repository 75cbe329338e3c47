package server

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleTestToken answers POST /iam/{tenant}/users/{userId}/test-token: the
// token that the user would get by logging in. Passwords are for another
// service, so that whoever may change users may also act as one.
func (s *Server) handleTestToken(c *call) error {
	var body api.TestTokenRequest
	if c.r.ContentLength != 0 {
		if err := c.decode(&body); err != nil {
			return err
		}
	}
	kind, err := parseUserType(string(body.UserType), c.value("userId"))
	if err != nil {
		return err
	}
	id, scopes := c.value("userId"), api.OwnScopes()
	if kind == access.Employee {
		if id, scopes, err = s.logIn(c); err != nil {
			return err
		}
	}
	return s.writeToken(c, id, claims{Tenant: c.tenant, UserType: kind}, scopes)
}

// logIn notes that the employee of the path logs in, and returns its id and
// effective scopes.
func (s *Server) logIn(c *call) (id string, scopes []string, err error) {
	err = s.store.InTx(c.ctx, func(tx store.Tx) error {
		u, err := s.user(c.ctx, tx, c.tenant, c.value("userId"))
		if err != nil {
			return err
		}
		if barred(u) {
			return violation(u.ID, fmt.Sprintf("User '%s' is locked and gets no token: unlock it first", u.ID))
		}
		effective, err := s.userScopes(c.ctx, tx, c.tenant, u.ID)
		if err != nil {
			return err
		}
		id, scopes = u.ID, nil
		for _, scope := range strings.Fields(effective.Scopes) {
			if !strings.HasPrefix(scope, tenantMark) {
				scopes = append(scopes, scope)
			}
		}
		return tx.UpdateUser(c.ctx, c.tenant, u.ID, func(u *store.User) error {
			u.LastLogin = s.timestamp()
			return nil
		})
	})
	return id, scopes, err
}

// writeToken answers with a token for the subject that carries the scopes.
func (s *Server) writeToken(c *call, subject string, cl claims, scopes []string) error {
	cl.Scope = strings.Join(scopes, " ")
	token, err := s.sign(subject, cl)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, api.Token{
		AccessToken: token, TokenType: "Bearer", ExpiresIn: int(tokenLifetime / time.Second), SessionIdleTime: 120,
		Scope: withTenant(scopes, cl.Tenant),
	})
}
