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
	// New returns the blocks of objects that do not exist yet. Their labels are made of the
	// names, and no two are the same.
	New(kind string, objects ...NewObject) []Block
}

// NewObject is an object that does not exist yet.
type NewObject struct {
	Name      string
	Arguments map[string]any
}

// Block is an object as configuration, in HCL.
type Block struct {
	Resource string
	Import   string // empty for a new object
}
