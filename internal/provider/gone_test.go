package provider_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A loss is a way in which others take an object away, of itself or with what it
// is part of. It gets the ids of what was made before: "user", "group" and
// "member" (of the team).
type loss func(ctx context.Context, c *client.Client, ids map[string]string) error

// goneRow says of a managed type how its object goes.
type goneRow struct {
	config func(ids map[string]string) values
	losses map[string]loss
	// partly: what others take away leaves an object that the plan completes.
	partly bool
}

func loseUser(ctx context.Context, c *client.Client, ids map[string]string) error {
	return c.DeleteUser(ctx, ids["user"], false)
}

func loseGroup(ctx context.Context, c *client.Client, ids map[string]string) error {
	return c.DeleteGroup(ctx, ids["group"], true)
}

func loseMembership(ctx context.Context, c *client.Client, ids map[string]string) error {
	return c.RemoveMember(ctx, ids["group"], ids["user"])
}

func loseTeamMember(ctx context.Context, c *client.Client, ids map[string]string) error {
	return c.RemoveTeamMember(ctx, ids["member"])
}

func loseByID(remove func(c *client.Client, ctx context.Context, id string) error, id string) map[string]loss {
	return map[string]loss{"itself": func(ctx context.Context, c *client.Client, _ map[string]string) error { return remove(c, ctx, id) }}
}

func fixed(v values) func(map[string]string) values {
	return func(map[string]string) values { return v }
}

// goneRows has each managed type but iam_team_owner: a team is never without an
// Owner.
var goneRows = map[string]goneRow{
	"iam_user": {
		config: fixed(values{"email": "new@acme.example", "first_name": "N", "last_name": "N"}),
		losses: map[string]loss{"itself": func(ctx context.Context, c *client.Client, _ map[string]string) error {
			u, err := c.UserByEmail(ctx, "new@acme.example")
			if err != nil {
				return err
			}
			return c.DeleteUser(ctx, u.ID, false)
		}},
	},
	"iam_group": {
		config: fixed(values{"id": "new", "name": values{"en": "New"}}),
		losses: map[string]loss{"itself": func(ctx context.Context, c *client.Client, _ map[string]string) error {
			return c.DeleteGroup(ctx, "new", false)
		}},
	},
	"iam_group_membership": {
		config: func(ids map[string]string) values { return values{"group_id": ids["group"], "user_id": ids["user"]} },
		losses: map[string]loss{"itself": loseMembership, "its group": loseGroup, "its user": loseUser},
	},
	"iam_group_members": {
		config: func(ids map[string]string) values {
			return values{"group_id": ids["group"], "members": values{"u": ids["user"]}}
		},
		losses: map[string]loss{"its group": loseGroup},
	},
	"iam_user_groups": {
		config: func(ids map[string]string) values {
			return values{"user_id": ids["user"], "group_ids": []any{ids["group"]}}
		},
		losses: map[string]loss{"its user": loseUser},
	},
	"iam_users_csv": {
		config: fixed(values{"csv": "email,first_name,last_name\nnew@acme.example,N,N\n"}), partly: true,
		losses: map[string]loss{"a user": func(ctx context.Context, c *client.Client, _ map[string]string) error {
			u, err := c.UserByEmail(ctx, "new@acme.example")
			if err != nil {
				return err
			}
			return c.DeleteUser(ctx, u.ID, false)
		}},
	},
	"iam_scope": {
		config: fixed(values{"id": "billing.new"}), losses: loseByID((*client.Client).DeleteScope, "billing.new"),
	},
	"iam_access_control": {
		config: fixed(values{"id": "new", "name": values{"en": "New"}, "scopes": []any{"order.order_read"}}),
		losses: loseByID((*client.Client).DeleteAccessControl, "new"),
	},
	"iam_role_template": {
		config: fixed(values{"id": "new", "name": values{"en": "New"}, "access": values{"orders": "read"}}),
		losses: loseByID((*client.Client).DeleteTemplate, "new"),
	},
	"iam_restriction": {
		config: fixed(values{"value": "NEW"}), losses: loseByID((*client.Client).DeleteSetting, api.SettingRestrictions),
	},
	"iam_restriction_settings": {
		config: fixed(values{"values": []any{"main", "NEW"}}), partly: true,
		losses: loseByID((*client.Client).DeleteSetting, api.SettingRestrictions),
	},
	"iam_site": {
		config: fixed(values{"code": "new", "name": "New"}), losses: loseByID((*client.Client).DeleteSite, "new"),
	},
	"iam_vendor": {
		config: fixed(values{"id": "new", "name": "New"}), losses: loseByID((*client.Client).DeleteVendor, "new"),
	},
	"iam_team_member": {
		config: fixed(values{"email": "new@acme.example", "role": "member"}),
		losses: map[string]loss{"itself": func(ctx context.Context, c *client.Client, _ map[string]string) error {
			members, err := c.TeamMembers(ctx)
			for _, m := range members {
				if m.Email == "new@acme.example" {
					return c.RemoveTeamMember(ctx, m.ID)
				}
			}
			return fmt.Errorf("there is no such member: %w", err)
		}},
	},
	"iam_product_assignment": {
		config: func(ids map[string]string) values {
			return values{"member_id": ids["member"], "product": "orchestrator", "role": "analyst"}
		},
		losses: map[string]loss{
			"itself": func(ctx context.Context, c *client.Client, ids map[string]string) error {
				return c.UnassignProduct(ctx, ids["member"], "orchestrator")
			},
			"its member": loseTeamMember,
		},
	},
	"iam_make_organization": {
		config: fixed(values{"organization_id": "7"}),
		losses: map[string]loss{"itself": func(ctx context.Context, c *client.Client, _ map[string]string) error {
			return c.DeleteMakeOrganization(ctx)
		}},
	},
}

