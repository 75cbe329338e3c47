package oracle_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// tenant is one of a seed's tenants, with the objects that no configuration
// manages.
type tenant struct {
	name   string
	url    string
	client *client.Client
	token  string // of the client

	people   []account // users that the API made
	groups   []string  // groups for employees of no vendor, predefined ones too
	controls []string  // access controls of the tenant's own
	template string
	vendor   map[string]string // groups of the vendor "v-api" by kind; nil where there is none
	clerk    *account          // who is in a group of the vendor
	team     []account         // members who have joined
	owner    account
	hasMake  bool
}

// account is a user or a member of the team.
type account struct {
	id, email string
	role      string // in the team
	product   string // that it was given
}

// The objects of tenants. Scopes that routes of the backend require come first,
// since only those can be tested.
var (
	somescopes = []string{
		"iam.user_read", "iam.user_create", "iam.user_update", "iam.user_delete", "iam.group_read", "iam.group_manage",
		"iam.assignment_manage", "iam.access_read", "iam.access_manage", "iam.template_read", "iam.scope_read",
		"configuration.configuration_view", "configuration.configuration_manage", "site.site_read", "site.site_manage",
		"vendor.vendor_read", "vendor.vendor_manage",
		"order.order_read", "order.order_update", "customer.customer_read", "customer.customer_manage", "quote.quote_manage",
		"product.product_manage", "product.product_read_unpublished", "price.price_read", "media.asset_manage", "cart.cart_read",
		"ai.agent_read", "ai.agent_manage", "integromat.scenario_edit", "integromat.member", "integromat.app_developer",
		"order.order_read_by_vendor", "coupon.coupon_redeem", "extension.extension_read",
	}
	commerce        = []string{"orders", "customers", "companies", "quotes", "carts", "products", "media", "prices", "catalogs", "coupons", "users_and_groups", "webhooks", "sites", "languages", "system_preferences", "returns", "sepa", "labels"}
	orchestration   = []string{"digital_processes", "forms", "task_inbox", "kpis_and_analytics", "business_rules", "schedules", "event_log", "make_team", "oe_users_and_roles"}
	roleTemplates   = []string{"viewer", "manager", "admin", "catalog_manager", "pricing_manager", "order_fulfillment_manager"}
	engineTemplates = []string{"oe_viewer", "oe_editor", "oe_manager", "oe_admin"}
	values          = []string{"DE", "AT", "FR"}
	predefined      = []string{"1gr5e52e-6e27-4ac5-9471-2467d3fb7501", "1gr5e52e-6e27-4ac5-9471-2467d3fb7503", "oe-viewer", "oe-editor", "oe-manager", "oe-admin"}
	products        = []string{"studio_pro", "bot_runner", "orchestrator"}
)

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// some returns up to n of the list, at least one, without duplicates and in the
// order of the list.
func some[T comparable](random *rand.Rand, list []T, n int) []T {
	distinct := map[T]bool{}
	for _, v := range list {
		distinct[v] = true
	}
	n = 1 + random.IntN(min(n, len(distinct)))
	chosen := map[T]bool{}
	for len(chosen) < n {
		chosen[pick(random, list)] = true
	}
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool {
		first := chosen[v]
		chosen[v] = false
		return !first
	})
}

func chance(random *rand.Rand, percent int) bool { return random.IntN(100) < percent }

// furnish creates the objects that exist in the tenant before any configuration.
func (t *tenant) furnish(ctx context.Context, random *rand.Rand) error {
	list, err := json.Marshal(values)
	if err != nil {
		return err
	}
	if err := t.client.UpdateSetting(ctx, api.SettingUpdate{Key: api.SettingRestrictions, Value: list}); err != nil {
		return err
	}
	for _, step := range []func(context.Context, *rand.Rand) error{t.furnishRights, t.furnishUsers, t.furnishVendor, t.furnishTeam} {
		if err := step(ctx, random); err != nil {
			return err
		}
	}
	owner, err := t.client.TeamOwner(ctx)
	if err != nil {
		return err
	}
	t.owner = account{id: owner.ID, email: owner.Email}
	if t.hasMake = chance(random, 40); t.hasMake {
		_, err = t.client.PutMakeOrganization(ctx, api.MakeOrganizationUpdate{OrganizationID: "7", Sync: true, PruneStale: chance(random, 40)})
	}
	return err
}

