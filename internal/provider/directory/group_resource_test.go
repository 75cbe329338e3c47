package directory_test

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

func orders() values {
	return values{"id": "orders-de", "name": values{"en": "Orders DE"}, "role_template": "order_fulfillment_manager"}
}

func TestGroupResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		config := with(orders(), values{"description": values{"en": "In Germany", "de": "In Deutschland"}, "access": values{"customers": "manage", "carts": "none"}})
		made := p.MustApply("iam_group", state{}, config)
		g, err := b.Client.Group(t.Context(), "orders-de")
		if err != nil {
			t.Fatal(err)
		}
		// Something is taken away, so the template is written out.
		if len(g.Templates) != 0 || g.Description["de"] != "In Deutschland" || g.UserType != access.Employee {
			t.Errorf("got %+v", g)
		}
		if got := serverAccess(t, b.Client, "orders-de"); got["customers"] != access.Manage || got["carts"] != access.None || got["orders"] != access.Manage {
			t.Errorf("the server has %v", got)
		}
		noChange(t, p, "iam_group", made, config)

		plain := p.MustApply("iam_group", made, orders())
		if g, _ = b.Client.Group(t.Context(), "orders-de"); !slices.Equal(g.Templates, []string{"order_fulfillment_manager"}) || g.Description != nil || len(g.Mixins) != 0 {
			t.Errorf("after unsetting: %+v", g)
		}
		if plain.Values["description"] != nil || plain.Values["access"] != nil {
			t.Errorf("state after unsetting: %v", plain.Values)
		}
		noChange(t, p, "iam_group", plain, orders())

		imported, d := p.Import("iam_group", "orders-de")
		if d.Failed() {
			t.Fatal(d)
		}
		if diff := differences(plain.Values, imported.Values); len(diff) > 0 {
			t.Errorf("the imported state differs in %v: %v", diff, imported.Values)
		}
		p.MustApply("iam_group", imported, nil)
		if _, err := b.Client.Group(t.Context(), "orders-de"); !client.IsNotFound(err) {
			t.Errorf("destroy left the group: %v", err)
		}
	})
}

// serverAccess is a group's access as the server has it.
func serverAccess(t *testing.T, c *client.Client, id string) map[string]access.Level {
	t.Helper()
	g, err := c.Group(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	rights, err := c.Rights(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rights.Access(client.AccessGroup(*g)).Map()
}

// noChange refreshes and plans, and wants nothing to differ.
func noChange(t *testing.T, p *providertest.Provider, typeName string, s state, config values) {
	t.Helper()
	p.NextRun()
	refreshed, d := p.Refresh(typeName, s)
	if len(d) > 0 {
		t.Errorf("refresh: %v", d)
	}
	planned, _, d := p.Plan(typeName, refreshed, config)
	if diff := differences(refreshed.Values, planned.Values); len(diff) > 0 || len(d) > 0 {
		t.Errorf("the plan changes %v: %v, %v", diff, planned.Values, d)
	}
}

// differences names the attributes in which two states differ.
func differences(a, b values) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		x, _ := json.Marshal(a[name])
		y, _ := json.Marshal(b[name])
		if string(x) != string(y) {
			names = append(names, name)
		}
	}
	return names
}

func TestGroupResource_effectiveAccessIsKnownAtPlan(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	planned, _, d := p.Plan("iam_group", state{}, with(orders(), values{"id": nil, "access": values{"sepa": "none"}}))
	if d.Failed() {
		t.Fatal(d)
	}
	want := values{"customers": "read", "orders": "manage", "returns": "manage", "sites": "read", "carts": "manage", "payment_gateways": "read"}
	if got, _ := planned.Values["effective_access"].(values); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", planned.Values["effective_access"], want)
	}
	for name, v := range planned.Values {
		if (v == providertest.Unknown) != (name == "id") {
			t.Errorf("%s is %v: only the id may be unknown", name, v)
		}
	}
	for _, c := range []values{
		{"role_template": providertest.Unknown},
		{"access": providertest.Unknown},
		{"access": values{"sepa": providertest.Unknown}},
	} {
		if planned, _, d := p.Plan("iam_group", state{}, with(orders(), c)); d.Failed() || planned.Values["effective_access"] != providertest.Unknown {
			t.Errorf("%v: got %v, %v; want unknown", c, planned.Values["effective_access"], d)
		}
	}
}

