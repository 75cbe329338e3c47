package client

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func userKey(u api.User) string { return u.ID }

// Users returns all users.
func (c *Client) Users(ctx context.Context) ([]api.User, error) {
	return list(ctx, c, c.path(api.PathUsers), userKey)
}

// User returns one user, by id or by back-office user number.
func (c *Client) User(ctx context.Context, id string) (*api.User, error) {
	return one(ctx, c, c.path(api.PathUser, id), userKey)
}

// UserByEmail returns the user with the address, whatever its case. The API has
// no such search, so this reads all users. IsNotFound holds for the error when
// no one has the address.
func (c *Client) UserByEmail(ctx context.Context, email string) (*api.User, error) {
	users, err := c.Users(ctx)
	if err != nil {
		return nil, err
	}
	for i := range users {
		if strings.EqualFold(users[i].ContactEmail, email) {
			return &users[i], nil
		}
	}
	return nil, &NotFoundError{What: fmt.Sprintf("user with the e-mail address %q", email)}
}

// FindUser returns the user with the id or, where that is empty, with the
// e-mail address.
func (c *Client) FindUser(ctx context.Context, id, email string) (*api.User, error) {
	if id == "" {
		return c.UserByEmail(ctx, email)
	}
	return c.User(ctx, id)
}

// CreateUser invites a user and returns the id. The server chooses the id and
// sends a mail, so the request is never repeated once it was sent.
func (c *Client) CreateUser(ctx context.Context, user api.UserCreate) (string, error) {
	return c.create(ctx, call{path: c.path(api.PathUsers), body: user})
}

// UpdateUser replaces a user, all memberships included.
func (c *Client) UpdateUser(ctx context.Context, id string, user api.UserUpdate) error {
	_, err := c.do(ctx, call{
		method: http.MethodPut, path: c.path(api.PathUser, id), body: user, want: []int{http.StatusNoContent},
	})
	return err
}

// DeleteUser takes the user out of the tenant. With force the user's account
// for the Developer Portal goes, too, which few tokens may do.
func (c *Client) DeleteUser(ctx context.Context, id string, force bool) error {
	return c.remove(ctx, c.path(api.PathUser, id), force)
}
