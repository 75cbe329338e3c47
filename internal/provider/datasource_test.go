package provider_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/server/fault"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// rows is how many of each kind the tenant gets beside those that it has.
const rows = 9

// dataSources has each data source, with a configuration that finds much: the
// attribute that lists, and how many it lists. Where there is none, the data
// source is about one thing.
var dataSources = map[string]struct {
	config values
	list   string
	count  int
}{
	"iam_group":                    {config: values{"id": "g"}, list: "access_control_ids", count: rows},
	"iam_access_controls":          {config: values{"predefined": false}, list: "access_controls", count: rows},
	"iam_group_members":            {config: values{"group_id": "g"}, list: "members", count: rows},
	"iam_restrictions":             {list: "values", count: rows},
	"iam_scopes":                   {config: values{"predefined": false}, list: "scopes", count: rows},
	"iam_sites":                    {list: "sites", count: 1 + rows},
	"iam_vendor":                   {config: values{"id": "v0"}, list: "location_ids", count: rows},
	"iam_vendors":                  {list: "vendors", count: rows},
	"iam_groups":                   {list: "groups", count: len(access.PredefinedGroups()) + 1 + rows},
	"iam_role_template":            {config: values{"id": "t0"}},
	"iam_access_check":             {config: values{"email": "0@acme.example", "entity": "orders", "level": "read", "restriction": "gone"}, list: "granted_by", count: rows},
	"iam_access_review":            {config: values{"group_ids": []any{"g"}}, list: "admins", count: 0},
	"iam_access_catalog":           {list: "entities", count: access.EntityCount},
	"iam_role_template_comparison": {config: values{"templates": []any{"t0", "viewer"}}, list: "rows", count: 31},
	"iam_role_templates":           {list: "templates", count: len(access.Templates()) + rows},
	"iam_user":                     {config: values{"email": "0@acme.example"}, list: "group_ids", count: 1 + rows},
	"iam_user_permissions":         {config: values{"email": "0@acme.example"}, list: "groups", count: 1 + rows},
	"iam_users":                    {list: "users", count: 1 + rows},
	"iam_invitations":              {list: "invitations", count: 2 * rows},
	"iam_audit_events":             {config: values{"limit": 7}, list: "events", count: 7},
	"iam_organizations":            {config: values{"email": "owner@acme.example"}, list: "organizations", count: rows},
	"iam_products":                 {list: "products", count: len(access.PredefinedProducts())},
	"iam_team":                     {list: "members", count: 1 + rows},
	"iam_make_members":             {list: "members", count: rows},
}

func TestDataSources_areTested(t *testing.T) {
	t.Parallel()
	all := schemas(t)
	for name := range all {
		name, isDataSource := strings.CutPrefix(name, "data-sources/")
		if _, tested := dataSources[name]; isDataSource && !tested {
			t.Errorf("add %s to dataSources", name)
		}
	}
	for name := range dataSources {
		if all["data-sources/"+name] == nil {
			t.Errorf("there is no data source %s", name)
		}
	}
}

// A data source lists everything, though the API gives two at a time, and the
// same each time, though the API gives them in any order.
func TestDataSources_wholeAndStable(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return fault.Switches{Shuffle: true, Seed: 1}.Wrap(smallPages(next))
	}})
	fillTenant(t, s)
	config := values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}
	first := map[string]values{}
	for range 3 {
		p := providertest.New(t, config) // each run reads anew
		for name, c := range dataSources {
			got, d := p.ReadData(name, with(values{}, c.config))
			if len(d) > 0 {
				t.Fatalf("%s: %v", name, d)
			}
			if list, _ := got[c.list].([]any); c.list != "" && len(list) != c.count {
				t.Errorf("%s has %d %s, want %d", name, len(list), c.list, c.count)
			}
			if first[name] == nil {
				first[name] = got
			}
			if !reflect.DeepEqual(got, first[name]) {
				t.Errorf("%s: first\n%v\nand then\n%v", name, first[name], got)
			}
		}
	}
}

