package client

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func scopeKey(s api.Scope) string { return s.ID }

// Scopes returns all scopes, predefined ones and the tenant's own.
func (c *Client) Scopes(ctx context.Context) ([]api.Scope, error) {
	return list(ctx, c, c.path(api.PathScopes), scopeKey)
}

// Scope returns one scope.
func (c *Client) Scope(ctx context.Context, id string) (*api.Scope, error) {
	return one(ctx, c, c.path(api.PathScope, id), scopeKey)
}

// PutScope makes a scope or replaces the one of that id: created reports which.
// A request that was repeated may say false of a scope it made.
func (c *Client) PutScope(ctx context.Context, id string, scope api.ScopeUpdate) (created bool, err error) {
	return c.put(ctx, c.path(api.PathScope, id), scope)
}

// DeleteScope deletes a scope. Access controls that hold it keep its id.
func (c *Client) DeleteScope(ctx context.Context, id string) error {
	return c.remove(ctx, c.path(api.PathScope, id), false)
}

// UserScopes returns what a user holds through groups.
func (c *Client) UserScopes(ctx context.Context, userID string) (*api.UserScopes, error) {
	// Some servers call the user's id otherwise; the scopes are never empty.
	return one(ctx, c, c.path(api.PathUserScopes, userID), func(u api.UserScopes) string { return u.Scopes })
}
