package server

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// handleTeamOrganizationList answers GET /team/{tenant}/organizations: the
// tenants that an account belongs to. Of other tenants it shows no more than
// this, and only for someone who belongs to the tenant that asks.
func (s *Server) handleTeamOrganizationList(c *call) error {
	email := c.query("email")
	if !api.ValidEmail(email) {
		return badRequest(fmt.Sprintf("email must be an e-mail address, not %q", email))
	}
	users, err := s.store.UsersOf(c.ctx, email)
	if err != nil {
		return fmt.Errorf("looking for users: %w", err)
	}
	members, err := s.store.TeamMembersOf(c.ctx, email)
	if err != nil {
		return fmt.Errorf("looking for team members: %w", err)
	}
	roles := map[string]access.TeamRole{}
	for _, u := range users {
		roles[u.Tenant] = ""
	}
	for _, m := range members {
		roles[m.Tenant] = access.TeamRole(m.Role)
	}
	if _, ok := roles[c.tenant]; !ok {
		return notFound("Error while listing organizations", email, fmt.Sprintf("'%s' belongs to no user and to no member of the team; invite the person first", email))
	}
	var documents []api.Organization
	for tenant, role := range roles {
		documents = append(documents, api.Organization{Tenant: tenant, Role: role})
	}
	slices.SortFunc(documents, func(a, b api.Organization) int { return strings.Compare(a.Tenant, b.Tenant) })
	return c.write(http.StatusOK, documents)
}