// What a template gives depends on what the tenant can give, so it is unknown
// while the provider's own configuration is, and nothing fails.
func TestGroupResource_planWhileProviderIsUnknown(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, values{"api_url": providertest.Unknown, "tenant": "acme", "client_id": "a", "client_secret": "b"})
	for _, template := range []string{"order_fulfillment_manager", "of_the_tenant"} {
		planned, _, d := p.Plan("iam_group", state{}, with(orders(), values{"role_template": template}))
		if d.Failed() || planned.Values["effective_access"] != providertest.Unknown {
			t.Errorf("%s: got %v, %v", template, planned.Values["effective_access"], d)
		}
	}
}

func TestGroupResource_badConfiguration(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, c := range []struct {
		changes values
		want    []string
	}{
		{values{"access": values{"orders": "read", "wombats": "read"}}, []string{`error at AttributeName("access").ElementKeyString("wombats")`, `Unknown entity "wombats"`}},
		{values{"access": values{"order": "read"}}, []string{`did you mean orders?`}},
		{values{"access": values{"orders": "write"}}, []string{`error at AttributeName("access").ElementKeyString("orders")`, "use one of none, read, manage"}},
		{values{"access": values{"orders": "edit"}}, []string{`error at AttributeName("access").ElementKeyString("orders")`, `The entity orders has no level "edit"`}},
		{values{"role_template": "boss"}, []string{`error at AttributeName("role_template"): Unknown Role Template`, "viewer, manager, admin"}},
		{values{"name": values{}}, []string{`error at AttributeName("name")`}},
		{values{"name": values{"en": "x", "de": nil}}, []string{`error at AttributeName("name").ElementKeyString("de"): Null Element`}},
		{values{"access": values{"orders": nil}}, []string{`error at AttributeName("access").ElementKeyString("orders")`, "Null Element"}},
		{values{"id": ".."}, []string{`error at AttributeName("id"): Invalid Id`}},
		{values{"name": values{"English": "Orders"}}, []string{`error at AttributeName("name")`, "language tag"}},
		{values{"id": "a/b"}, []string{`error at AttributeName("id")`}},
		{values{"user_type": "ROBOT"}, []string{`error at AttributeName("user_type")`}},
		{values{"user_type": "CUSTOMER"}, []string{`error at AttributeName("role_template"): Access Not For Customers`}},
		{values{"user_type": "CUSTOMER", "vendor_id": "v-1"}, []string{`error at AttributeName("vendor_id"): Vendor Not For Customers`}},
	} {
		if _, _, d := p.Plan("iam_group", state{}, with(orders(), c.changes)); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.changes, d)
		}
	}
}

func TestGroupResource_idExists(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	p.MustApply("iam_group", state{}, orders())
	second, d := p.Apply("iam_group", state{}, with(orders(), values{"name": values{"en": "Another"}}))
	if !d.Has(`error at AttributeName("id"): Group Already Exists`, "to = iam_group.NAME", `id = "orders-de"`) || second.Values != nil {
		t.Errorf("got %v, %v", second.Values, d)
	}
	if _, d := p.Apply("iam_group", state{}, with(orders(), values{"id": "oe-viewer"})); !d.Has(`error at AttributeName("id"): Predefined Group`, "Group oe-viewer is predefined", "iam_group_members") {
		t.Errorf("a predefined id: %v", d)
	}
	if imported, d := p.Import("iam_group", "oe-viewer"); imported.Values != nil || !d.Has("Unable to import group", "is predefined") {
		t.Errorf("import of a predefined group: %v, %v", imported.Values, d)
	}
}

func TestGroupResource_languageUnknownToTenant(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	if _, _, d := p.Plan("iam_group", state{}, with(orders(), values{"name": values{"it": "Ordini"}})); !d.Has(`error at AttributeName("name").ElementKeyString("it"): Unknown Language`, `does not have the language "it"; it has en, de, fr`) {
		t.Errorf("got %v", d)
	}
}

func TestGroupResource_deletedElsewhere(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_group", state{}, orders())
		if err := b.Client.DeleteGroup(t.Context(), "orders-de", false); err != nil {
			t.Fatal(err)
		}
		gone, d := p.Refresh("iam_group", made)
		if gone.Values != nil || !d.Has("warning: Group Not Found", "orders-de no longer exists") {
			t.Errorf("got %v, %v", gone.Values, d)
		}
		p.MustApply("iam_group", gone, orders())
	})
}

