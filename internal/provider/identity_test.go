package provider_test

import (
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// addressed says of a managed type how an object of the tenant of everything is
// found again.
type addressed struct {
	identity values   // $name stands for an id that the tenant chose
	keys     []string // the import ids
	unlisted bool     // the type has no list resource
	unknown  string   // an import id of nothing
	says     string   // part of the error about it
	filter   values   // of the list, so that it finds the object
	nothing  values   // of the list, so that it does not
}

// addresses has each managed type.
var addresses = map[string]addressed{
	"iam_user": {
		identity: values{"id": "$anna"}, keys: []string{"$anna", "anna@acme.example", "ANNA@acme.example"}, unknown: "nobody@acme.example", says: `"nobody@acme.example"`,
		filter: values{"email": "ANNA@acme.example", "email_contains": "NNA@", "group_id": "orders"}, nothing: values{"last_name_contains": "nobody"},
	},
	"iam_group": {
		identity: values{"id": "orders"}, keys: []string{"orders", "Aufträge"}, unknown: "Orders AT", says: `group with the id, code or name "Orders AT"`,
		filter: values{"user_type": "EMPLOYEE", "name_contains": "AUFTR"}, nothing: values{"name": "auftr"},
	},
	"iam_group_membership": {
		identity: values{"group_id": "orders", "user_type": "EMPLOYEE", "user_id": "$anna"},
		keys:     []string{"orders/$anna", "orders/anna@acme.example", "Aufträge/employee/anna@acme.example"},
		unknown:  "orders/nobody@acme.example", says: `"nobody@acme.example"`,
		filter: values{"group_id": "orders", "user_id": "$anna"}, nothing: values{"group_id": "oe-viewer"},
	},
	"iam_group_members": {
		identity: values{"group_id": "orders"}, keys: []string{"orders", "Orders"}, unknown: "nothing", says: `"nothing"`,
		filter: values{"user_type": "EMPLOYEE"}, nothing: values{"user_type": "CUSTOMER"},
	},
	"iam_user_groups": {
		identity: values{"user_id": "$anna"}, keys: []string{"$anna", "anna@acme.example"}, unknown: "nobody", says: "nobody",
		filter: values{"group_id": "orders"}, nothing: values{"group_id": "oe-viewer"},
	},
	"iam_scope": {
		identity: values{"id": "billing.export"}, keys: []string{"billing.export"}, unknown: "billing.import", says: "billing.import",
		filter: values{"domain": "billing"}, nothing: values{"domain": "other"},
	},
	"iam_access_control": {
		identity: values{"id": "accounting"}, keys: []string{"accounting"}, unknown: "bookkeeping", says: "bookkeeping",
		filter: values{"domain": "billing"}, nothing: values{"domain": "other"},
	},
	"iam_role_template":        {identity: values{"id": "clerk"}, keys: []string{"clerk"}, unknown: "officer", says: "officer"},
	"iam_restriction":          {identity: values{"value": "DE"}, keys: []string{"DE"}, unknown: "AT", says: `"AT"`},
	"iam_restriction_settings": {identity: values{"id": "acme"}, keys: []string{"acme", "ACME"}, unknown: "umbrella", says: `"umbrella"`},
	"iam_company_domains":      {identity: values{"id": "acme"}, keys: []string{"acme", "ACME"}, unknown: "umbrella", says: `"umbrella"`},
	"iam_site": {
		identity: values{"code": "de/shop"}, keys: []string{"de/shop"}, unknown: "at", says: `"at"`,
		filter: values{"active": false}, nothing: values{"active": true},
	},
	"iam_vendor": {
		identity: values{"id": "tea"}, keys: []string{"tea", "Tea Company"}, unknown: "Coffee Company", says: `"Coffee Company"`,
		filter: values{"type": "COMPANY"}, nothing: values{"type": "SUBSIDIARY"},
	},
	"iam_team_member": {
		identity: values{"id": "$ben"}, keys: []string{"$ben", "Ben@acme.example"}, unknown: "nobody@acme.example", says: `"nobody@acme.example"`,
		filter: values{"role": "member"}, nothing: values{"role": "billing_contact"},
	},
	"iam_team_owner":        {identity: values{"tenant": "acme"}, keys: []string{"$owner", "owner@acme.example", "acme"}, unknown: "ben@acme.example", says: "owner@acme.example"},
	"iam_make_organization": {identity: values{"tenant": "acme"}, keys: []string{"12345", "acme"}, unknown: "54321", says: "12345"},
	"iam_product":           {identity: values{"id": "service_hub"}, keys: []string{"service_hub"}, unknown: "other_hub", says: "other_hub"},
	"iam_product_assignment": {
		identity: values{"member_id": "$ben", "product": "orchestrator"}, keys: []string{"$ben/orchestrator", "ben@acme.example/orchestrator"},
		unknown: "nobody@acme.example/orchestrator", says: `"nobody@acme.example"`, filter: values{"product": "orchestrator"}, nothing: values{"product": "studio_pro"},
	},
}

// unaddressed are the types that stand for no one thing of the tenant, with the
// reason.
var unaddressed = map[string]string{
	"iam_users_csv": "a tenant may have any number of tables, about any of its users",
}

// everything makes a tenant with an object of each managed type, and returns the
// ids that it chose.
func everything(t *testing.T, c *client.Client) *strings.Replacer {
	t.Helper()
	ctx := t.Context()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(nil, c.UpdateSetting(ctx, api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`["DE"]`)}))
	must(nil, c.CreateSetting(ctx, api.Setting{Key: api.SettingEmailDomains, Value: []byte(`["acme.example"]`)}))
	must(c.PutScope(ctx, "billing.export", api.ScopeUpdate{Domain: "billing"}))
	must(c.PutAccessControl(ctx, "accounting", api.AccessControlUpdate{Name: api.Text{"en": "Accounting"}, Scopes: []string{"billing.export"}, Domains: []string{"billing"}}))
	must(c.PutTemplate(ctx, "clerk", api.TemplateUpdate{Name: api.Text{"en": "Clerk"}, BasedOn: "viewer", Access: map[string]string{"orders": "manage"}}))
	must(c.CreateGroup(ctx, api.GroupCreate{
		ID: "orders", Name: api.Text{"en": "Orders", "de": "Aufträge"}, UserType: access.Employee, Templates: []string{"clerk"}, AccessControls: []string{"accounting"}, Restrictions: []string{"DE"},
	}))
	anna, err := c.CreateUser(ctx, api.UserCreate{
		FirstName: "Anna", LastName: "Arm", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"orders"},
	})
	must(nil, err)
	must(nil, c.CreateSite(ctx, api.Site{
		Code: "de/shop", Name: "Germany", DefaultLanguage: "de", Languages: []string{"de"}, Currency: "EUR",
		HomeBase: api.HomeBase{Address: api.SiteAddress{Country: "DE", ZipCode: "10115"}}, ShipToCountries: []string{"DE"},
	}))
	must(c.CreateVendor(ctx, api.VendorCreate{ID: "tea", Name: "Tea Company", Type: api.VendorCompany, ContactDetails: []api.Contact{{Email: "tea@acme.example"}}}))
	ben, err := c.InviteTeamMember(ctx, api.TeamMemberCreate{Email: "ben@acme.example", Role: access.RoleMember})
	must(nil, err)
	must(nil, c.PutTeamProduct(ctx, "service_hub", api.TeamProductUpdate{Label: "Service Hub", Roles: []string{"editor", "viewer"}}))
	must(nil, c.AssignProduct(ctx, ben, "orchestrator", api.ProductAssignment{Role: "analyst"}))
	must(c.PutMakeOrganization(ctx, api.MakeOrganizationUpdate{OrganizationID: "12345", Sync: true}))
	owner, err := c.TeamOwner(ctx)
	must(nil, err)
	return strings.NewReplacer("$anna", anna, "$ben", ben, "$owner", owner.ID)
}

