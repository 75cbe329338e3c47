package directory_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// people makes a few users, one of them in a group.
func people(t *testing.T, b providertest.Backend, p *providertest.Provider) values {
	t.Helper()
	ids := values{}
	for _, u := range []values{
		{"email": "b@acme.example", "first_name": "Berta", "last_name": "Zimmer", "department": "Sales"},
		{"email": "a@acme.example", "first_name": "anton", "last_name": "Abel", "department": "sales"},
		{"email": "c@acme.example", "first_name": "Carl", "last_name": "Abel", "department": "Support"},
	} {
		ids[u["email"].(string)] = p.MustApply("iam_user", state{}, u).Values["id"] //nolint:forcetypeassert // written above
	}
	if err := b.Client.AssignMember(t.Context(), "oe-editor", access.Employee, ids["c@acme.example"].(string)); err != nil { //nolint:forcetypeassert // it is in the schema
		t.Fatal(err)
	}
	return ids
}

func emailsOf(v values) string {
	var emails []string
	users, _ := v["users"].([]any)
	for _, u := range users {
		email, _ := u.(values)["email"].(string)
		emails = append(emails, strings.TrimSuffix(email, "@acme.example"))
	}
	return strings.Join(emails, " ")
}

func TestUsersDataSource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		people(t, b, p)
		for _, c := range []struct {
			config values
			want   string
		}{
			{values{}, "owner b a c"},
			{values{"department": "SALES"}, "b a"},
			{values{"first_name": "ANTON"}, "a"},
			{values{"last_name": "abel"}, "a c"},
			{values{"last_name": "abel", "first_name": "carl"}, "c"},
			{values{"email": "A@acme.example"}, "a"},
			{values{"status": "active"}, "owner"},
			{values{"status": "Provisioned"}, "b a c"},
			{values{"first_name_contains": "NTO"}, "a"},
			{values{"last_name_contains": "be"}, "a c"},
			{values{"last_name_contains": "be", "first_name_contains": "car"}, "c"},
			{values{"last_name_contains": "be", "first_name": "car"}, ""},
			{values{"email_contains": "@ACME."}, "owner b a c"},
			{values{"email_contains": "c@"}, "c"},
			{values{"department_contains": "ale"}, "b a"},
			{values{"group_id": "oe-editor"}, "c"},
			{values{"department": "nowhere"}, ""},
			{values{"sort": []any{"first_name"}}, "a b c owner"},
			{values{"sort": []any{"last_name", "first_name:desc"}}, "c a owner b"},
			{values{"sort": []any{"email"}}, "a b c owner"},
			{values{"sort": []any{"department", "email"}}, "owner b a c"},
			{values{"sort": []any{"status"}}, "owner b a c"},
			{values{"sort": []any{"status:desc"}}, "b a c owner"},
		} {
			if got, d := p.ReadData("iam_users", c.config); d.Failed() || emailsOf(got) != c.want {
				t.Errorf("%v: got %q, want %q, %v", c.config, emailsOf(got), c.want, d)
			}
		}
		if _, d := p.ReadData("iam_users", values{"sort": []any{"shoe_size"}}); !d.Has(`AttributeName("sort")`) {
			t.Errorf("an unknown field: %v", d)
		}
	})
}

func TestUserDataSource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		ids := people(t, b, p)
		byEmail, d := p.ReadData("iam_user", values{"email": "C@ACME.example"})
		if d.Failed() || byEmail["id"] != ids["c@acme.example"] || fmt.Sprint(byEmail["group_ids"]) != "[oe-editor]" {
			t.Errorf("by e-mail: %v, %v", byEmail, d)
		}
		if byID, d := p.ReadData("iam_user", values{"id": ids["c@acme.example"]}); d.Failed() || byID["email"] != "c@acme.example" {
			t.Errorf("by id: %v, %v", byID, d)
		}
		for _, c := range []struct {
			config values
			want   []string
		}{
			{values{"email": "nobody@acme.example"}, []string{`error at AttributeName("email"): Unable to read user`, "nobody@acme.example"}},
			{values{"id": "nobody"}, []string{`error at AttributeName("id"): Unable to read user`, "404"}},
			{values{}, []string{"Exactly one of these attributes must be configured"}},
			{values{"id": "a", "email": "a@acme.example"}, []string{"Exactly one of these attributes must be configured"}},
		} {
			if _, d := p.ReadData("iam_user", c.config); !d.Has(c.want...) {
				t.Errorf("%v: got %v", c.config, d)
			}
		}
	})
}

