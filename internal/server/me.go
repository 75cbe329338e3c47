package server

import (
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleMe answers GET /iam/{tenant}/users/me. Only employees are users of this service.
func (s *Server) handleMe(c *call) error {
	if c.userType != access.Employee {
		return noUser(c)
	}
	u, err := s.user(c.ctx, s.store, c.tenant, c.subject)
	if err != nil {
		return err
	}
	documents, err := s.userDocuments(c, []store.User{u}, c.query("expand") == "groups")
	if err != nil {
		return err
	}
	documents[0].LastLogin = "" // the platform does not show it here
	return c.write(http.StatusOK, documents[0])
}

// noUser refuses a caller that is not a user of this service.
func noUser(c *call) error {
	if c.userType == access.Customer {
		return notFound("Error while getting user", c.subject, "Another service has the customers")
	}
	return notFound("Error while getting user", "", "The token belongs to an API key, which is not a user")
}

// handleMyScopes answers GET /iam/{tenant}/users/me/scopes. An API key has the
// scopes of its token.
func (s *Server) handleMyScopes(c *call) error {
	if c.userType == "" {
		return c.write(http.StatusOK, api.UserScopes{UserID: c.subject, Scopes: withTenant(c.scopes, c.tenant)})
	}
	scopes, err := s.userScopes(c.ctx, s.store, c.tenant, c.subject)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, scopes)
}

// handleMyControls answers GET /iam/{tenant}/users/me/access-controls.
func (s *Server) handleMyControls(c *call) error {
	if c.userType == "" {
		return noUser(c)
	}
	groups, err := s.groupsOf(c, c.subject)
	if err != nil {
		return err
	}
	return s.writeControlsOf(c, groups)
}