// chosen puts the ids that the tenant chose into values.
func chosen(ids *strings.Replacer, v values) values {
	out := values{}
	for name, text := range v {
		out[name] = text
		if s, ok := text.(string); ok {
			out[name] = ids.Replace(s)
		}
	}
	return out
}

func TestAddresses_haveEveryType(t *testing.T) {
	t.Parallel()
	identities := providertest.Start(t, nil).Identities()
	lists := surface(t).ListResourceSchemas
	for name := range surface(t).ResourceSchemas {
		if unaddressed[name] != "" {
			if identities[name] != nil || lists[name] != nil {
				t.Errorf("%s has an identity or a list, although %s", name, unaddressed[name])
			}
			continue
		}
		a, ok := addresses[name]
		if !ok {
			t.Errorf("add %s to addresses, or to unaddressed", name)
			continue
		}
		want := slices.Sorted(keysOf(recordedIdentity(a.identity)))
		if !slices.Equal(identities[name], want) {
			t.Errorf("the identity of %s has %v, want %v", name, identities[name], want)
		}
		if lists[name] == nil != a.unlisted {
			t.Errorf("%s can be listed: %t", name, lists[name] != nil)
		}
	}
}

// recordedIdentity is the identity in the state of an object that is imported by
// this one: every one holds the tenant.
func recordedIdentity(identity values) values {
	recorded := maps.Clone(identity)
	recorded["tenant"] = servertest.Tenant
	return recorded
}