func TestGroupDataSource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		p.MustApply("iam_group", state{}, with(orders(), values{"name": values{"en": "Orders", "de": "Bestellungen"}}))
		p.MustApply("iam_group", state{}, with(orders(), values{"id": "orders-us", "name": values{"en": "Orders"}}))
		for _, config := range []values{{"id": "orders-de"}, {"name": "Bestellungen", "language": "de"}} {
			g, d := p.ReadData("iam_group", config)
			if d.Failed() || g["id"] != "orders-de" || fmt.Sprint(g["template_ids"]) != "[order_fulfillment_manager]" {
				t.Errorf("%v: got %v, %v", config, g, d)
			}
			if levels, _ := g["effective_access"].(values); levels["orders"] != "manage" || levels["carts"] != "manage" || len(levels) != 7 {
				t.Errorf("%v: effective access %v", config, levels)
			}
		}
		if g, d := p.ReadData("iam_group", values{"code": "BO_MANAGER"}); d.Failed() || g["id"] != access.OwnerGroupID {
			t.Errorf("by code: %v, %v", g, d)
		}
		for _, c := range []struct {
			config values
			want   []string
		}{
			{values{"id": "no"}, []string{`error at AttributeName("id"): Unable to read group`}},
			{values{"code": "NO"}, []string{`error at AttributeName("code")`, "The group does not exist"}},
			{values{"name": "Orders"}, []string{`error at AttributeName("name")`, "2 groups have this name", "orders-de orders-us"}},
			{values{"id": "orders-de", "language": "de"}, []string{`AttributeName("language")`}},
		} {
			if _, d := p.ReadData("iam_group", c.config); !d.Has(c.want...) {
				t.Errorf("%v: got %v", c.config, d)
			}
		}
	})
}

// The groups are sorted by creation, then by id, whatever the order of the API.
func TestGroupsDataSource(t *testing.T) {
	t.Parallel()
	var seconds atomic.Int64
	start := time.Now()
	clock := func() time.Time { return start.Add(time.Duration(seconds.Load()) * time.Second) }
	b := providertest.Remote(t, servertest.Options{Now: clock})
	p := providertest.New(t, b.Config)
	var all, customers []string
	for _, g := range access.PredefinedGroups() {
		all = append(all, g.ID)
		if g.UserType == access.Customer {
			customers = append(customers, g.ID)
		}
	}
	slices.Sort(all)
	for _, g := range []values{{"id": "zeta"}, {"id": "alpha", "user_type": "CUSTOMER"}, {"id": "mu"}} {
		seconds.Add(1)
		p.MustApply("iam_group", state{}, with(g, values{"name": values{"en": "G"}}))
	}
	for _, c := range []struct {
		config values
		want   []string
	}{
		{values{}, append(all, "zeta", "alpha", "mu")},
		{values{"user_type": "CUSTOMER"}, append(customers, "alpha")},
	} {
		if ids := groupsFound(t, p, c.config); !slices.Equal(ids, c.want) {
			t.Errorf("%v: got %v, want %v", c.config, ids, c.want)
		}
	}
}

// groupsFound returns the ids that the data source iam_groups lists.
func groupsFound(t *testing.T, p *providertest.Provider, config values) (ids []string) {
	t.Helper()
	got, d := p.ReadData("iam_groups", config)
	if d.Failed() {
		t.Fatal(d)
	}
	list, _ := got["groups"].([]any)
	for _, g := range list {
		id, _ := g.(values)["id"].(string)
		ids = append(ids, id)
	}
	return ids
}

