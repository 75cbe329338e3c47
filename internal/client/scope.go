package client

import (
	"cmp"
	"context"
	"errors"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func scopeKey(s api.Scope) string { return s.ID }

// Scopes returns all scopes, predefined ones and the tenant's own.
func (c *Client) Scopes(ctx context.Context) ([]api.Scope, error) {
	return list(ctx, c, c.path(api.PathScopes), scopeKey)
}

// Scope returns one scope.
func (c *Client) Scope(ctx context.Context, id string) (*api.Scope, error) {
	return getOne(ctx, c, c.path(api.PathScope, id), hasID(scopeKey, id))
}

// PutScope creates a scope or replaces the one with that id: created reports which.
// A repeated request may report false for a scope that it created.
func (c *Client) PutScope(ctx context.Context, id string, scope api.ScopeUpdate) (created bool, err error) {
	return c.put(ctx, call{path: c.path(api.PathScope, id), body: scope}, id)
}

// DeleteScope deletes a scope. Access controls that hold it keep its id.
func (c *Client) DeleteScope(ctx context.Context, id string) error {
	return c.remove(ctx, c.path(api.PathScope, id), false)
}

// UserScopes returns the scopes that a user holds through groups.
func (c *Client) UserScopes(ctx context.Context, userID string) (*api.UserScopes, error) {
	type document struct {
		api.UserScopes
		ID string `json:"id"` // the user's id, as some servers name it
	}
	d, err := getOne(ctx, c, c.path(api.PathUserScopes, userID), func(d document) error {
		if d.Scopes == "" {
			return errors.New("it has no scopes, not even the word for the tenant")
		}
		return sameID(cmp.Or(d.UserID, d.ID), userID)
	})
	if err != nil {
		return nil, err
	}
	return &d.UserScopes, nil
}