func TestGroupResource_driftShowsExactlyWhatChanged(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		config := with(orders(), values{"access": values{"coupons": "read"}})
		made := p.MustApply("iam_group", state{}, config)

		// Somebody gives tax and takes coupons in the dashboard.
		rewrite(t, b.Client, func(a access.Access) access.Access {
			m := a.Map()
			m["tax"] = access.Manage
			delete(m, "coupons")
			return access.FromMap(m)
		})
		drifted, d := p.Refresh("iam_group", made)
		if len(d) > 0 {
			t.Fatal(d)
		}
		if got, want := drifted.Values["access"].(values), (values{"coupons": "none", "tax": "manage"}); !maps.Equal(got, want) { //nolint:forcetypeassert // it is in the schema
			t.Errorf("the drift reads %v, want %v", got, want)
		}
		if diff := differences(made.Values, drifted.Values); !slices.Equal(diff, []string{"access", "effective_access"}) {
			t.Errorf("the drift shows in %v", diff)
		}
		fixed := p.MustApply("iam_group", drifted, config)
		noChange(t, p, "iam_group", fixed, config)
		if got := serverAccess(t, b.Client, "orders-de"); got["tax"] != access.None || got["coupons"] != access.Read {
			t.Errorf("after the fix the server has %v", got)
		}
	})
}

// rewrite changes a group's access as somebody with another client would.
func rewrite(t *testing.T, c *client.Client, change func(access.Access) access.Access) {
	t.Helper()
	g, err := c.Group(t.Context(), "orders-de")
	if err != nil {
		t.Fatal(err)
	}
	wanted := change(access.FromMap(serverAccess(t, c, "orders-de")))
	_, err = c.UpdateGroup(t.Context(), g.ID, api.GroupUpdate{Name: g.Name, UserType: g.UserType, AccessControls: access.ControlIDs(wanted)})
	if err != nil {
		t.Fatal(err)
	}
}

// One of the several access controls of a level was taken away.
func TestGroupResource_driftOfAPartialLevel(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	config := values{"id": "g", "name": values{"en": "G"}, "access": values{"users_and_groups": "manage"}}
	made := p.MustApply("iam_group", state{}, config)
	g, _ := b.Client.Group(t.Context(), "g")
	if _, err := b.Client.UpdateGroup(t.Context(), "g", api.GroupUpdate{Name: g.Name, UserType: g.UserType, AccessControls: g.AccessControls[1:]}); err != nil {
		t.Fatal(err)
	}
	drifted, _ := p.Refresh("iam_group", made)
	if diff := differences(made.Values, drifted.Values); !slices.Contains(diff, "access") {
		t.Errorf("the drift shows in %v", diff)
	}
	p.MustApply("iam_group", drifted, config)
	if fixed, _ := b.Client.Group(t.Context(), "g"); len(fixed.AccessControls) != len(g.AccessControls) {
		t.Errorf("got %v, want %v", fixed.AccessControls, g.AccessControls)
	}
}

func TestGroupResource_keepsWhatItDoesNotManage(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_group", state{}, orders())
	g, _ := b.Client.Group(t.Context(), "orders-de")
	segments := "1ac869fc-d548-4ec8-8e06-c01491314228" // no entity of the catalog
	_, err := b.Client.UpdateGroup(t.Context(), g.ID, api.GroupUpdate{
		Name: g.Name, UserType: g.UserType, Templates: g.Templates, AccessControls: append(g.AccessControls, segments),
		Mixins: map[string]json.RawMessage{"cost": json.RawMessage(`{"center":7}`)},
	})
	if err != nil {
		t.Fatal(err)
	}
	refreshed, _ := p.Refresh("iam_group", made)
	p.MustApply("iam_group", refreshed, with(orders(), values{"access": values{"tax": "read"}}))
	g, _ = b.Client.Group(t.Context(), "orders-de")
	if !slices.Contains(g.AccessControls, segments) || string(g.Mixins["cost"]) != `{"center":7}` {
		t.Errorf("got %+v", g)
	}
}

func TestGroupResource_members(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_group", state{}, orders())
	owner, _ := b.Client.UserByEmail(t.Context(), "owner@acme.example")
	if err := b.Client.AssignMember(t.Context(), "orders-de", access.Employee, owner.ID); err != nil {
		t.Fatal(err)
	}
	kept, d := p.Apply("iam_group", made, nil)
	if !d.Has("error: Unable to delete group", "set force_delete = true") || kept.Values == nil {
		t.Errorf("got %v, %v", kept.Values, d)
	}
	forced := p.MustApply("iam_group", made, with(orders(), values{"force_delete": true}))
	p.MustApply("iam_group", forced, nil)
}