func keysOf(v values) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range v {
			if !yield(k) {
				return
			}
		}
	}
}

// Every object is imported by its id, by natural keys and by its identity, with
// the same result, which a refresh leaves as it is, and which a list shows.
func TestAddresses(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	ids := everything(t, s.Client)
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	for name, a := range addresses {
		want, d := p.ImportIdentity(name, chosen(ids, a.identity))
		if len(d) > 0 || want.Values == nil {
			t.Errorf("import of %s by identity: %v", name, d)
			continue
		}
		identity := recordedIdentity(chosen(ids, a.identity))
		if have := p.Identity(name, want.Identity); !reflect.DeepEqual(have, identity) {
			t.Errorf("import of %s by identity: its identity is %v, want %v", name, have, identity)
		}
		if got, d := p.ImportIdentity(name, identity); len(d) > 0 || !reflect.DeepEqual(got.Values, want.Values) {
			t.Errorf("import of %s by %v: %v, %v, want %v", name, identity, got.Values, d, want.Values)
		}
		for _, key := range a.keys {
			got, d := p.Import(name, ids.Replace(key))
			if len(d) > 0 || !reflect.DeepEqual(got.Values, want.Values) {
				t.Errorf("import of %s by %s: %v, %v, want %v", name, key, got.Values, d, want.Values)
			}
			if have := p.Identity(name, got.Identity); !reflect.DeepEqual(have, identity) {
				t.Errorf("import of %s by %s: its identity is %v, want %v", name, key, have, identity)
			}
		}
		if again, d := p.Refresh(name, want); len(d) > 0 || !reflect.DeepEqual(again.Values, want.Values) {
			t.Errorf("%s after a refresh: %v, %v, want %v", name, again.Values, d, want.Values)
		}
		// A state of an earlier release has no identity yet.
		if again, d := p.Refresh(name, providertest.State{Values: want.Values, Private: want.Private}); len(d) > 0 || !reflect.DeepEqual(p.Identity(name, again.Identity), identity) {
			t.Errorf("%s without identity after a refresh: %v, %v", name, p.Identity(name, again.Identity), d)
		}
		if _, d := p.Import(name, a.unknown); !d.Has("Unable to import", a.says) {
			t.Errorf("import of %s by %s: %v", name, a.unknown, d)
		}
		if !a.unlisted {
			a.identity, a.filter = identity, chosen(ids, a.filter)
			a.checkList(t, p, name, want.Values)
		}
	}
}

// checkList wants the object in the list of its type, as this state.
func (a addressed) checkList(t *testing.T, p *providertest.Provider, name string, state values) {
	t.Helper()
	identity, filter, nothing := a.identity, a.filter, a.nothing
	all, d := p.List(name, providertest.Query{Include: true})
	i := slices.IndexFunc(all, func(l providertest.Listed) bool { return reflect.DeepEqual(l.Identity, identity) })
	if len(d) > 0 || i < 0 {
		t.Errorf("%s is not in the list: %v, %v", name, all, d)
		return
	}
	if !reflect.DeepEqual(all[i].Values, state) || all[i].Name == "" {
		t.Errorf("%s is listed as %q: %v, want %v", name, all[i].Name, all[i].Values, state)
	}
	found, d := p.List(name, providertest.Query{Config: filter})
	if len(d) > 0 || !slices.ContainsFunc(found, func(l providertest.Listed) bool { return reflect.DeepEqual(l.Identity, identity) && l.Values == nil }) {
		t.Errorf("%s is not in the list with %v: %v, %v", name, filter, found, d)
	}
	if few, d := p.List(name, providertest.Query{Limit: 1}); len(few) != 1 || len(all) > 1 != d.Has("List Limit Reached", fmt.Sprintf("1 of %d", len(all))) || !reflect.DeepEqual(few[0].Identity, all[0].Identity) {
		t.Errorf("the first %s of the list: %v, %v, want %v", name, few, d, all[0].Identity)
	}
	if nothing == nil {
		return
	}
	none, d := p.List(name, providertest.Query{Config: nothing})
	if len(d) > 0 || slices.ContainsFunc(none, func(l providertest.Listed) bool { return reflect.DeepEqual(l.Identity, identity) }) {
		t.Errorf("%s is in the list with %v: %v, %v", name, nothing, none, d)
	}
}

