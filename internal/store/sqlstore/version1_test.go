package sqlstore_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// A database of version 1 is opened with all its data, and then has everything
// that a new tenant has.
func TestOpen_version1(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		sqltest.FillVersion1(t, dsn)
		s := openDSN(t, dsn)
		made := map[string]time.Time{"acme": time.UnixMilli(1795319392591).UTC(), "globex": time.UnixMilli(1795319392596).UTC()}
		wantTenants(t, s, len(made))
		for tenant, settings := range map[string]map[string]string{
			"acme": {
				"restrictions": `["DE"]`, "enableSyncBetweenRestrictionsAndSiteCodes": "false",
				"project_lang": `"[{\"id\":\"en\",\"label\":\"en\",\"default\":true,\"required\":true},{\"id\":\"de\",\"label\":\"de\",\"default\":false,\"required\":false},{\"id\":\"fr\",\"label\":\"fr\",\"default\":false,\"required\":false}]"`,
				"project_curr": `"[{\"id\":\"EUR\",\"label\":\"EUR\",\"default\":true,\"required\":true},{\"id\":\"USD\",\"label\":\"USD\",\"default\":false,\"required\":false},{\"id\":\"GBP\",\"label\":\"GBP\",\"default\":false,\"required\":false}]"`,
			},
			"globex": {
				"restrictions": `[]`, "enableSyncBetweenRestrictionsAndSiteCodes": "false",
				"project_lang": `"[{\"id\":\"pl\",\"label\":\"pl\",\"default\":true,\"required\":true},{\"id\":\"en\",\"label\":\"en\",\"default\":false,\"required\":false}]"`,
				"project_curr": `"[{\"id\":\"EUR\",\"label\":\"EUR\",\"default\":true,\"required\":true},{\"id\":\"USD\",\"label\":\"USD\",\"default\":false,\"required\":false},{\"id\":\"GBP\",\"label\":\"GBP\",\"default\":false,\"required\":false}]"`,
			},
		} {
			list, err := s.Documents(t.Context(), tenant, store.KindSetting)
			if err != nil {
				t.Fatal(err)
			}
			got := map[string]string{}
			for _, d := range list {
				var item struct {
					Key   string
					Value json.RawMessage
				}
				if err := json.Unmarshal([]byte(d.Body), &item); err != nil || item.Key != d.ID || d.Version != 1 || !d.CreatedAt.Equal(made[tenant]) {
					t.Errorf("%s: %+v (%v)", tenant, d, err)
				}
				got[d.ID] = string(item.Value)
			}
			if !reflect.DeepEqual(got, settings) {
				t.Errorf("%s: got settings %q, want %q", tenant, got, settings)
			}
			wantMakeRoles(t, s, tenant)
			wantTemplates(t, s, tenant)
			sites, err := s.Documents(t.Context(), tenant, store.KindSite)
			var site struct {
				Code    string
				Default bool
			}
			if err != nil || len(sites) != 1 || json.Unmarshal([]byte(sites[0].Body), &site) != nil || sites[0].ID != "main" || site.Code != "main" || !site.Default || sites[0].Version != 1 {
				t.Errorf("%s: got sites %+v, %v", tenant, sites, err)
			}
		}
		wantOldRecords(t, s)
	})
}

