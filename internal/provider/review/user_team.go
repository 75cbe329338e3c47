package review

import (
	"context"
	"errors"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// readTeam asks the API for what the user is in the tenant's team, and for its
// other tenants. An API without teams, and a key that may not read them, are no
// reasons to go without the rest of the report.
func (m *userPermissionsModel) readTeam(ctx context.Context, c *client.Client, user api.User, diags *diag.Diagnostics) {
	m.TeamRole, m.Products, m.Organizations = types.StringNull(), types.MapNull(types.StringType), types.ListNull(types.StringType)
	member, organizations, err := findInTeam(ctx, c, user.ContactEmail)
	var lacking *client.ExtensionError
	switch {
	case err == nil:
		products := map[string]attr.Value{}
		for product, role := range member.ProductRoles() {
			products[product] = types.StringValue(role)
		}
		m.TeamRole, m.Products = plumbing.StringOrNull(string(member.Role)), types.MapValueMust(types.StringType, products)
		m.Organizations = plumbing.StringList(organizations)
	case errors.As(err, &lacking):
	case client.IsForbidden(err):
		diags.AddAttributeWarning(path.Root("team_role"), "Team Not Read",
			"The API key lacks the scope "+api.ScopeTeamRead+", so that team_role, products and organizations of the report are null. Use a key that has it, unless the configuration does without them.")
	default:
		diags.Append(plumbing.UnableAt(path.Root("team_role"), "read", "team role of user", user.ContactEmail, err))
	}
}

// findInTeam returns the member with the e-mail address, which is empty for who
// is not in the team, and the sorted names of the account's tenants.
func findInTeam(ctx context.Context, c *client.Client, email string) (member api.TeamMember, tenants []string, err error) {
	found, err := c.TeamMemberByEmail(ctx, email)
	switch {
	case err == nil:
		member = *found
	case !client.IsNotFound(err):
		return member, nil, err
	}
	organizations, err := c.Organizations(ctx, email)
	if err != nil {
		return member, nil, err
	}
	for _, o := range organizations {
		tenants = append(tenants, o.Tenant)
	}
	slices.Sort(tenants)
	return member, tenants, nil
}
