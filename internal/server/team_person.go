package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// joinedRole returns the role in the team of a person who has joined it: of a user by
// e-mail address, of everyone else by the id in the team. It returns none for others.
func joinedRole(ctx context.Context, tx store.TeamTx, tenant string, u store.User, id string) (access.TeamRole, error) {
	m, err := memberOf(ctx, tx, tenant, u, id)
	if err != nil || m.Status != string(api.MemberActive) {
		return "", err
	}
	return access.TeamRole(m.Role), nil
}

// memberOf returns the member that a person is, whether invited or joined; the zero value
// if there is none.
func memberOf(ctx context.Context, tx store.TeamTx, tenant string, u store.User, id string) (m store.TeamMember, err error) {
	if u.ID != "" {
		m, err = tx.TeamMemberByEmail(ctx, tenant, u.Email)
	} else {
		m, err = tx.TeamMember(ctx, tenant, id)
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return m, fmt.Errorf("looking for the team member: %w", err)
	}
	return m, nil
}

// person returns the e-mail address of an employee who may act in the tenant: a user who
// is not locked, or a member who has joined the team. It is empty for all others. For a
// user it also returns the record.
func person(ctx context.Context, tx store.Tx, tenant, id string) (email string, u store.User, err error) {
	u, err = tx.User(ctx, tenant, id)
	switch {
	case err == nil && barred(u):
		return "", u, nil
	case err == nil:
		return u.Email, u, nil
	case !errors.Is(err, store.ErrNotFound):
		return "", u, fmt.Errorf("reading user: %w", err)
	}
	m, err := memberOf(ctx, tx, tenant, store.User{}, id)
	if err != nil || m.Status != string(api.MemberActive) {
		return "", store.User{}, err
	}
	return m.Email, store.User{}, nil
}

// checkTransfer refuses the transfer of the ownership by a person who is not the Owner.
// An API key may transfer it.
func (s *Server) checkTransfer(c *call, tx store.Tx) error {
	if c.userType == "" {
		return nil
	}
	_, u, err := person(c.ctx, tx, c.tenant, c.subject)
	if err != nil {
		return err
	}
	role, err := joinedRole(c.ctx, tx, c.tenant, u, c.subject)
	if err != nil {
		return err
	}
	if err := access.CheckTransferBy(role); err != nil {
		return &failure{status: http.StatusForbidden, message: "Error while transferring the ownership", causes: messages(err.Error())}
	}
	return nil
}

// handleTeamOrganizationList answers GET /team/{tenant}/organizations: the tenants that an
// account belongs to. It shows no more of other tenants, and only for an account that
// belongs to the tenant of the path. Without an e-mail address, it answers with the
// tenants in which the calling person can sign in.
func (s *Server) handleTeamOrganizationList(c *call) error {
	email := c.query("email")
	if email == "" && c.userType == access.Employee {
		return s.writeOwnOrganizations(c)
	}
	if !api.ValidEmail(email) {
		return badRequest(fmt.Sprintf("email must be an e-mail address, not %q", email))
	}
	if !c.holds(api.ScopeTeamRead) {
		return forbidden(api.ScopeTeamRead)
	}
	roles, err := s.organizations(c.ctx, email, false)
	if err != nil {
		return err
	}
	if _, ok := roles[c.tenant]; !ok {
		return notFound("Error while listing organizations", email, fmt.Sprintf("'%s' is the address of no user and of no team member; invite the person first", email))
	}
	return writeOrganizations(c, roles)
}

func (s *Server) writeOwnOrganizations(c *call) error {
	email, _, err := person(c.ctx, s.store, c.tenant, c.subject)
	if err != nil {
		return err
	}
	roles, err := s.organizations(c.ctx, email, true)
	if err != nil {
		return err
	}
	return writeOrganizations(c, roles)
}

// organizations returns the role of an account by tenant, which is empty outside the
// team. With open, it returns only tenants in which the account can sign in.
func (s *Server) organizations(ctx context.Context, email string, open bool) (map[string]access.TeamRole, error) {
	users, err := s.store.UsersOf(ctx, email)
	if err != nil {
		return nil, fmt.Errorf("looking for users: %w", err)
	}
	members, err := s.store.TeamMembersOf(ctx, email)
	if err != nil {
		return nil, fmt.Errorf("looking for team members: %w", err)
	}
	roles, closed := map[string]access.TeamRole{}, map[string]bool{}
	for _, u := range users {
		if open && barred(u) {
			closed[u.Tenant] = true
			continue
		}
		roles[u.Tenant] = ""
	}
	for _, m := range members {
		if open && (closed[m.Tenant] || m.Status != string(api.MemberActive)) {
			continue
		}
		roles[m.Tenant] = access.TeamRole(m.Role)
	}
	return roles, nil
}

func writeOrganizations(c *call, roles map[string]access.TeamRole) error {
	return c.write(http.StatusOK, organizationDocuments(roles))
}

// organizationDocuments converts the role by tenant, sorted by tenant.
func organizationDocuments(roles map[string]access.TeamRole) []api.Organization {
	documents := []api.Organization{}
	for tenant, role := range roles {
		documents = append(documents, api.Organization{Tenant: tenant, Role: role})
	}
	slices.SortFunc(documents, func(a, b api.Organization) int { return strings.Compare(a.Tenant, b.Tenant) })
	return documents
}