func TestGroupResource_lostAnswer(t *testing.T) {
	t.Parallel()
	var cut atomic.Bool
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/groups") && !cut.Swap(true) {
				next.ServeHTTP(discard{http.Header{}}, r)
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_group", state{}, with(orders(), values{"id": nil}))
	groups, _ := b.Client.Groups(t.Context())
	mine := slices.DeleteFunc(groups, func(g api.Group) bool { return g.Name["en"] != "Orders DE" })
	if len(mine) != 1 || mine[0].ID != made.Values["id"] {
		t.Errorf("got %+v, state %v", mine, made.Values)
	}
}

func TestGroupResource_customers(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	config := values{"id": "vip", "name": values{"en": "VIP"}, "user_type": "CUSTOMER"}
	made := p.MustApply("iam_group", state{}, config)
	noChange(t, p, "iam_group", made, config)
	if _, replace, _ := p.Plan("iam_group", made, with(config, values{"user_type": "EMPLOYEE"})); !replace {
		t.Error("another user type must replace the group")
	}
}

func TestGroupResource_everythingElse(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		if _, err := b.Client.CreateVendor(t.Context(), api.VendorCreate{ID: "v-1", Name: "Vendor"}); err != nil {
			t.Fatal(err)
		}
		segments, tax := "1ac869fc-d548-4ec8-8e06-c01491314228", "4ac869fc-d548-4ec8-8e06-c01491314168"
		config := with(orders(), values{
			"access": values{"tax": "read"}, "access_control_ids": []any{segments, tax}, "legal_entity_id": "le-1",
			"mixins": `{"cost": {"center": 7}}`, "vendor_id": "v-1",
		})
		made := p.MustApply("iam_group", state{}, config)
		if levels, _ := made.Values["effective_access"].(values); levels["tax"] != "manage" {
			t.Errorf("an access control must not be lowered by a level: %v", levels)
		}
		noChange(t, p, "iam_group", made, config)
		g, err := b.Client.Group(t.Context(), "orders-de")
		if err != nil || g.VendorID != "v-1" || g.B2B == nil || g.B2B.LegalEntityID != "le-1" || string(g.Mixins["cost"]) != `{"center":7}` || !slices.Contains(g.AccessControls, segments) {
			t.Errorf("got %+v, %v", g, err)
		}

		// Somebody takes one away and adds another.
		refunds := "4ac869fc-d548-4ec8-8e06-c01491314209"
		others := slices.DeleteFunc(slices.Clone(g.AccessControls), func(id string) bool { return id == segments })
		if _, err := b.Client.UpdateGroup(t.Context(), g.ID, api.GroupUpdate{Name: g.Name, UserType: g.UserType, Templates: g.Templates, B2B: g.B2B, Mixins: g.Mixins, AccessControls: append(others, refunds)}); err != nil {
			t.Fatal(err)
		}
		drifted, _ := p.Refresh("iam_group", made)
		if diff := differences(made.Values, drifted.Values); !slices.Equal(diff, []string{"access_control_ids"}) {
			t.Errorf("the drift shows in %v: %v", diff, drifted.Values)
		}
		fixed := p.MustApply("iam_group", drifted, config)
		noChange(t, p, "iam_group", fixed, config)

		less := p.MustApply("iam_group", fixed, with(config, values{"access_control_ids": []any{}, "legal_entity_id": nil, "mixins": "{}"}))
		g, _ = b.Client.Group(t.Context(), "orders-de")
		if g.B2B != nil || len(g.Mixins) != 0 || slices.Contains(g.AccessControls, segments) || slices.Contains(g.AccessControls, tax) {
			t.Errorf("after unsetting: %+v", g)
		}
		if _, replace, _ := p.Plan("iam_group", less, with(config, values{"vendor_id": "v-2"})); !replace {
			t.Error("another vendor must replace the group")
		}
		if _, d := p.Apply("iam_group", state{}, with(config, values{"id": "of-nobody", "vendor_id": "nobody"})); !d.Has(`error at AttributeName("vendor_id"): Unable to create group`, "Vendor 'nobody' does not exist") {
			t.Errorf("a vendor that does not exist: %v", d)
		}
		if _, _, d := p.Plan("iam_group", state{}, with(config, values{"mixins": "[1]"})); !d.Has(`error at AttributeName("mixins"): Invalid JSON Object`) {
			t.Errorf("mixins that are no object: %v", d)
		}
		if _, _, d := p.Plan("iam_group", state{}, with(orders(), values{"id": "fr", "restrictions": []any{"FR"}})); !d.Has("Restriction Not Allowed", `does not list "FR"`) {
			t.Errorf("a restriction that the tenant does not list: %v", d)
		}
	})
}

