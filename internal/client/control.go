package client

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func controlKey(a api.AccessControl) string { return a.ID }

// AccessControls returns all access controls, predefined and custom. Some servers
// omit the scopes in lists: AccessControl has them.
func (c *Client) AccessControls(ctx context.Context) ([]api.AccessControl, error) {
	return list(ctx, c, c.path(api.PathControls), controlKey)
}

// AccessControl returns one access control.
func (c *Client) AccessControl(ctx context.Context, id string) (*api.AccessControl, error) {
	return getOne(ctx, c, c.path(api.PathControl, id), hasID(controlKey, id))
}

// PutAccessControl creates an access control or replaces the one with that id:
// created reports which. A repeated request may report false for an access control
// that it created.
func (c *Client) PutAccessControl(ctx context.Context, id string, control api.AccessControlUpdate) (created bool, err error) {
	return c.put(ctx, call{path: c.path(api.PathControl, id), body: control}, id)
}

// DeleteAccessControl deletes an access control. If a group carries it, it stays and
// the status is 400.
func (c *Client) DeleteAccessControl(ctx context.Context, id string) error {
	return c.remove(ctx, c.path(api.PathControl, id), false)
}

// Templates returns all role templates.
func (c *Client) Templates(ctx context.Context) ([]api.Template, error) {
	return list(ctx, c, c.path(api.PathTemplates), func(t api.Template) string { return t.ID })
}
