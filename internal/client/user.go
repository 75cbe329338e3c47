package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func userKey(u api.User) string { return u.ID }

// Users returns all users.
func (c *Client) Users(ctx context.Context) ([]api.User, error) {
	return list(ctx, c, c.path(api.PathUsers), userKey)
}

// User returns one user, by id or by back-office user number.
func (c *Client) User(ctx context.Context, id string) (*api.User, error) {
	return getOne(ctx, c, c.path(api.PathUser, id), func(u api.User) error {
		if u.ID != "" && u.BackofficeUserNumber == id {
			return nil
		}
		return sameID(u.ID, id)
	})
}

// UserByEmail returns the user with the address, ignoring case. The API cannot
// search for addresses, so this reads all users. IsNotFound holds for the error if
// nobody has the address.
func (c *Client) UserByEmail(ctx context.Context, email string) (*api.User, error) {
	users, err := c.Users(ctx)
	if err != nil {
		return nil, err
	}
	if u := withEmail(users, email); u != nil {
		return u, nil
	}
	return nil, &NotFoundError{What: fmt.Sprintf("user with the e-mail address %q", email)}
}

// withEmail returns a copy of the user with the address; nil when no one has it.
func withEmail(users []api.User, email string) *api.User {
	for _, u := range users {
		if api.SameEmail(u.ContactEmail, email) {
			return &u
		}
	}
	return nil
}

// FindUser returns the user with the id or, if that is empty, with the e-mail
// address.
func (c *Client) FindUser(ctx context.Context, id, email string) (*api.User, error) {
	if id == "" {
		return c.UserByEmail(ctx, email)
	}
	return c.User(ctx, id)
}

// CreateUser invites a user and returns the id. The server chooses the id and sends
// an e-mail, so a request that was sent is never repeated.
func (c *Client) CreateUser(ctx context.Context, user api.UserCreate) (string, error) {
	return c.create(ctx, call{path: c.path(api.PathUsers), body: user}, "")
}

// UpdateUser replaces a user, including all memberships.
func (c *Client) UpdateUser(ctx context.Context, id string, user api.UserUpdate) error {
	_, err := c.do(ctx, call{
		method: http.MethodPut, path: c.path(api.PathUser, id), body: user, want: []int{http.StatusNoContent},
	})
	return err
}

// DeleteUser removes the user from the tenant. With force it also deletes the user's
// account for the Developer Portal, which few tokens may do.
func (c *Client) DeleteUser(ctx context.Context, id string, force bool) error {
	return c.remove(ctx, c.path(api.PathUser, id), force)
}

// LockUser takes all access away from a user, who stays in the groups. Locking again
// changes nothing. IsUnsupported holds for the error if the API cannot lock users.
func (c *Client) LockUser(ctx context.Context, id string) error {
	return c.setLock(ctx, http.MethodPut, id)
}

// UnlockUser restores the access that the user's groups give. It fails as LockUser
// does.
func (c *Client) UnlockUser(ctx context.Context, id string) error {
	return c.setLock(ctx, http.MethodDelete, id)
}

func (c *Client) setLock(ctx context.Context, method, id string) error {
	_, err := c.do(ctx, call{method: method, path: c.path(api.PathUserLock, id), want: []int{http.StatusNoContent}})
	refusal, ok := errors.AsType[*Error](err)
	if !ok || refusal.StatusCode != http.StatusNotFound && refusal.StatusCode != http.StatusMethodNotAllowed {
		return err
	}
	// Either the user does not exist, or the route does not.
	if _, lookup := c.User(ctx, id); lookup != nil {
		return err
	}
	return &UnsupportedError{What: "user locks", Answer: refusal}
}

// CanLock reports whether the API can lock users. Its request has a method that no
// API supports: where the route exists, the answer is 405.
func (c *Client) CanLock(ctx context.Context) (bool, error) {
	_, err := c.do(ctx, call{method: http.MethodGet, path: c.path(api.PathUserLock, "anybody"), want: []int{}})
	switch {
	case hasStatus(err, http.StatusMethodNotAllowed):
		return true, nil
	case hasStatus(err, http.StatusNotFound):
		return false, nil
	}
	return false, err
}

// Me returns the user whose token this is. IsNotFound holds for the error if it is not a
// user's.
func (c *Client) Me(ctx context.Context) (*api.User, error) {
	return getOne(ctx, c, c.path(api.PathUserMe), func(u api.User) error {
		if u.ID == "" {
			return errNoID
		}
		return nil
	})
}
