package provider_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// givesNobody are the managed types whose changes give and take nothing from
// anybody, and why.
var givesNobody = map[string]string{
	"iam_restriction":          "groups keep a value that is no longer allowed",
	"iam_restriction_settings": "groups keep values that are no longer allowed",
	"iam_site":                 "groups keep the code of a site that is gone",
	"iam_company_domains":      "people outside the domains keep their access",
}

// judgedChange is a planned change that takes something from a person, or gives it.
type judgedChange struct {
	typeName string
	name     string
	prior    providertest.State
	config   values // nil: a destroy
	what     string // that the impact says of who it is about
	gains    bool
	who      string // vera; anna when empty
}

// Every managed type shows whom its change gives or takes what, and the
// guardrails refuse it.
func TestGuardrails_everyType(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	changes := judgedChanges(t, b)
	for typeName := range surface(t).ResourceSchemas {
		judged := slices.ContainsFunc(changes, func(c judgedChange) bool { return c.typeName == typeName })
		if judged == (givesNobody[typeName] != "") {
			t.Errorf("%s: the guardrails know of it: %t, and it gives nobody anything: %q", typeName, judged, givesNobody[typeName])
		}
	}
	for _, c := range changes {
		who := cmp.Or(c.who, "anna") + "@acme.example"
		for summary, limits := range map[string]values{
			"warning: Access Changes":           {"show_impact": true},
			"error: Protected Users":            {"protect_users": []any{who}},
			"error: Too Many Users Lose Access": {"max_users_losing_access": 0},
			"error: Too Many Users Gain Access": {"max_users_gaining_access": 0},
		} {
			p := providertest.New(t, with(b.Config, values{"guardrails": limits}))
			_, _, d := p.Plan(c.typeName, c.prior, c.config)
			want := !strings.HasPrefix(summary, "error") || c.gains == strings.Contains(summary, "Gain")
			if d.Has(summary, who) != want {
				t.Errorf("%s, %s, %s: got %v", c.typeName, c.name, summary, d)
			}
			if limits["show_impact"] != nil && !d.Has(who+": ", c.what) {
				t.Errorf("%s, %s: got %v, want %q", c.typeName, c.name, d, c.what)
			}
		}
	}
}