// Groups are found and sorted by their names: in the language of the reader, else in
// another one that they have.
func TestGroupsDataSource_names(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	for id, name := range map[string]values{
		"one":   {"en": "Zoo Keepers", "de": "Aufsicht Zoo"},
		"two":   {"de": "Bauhof", "fr": "Zinc"},
		"three": {"en": "accounts Zoo"},
		"four":  {"en": "Bakery", "de": "Zimt"},
	} {
		p.MustApply("iam_group", state{}, values{"id": id, "name": name})
	}
	ours := func(config values) string {
		ids := groupsFound(t, p, config)
		return strings.Join(slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains([]string{"one", "two", "three", "four"}, id) }), " ")
	}
	for _, c := range []struct {
		config values
		want   string
	}{
		{values{"sort": []any{"name"}}, "three four two one"},
		{values{"sort": []any{"name:desc"}}, "one two four three"},
		{values{"sort": []any{"name"}, "language": "de"}, "three one two four"},
		{values{"sort": []any{"name"}, "language": "fr"}, "three four two one"},
		{values{"sort": []any{"name:asc"}, "name_contains": "ZOO"}, "three one"},
		{values{"sort": []any{"name"}, "name": "ZIMT"}, "four"},
		{values{"name": "zim"}, ""},
		{values{"name": "bakery", "name_contains": "zim"}, ""},
	} {
		if got := ours(c.config); got != c.want {
			t.Errorf("%v: got %q, want %q", c.config, got, c.want)
		}
	}
	item, err := b.Client.Setting(t.Context(), api.SettingLanguages)
	if err != nil {
		t.Fatal(err)
	}
	german, _ := json.Marshal(`[{"id":"en","label":"English"},{"id":"de","label":"Deutsch","default":true,"required":true},{"id":"fr","label":"Français"}]`)
	if err := b.Client.UpdateSetting(t.Context(), api.SettingUpdate{Key: item.Key, Value: german}); err != nil {
		t.Fatal(err)
	}
	p = providertest.New(t, b.Config)
	if got := ours(values{"sort": []any{"name"}}); got != "three one two four" {
		t.Errorf("in the tenant's default language: %q", got)
	}
	for _, config := range []values{{"sort": []any{"nmae"}}, {"sort": []any{"name:down"}}, {"language": "de"}, {"sort": []any{"name"}, "language": "deutsch-"}} {
		if _, d := p.ReadData("iam_groups", config); !d.Has("error at AttributeName(") {
			t.Errorf("%v is accepted", config)
		}
	}
}

func TestPermissionsAgreeWithGroups(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		ids := people(t, b, p)
		id, _ := ids["a@acme.example"].(string)
		want := values{}
		for group, config := range map[string]values{
			"orders-de": orders(),
			"viewers":   {"id": "viewers", "name": values{"en": "V"}, "role_template": "viewer", "access": values{"tax": "none", "prices": "none"}},
		} {
			g := p.MustApply("iam_group", state{}, config)
			levels, _ := g.Values["effective_access"].(values)
			for entity, level := range levels {
				if want[entity] != "manage" {
					want[entity] = level
				}
			}
			if err := b.Client.AssignMember(t.Context(), group, access.Employee, id); err != nil {
				t.Fatal(err)
			}
		}
		report, d := p.ReadData("iam_user_permissions", values{"email": "A@acme.example"})
		if d.Failed() {
			t.Fatal(d)
		}
		got := values{}
		rows, _ := report["rows"].([]any)
		for _, r := range rows {
			row, _ := r.(values)
			entity, _ := row["entity"].(string)
			got[entity] = row["level"]
		}
		if !maps.Equal(got, want) {
			t.Errorf("the report says %v, the groups %v", got, want)
		}
		if csv, _ := report["csv"].(string); strings.Count(csv, "\r\n") != len(rows)+1 {
			t.Errorf("csv has %d lines for %d rows", strings.Count(csv, "\r\n"), len(rows))
		}
		if report["user_id"] != id || report["email"] != "A@acme.example" || report["locked"] != false || report["status"] != "PROVISIONED" {
			t.Errorf("got %v", report)
		}
		if _, d := p.ReadData("iam_user_permissions", values{"user_id": "nobody"}); !d.Has("Unable to report permissions of user", "nobody") {
			t.Errorf("nobody: %v", d)
		}
	})
}
