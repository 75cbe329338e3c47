package client_test

import (
	"context"
	"fmt"
	"net/http"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// rows is how many of most kinds the tenant gets, beside those that it has: more
// than three pages of pageSize.
const rows, pageSize = 5, 1

// everyList calls the methods that walk the pages of a list. The group "g" has
// members, the customer "c" is in groups, and the vendor "v0" has both.
var everyList = map[string]func(ctx context.Context, c *client.Client) (any, error){
	"AccessControls": func(ctx context.Context, c *client.Client) (any, error) { return c.AccessControls(ctx) },
	"Groups":         func(ctx context.Context, c *client.Client) (any, error) { return c.Groups(ctx) },
	"Invitations":    func(ctx context.Context, c *client.Client) (any, error) { return c.Invitations(ctx) },
	"MakeMembers":    func(ctx context.Context, c *client.Client) (any, error) { return c.MakeMembers(ctx) },
	"MakeNotices":    func(ctx context.Context, c *client.Client) (any, error) { return c.MakeNotices(ctx) },
	"Members":        func(ctx context.Context, c *client.Client) (any, error) { return c.Members(ctx, "g") },
	"ReadUsers":      func(ctx context.Context, c *client.Client) (any, error) { return c.ReadUsers(ctx, "test") },
	"ReadGroups":     func(ctx context.Context, c *client.Client) (any, error) { return c.ReadGroups(ctx, "test") },
	"Scopes":         func(ctx context.Context, c *client.Client) (any, error) { return c.Scopes(ctx) },
	"SiteCodes":      func(ctx context.Context, c *client.Client) (any, error) { return c.SiteCodes(ctx, true) },
	"Sites":          func(ctx context.Context, c *client.Client) (any, error) { return c.Sites(ctx, true) },
	"TeamMembers":    func(ctx context.Context, c *client.Client) (any, error) { return c.TeamMembers(ctx) },
	"Templates":      func(ctx context.Context, c *client.Client) (any, error) { return c.Templates(ctx) },
	"UserGroups":     func(ctx context.Context, c *client.Client) (any, error) { return c.UserGroups(ctx, "c") },
	"Users":          func(ctx context.Context, c *client.Client) (any, error) { return c.Users(ctx) },
	"VendorGroups":   func(ctx context.Context, c *client.Client) (any, error) { return c.VendorGroups(ctx, "v0") },
	"VendorUsers":    func(ctx context.Context, c *client.Client) (any, error) { return c.VendorUsers(ctx, "v0") },
	"Vendors":        func(ctx context.Context, c *client.Client) (any, error) { return c.Vendors(ctx) },
}

// notPaged return lists that are whole at once, or in pages of their own.
var notPaged = map[string]bool{"AuditEvents": true, "GrantedScopes": true, "WaitForMakeMembers": true, "Organizations": true, "TeamProducts": true, "AddedProducts": true, "UserPage": true, "GroupPage": true}

func TestEveryList_isTested(t *testing.T) {
	t.Parallel()
	methods := reflect.TypeFor[*client.Client]()
	for i := range methods.NumMethod() {
		m := methods.Method(i)
		returnsList := m.Type.NumOut() > 0 && m.Type.Out(0).Kind() == reflect.Slice
		if returnsList && everyList[m.Name] == nil && !notPaged[m.Name] {
			t.Errorf("%s returns a list: add it to everyList, or to notPaged when it has no pages", m.Name)
		}
	}
	for name := range everyList {
		if _, ok := methods.MethodByName(name); !ok {
			t.Errorf("there is no method %s", name)
		}
	}
}

// Small pages add up to what one large page holds.
func TestEveryList_pages(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	b := servertest.New(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Query().Has("pageSize") {
				requests.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	fill(t, b)
	small := b.NewClient(t, client.Options{PageSize: pageSize})
	for name, list := range everyList {
		whole, err := list(t.Context(), b.Client)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		requests.Store(0)
		pages, err := list(t.Context(), small)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		count := reflect.ValueOf(whole).Len()
		if !reflect.DeepEqual(pages, whole) {
			t.Errorf("%s: got %+v, want %+v", name, pages, whole)
		}
		// One more, as the last one is full.
		if want := count/pageSize + 1; want < 5 || int(requests.Load()) != want {
			t.Errorf("%s: %d rows came in %d pages, want %d, and more than three", name, count, requests.Load(), want)
		}
	}
}

// fill makes rows of each kind.
func fill(t *testing.T, b *servertest.Backend) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	_, err := b.Client.PutMakeOrganization(ctx, api.MakeOrganizationUpdate{OrganizationID: "7", Sync: true})
	must(err)
	_, err = b.Client.CreateGroup(ctx, api.GroupCreate{ID: "g", Name: api.Text{"en": "G"}, AccessControls: []string{}})
	must(err)
	vendor := "" // a group of v0
	for i := range rows {
		n := fmt.Sprint(i)
		id, err := b.Client.CreateUser(ctx, api.UserCreate{
			FirstName: "User", LastName: n, ContactEmail: n + "@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
		})
		must(err)
		must(b.Client.AssignMember(ctx, "g", access.Employee, id))
		_, err = b.Client.InviteTeamMember(ctx, api.TeamMemberCreate{Email: n + "@acme.example", Role: access.RoleMember})
		must(err)
		must(b.Client.AssignMember(ctx, "oe-editor", access.Employee, id))
		_, err = b.Client.CreateGroup(ctx, api.GroupCreate{ID: "c" + n, Name: api.Text{"en": "C"}, UserType: access.Customer, AccessControls: []string{}})
		must(err)
		must(b.Client.AssignMember(ctx, "c"+n, access.Customer, "c"))
		must(b.Client.CreateSite(ctx, api.Site{
			Code: "s" + n, Name: "S", DefaultLanguage: "en", Languages: []string{"en"}, Currency: "EUR", ShipToCountries: []string{"DE"},
			HomeBase: api.HomeBase{Address: api.SiteAddress{Country: "DE", ZipCode: "10115"}}, TaxDeterminationBasedOn: api.TaxByBillingAddress,
		}))
		_, err = b.Client.CreateVendor(ctx, api.VendorCreate{ID: "v" + n, Name: "V"})
		must(err)
		groups := awaitGroups(t, b.Client, "v"+n) // or the lists grow while they are read
		if i == 0 {
			vendor = groups[0].ID
		}
		_, err = b.Client.CreateUser(ctx, api.UserCreate{
			FirstName: "Seller", LastName: n, ContactEmail: n + "@vendor.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{vendor},
		})
		must(err)
	}
	_, err = b.Client.WaitForMakeMembers(ctx) // or they change while they are read
	must(err)
}