// What others delete, of any type, alone or with what it is part of, is planned
// anew without an error, and made again; nor is it an error to destroy it.
func TestResources_goneElsewhere(t *testing.T) {
	t.Parallel()
	for name := range surface(t).ResourceSchemas {
		row, ok := goneRows[name]
		if !ok && name != "iam_team_owner" {
			t.Errorf("%s is missing", name)
		}
		for what, lose := range row.losses {
			t.Run(name+" loses "+what, func(t *testing.T) {
				t.Parallel()
				row.check(t, name, lose)
			})
		}
	}
}

func (row goneRow) check(t *testing.T, name string, lose loss) {
	t.Helper()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	ids := parents(t, b.Client)
	made := p.MustApply(name, providertest.State{}, row.config(ids))
	if err := lose(t.Context(), b.Client, ids); err != nil {
		t.Fatal(err)
	}
	p.NextRun() // as the CLI starts the provider for each
	p.MustApply(name, made, nil)
	p.NextRun()
	refreshed, d := p.Refresh(name, made)
	if d.Failed() || (refreshed.Values == nil) == row.partly {
		t.Fatalf("the refresh has %v, %v", refreshed.Values, d)
	}
	ids = parents(t, b.Client) // which the same apply makes anew, first
	if _, _, d := p.Plan(name, refreshed, row.config(ids)); d.Failed() {
		t.Errorf("the plan fails: %v", d)
	}
	again := p.MustApply(name, refreshed, row.config(ids))
	if kept, d := p.Refresh(name, again); kept.Values == nil || len(d) > 0 {
		t.Errorf("made again it is %v, %v", kept.Values, d)
	}
}

// parents makes what objects are part of, as far as it is not there.
func parents(t *testing.T, c *client.Client) map[string]string {
	t.Helper()
	ids, ctx := map[string]string{"group": "parent"}, t.Context()
	u, err := c.UserByEmail(ctx, "parent@acme.example")
	if client.IsNotFound(err) {
		ids["user"], err = c.CreateUser(ctx, api.UserCreate{
			FirstName: "P", LastName: "P", ContactEmail: "parent@acme.example", Department: "D", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
		})
	} else if err == nil {
		ids["user"] = u.ID
	}
	if _, missing := c.Group(ctx, "parent"); err == nil && client.IsNotFound(missing) {
		_, err = c.CreateGroup(ctx, api.GroupCreate{ID: "parent", Name: api.Text{"en": "Parent"}, AccessControls: []string{}})
	}
	members, failed := c.TeamMembers(ctx)
	for _, m := range members {
		if m.Email == "parent@acme.example" {
			ids["member"] = m.ID
		}
	}
	if err == nil && failed == nil && ids["member"] == "" {
		ids["member"], err = c.InviteTeamMember(ctx, api.TeamMemberCreate{Email: "parent@acme.example", Role: access.RoleMember})
	}
	if err != nil || failed != nil {
		t.Fatal(err, failed)
	}
	return ids
}
