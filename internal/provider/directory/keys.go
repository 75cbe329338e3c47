package directory

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// userKey is the natural key of a user.
var userKey = plumbing.NaturalKey{
	Thing: "user", At: []string{"email"}, Fold: true, Label: "first_name",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		ids, err := userIDs(ctx, d)
		emails := make(map[string]bool, len(ids))
		for email := range ids {
			emails[email] = false
		}
		return emails, err
	},
	Model: func(ctx context.Context, d *plumbing.Data, email string, _ *diag.Diagnostics) (any, error) {
		ids, err := userIDs(ctx, d)
		if err != nil {
			return nil, err
		}
		id, ok := ids[strings.ToLower(email)]
		if !ok {
			return nil, &client.NotFoundError{What: "user " + email}
		}
		user, err := d.Client.User(ctx, id)
		if err != nil {
			return nil, err
		}
		m := importedUser(*user)
		m.Locked, m.GroupIDs = types.BoolValue(false), types.SetValueMust(types.StringType, nil) // fromAPI fills them
		m.fromAPI(*user)
		return m, nil
	},
	Unmanaged: []string{"locked", "group_ids"}, Silent: []string{"status"}, Fill: []string{"id", "department", "preferred_site", "preferred_currency", "preferred_language"},
}

// companyDomainsKey is the natural key of the company's e-mail domains: a tenant has one
// list, even before it is managed.
var companyDomainsKey = plumbing.NaturalKey{Thing: "list of company e-mail domains", Stays: true}

// groupKey is the natural key of a group with an id that the configuration chooses.
var groupKey = plumbing.NaturalKey{
	Thing: "group", At: []string{"id"}, Label: "name",
	List: func(ctx context.Context, d *plumbing.Data) (map[string]bool, error) {
		groups, err := d.Client.Groups(ctx)
		ids := make(map[string]bool, len(groups))
		for _, g := range groups {
			ids[g.ID] = g.Code != "" || predefined(g.ID)
		}
		return ids, err
	},
	Model: func(ctx context.Context, d *plumbing.Data, id string, _ *diag.Diagnostics) (any, error) {
		group, err := d.Client.Group(ctx, id)
		if err != nil {
			return nil, err
		}
		tenant, err := d.PresentRights(ctx)
		return importedGroup(*group, tenant), err
	},
	Fixed: []string{"user_type", "vendor_id"}, Unmanaged: []string{"access_control_ids", "mixins"},
	// effective_access shows their effect.
	Silent: []string{"role_template", "access", "unmet_dependencies"},
}
