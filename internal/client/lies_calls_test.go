package client_test

import (
	"context"
	"encoding/json"
	"slices"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// liedTo calls every method of the client, those that write first: a later one
// may need what an earlier one has left.
var liedTo = []struct {
	name string
	call func(ctx context.Context, c *client.Client, o objects) (any, error)
}{
	{"CreateUser", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.CreateUser(ctx, person("new"))
	}},
	{"UpdateUser", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.UpdateUser(ctx, o.user, api.UserUpdate{FirstName: "Other", LastName: "X", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", BackofficeUserNumber: o.user, GroupIDs: []string{}})
	}},
	{"LockUser", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.LockUser(ctx, o.user)
	}},
	{"UnlockUser", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.UnlockUser(ctx, o.user)
	}},
	{"AssignMember", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.AssignMember(ctx, "g", access.Employee, o.user)
	}},
	{"RemoveMember", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.RemoveMember(ctx, "g", o.user)
	}},
	{"RemoveFromGroups", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.RemoveFromGroups(ctx, o.user)
	}},
	{"DeleteUser", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.DeleteUser(ctx, o.user, false)
	}},
	{"CreateGroup", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.CreateGroup(ctx, api.GroupCreate{ID: "new", Name: api.Text{"en": "New"}, AccessControls: []string{}})
	}},
	{"UpdateGroup", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.UpdateGroup(ctx, "put", api.GroupUpdate{Name: api.Text{"en": "Put"}, AccessControls: []string{}})
	}},
	{"DeleteGroup", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.DeleteGroup(ctx, "new", false)
	}},
	{"PutScope", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.PutScope(ctx, "new.scope", api.ScopeUpdate{})
	}},
	{"PutAccessControl", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.PutAccessControl(ctx, "new", api.AccessControlUpdate{Scopes: []string{"new.scope"}})
	}},
	{"DeleteAccessControl", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.DeleteAccessControl(ctx, "new")
	}},
	{"DeleteScope", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.DeleteScope(ctx, "new.scope")
	}},
	{"PutTemplate", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.PutTemplate(ctx, "new", api.TemplateUpdate{Name: api.Text{"en": "T"}, BasedOn: "viewer", Access: map[string]string{}})
	}},
	{"DeleteTemplate", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.DeleteTemplate(ctx, "new")
	}},
	{"CreateSetting", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.CreateSetting(ctx, api.Setting{Key: "new", Value: json.RawMessage(`[7]`)})
	}},
	{"UpdateSetting", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.UpdateSetting(ctx, api.SettingUpdate{Key: "new", Value: json.RawMessage(`[8]`)})
	}},
	{"DeleteSetting", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.DeleteSetting(ctx, "new")
	}},
	{"CreateSite", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.CreateSite(ctx, site("new", true))
	}},
	{"UpdateSite", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		s := site("new", true)
		return nil, c.UpdateSite(ctx, "new", api.SiteUpdate{
			Name: "Other", Active: true, DefaultLanguage: s.DefaultLanguage, Languages: s.Languages, Currency: s.Currency, HomeBase: s.HomeBase, ShipToCountries: s.ShipToCountries,
			Metadata: &api.SiteMetadata{Version: new(1)},
		})
	}},
	{"DeleteSite", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.DeleteSite(ctx, "new")
	}},
	{"CreateVendor", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.CreateVendor(ctx, api.VendorCreate{ID: "new", Name: "New"})
	}},
	{"UpdateVendor", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		o.vendorGroups("new") // or the lists grow while they are read
		return c.UpdateVendor(ctx, "new", api.VendorUpdate{Name: "Other", Type: api.VendorCompany})
	}},
	{"DeleteVendor", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.DeleteVendor(ctx, "new")
	}},
	{"InviteTeamMember", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.InviteTeamMember(ctx, api.TeamMemberCreate{Email: "team@acme.example", Role: access.RoleMember})
	}},
	{"ResendInvitation", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.ResendInvitation(ctx, o.invitation)
	}},
	{"AcceptInvitation", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.AcceptInvitation(ctx, o.invitation)
	}},
	{"ChangeTeamRole", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.ChangeTeamRole(ctx, o.members[1], access.RoleBillingContact)
	}},
	{"PutTeamProduct", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.PutTeamProduct(ctx, "hub", api.TeamProductUpdate{Label: "Hub"})
	}},
	{"DeleteTeamProduct", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.DeleteTeamProduct(ctx, "hub")
	}},
	{"AssignProduct", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.AssignProduct(ctx, o.member, o.product.ID, api.ProductAssignment{Role: o.product.Roles[0]})
	}},
	{"UnassignProduct", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.UnassignProduct(ctx, o.member, o.product.ID)
	}},
	{"TransferTeam", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.TransferTeam(ctx, api.TeamTransfer{MemberID: o.member})
	}},
	{"RemoveTeamMember", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return nil, c.RemoveTeamMember(ctx, o.leaving)
	}},
	{"DeleteMakeOrganization", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return nil, c.DeleteMakeOrganization(ctx)
	}},
	{"PutMakeOrganization", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.PutMakeOrganization(ctx, api.MakeOrganizationUpdate{OrganizationID: "7", Sync: true})
	}},
	{"SyncMake", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return nil, c.SyncMake(ctx) }},

	{"WaitForMakeMembers", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.WaitForMakeMembers(ctx) }},
	{"AccessControl", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.AccessControl(ctx, "own")
	}},
	{"ExportAuditEvents", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		var events []api.AuditEvent // the lines are handed on as they come, with members that nobody knows
		end, err := c.ExportAuditEvents(ctx, client.AuditExport{From: 1}, func(text []byte) error {
			var e api.AuditEvent
			err := jsonv2.Unmarshal(text, &e)
			events = append(events, e)
			return err
		})
		return []any{events, end}, err
	}},
	{"AuditEvents", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.AuditEvents(ctx, client.AuditFilter{Limit: 9})
	}},
	{"CanLock", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.CanLock(ctx) }},
	{"CheckMake", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return nil, c.CheckMake(ctx) }},
	{"CheckTeam", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return nil, c.CheckTeam(ctx) }},
	{"FindTeamMember", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return c.FindTeamMember(ctx, o.member)
	}},
	{"FindUser", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return c.FindUser(ctx, o.readers[0], "")
	}},
	{"GrantedScopes", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.GrantedScopes(ctx) }},
	{"Group", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.Group(ctx, "g") }},
	{"HasMember", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return c.HasMember(ctx, "g", access.Employee, o.readers[1])
	}},
	{"Invitation", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return c.Invitation(ctx, o.invitation)
	}},
	{"MakeOrganization", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.MakeOrganization(ctx) }},
	{"NewAccessToken", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		made, err := c.NewAccessToken(ctx, "iam.group_read")
		return []any{made.Type, made.Scopes, err != nil || made.Value != ""}, err
	}},
	{"Organizations", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.Organizations(ctx, "1@acme.example")
	}},
	{"ReadGroup", readMany(func(ctx context.Context, c *client.Client, n int, _ objects) (any, error) {
		return c.ReadGroup(ctx, "test", []string{"g", "c0", "c1", "c2"}[n])
	})},
	{"ReadMembership", readMany(func(ctx context.Context, c *client.Client, n int, o objects) (any, error) {
		return c.ReadMembership(ctx, "g", access.Employee, o.readers[n])
	})},
	{"ReadSetting", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.ReadSetting(ctx, "test", api.SettingLanguages)
	}},
	{"ReadTeamMember", readMany(func(ctx context.Context, c *client.Client, n int, o objects) (any, error) {
		return c.ReadTeamMember(ctx, "test", o.members[n])
	})},
	{"ReadUser", readMany(func(ctx context.Context, c *client.Client, n int, o objects) (any, error) {
		return c.ReadUser(ctx, "test", o.readers[n], nil)
	})},
	{"ReadUserBy", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.ReadUserBy(ctx, "test", "", "2@acme.example")
	}},
	{"Rights", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.Rights(ctx) }},
	{"Scope", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.Scope(ctx, "own.scope") }},
	{"Setting", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.Setting(ctx, api.SettingLanguages)
	}},
	{"Site", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.Site(ctx, "main") }},
	{"TeamStatus", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.TeamStatus(ctx, "1@acme.example")
	}},
	{"State", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.State(ctx) }},
	{"Subject", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return c.Subject(ctx, api.User{ID: o.readers[0]})
	}},
	{"TeamMember", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return c.TeamMember(ctx, o.member)
	}},
	{"TeamMemberByEmail", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.TeamMemberByEmail(ctx, "3@acme.example")
	}},
	{"TeamOwner", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.TeamOwner(ctx) }},
	{"AddedProducts", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.AddedProducts(ctx) }},
	{"TeamProduct", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return c.TeamProduct(ctx, o.product.ID)
	}},
	{"TeamProducts", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.TeamProducts(ctx) }},
	{"Template", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.Template(ctx, "viewer") }},
	{"User", func(ctx context.Context, c *client.Client, o objects) (any, error) { return c.User(ctx, o.readers[0]) }},
	{"UserByEmail", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		return c.UserByEmail(ctx, "4@acme.example")
	}},
	{"UserGroup", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return c.UserGroup(ctx, o.readers[0], "g")
	}},
	{"UserScopes", func(ctx context.Context, c *client.Client, o objects) (any, error) {
		return c.UserScopes(ctx, o.readers[0])
	}},
	{"UserPage", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		rows, _, err := c.UserPage(ctx, client.Page{Number: 1, Size: 1000})
		return rows, err
	}},
	{"GroupPage", func(ctx context.Context, c *client.Client, _ objects) (any, error) {
		rows, _, err := c.GroupPage(ctx, client.Page{Number: 1, Size: 1000})
		return rows, err
	}},
	{"Vendor", func(ctx context.Context, c *client.Client, _ objects) (any, error) { return c.Vendor(ctx, "v1") }},
}