// A name that two have is no import id: the error has the ids of both.
func TestAddresses_ambiguous(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	for i, name := range []api.Text{{"en": "Twin"}, {"en": "Other", "de": "Twin"}} {
		id := fmt.Sprintf("twin%d", i)
		if _, err := s.Client.CreateGroup(t.Context(), api.GroupCreate{ID: id, Name: name, AccessControls: []string{}}); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Client.CreateVendor(t.Context(), api.VendorCreate{ID: id, Name: "Twin", Type: api.VendorCompany}); err != nil {
			t.Fatal(err)
		}
	}
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	for name, key := range map[string]string{"iam_group": "Twin", "iam_group_members": "Twin", "iam_group_membership": "Twin/owner@acme.example", "iam_vendor": "Twin"} {
		if _, d := p.Import(name, key); !d.Has("Unable to import", "twin0, twin1") {
			t.Errorf("import of %s by %s: %v", name, key, d)
		}
	}
	if _, d := p.Import("iam_group", "BO_USER"); !d.Has("Unable to import group", "is predefined") {
		t.Errorf("import of a predefined group by code: %v", d)
	}
	if got, d := p.Import("iam_group_members", "BO_USER"); d.Failed() || got.Values == nil {
		t.Errorf("import of the members of a predefined group by code: %v", d)
	}
}

// Listing makes no requests while the provider is not configured, and reports
// errors of the API.
func TestList_errors(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, values{"api_url": providertest.Unknown, "tenant": servertest.Tenant})
	if found, d := p.List("iam_user", providertest.Query{}); len(found) > 0 || !d.Has("Provider Configuration Unknown") {
		t.Errorf("a provider that is not configured: %v, %v", found, d)
	}
	s := servertest.New(t, servertest.Options{NoFaults: true})
	p = providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret, "scope": api.ScopeGroupRead})
	if found, d := p.List("iam_user", providertest.Query{}); len(found) > 0 || !d.Has("Unable to list iam_user", api.ScopeUserRead) {
		t.Errorf("without the scope: %v, %v", found, d)
	}
	if _, d := p.List("iam_group", providertest.Query{Config: values{"user_type": "ROBOT"}}); !d.Has("user_type") {
		t.Errorf("a filter that makes no sense: %v", d)
	}
}

// A group of customers that goes while all are listed takes nothing else along.
func TestList_groupGone(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true, NoContract: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/groups/gone/users") {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusNotFound)
				_, _ = w.Write([]byte(`{"code":404,"status":"Not Found","message":"gone"}`))
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	for _, id := range []string{"gone", "shops"} {
		if _, err := b.Client.CreateGroup(t.Context(), api.GroupCreate{ID: id, Name: api.Text{"en": id}, UserType: access.Customer}); err != nil {
			t.Fatal(err)
		}
		if err := b.Client.AssignMember(t.Context(), id, access.Customer, "C1"); err != nil {
			t.Fatal(err)
		}
	}
	p.MustApply("iam_user", providertest.State{}, values{"email": "anna@acme.example", "first_name": "Anna", "last_name": "Schmidt", "group_ids": []any{"oe-editor"}})
	found, d := p.List("iam_group_members", providertest.Query{})
	names := ""
	for _, f := range found {
		names += f.Name + ","
	}
	if d.Failed() || !strings.Contains(names, "oe-editor") || !strings.Contains(names, "shops") || strings.Contains(names, "gone") {
		t.Errorf("found %s: %v", names, d)
	}
}

// While the tenant is unknown, a refresh keeps the identity. A user whose creation was
// interrupted has none, and gets an empty one.
func TestIdentity_ofUnknownTenant(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, with(b.Config, values{"tenant": providertest.Unknown}))
	identity := values{"id": "1", "tenant": "acme"}
	user := providertest.State{Values: values{"id": "1", "email": "anna@acme.example", "on_destroy": "remove"}, Identity: p.EncodeIdentity("iam_user", identity)}
	read, d := p.Refresh("iam_user", user)
	if got := p.Identity("iam_user", read.Identity); d.Failed() || !reflect.DeepEqual(got, identity) {
		t.Errorf("the identity becomes %v, %v", got, d)
	}
	interrupted := providertest.State{Values: values{"email": "anna@acme.example", "on_destroy": "remove"}}
	read, d = p.Refresh("iam_user", interrupted)
	if got := p.Identity("iam_user", read.Identity); d.Failed() || !reflect.DeepEqual(got, values{"id": "", "tenant": ""}) {
		t.Errorf("the identity of an interrupted creation is %v, %v", got, d)
	}
}
