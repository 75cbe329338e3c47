package console_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// sample is what a filled tenant has, for the addresses of pages.
type sample struct{ user, group, vendor, template string }

// staff are the users of a filled tenant, with their department and groups.
var staff = []struct{ first, last, department, groups string }{
	{"Anna", "Schmidt", "Fulfillment DE", "orders-de viewers"},
	{"Ben", "Müller", "Fulfillment DE", "orders-de"},
	{"Clara", "Weber", "Pricing", "pricing"},
	{"David", "Wagner", "Catalog", "catalog viewers"},
	{"Emily", "Johnson", "Fulfillment US", "orders-us"},
	{"Frank", "Williams", "Fulfillment US", "orders-us"},
	{"Grace", "Brown", "Catalog", "catalog"},
	{"Henry", "Davis", "IT", "administrators"},
	{"Ines", "García", "Pricing", "pricing viewers"},
	{"Jonas", "Becker", "IT", "administrators oe-editor"},
	{"Karin", "Hoffmann", "Catalog", "catalog pricing"},
	{"Liam", "Miller", "Pricing", "pricing"},
	{"Mia", "Koch", "Pricing", "pricing"},
	{"Noah", "Wilson", "Sales", "viewers"},
	{"Olga", "Petrova", "Sales", "viewers"},
	{"Paul", "Richter", "Support", "viewers"},
	{"Quinn", "Taylor", "Support", ""},
	{"Rosa", "López", "Finance", "viewers"},
	{"Sven", "Bauer", "IT", "oe-editor"},
	{"Tara", "Anderson", "IT", "oe-manager"},
}

// fill fills a tenant like that of a small company. name changes each text that people choose.
func fill(t *testing.T, c *client.Client, name func(string) string) sample {
	t.Helper()
	ctx := t.Context()
	ok := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, code := range []string{"DE", "US"} {
		ok(nil, c.CreateSite(ctx, api.Site{
			Code: code, Name: name("Site " + code), Active: true, DefaultLanguage: "en", Languages: []string{"en"}, Currency: "EUR",
			HomeBase: api.HomeBase{Address: api.SiteAddress{Country: code, ZipCode: "10115"}}, ShipToCountries: []string{code},
		}))
	}
	ok(nil, c.UpdateSetting(ctx, api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["DE","US"]`)}))
	ok(c.PutScope(ctx, "billing.export", api.ScopeUpdate{Description: api.Text{"en": name("Export bills")}, Domain: "billing"}))
	ok(c.PutAccessControl(ctx, "accounting", api.AccessControlUpdate{Name: api.Text{"en": name("Accounting")}, Scopes: []string{"billing.export"}}))
	ok(c.PutTemplate(ctx, "clerk", api.TemplateUpdate{Name: api.Text{"en": name("Clerk")}, BasedOn: "viewer", Access: map[string]string{"orders": "manage"}}))
	ok(c.CreateVendor(ctx, api.VendorCreate{ID: "tea", Name: name("Tea Company"), Type: api.VendorCompany}))
	ok(c.PutMakeOrganization(ctx, api.MakeOrganizationUpdate{OrganizationID: "12345", Sync: true}))
	group := func(id, label, template string, own map[string]access.Level, restrictions ...string) {
		base, _ := access.TemplateByID(template)
		levels := access.Expand(base.Access, own)
		ok(c.CreateGroup(ctx, api.GroupCreate{
			ID: id, Name: api.Text{"en": name(label)}, Description: api.Text{"en": name("Members work on " + label)}, UserType: access.Employee,
			AccessControls: access.RoleControlIDs(template, levels), Restrictions: restrictions,
		}))
	}
	group("orders-de", "DE Order Fulfillment", "order_fulfillment_manager", map[string]access.Level{"customers": access.Manage, "sepa": access.None}, "DE")
	group("orders-us", "US Order Fulfillment", "order_fulfillment_manager", nil, "US")
	group("pricing", "Pricing Manager", "pricing_manager", nil)
	group("catalog", "Catalog Manager", "catalog_manager", nil)
	group("viewers", "Viewer", "viewer", nil)
	group("administrators", "Administrator", "administrator", nil)
	ok(nil, c.UpdateSetting(ctx, api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["DE"]`)})) // US is stale
	s := sample{group: "orders-de", vendor: "tea", template: "clerk"}
	for i, p := range staff {
		u := api.UserCreate{
			FirstName: name(p.first), LastName: name(p.last), ContactEmail: fmt.Sprintf("user.%d@acme.example", i), Department: name(p.department),
			PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
		}
		u.GroupIDs = append(u.GroupIDs, strings.Fields(p.groups)...)
		id, err := c.CreateUser(ctx, u)
		ok(id, err)
		switch i {
		case 0:
			s.user = id
		case 5:
			ok(nil, c.LockUser(ctx, id))
		}
	}
	for i, role := range []access.TeamRole{access.RoleMember, access.RoleAdmin, access.RoleBillingContact} {
		id, err := c.InviteTeamMember(ctx, api.TeamMemberCreate{Email: fmt.Sprintf("member.%d@acme.example", i), Role: role})
		ok(id, err)
		if i == 0 {
			ok(nil, c.AssignProduct(ctx, id, "orchestrator", api.ProductAssignment{Role: "analyst"}))
		}
	}
	ok(nil, c.PutTeamProduct(ctx, "chat", api.TeamProductUpdate{Label: name("Chat")}))
	return s
}