func judgedChanges(t *testing.T, b providertest.Backend) []judgedChange {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	p, none := providertest.New(t, b.Config), providertest.State{}
	text := func(s string) values { return values{"en": s} }
	userConfig := values{"email": "anna@acme.example", "first_name": "Anna", "last_name": "Schmidt"}
	user := p.MustApply("iam_user", none, userConfig)
	id, _ := user.Values["id"].(string)
	scope := p.MustApply("iam_scope", none, values{"id": "export.read"})
	controlConfig := values{"id": "exporters", "scopes": []any{"export.read"}}
	control := p.MustApply("iam_access_control", none, controlConfig)
	templateConfig := values{"id": "clerk", "name": text("Clerk"), "access": values{"coupons": "manage"}}
	template := p.MustApply("iam_role_template", none, templateConfig)
	groupConfig := values{"id": "clerks", "name": text("Clerks"), "role_template": "clerk", "access_control_ids": []any{"exporters"}}
	group := p.MustApply("iam_group", none, groupConfig)
	vendor := p.MustApply("iam_vendor", none, values{"id": "acme-parts", "name": "Acme Parts", "type": "COMPANY", "delete_groups": true})
	groups, err := b.Client.VendorGroups(t.Context(), "acme-parts")
	must(err)
	vera := p.MustApply("iam_user", none, with(userConfig, values{"email": "vera@acme.example", "group_ids": []any{groups[0].ID}}))
	ownConfig := values{"id": "own-parts", "name": text("Own Parts"), "vendor_id": "acme-parts", "role_template": "vendor", "access": values{"products": "manage"}}
	own := p.MustApply("iam_group", none, ownConfig)
	p.MustApply("iam_group_membership", none, values{"group_id": "own-parts", "user_id": vera.Values["id"]})
	membership := p.MustApply("iam_group_membership", none, values{"group_id": "clerks", "user_id": id})
	membersConfig := values{"group_id": "clerks", "members": values{"anna@acme.example": id}}
	members := p.MustApply("iam_group_members", none, membersConfig)
	userGroups := p.MustApply("iam_user_groups", none, values{"user_id": id, "group_ids": []any{"clerks", "oe-editor"}})
	table := p.MustApply("iam_users_csv", none, values{"csv": "email,first_name,last_name\nanna@acme.example,Anna,Schmidt\n", "adopt_existing": true})

	memberConfig := values{"email": "anna@acme.example", "role": "member"}
	member := p.MustApply("iam_team_member", none, memberConfig)
	invitations, err := b.Client.Invitations(t.Context())
	must(err)
	for _, i := range invitations {
		if i.Kind == api.InvitationMember {
			must(b.Client.AcceptInvitation(t.Context(), i.ID))
		}
	}
	owner, err := b.Client.TeamOwner(t.Context())
	must(err)
	held := p.MustApply("iam_team_owner", none, values{"member_id": owner.ID})
	assignmentConfig := values{"member_id": member.Values["id"], "product": "orchestrator", "role": "admin"}
	assignment := p.MustApply("iam_product_assignment", none, assignmentConfig)
	product := p.MustApply("iam_product", none, values{"id": "hub", "label": "Hub"})
	organizationConfig := values{"organization_id": "7", "sync": false}
	organization := p.MustApply("iam_make_organization", none, organizationConfig)
	_, err = b.Client.WaitForMakeMembers(t.Context())
	must(err)
	return []judgedChange{
		{"iam_user", "destroyed", user, nil, "is removed", false, ""},
		{"iam_users_csv", "destroyed", table, nil, "is removed", false, ""},
		{"iam_scope", "destroyed", scope, nil, "loses the scope export.read", false, ""},
		{"iam_access_control", "destroyed", control, nil, "loses the scope export.read", false, ""},
		{"iam_access_control", "given more", control, with(controlConfig, values{"scopes": []any{"export.read", "order.order_read"}}), "read on", true, ""},
		{"iam_role_template", "lowered", template, with(templateConfig, values{"access": values{"coupons": "read"}}), "is lowered from manage to read on coupons", false, ""},
		{"iam_group", "destroyed", group, nil, "loses manage on coupons", false, ""},
		{"iam_group", "without its access control", group, with(groupConfig, values{"access_control_ids": []any{}}), "loses the scope export.read", false, ""},
		{"iam_vendor", "destroyed", vendor, nil, "for records of the vendor acme-parts", false, "vera"},
		{"iam_vendor", "whose product managers publish", vendor, values{"id": "acme-parts", "name": "Acme Parts", "delete_groups": true, "product_managers_publish": true}, "gains the scopes product.product_publish and product.product_unpublish for records of the vendor acme-parts", true, "vera"},
		{"iam_group", "of a vendor, raised", own, with(ownConfig, values{"access": values{"orders": "manage", "products": "manage"}}), "for records of the vendor acme-parts", true, "vera"},
		{"iam_user", "out of the groups of a vendor", vera, with(userConfig, values{"email": "vera@acme.example", "group_ids": []any{}}), "for records of the vendor acme-parts", false, "vera"},
		{"iam_group_membership", "destroyed", membership, nil, "loses manage on coupons", false, ""},
		{"iam_group_members", "emptied", members, with(membersConfig, values{"members": values{}}), "loses manage on coupons", false, ""},
		{"iam_user_groups", "emptied", userGroups, values{"user_id": id, "group_ids": []any{}}, "loses manage on coupons", false, ""},
		{"iam_team_member", "destroyed", member, nil, "team", false, ""},
		{"iam_team_member", "raised", member, with(memberConfig, values{"role": "admin"}), "admin", true, ""},
		{"iam_team_owner", "moved to anna", held, values{"member_id": member.Values["id"]}, "wner", true, ""},
		{"iam_product_assignment", "destroyed", assignment, nil, "orchestrator", false, ""},
		{"iam_product_assignment", "another role", assignment, with(assignmentConfig, values{"role": "analyst"}), "analyst", false, ""},
		{"iam_product", "destroyed", product, nil, "loses the product hub", false, "owner"},
		{"iam_product", "created", none, values{"id": "desk", "label": "Desk"}, "gains the product desk", true, "owner"},
		{"iam_make_organization", "synced", organization, with(organizationConfig, values{"sync": true}), "becomes a member of the Make organization", true, ""},
	}
}
