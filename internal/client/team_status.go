package client

import (
	"context"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// TeamStatus is the role of an account in the tenant's team, and its other tenants.
type TeamStatus struct {
	Role          access.TeamRole   // empty if it is not in the team
	Products      map[string]string // role by product that it may use; the role may be empty
	Organizations []string          // names of its tenants, sorted
}

// TeamStatus returns the status of the account with the e-mail address, ignoring
// case. It must belong to the tenant. The error is an UnsupportedError if the API
// has no teams.
func (c *Client) TeamStatus(ctx context.Context, email string) (*TeamStatus, error) {
	s := &TeamStatus{Products: map[string]string{}}
	member, err := c.TeamMemberByEmail(ctx, email)
	switch {
	case err == nil:
		s.Role, s.Products = member.Role, member.ProductRoles()
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