// A template of the tenant is lowered like a predefined one: what follows an
// entity goes down with it.
func TestGroupResource_templateOfTheTenant(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	given := access.Expand(access.Access{}, map[string]access.Level{"products": access.Manage, "orders": access.Manage})
	err := s.Store.CreateTemplate(t.Context(), store.Template{Tenant: servertest.Tenant, ID: "shop", Name: map[string]string{"en": "Shop"}, AccessControls: access.ControlIDs(given)})
	if err != nil {
		t.Fatal(err)
	}
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	whole := values{"id": "g", "name": values{"en": "G"}, "role_template": "shop"}
	made := p.MustApply("iam_group", state{}, whole)
	if g, _ := s.Client.Group(t.Context(), "g"); !slices.Equal(g.Templates, []string{"shop"}) {
		t.Errorf("got %+v", g)
	}
	noChange(t, p, "iam_group", made, whole)
	lowered := with(whole, values{"access": values{"products": "read", "orders": "none"}})
	less := p.MustApply("iam_group", made, lowered)
	want := values{"products": "read", "media": "read", "prices": "read", "availability": "read"}
	if got, _ := less.Values["effective_access"].(values); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	noChange(t, p, "iam_group", less, lowered)
}

// A vendor's access control on a group is left alone and counts as no level.
func TestGroupResource_vendorControl(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_group", state{}, values{"id": "g", "name": values{"en": "G"}, "access": values{"tax": "read"}})
	g, _ := b.Client.Group(t.Context(), "g")
	vendors := "4ac869fc-d548-4ec8-8e06-c01491314223"
	if _, err := b.Client.UpdateGroup(t.Context(), "g", api.GroupUpdate{Name: g.Name, UserType: g.UserType, AccessControls: append(g.AccessControls, vendors)}); err != nil {
		t.Fatal(err)
	}
	noChange(t, p, "iam_group", made, values{"id": "g", "name": values{"en": "G"}, "access": values{"tax": "read"}})
	p.MustApply("iam_group", made, values{"id": "g", "name": values{"en": "G"}, "access": values{"tax": "manage"}})
	if g, _ = b.Client.Group(t.Context(), "g"); !slices.Contains(g.AccessControls, vendors) {
		t.Errorf("got %v", g.AccessControls)
	}
}

// An entity has one level: to manage it takes the place of reading it, and the other way
// round, and without a level nothing is left.
func TestGroupResource_oneLevel(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	const viewer, manager = "1ac869fc-d548-4ec8-8e06-c01491314168", "4ac869fc-d548-4ec8-8e06-c01491314168"
	var made state
	for _, c := range []struct {
		access values
		want   []string
	}{
		{values{"tax": "read"}, []string{viewer}},
		{values{"tax": "manage"}, []string{manager}},
		{values{"tax": "read"}, []string{viewer}},
		{values{"tax": "none"}, []string{}},
		{values{"tax": "manage"}, []string{manager}},
		{values{}, []string{}},
	} {
		made = p.MustApply("iam_group", made, values{"id": "g", "name": values{"en": "G"}, "access": c.access})
		if g, err := b.Client.Group(t.Context(), "g"); err != nil || !slices.Equal(g.AccessControls, c.want) {
			t.Errorf("%v: got %+v, %v, want %v", c.access, g, err, c.want)
		}
	}
}

// If the API lacks one of the access controls, the error names the level and the entity
// in the configuration.
func TestGroupResource_levelThatTheAPICannotGive(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/groups") {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write([]byte(`{"code":400,"status":"Bad Request","message":"Access control 'quote-statuses-viewer' does not exist","resourceId":"quote-statuses-viewer"}`))
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	if _, d := p.Apply("iam_group", state{}, values{"name": values{"en": "V"}, "role_template": "viewer"}); !d.Has(`error at AttributeName("role_template"): Unable to create group`, `("V")`, "read on quote_statuses", `quote_statuses = "none"`) {
		t.Errorf("got %v", d)
	}
}
