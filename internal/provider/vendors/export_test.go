package vendors

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// AwaitGroups waits for the groups of a vendor as the resource does, for what
// takes longer than a test should.
func AwaitGroups(ctx context.Context, c *client.Client, id string) (groupIDs types.Map, diags diag.Diagnostics) {
	r := vendorResource{plumbing.IdentifiedResource{Resource: plumbing.Resource{Data: &plumbing.Data{Client: c}}}}
	m := vendorModel{ID: types.StringValue(id)}
	r.readGroups(ctx, &m, complete, &diags)
	return m.GroupIDs, diags
}
