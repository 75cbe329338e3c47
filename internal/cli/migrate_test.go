package cli_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// A database that an older program made is served as it was: its API keys,
// users, groups and settings count, and its tenants have what new ones have.
func TestServe_version1(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		sqltest.FillVersion1(t, dsn)
		b := serve(t, "--database", dsn, "--tenant", "acme", "--tenant", "globex", "--tenant", "fresh", "--client", "acme-key:acme-secret", "--client", "globex-key:globex-secret", "--client", "fresh-key:fresh-secret")
		connect := func(tenant string) *client.Client {
			c, err := client.New(client.Options{BaseURL: b.url, Tenant: tenant, ClientID: tenant + "-key", ClientSecret: tenant + "-secret"})
			if err != nil {
				t.Fatal(err)
			}
			return c
		}
		acme, globex := connect("acme"), connect("globex")
		ada, err := acme.UserByEmail(t.Context(), "ada@ACME.example")
		if err != nil || ada.LastName != "Łukasz" || !slices.Equal(ada.GroupIDs, []string{"orders-de"}) {
			t.Errorf("got %+v, %v", ada, err)
		}
		group, err := acme.Group(t.Context(), "orders-de")
		if err != nil || group.Metadata.Version != 2 || !slices.Equal(group.Restrictions, []string{"DE"}) {
			t.Fatalf("got %+v, %v", group, err)
		}
		update := api.GroupUpdate{Name: group.Name, Restrictions: group.Restrictions, Metadata: group.Metadata.Expected()}
		if _, err := acme.UpdateGroup(t.Context(), "orders-de", update); err != nil {
			t.Errorf("the allowed restriction: %v", err)
		}
		if _, err := acme.UpdateGroup(t.Context(), "orders-de", api.GroupUpdate{Name: group.Name, Restrictions: []string{"AT"}}); !client.IsBadRequest(err) {
			t.Errorf("another restriction: %v", err)
		}
		for language, ok := range map[string]bool{"pl": true, "en": true, "de": false} {
			_, err := globex.CreateGroup(t.Context(), api.GroupCreate{ID: language, Name: api.Text{language: "G"}, AccessControls: []string{}})
			if (err == nil) != ok || !ok && !client.IsBadRequest(err) {
				t.Errorf("a name in %s: %v", language, err)
			}
		}
		if err := acme.AssignMember(t.Context(), "orders-de", access.Employee, ada.ID); err != nil {
			t.Error(err)
		}
		if code := b.stop(); code != 0 {
			t.Errorf("serve ended with %d", code)
		}
		wantFreshDocuments(t, dsn)
	})
}

// wantFreshDocuments wants each tenant to have the documents that the tenant
// "fresh" has, with what they say, but for the settings that were changed.
func wantFreshDocuments(t *testing.T, dsn string) {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, kind := range []string{store.KindSetting, store.KindSite} {
		fresh, err := db.Documents(t.Context(), "fresh", kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range fresh {
			for _, tenant := range []string{"acme", "globex"} {
				got, err := db.Document(t.Context(), tenant, kind, want.ID)
				if err != nil {
					t.Errorf("%s has no %s %s: %v", tenant, kind, want.ID, err)
					continue
				}
				if kind == store.KindSetting && (want.ID == api.SettingRestrictions || want.ID == api.SettingLanguages) {
					continue
				}
				if g, w := parsed(t, kind, got), parsed(t, kind, want); !reflect.DeepEqual(g, w) {
					t.Errorf("%s of %s: got %+v, want %+v", want.ID, tenant, g, w)
				}
			}
		}
	}
}

// parsed is what a document says. Members of a setting that are left out are
// off.
func parsed(t *testing.T, kind string, d store.Document) (v any) {
	t.Helper()
	if kind == store.KindSetting {
		v = &api.Setting{}
	}
	if err := json.Unmarshal([]byte(d.Body), &v); err != nil {
		t.Fatalf("%s: %v", d.Body, err)
	}
	return v
}
