package cli_test

import (
	"fmt"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// odd are names that a configuration has to write with care: quotes, templates,
// scripts without a Latin form, line ends, and the same twice.
var odd = []string{
	`Anna "the Boss"`, "${var.name}", "%{ if true }x%{ endif }", "$${not} %%{me}", "$${", "Łukasz Größe", "東京", "Back\\slash", "Two\nlines\tand a tab", "O'Neil & Söhne <GmbH>",
	"🦄 #{no} // comment /* x */", "Twin", "Twin", "twin", "1st", "<<EOT", "\u00e9\u00e0", "for", "each.value",
}

func must(t *testing.T) func(_ any, err error) {
	return func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// oddName returns a name of the list.
func oddName(i int) string { return odd[i%len(odd)] }

// grownTenant fills a tenant the way it grows over the years: through the API,
// by many hands. synced ties restrictions to sites.
func grownTenant(t *testing.T, c *client.Client, users, groups int, synced bool) {
	t.Helper()
	ctx, ok := t.Context(), must(t)
	for i, code := range []string{"de", "at", "shop/uk", "1a"} {
		ok(nil, c.CreateSite(ctx, api.Site{
			Code: code, Name: oddName(i), Active: i != 2, DefaultLanguage: "de", Languages: []string{"de", "en"}, Currency: "EUR",
			HomeBase: api.HomeBase{Address: api.SiteAddress{Country: "DE", ZipCode: "10115"}}, ShipToCountries: []string{"DE", "AT"},
		}))
	}
	ok(nil, c.UpdateSetting(ctx, api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["de","at"]`)}))
	restrictions := []string{"de", "at"}
	if synced {
		ok(nil, c.UpdateSetting(ctx, api.SettingUpdate{Key: api.SettingSiteSync, Value: []byte(`true`)}))
		restrictions = append(restrictions, "shop/uk")
	} else {
		ok(nil, c.UpdateSetting(ctx, api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["de","at","${x}"]`)}))
		restrictions = append(restrictions, "${x}")
	}
	ok(c.PutScope(ctx, "billing.export", api.ScopeUpdate{Description: api.Text{"en": oddName(1)}, Domain: "billing"}))
	ok(c.PutScope(ctx, "billing-export", api.ScopeUpdate{}))
	ok(c.PutAccessControl(ctx, "accounting", api.AccessControlUpdate{Name: api.Text{"en": oddName(0), "de": oddName(5)}, Scopes: []string{"billing.export", "order.order_read"}, Domains: []string{"billing"}}))
	ok(c.PutTemplate(ctx, "clerk", api.TemplateUpdate{Name: api.Text{"en": "Clerk"}, BasedOn: "viewer", Access: map[string]string{"orders": "manage"}}))
	ok(c.PutTemplate(ctx, "clerk-2", api.TemplateUpdate{Name: api.Text{"en": "Clerk"}, Description: api.Text{"en": oddName(2)}, BasedOn: "clerk", Access: map[string]string{"sites": "none"}}))
	for i := range 3 {
		v := api.VendorCreate{ID: fmt.Sprintf("vendor-%d", i), Name: oddName(10 + i), Type: api.VendorCompany, ContactDetails: []api.Contact{{Email: "v@acme.example", FirstName: oddName(i)}}}
		if i > 0 {
			v.ParentID, v.LegalInfo = "vendor-0", &api.LegalInfo{LegalName: oddName(3), RegistrationDate: "2022-03-31T13:18:02Z"}
		}
		ok(c.CreateVendor(ctx, v))
	}
	ok(c.PutMakeOrganization(ctx, api.MakeOrganizationUpdate{OrganizationID: "12345", Sync: false}))
	grownGroups(t, c, groups, restrictions)
	grownUsers(t, c, users, groups)
	for i, role := range []access.TeamRole{access.RoleMember, access.RoleAdmin, access.RoleMember} {
		id, err := c.InviteTeamMember(ctx, api.TeamMemberCreate{Email: fmt.Sprintf("member+%d@acme.example", i), Role: role})
		ok(id, err)
		if role == access.RoleMember {
			ok(nil, c.AssignProduct(ctx, id, "orchestrator", api.ProductAssignment{Role: "analyst"}))
			ok(nil, c.AssignProduct(ctx, id, "studio_pro", api.ProductAssignment{}))
		}
	}
}

func grownGroups(t *testing.T, c *client.Client, groups int, restrictions []string) {
	t.Helper()
	ok := must(t)
	for i := range groups {
		g := api.GroupCreate{ID: fmt.Sprintf("g%d", i), Name: api.Text{"en": oddName(i), "de": oddName(i + 1)}, UserType: access.Employee, AccessControls: []string{}}
		switch i % 5 {
		case 0:
			g.Templates, g.Restrictions = []string{"clerk"}, restrictions[:1+i%3]
		case 1:
			g.AccessControls = access.ControlIDs(access.FromMap(map[string]access.Level{"orders": access.Manage, "sites": access.Read}))
			g.Description = api.Text{"en": oddName(i + 3)}
		case 2:
			g.AccessControls = append(access.ControlIDs(access.Templates()[0].Access), "accounting")
		case 3:
			g.UserType = access.Customer
			g.B2B = &api.B2B{LegalEntityID: "company " + oddName(i)}
		case 4:
			g.Templates, g.VendorID = []string{"viewer"}, fmt.Sprintf("vendor-%d", i%3)
		}
		ok(c.CreateGroup(t.Context(), g))
		if g.UserType == access.Customer {
			ok(nil, c.AssignMember(t.Context(), g.ID, access.Customer, fmt.Sprintf("C-%d", i)))
		}
	}
}

func grownUsers(t *testing.T, c *client.Client, users, groups int) {
	t.Helper()
	ok := must(t)
	vendors, err := c.VendorGroups(t.Context(), "vendor-1")
	ok(nil, err)
	for i := range users {
		u := api.UserCreate{
			FirstName: oddName(i), LastName: oddName(i + 7), ContactEmail: fmt.Sprintf("User.%d@acme.example", i), Department: odd[(i*3)%len(odd)],
			PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
		}
		if i%7 == 6 {
			u.ContactEmail = fmt.Sprintf("user.%d@other.example", i-1) // the same name as another
		}
		if i%2 == 1 {
			u.PreferredSite = "de"
		}
		switch i % 10 {
		case 9: // in no group
		case 8:
			u.GroupIDs = []string{vendors[0].ID}
		default:
			for j := i % 5; j < min(groups, 10+i%20); j += 5 {
				if kind := j % 5; kind != 3 && kind != 4 {
					u.GroupIDs = append(u.GroupIDs, fmt.Sprintf("g%d", j))
				}
			}
			if i%3 == 0 {
				u.GroupIDs = append(u.GroupIDs, "oe-editor")
			}
		}
		id, err := c.CreateUser(t.Context(), u)
		ok(id, err)
		if i%50 == 1 {
			ok(nil, c.LockUser(t.Context(), id))
		}
	}
}
