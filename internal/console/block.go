package console

import (
	"context"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Blocks writes objects as configuration.
type Blocks interface {
	// Existing returns the block that manages an object of a tenant, and its import block. The
	// kind is a resource type such as iam_group, the id its import id. client.IsNotFound holds
	// for the error if there is no such object.
	Existing(ctx context.Context, c *client.Client, kind, id string) (Block, error)
	// Changed is Existing with other arguments; nil leaves one out.
	Changed(ctx context.Context, c *client.Client, kind, id string, arguments map[string]any) (Block, error)
	// New returns the block of an object that does not exist yet. Its label is made of the name.
	New(kind, name string, arguments map[string]any) Block
}

// Block is an object as configuration, in HCL.
type Block struct {
	Resource string
	Import   string // empty for a new object
}
