package cli

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/export"
	"github.com/access-config/terraform-provider-iam/internal/provider"
)

// blocks writes objects as configuration, for the console.
type blocks struct{}

// Existing implements console.Blocks.
func (blocks) Existing(ctx context.Context, c *client.Client, kind, id string) (console.Block, error) {
	o, err := provider.Object(ctx, c, kind, id)
	if err != nil {
		return console.Block{}, err
	}
	resource, imports := export.One(o)
	return console.Block{Resource: resource, Import: imports}, nil
}

// New implements console.Blocks.
func (blocks) New(kind, name string, arguments map[string]any) console.Block {
	return console.Block{Resource: export.New(kind, name, arguments)}
}