func (t *tenant) furnishRights(ctx context.Context, random *rand.Rand) error {
	for i := range 1 + random.IntN(2) {
		id := fmt.Sprintf("x-api%d", i)
		if _, err := t.client.PutAccessControl(ctx, id, api.AccessControlUpdate{Name: api.Text{"en": id}, Scopes: some(random, somescopes, 4)}); err != nil {
			return err
		}
		t.controls = append(t.controls, id)
	}
	t.template = "t-api"
	_, err := t.client.PutTemplate(ctx, t.template, api.TemplateUpdate{Name: api.Text{"en": "T"}, BasedOn: pick(random, roleTemplates), Access: levels(random, commerce, 2)})
	if err != nil {
		return err
	}
	all, err := t.client.AccessControls(ctx)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(c api.AccessControl) bool { return c.VendorAware || c.RestrictedTo == "CUSTOMER" })
	var raw []string
	for _, c := range all {
		raw = append(raw, c.ID)
	}
	t.groups = slices.Clone(predefined)
	for i := range 2 + random.IntN(2) {
		g := api.GroupCreate{ID: fmt.Sprintf("g-api%d", i), Name: api.Text{"en": fmt.Sprintf("Api %d", i)}, AccessControls: []string{}}
		switch random.IntN(3) {
		case 0:
			g.AccessControls = some(random, raw, 3)
		case 1:
			g.Templates = []string{pick(random, append([]string{t.template}, roleTemplates...))}
		case 2:
			g.AccessControls = some(random, append(slices.Clone(t.controls), some(random, raw, 2)...), 3)
		}
		if chance(random, 30) {
			g.Restrictions = some(random, values, 2)
		}
		if _, err := t.client.CreateGroup(ctx, g); err != nil {
			return fmt.Errorf("group %+v: %w", g, err)
		}
		t.groups = append(t.groups, g.ID)
	}
	return nil
}

func (t *tenant) furnishUsers(ctx context.Context, random *rand.Rand) error {
	for i := range 4 {
		// The same addresses in both tenants.
		a := account{email: fmt.Sprintf("u%d@corp.example", i)}
		groups := []string{}
		if chance(random, 80) {
			groups = some(random, t.groups, 2)
		}
		if err := t.addUser(ctx, &a, groups); err != nil {
			return err
		}
		if chance(random, 12) {
			if err := t.client.LockUser(ctx, a.id); err != nil {
				return err
			}
		}
		t.people = append(t.people, a)
	}
	return nil
}

func (t *tenant) addUser(ctx context.Context, a *account, groups []string) (err error) {
	a.id, err = t.client.CreateUser(ctx, api.UserCreate{
		FirstName: "Api", LastName: a.email[:2], ContactEmail: a.email, Department: "D",
		PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: groups,
	})
	if err != nil {
		return fmt.Errorf("user %s in %v: %w", a.email, groups, err)
	}
	return nil
}

func (t *tenant) furnishVendor(ctx context.Context, random *rand.Rand) error {
	if !chance(random, 50) {
		return nil
	}
	if _, err := t.client.CreateVendor(ctx, api.VendorCreate{ID: "v-api", Name: "V", Type: "COMPANY"}); err != nil {
		return err
	}
	// The groups appear a moment later.
	read := func(ctx context.Context) (*[]api.Group, error) {
		groups, err := t.client.VendorGroups(ctx, "v-api")
		return &groups, err
	}
	groups, err := client.WaitFor(ctx, read, func(groups []api.Group) bool { return len(groups) == 4 })
	if err != nil {
		return err
	}
	t.vendor = map[string]string{}
	for _, g := range *groups {
		t.vendor[g.Name["en"]] = g.ID
	}
	t.clerk = &account{email: "clerk@corp.example"}
	return t.addUser(ctx, t.clerk, some(random, t.vendorGroups(), 2))
}

// vendorGroups returns the ids of the vendor's groups, in the order of their
// names.
func (t *tenant) vendorGroups() []string {
	var ids []string
	for _, name := range sortedKeys(t.vendor) {
		ids = append(ids, t.vendor[name])
	}
	return ids
}

func (t *tenant) furnishTeam(ctx context.Context, random *rand.Rand) error {
	for i := range 2 {
		role := pick(random, []string{"admin", "member", "member", "billing_contact"})
		a := account{email: fmt.Sprintf("t%d@corp.example", i), role: role}
		var member api.TeamMemberCreate
		if err := json.Unmarshal([]byte(`{"role":"`+role+`"}`), &member); err != nil {
			return err
		}
		member.Email = a.email
		var err error
		if a.id, err = t.client.InviteTeamMember(ctx, member); err != nil {
			return err
		}
		if err := t.accept(ctx, a.email); err != nil {
			return err
		}
		if role == "member" && chance(random, 60) {
			a.product = pick(random, products)
			if err := t.client.AssignProduct(ctx, a.id, a.product, api.ProductAssignment{Role: productRole(random, a.product)}); err != nil {
				return err
			}
		}
		t.team = append(t.team, a)
	}
	return nil
}

// accept accepts the invitation to the address, if one is open.
func (t *tenant) accept(ctx context.Context, email string) error {
	invitations, err := t.client.Invitations(ctx)
	if err != nil {
		return err
	}
	for _, i := range invitations {
		if i.Email == email && (i.Status == "pending" || i.Status == "sent") {
			if err := t.client.AcceptInvitation(ctx, i.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func productRole(random *rand.Rand, product string) string {
	if product == "orchestrator" {
		return pick(random, []string{"admin", "analyst"})
	}
	return ""
}

// levels returns levels for up to n of the entities.
func levels(random *rand.Rand, entities []string, n int) map[string]string {
	m := map[string]string{}
	for _, e := range some(random, entities, n) {
		m[e] = pick(random, []string{"none", "read", "manage", "manage"})
		if slices.Contains(orchestration, e) && chance(random, 30) {
			m[e] = pick(random, []string{"edit", "administrate"})
		}
	}
	return m
}
