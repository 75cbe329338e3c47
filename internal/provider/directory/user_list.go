package directory

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/list/schema"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// NewUserList returns the list resource iam_user.
func NewUserList() list.ListResource {
	filters := map[string]schema.Attribute{
		"status": plumbing.Filter("Only users with this status: `PROVISIONED`, `ACTIVE` or `INACTIVE` (case-insensitive).",
			stringvalidator.OneOfCaseInsensitive(string(api.UserProvisioned), string(api.UserActive), string(api.UserInactive))),
		"group_id": plumbing.Filter("Only members of the group with this id."),
	}
	for name, about := range userFilters {
		filters[name] = plumbing.Filter(about)
	}
	return &plumbing.List[userFilter]{
		IdentifiedResource: userType,
		About:              "Lists the tenant's users in the order of their creation.",
		Filters:            filters,
		Refers:             map[string]plumbing.Reference{"group_id": referToGroup()},
		Find: func(ctx context.Context, d *plumbing.Data, filter userFilter) (found []plumbing.ListItem, err error) {
			users, err := sortedUsers(ctx, d)
			for _, u := range users {
				if filter.selects(u) {
					found = append(found, plumbing.ListItem{Name: userLabel(u), State: func(context.Context) (any, error) { return importedUser(u), nil }})
				}
			}
			return found, err
		},
	}
}

// userLabel returns the display name of a user.
func userLabel(u api.User) string {
	return u.FirstName + " " + u.LastName + " <" + u.ContactEmail + ">"
}

// sortedUsers returns all users in the order of their creation.
func sortedUsers(ctx context.Context, d *plumbing.Data) ([]api.User, error) {
	users, err := d.Client.Users(ctx)
	plumbing.SortByCreation(users, func(u api.User) (string, string) { return u.ValidFrom, u.ID })
	return users, err
}