// smallPages answers lists two rows at a time, whatever was asked for; those that
// are long from the start, forty.
func smallPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if query := r.URL.Query(); query.Has("pageSize") {
			query.Set("pageSize", "2")
			if strings.HasSuffix(r.URL.Path, "/scopes") || strings.HasSuffix(r.URL.Path, "/access-controls") {
				query.Set("pageSize", "40")
			}
			r.URL.RawQuery = query.Encode()
		}
		next.ServeHTTP(w, r)
	})
}

// fillTenant makes rows of each kind. The group "g" and the user 0@acme.example
// have as many of what they list.
func fillTenant(t *testing.T, s *servertest.Backend) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx := t.Context()
	var controls []string
	for _, c := range access.Controls()[:rows] {
		controls = append(controls, c.ID)
	}
	_, err := s.Client.CreateGroup(ctx, api.GroupCreate{ID: "g", Name: api.Text{"en": "G"}, UserType: access.Employee, AccessControls: controls})
	must(err)
	groups := []string{"g"}
	var places []string
	for i := range rows {
		places = append(places, fmt.Sprintf(`{"id": "l%d"}`, i))
	}
	for i := range rows {
		n := fmt.Sprint(i)
		must(s.Store.PutDocument(ctx, store.Document{Tenant: servertest.Tenant, Kind: store.KindLocation, ID: "l" + n, Body: `{"type": "OFFICE", "contactDetails": {}}`}))
		vendor := `{"name": "V", "type": "COMPANY", "locations": [` + strings.Join(places, ", ") + `]}`
		must(s.Store.PutDocument(ctx, store.Document{Tenant: servertest.Tenant, Kind: store.KindVendor, ID: "v" + n, Body: vendor}))
		must(s.Store.CreateTemplate(ctx, store.Template{Tenant: servertest.Tenant, ID: "t" + n, Name: map[string]string{"en": "T"}, AccessControls: controls}))
		groups = append(groups, "g"+n)
		_, err := s.Client.CreateGroup(ctx, api.GroupCreate{ID: "g" + n, Name: api.Text{"en": "G"}, UserType: access.Employee, Templates: []string{"t" + n, "viewer"}, AccessControls: []string{}})
		must(err)
		must(s.Store.UpdateGroup(ctx, servertest.Tenant, "g"+n, func(g *store.Group) error {
			g.Restrictions = []string{"gone"} // was allowed once
			return nil
		}))
	}
	for i := range rows {
		n := fmt.Sprint(i)
		_, err := s.Client.PutScope(ctx, "own.scope"+n, api.ScopeUpdate{})
		must(err)
		_, err = s.Client.PutAccessControl(ctx, "own"+n, api.AccessControlUpdate{Scopes: []string{"own.scope" + n}})
		must(err)
		must(s.Client.CreateSite(ctx, api.Site{
			Code: "s" + n, Name: "S", Active: true, DefaultLanguage: "en", Languages: []string{"en"}, Currency: "EUR", ShipToCountries: []string{"DE"},
			HomeBase: api.HomeBase{Address: api.SiteAddress{Country: "DE", ZipCode: "10115"}}, TaxDeterminationBasedOn: api.TaxByBillingAddress,
		}))
	}
	must(s.Client.UpdateSetting(ctx, api.SettingUpdate{Key: api.SettingRestrictions, Value: json.RawMessage(`["a","b","c","d","e","f","g","h","i"]`)}))
	for i := range rows {
		_, err := s.Client.CreateUser(ctx, api.UserCreate{
			FirstName: "User", LastName: "Of many", ContactEmail: fmt.Sprintf("%d@acme.example", i), PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: groups,
		})
		must(err)
		_, err = s.Client.InviteTeamMember(ctx, api.TeamMemberCreate{Email: fmt.Sprintf("%d@acme.example", i), Role: access.RoleAdmin})
		must(err)
		must(s.Store.CreateMakeMember(ctx, store.MakeMember{
			Tenant: servertest.Tenant, ID: fmt.Sprint("m", i), Email: fmt.Sprintf("%d@acme.example", i), Roles: []string{access.MakeScenarioEditor}, Present: true, CreatedAt: time.UnixMilli(1), ChangedAt: time.UnixMilli(1),
		}))
		if i > 0 {
			_, err = s.Server.EnsureTenant(ctx, fmt.Sprintf("acme%d", i), "owner@acme.example")
			must(err)
		}
	}
}
