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
func (b blocks) Existing(ctx context.Context, c *client.Client, kind, id string) (console.Block, error) {
	return b.Changed(ctx, c, kind, id, nil)
}

// Changed implements console.Blocks.
func (blocks) Changed(ctx context.Context, c *client.Client, kind, id string, arguments map[string]any) (console.Block, error) {
	o, err := provider.Object(ctx, c, kind, id)
	if err != nil {
		return console.Block{}, err
	}
	for name, value := range arguments {
		if o.Arguments[name] = value; value == nil {
			delete(o.Arguments, name)
		}
	}
	resource, imports := export.One(o)
	return console.Block{Resource: resource, Import: imports}, nil
}

// New implements console.Blocks.
func (blocks) New(kind string, objects ...console.NewObject) []console.Block {
	all := make([]export.Object, len(objects))
	for i, o := range objects {
		all[i] = export.Object{Type: kind, Name: o.Name, Arguments: o.Arguments}
	}
	written := make([]console.Block, len(objects))
	for i, text := range export.NewAll(all...) {
		written[i].Resource = text
	}
	return written
}
