package client

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Only the reference backend has teams. On any other API these methods return an
// UnsupportedError.

// CheckTeam returns an error if the API has no teams, or they cannot be read.
func (c *Client) CheckTeam(ctx context.Context) error {
	return c.orNoTeam(ctx, probe(ctx, c, c.path(api.PathTeamMembers), teamMemberKey))
}

func (c *Client) orNoTeam(ctx context.Context, err error) error {
	return c.orUnsupported(ctx, "teams", c.path(api.PathTeamMembers), err)
}

// TeamMembers returns everybody in the tenant's team.
func (c *Client) TeamMembers(ctx context.Context) ([]api.TeamMember, error) {
	members, err := list(ctx, c, c.path(api.PathTeamMembers), teamMemberKey)
	return members, c.orNoTeam(ctx, err)
}

func teamMemberKey(m api.TeamMember) string { return m.ID }

// TeamMember returns one member of the team.
func (c *Client) TeamMember(ctx context.Context, id string) (*api.TeamMember, error) {
	m, err := getOne(ctx, c, c.path(api.PathTeamMember, id), hasID(teamMemberKey, id))
	return m, c.orNoTeam(ctx, err)
}

// TeamMemberByEmail returns the member with the address, ignoring case. IsNotFound
// holds for the error if there is none.
func (c *Client) TeamMemberByEmail(ctx context.Context, email string) (*api.TeamMember, error) {
	members, err := c.TeamMembers(ctx)
	if err != nil {
		return nil, err
	}
	for i := range members {
		if api.SameEmail(members[i].Email, email) {
			return &members[i], nil
		}
	}
	return nil, &NotFoundError{What: fmt.Sprintf("member of the team with the e-mail address %q", email)}
}

// FindTeamMember returns the member with the id or, if the key contains an @, with
// the e-mail address.
func (c *Client) FindTeamMember(ctx context.Context, key string) (*api.TeamMember, error) {
	if strings.Contains(key, "@") {
		return c.TeamMemberByEmail(ctx, key)
	}
	return c.TeamMember(ctx, key)
}

// TeamOwner returns the Owner of the team.
func (c *Client) TeamOwner(ctx context.Context) (*api.TeamMember, error) {
	m, err := getOne(ctx, c, c.path(api.PathTeamOwner), func(m api.TeamMember) error {
		if m.Role != access.RoleOwner {
			return fmt.Errorf("it is about a member with the role %q", shown(string(m.Role)))
		}
		return sameID(m.ID, m.ID)
	})
	return m, c.orNoTeam(ctx, err)
}

// InviteTeamMember invites someone to the team and returns the id. The request
// may be repeated: the second one is a conflict, because nobody is in a team twice.
func (c *Client) InviteTeamMember(ctx context.Context, member api.TeamMemberCreate) (string, error) {
	id, err := c.create(ctx, call{path: c.path(api.PathTeamMembers), body: member, again: true}, "")
	return id, c.orNoTeam(ctx, err)
}

// ChangeTeamRole gives a member another role.
func (c *Client) ChangeTeamRole(ctx context.Context, id string, role access.TeamRole) error {
	_, err := c.do(ctx, call{
		method: http.MethodPut, path: c.path(api.PathTeamMember, id), body: api.TeamMemberUpdate{Role: role}, want: []int{http.StatusNoContent},
	})
	return c.orNoTeam(ctx, err)
}

// RemoveTeamMember removes a member from the team.
func (c *Client) RemoveTeamMember(ctx context.Context, id string) error {
	return c.orNoTeam(ctx, c.remove(ctx, c.path(api.PathTeamMember, id), false))
}

// TransferTeam makes one member the Owner instead of another, in one step. It is a
// conflict if the former Owner that it names is not the Owner.
func (c *Client) TransferTeam(ctx context.Context, transfer api.TeamTransfer) error {
	_, err := c.do(ctx, call{method: http.MethodPut, path: c.path(api.PathTeamOwner), body: transfer, want: []int{http.StatusNoContent}})
	return c.orNoTeam(ctx, err)
}

// TeamProducts returns the products of the team and the members who may use them.
func (c *Client) TeamProducts(ctx context.Context) ([]api.TeamProduct, error) {
	r, err := c.do(ctx, call{method: http.MethodGet, path: c.path(api.PathTeamProducts), want: []int{http.StatusOK}})
	if err != nil {
		return nil, c.orNoTeam(ctx, err)
	}
	return decodeRows(r, func(p api.TeamProduct) string { return p.ID })
}

// AddedProducts returns the products that the tenant has added to the predefined ones.
func (c *Client) AddedProducts(ctx context.Context) ([]access.TeamProduct, error) {
	products, err := c.TeamProducts(ctx)
	if err != nil {
		return nil, err
	}
	var added []access.TeamProduct
	for _, p := range products {
		if _, predefined := access.FindProduct(access.PredefinedProducts(), p.ID); !predefined {
			added = append(added, p.Access())
		}
	}
	return added, nil
}

// TeamProduct returns one product of the team.
func (c *Client) TeamProduct(ctx context.Context, id string) (*api.TeamProduct, error) {
	products, err := c.TeamProducts(ctx)
	if err != nil {
		return nil, err
	}
	for i := range products {
		if products[i].ID == id {
			return &products[i], nil
		}
	}
	return nil, &NotFoundError{What: fmt.Sprintf("product %q of the team", id)}
}

// PutTeamProduct adds a product to the team, or changes it.
func (c *Client) PutTeamProduct(ctx context.Context, id string, product api.TeamProductUpdate) error {
	_, err := c.put(ctx, call{path: c.path(api.PathTeamProduct, id), body: product}, id)
	return c.orNoTeam(ctx, err)
}

// DeleteTeamProduct deletes a product that the tenant has added to the team.
func (c *Client) DeleteTeamProduct(ctx context.Context, id string) error {
	return c.orNoTeam(ctx, c.remove(ctx, c.path(api.PathTeamProduct, id), false))
}

// AssignProduct lets a member use a product. Assigning it again changes how.
func (c *Client) AssignProduct(ctx context.Context, memberID, product string, a api.ProductAssignment) error {
	_, err := c.put(ctx, call{path: c.path(api.PathTeamAssignment, memberID, product), body: a}, memberID+"/"+product)
	return c.orNoTeam(ctx, err)
}

// UnassignProduct takes a product away from a member.
func (c *Client) UnassignProduct(ctx context.Context, memberID, product string) error {
	return c.orNoTeam(ctx, c.remove(ctx, c.path(api.PathTeamAssignment, memberID, product), false))
}

// Organizations returns the tenants that the account with the address belongs to; without an
// address, those of the account whose token this is.
// IsNotFound holds for the error if this tenant is not among them.
func (c *Client) Organizations(ctx context.Context, email string) ([]api.Organization, error) {
	query := url.Values{}
	if email != "" {
		query.Set("email", email)
	}
	r, err := c.do(ctx, call{method: http.MethodGet, path: c.path(api.PathTeamOrganizations), query: query, want: []int{http.StatusOK}})
	if err != nil {
		return nil, c.orNoTeam(ctx, err)
	}
	return decodeRows(r, func(o api.Organization) string { return o.Tenant })
}
