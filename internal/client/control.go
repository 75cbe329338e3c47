package client

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func controlKey(a api.AccessControl) string { return a.ID }

// AccessControls returns all access controls, predefined and custom. Some
// servers leave their scopes out of lists: AccessControl has them.
func (c *Client) AccessControls(ctx context.Context) ([]api.AccessControl, error) {
	return list(ctx, c, c.path(api.PathControls), controlKey)
}

// AccessControl returns one access control.
func (c *Client) AccessControl(ctx context.Context, id string) (*api.AccessControl, error) {
	return one(ctx, c, c.path(api.PathControl, id), controlKey)
}

// Templates returns all role templates.
func (c *Client) Templates(ctx context.Context) ([]api.Template, error) {
	return list(ctx, c, c.path(api.PathTemplates), func(t api.Template) string { return t.ID })
}