// wantOldRecords checks an old record of each kind.
func wantOldRecords(t *testing.T, s store.Store) {
	t.Helper()
	ctx := t.Context()
	const ada = "93ccd352-8f50-40c5-9893-5dffc317b0b2"
	check := func(got, want any, err error) {
		t.Helper()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v (%v)\nwant %+v", got, err, want)
		}
	}
	user, err := s.UserByEmail(ctx, "acme", "ADA@acme.example")
	check(user, store.User{
		Tenant: "acme", ID: ada, FirstName: "Ada", LastName: "Łukasz", Email: "Ada@acme.example", Department: "Sales",
		PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "de", BackofficeNumber: ada, Status: "PROVISIONED",
		CreatedAt: time.UnixMilli(1795319394844).UTC(),
	}, err)
	account, err := s.AccountByEmail(ctx, "ADA@acme.example")
	check(account, store.Account{ID: ada, Email: "Ada@acme.example", CreatedAt: time.UnixMilli(1795319394844).UTC()}, err)
	group, err := s.Group(ctx, "acme", "orders-de")
	check(group, store.Group{
		Tenant: "acme", ID: "orders-de", Name: map[string]string{"en": "Orders DE", "de": "Bestellungen DE"},
		Description: map[string]string{"en": "They see it's German orders"}, UserType: "EMPLOYEE", Templates: []string{"viewer"},
		Restrictions: []string{"DE"}, Mixins: `{"withheldEntities":"quotes"}`, Version: 2,
		CreatedAt: time.UnixMilli(1795319394823).UTC(), ModifiedAt: time.UnixMilli(1795319394832).UTC(),
	}, err)
	members, total, err := s.Members(ctx, "acme", "1gr5e52e-6e27-4ac5-9471-2467d3fb7500", store.Page{})
	check(members, []store.Assignment{{
		Tenant: "acme", ID: "3c1b7e0e-1111-4c3e-9c55-0c5f2a1c7d01", GroupID: "1gr5e52e-6e27-4ac5-9471-2467d3fb7500", UserID: "C1", UserType: "CUSTOMER",
		CreatedAt: time.UnixMilli(1795319392592).UTC(),
	}}, err)
	check(total, 1, nil)
	control, err := s.AccessControl(ctx, "acme", "1ac869fc-d548-4ec8-8e06-c01491314113")
	check(control, store.AccessControl{
		Tenant: "acme", ID: "1ac869fc-d548-4ec8-8e06-c01491314113", Name: map[string]string{"en": "Catalogs Viewer"},
		Domains: []string{"Catalogs Viewer"}, Scopes: []string{"catalog.catalog_view"}, RestrictedTo: "EMPLOYEE", Predefined: true, Version: 1,
		CreatedAt: time.UnixMilli(1795319392591).UTC(),
	}, err)
	template, err := s.Template(ctx, "acme", "viewer")
	check([]any{template.Name["en"], template.Predefined, len(template.AccessControls), template.Version, template.Access == nil, template.ModifiedAt.IsZero()},
		[]any{"Viewer", true, 42, 1, true, true}, err)
	keys, err := s.SigningKeys(ctx)
	if err != nil || len(keys) != 1 || time.Since(keys[0].CreatedAt) > time.Hour {
		t.Fatalf("got the signing keys %+v, %v", keys, err)
	}
	check([]string{keys[0].ID, keys[0].Secret}, []string{"1", "uPARBcKqJ/1WVb82rv79MBh8gpZpSwyXcO/yxnVPMIw="}, nil)
	_, err = s.NextTask(ctx)
	check(err, store.ErrNotFound, nil)
}

// wantTemplates fails unless the tenant has the role templates of the Orchestration
// Engine.
func wantTemplates(t *testing.T, s store.Store, tenant string) {
	t.Helper()
	for _, want := range access.Templates() {
		if !strings.HasPrefix(want.ID, "oe_") {
			continue // the old database does not have all of them
		}
		got, err := s.Template(t.Context(), tenant, want.ID)
		if err != nil || got.Name["en"] != want.Label || !got.Predefined || got.Version != 1 || !slices.Equal(got.AccessControls, access.ControlIDs(access.Expand(want.Access, nil))) {
			t.Errorf("%s: role template %s is %+v, %v", tenant, want.ID, got, err)
		}
	}
}

// makeRoles returns the roles in Make that access controls grant.
func makeRoles(controls []string) []string {
	return access.User{Groups: []access.Group{{Controls: controls}}}.Subject().MakeRoles()
}

// wantMakeRoles fails unless there are the access controls that grant roles in
// Make, and the existing groups of the Orchestration Engine carry the same ones
// as in a new tenant.
func wantMakeRoles(t *testing.T, s store.Store, tenant string) {
	t.Helper()
	carried := 0
	for _, want := range access.PredefinedGroups() {
		g, err := s.Group(t.Context(), tenant, want.ID)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		roles := makeRoles(g.AccessControls)
		if err != nil || !reflect.DeepEqual(roles, makeRoles(want.Controls)) {
			t.Errorf("%s: group %s carries %v, %v", tenant, want.ID, g.AccessControls, err)
		}
		carried += len(roles)
	}
	if carried == 0 {
		t.Errorf("%s: no group gives a role in Make", tenant)
	}
	for _, want := range access.Controls() {
		if len(access.MakeRoles(want.Scopes)) == 0 {
			continue
		}
		c, err := s.AccessControl(t.Context(), tenant, want.ID)
		if err != nil || !reflect.DeepEqual(c.Scopes, want.Scopes) || c.Name["en"] != want.Label || c.RestrictedTo != string(want.RestrictedTo) || !c.Predefined || c.Version != 1 {
			t.Errorf("%s: access control %s is %+v, %v", tenant, want.ID, c, err)
		}
	}
}

// Processes that start together find the same migrations missing. The one that
// comes second to a migration fails and changes nothing.
func TestMigrations_applyOnce(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		s := openDSN(t, dsn)
		files, err := s.Migrations()
		if err != nil {
			t.Fatal(err)
		}
		names, err := fs.Glob(files, "*.sql")
		if err != nil || int64(len(names)) != s.Version() {
			t.Fatalf("got the migrations %v of %d (%v)", names, s.Version(), err)
		}
		for _, name := range names {
			text, err := fs.ReadFile(files, name)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.Writer().ExecContext(t.Context(), "BEGIN"); err != nil {
				t.Fatal(err)
			}
			_, err = s.Writer().ExecContext(t.Context(), string(text))
			if err == nil || !strings.Contains(err.Error(), "version_id") {
				t.Errorf("%s applied a second time: %v", name, err)
			}
			if _, err := s.Writer().ExecContext(t.Context(), "ROLLBACK"); err != nil {
				t.Fatal(err)
			}
		}
	})
}
