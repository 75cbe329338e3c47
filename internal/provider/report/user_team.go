package report

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// readTeam reads the user's role in the tenant's team, and the user's other
// tenants. If the API has no teams or the key has no permission, it returns nil, and
// the rest of the report is still returned.
func (m *userPermissionsModel) readTeam(ctx context.Context, c *client.Client, user api.User, diags *diag.Diagnostics) *client.TeamStatus {
	m.TeamRole, m.Products, m.Organizations = types.StringNull(), types.MapNull(types.StringType), types.ListNull(types.StringType)
	m.Abilities = types.ListNull(types.StringType)
	standing, err := c.TeamStatus(ctx, user.ContactEmail)
	switch {
	case err == nil:
		products := map[string]attr.Value{}
		for product, role := range standing.Products {
			products[product] = types.StringValue(role)
		}
		m.TeamRole, m.Products = plumbing.StringOrNull(string(standing.Role)), types.MapValueMust(types.StringType, products)
		m.Organizations, m.Abilities = plumbing.StringList(standing.Organizations), plumbing.StringList(standing.Abilities(user.Locked()))
		return standing
	case client.IsUnsupported(err):
	case client.IsForbidden(err):
		diags.AddAttributeWarning(path.Root("team_role"), "Team Not Read",
			"The API key lacks the scope "+api.ScopeTeamRead+", so team_role, products, abilities and organizations in the report are null. Use a key that has it, unless the configuration does not use them.")
	default:
		diags.Append(plumbing.UnableAt(path.Root("team_role"), "read", "team role of user", user.ContactEmail, err))
	}
	return nil
}