// readMany reads four of a kind, so that a listing answers for some of them.
func readMany(read func(ctx context.Context, c *client.Client, n int, o objects) (any, error)) func(context.Context, *client.Client, objects) (any, error) {
	return func(ctx context.Context, c *client.Client, o objects) (any, error) {
		var all []any
		for n := range 4 {
			one, err := read(ctx, c, n, o)
			if err != nil {
				return nil, err
			}
			all = append(all, one)
		}
		return all, nil
	}
}

// asksNobody are the methods that make no request, and Me, for which only the token of a user
// is good.
var asksNobody = []string{"Lock", "Me", "Tenant"}

// objects are what the calls are about, besides what fill makes.
type objects struct {
	user         string // to be changed and deleted
	readers      []string
	member       string // active
	leaving      string // a member
	members      []string
	invitation   string
	product      api.TeamProduct // that has roles
	vendorGroups func(vendor string)
}

func prepare(t *testing.T, b *servertest.Backend) (o objects) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, c := t.Context(), b.Client
	fill(t, b)
	var err error
	o.user, err = c.CreateUser(ctx, person("victim"))
	must(err)
	_, err = c.PutScope(ctx, "own.scope", api.ScopeUpdate{Domain: "own"})
	must(err)
	_, err = c.PutAccessControl(ctx, "own", api.AccessControlUpdate{Scopes: []string{"own.scope"}})
	must(err)
	_, err = c.UpdateGroup(ctx, "g", api.GroupUpdate{Name: api.Text{"en": "G"}, AccessControls: []string{"own"}, Templates: []string{"viewer"}})
	must(err)
	users, err := c.Members(ctx, "g")
	must(err)
	for _, u := range users {
		o.readers = append(o.readers, u.UserID)
	}
	members, err := c.TeamMembers(ctx)
	must(err)
	for _, m := range members {
		if m.Role == access.RoleMember {
			o.members = append(o.members, m.ID)
		}
	}
	o.member, o.leaving = o.members[0], o.members[len(o.members)-1]
	o.members = o.members[:len(o.members)-1]
	invitations, err := c.Invitations(ctx)
	must(err)
	for _, i := range invitations {
		switch { // the first of a person may be accepted with the other one
		case i.SubjectID == o.member && i.Kind == api.InvitationMember:
			must(c.AcceptInvitation(ctx, i.ID))
		case i.SubjectID != o.member && i.SubjectID != o.user && i.Kind == api.InvitationUser:
			o.invitation = i.ID
		}
	}
	products, err := c.TeamProducts(ctx)
	must(err)
	o.product = products[slices.IndexFunc(products, func(p api.TeamProduct) bool { return len(p.Roles) > 0 })]
	o.vendorGroups = func(vendor string) { awaitGroups(t, c, vendor) }
	return o
}

func person(name string) api.UserCreate {
	return api.UserCreate{
		FirstName: "User", LastName: name, ContactEmail: name + "@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
	}
}
