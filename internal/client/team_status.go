package client

import (
	"context"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// TeamStatus is the role of an account in the tenant's team, and its other tenants.
type TeamStatus struct {
	Role          access.TeamRole   // empty if it is not in the team
	Member        *api.TeamMember   // nil if it is not in the team
	Products      map[string]string // role by product that it may use; the role may be empty
	Organizations []string          // names of its tenants, sorted

	Added []access.TeamProduct // that the tenant has added to its team
}

// Abilities returns what the account may do in the team and its products.
func (s TeamStatus) Abilities(locked bool) []string {
	if s.Member == nil {
		return nil
	}
	return s.Member.Abilities(locked)
}

// ReportState returns the state of one user, for the report as CSV. Status is nil if the
// team could not be read.
func ReportState(user api.User, subject access.User, status *TeamStatus) access.State {
	u := stateUser(user)
	state := access.State{Groups: subject.Groups, Rights: subject.Rights}
	if status != nil && status.Member != nil {
		member := status.Member.Access()
		u.Team, state.Products = &member, status.Added
	}
	state.Users = []access.StateUser{u}
	return state
}

// TeamStatus returns the status of the account with the e-mail address, ignoring
// case. It must belong to the tenant. The error is an UnsupportedError if the API
// has no teams.
func (c *Client) TeamStatus(ctx context.Context, email string) (*TeamStatus, error) {
	s := &TeamStatus{Products: map[string]string{}}
	member, err := c.TeamMemberByEmail(ctx, email)
	switch {
	case err == nil:
		s.Role, s.Member, s.Products = member.Role, member, member.ProductRoles()
		if s.Added, err = c.AddedProducts(ctx); err != nil {
			return nil, err
		}
	case !IsNotFound(err):
		return nil, err
	}
	organizations, err := c.Organizations(ctx, email)
	if err != nil {
		return nil, err
	}
	for _, o := range organizations {
		s.Organizations = append(s.Organizations, o.Tenant)
	}
	slices.Sort(s.Organizations)
	return s, nil
}
