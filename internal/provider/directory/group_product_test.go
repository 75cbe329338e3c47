package directory_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The four roles of the Orchestration Engine can be chosen, and give the levels of the
// predefined groups. They give no roles in Make: those are access controls.
func TestGroupResource_engineRoles(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		for role, group := range map[string]string{"oe_viewer": "oe-viewer", "oe_editor": "oe-editor", "oe_manager": "oe-manager", "oe_admin": "oe-admin"} {
			config := values{"id": role, "name": values{"en": "G"}, "role_template": role, "product": "orchestration_engine"}
			made := p.MustApply("iam_group", state{}, config)
			predefined, d := p.ReadData("iam_group", values{"id": group})
			if d.Failed() || fmt.Sprint(predefined["effective_access"]) != fmt.Sprint(made.Values["effective_access"]) {
				t.Errorf("%s gives %v, %s %v (%v)", role, made.Values["effective_access"], group, predefined["effective_access"], d)
			}
			if predefined["role_template"] != role || predefined["product"] != "orchestration_engine" {
				t.Errorf("%s shows the role %v of %v", group, predefined["role_template"], predefined["product"])
			}
			noChange(t, p, "iam_group", made, config)
			noChange(t, p, "iam_group", made, values{"id": role, "name": values{"en": "G"}, "role_template": role})
			written, err := b.Client.Group(t.Context(), role)
			if err != nil || !slices.Equal(written.Templates, []string{role}) || len(written.AccessControls) > 0 {
				t.Errorf("%s is written as %+v, %v", role, written, err)
			}
		}
	})
}

// The product follows from the access, and what belongs to the other product is an error
// on its argument with the way out.
func TestGroupResource_product(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	p.MustApply("iam_access_control", state{}, values{"id": "order", "scopes": []any{"order.order_read"}})
	p.MustApply("iam_access_control", state{}, values{"id": "form", "scopes": []any{"oe.forms_read"}})
	p.MustApply("iam_access_control", state{}, values{"id": "agent", "scopes": []any{"ai.agent_read"}})
	p.MustApply("iam_role_template", state{}, values{"id": "both", "name": values{"en": "B"}, "access": values{"orders": "read", "forms": "read"}})
	const ce, oe = "commerce_engine", "orchestration_engine"
	const orders, agents = "1ac869fc-d548-4ec8-8e06-c01491314143", "1ac869fc-d548-4ec8-8e06-c01491314233"
	for name, c := range map[string]struct {
		config  values
		product any    // planned
		at      string // the error, if there is one
		title   string
	}{
		"a template":                           {values{"role_template": "viewer"}, ce, "", ""},
		"a template of the engine":             {values{"role_template": "oe_editor", "access": values{"forms": "manage"}}, oe, "", ""},
		"levels":                               {values{"access": values{"orders": "read"}}, ce, "", ""},
		"levels of the engine":                 {values{"access": values{"forms": "edit"}}, oe, "", ""},
		"an access control":                    {values{"access_control_ids": []any{orders}}, ce, "", ""},
		"one of Make":                          {values{"access_control_ids": []any{"make-scenario-editor"}}, oe, "", ""},
		"one of the tenant":                    {values{"access_control_ids": []any{"form"}}, oe, "", ""},
		"one of no product":                    {values{"access_control_ids": []any{"agent", agents}}, nil, "", ""},
		"nothing":                              {values{}, nil, "", ""},
		"nothing, but chosen":                  {values{"product": oe}, oe, "", ""},
		"chosen with a template":               {values{"product": ce, "role_template": "viewer"}, ce, "", ""},
		"not known yet":                        {values{"product": providertest.Unknown, "role_template": "viewer"}, providertest.Unknown, "", ""},
		"levels that are not known":            {values{"access": values{"orders": providertest.Unknown}}, providertest.Unknown, "", ""},
		"none of the other product":            {values{"role_template": "viewer", "access": values{"forms": "none"}}, ce, "", ""},
		"a template of both without one":       {values{"role_template": "both", "access": values{"forms": "none"}}, ce, "", ""},
		"both by the tenant's access controls": {values{"access_control_ids": []any{"form", "order"}}, nil, "", ""},
		"both by them, one chosen":             {values{"product": oe, "access_control_ids": []any{"form", "order"}}, oe, "", ""},

		"a template of the other":        {values{"product": ce, "role_template": "oe_viewer"}, nil, `AttributeName("role_template")`, "Role Template Of Another Product"},
		"an entity of the other":         {values{"product": oe, "access": values{"orders": "read", "forms": "edit"}}, nil, `AttributeName("access").ElementKeyString("orders")`, "Entity Of Another Product"},
		"a control of the other":         {values{"product": oe, "access_control_ids": []any{orders}}, nil, `AttributeName("access_control_ids").ElementKeyValue(tftypes.String<"` + orders + `">)`, "Access Control Of Another Product"},
		"access to the other alone":      {values{"product": ce, "access_control_ids": []any{"form"}}, nil, `AttributeName("product")`, "Access To Another Product"},
		"an entity beside a template":    {values{"role_template": "oe_viewer", "access": values{"orders": "read"}}, nil, `AttributeName("access").ElementKeyString("orders")`, "Entity Of Another Product"},
		"entities of both":               {values{"access": values{"forms": "edit", "orders": "read"}}, nil, `AttributeName("access").ElementKeyString("orders")`, "Entity Of Another Product"},
		"a role in Make for a shop":      {values{"role_template": "viewer", "access_control_ids": []any{"make-member"}}, nil, `AttributeName("access_control_ids").ElementKeyValue(tftypes.String<"make-member">)`, "Access Control Of Another Product"},
		"a template of both":             {values{"role_template": "both"}, nil, `AttributeName("role_template")`, "Role Template Of Two Products"},
		"a level of the other product":   {values{"access": values{"orders": "edit"}}, nil, `AttributeName("access").ElementKeyString("orders")`, `has no level "edit"`},
		"a product that does not exist":  {values{"product": "celonis"}, nil, `AttributeName("product")`, "Invalid Attribute Value Match"},
		"an entity, unknown levels left": {values{"product": ce, "access": values{"orders": "read", "forms": "edit"}}, nil, `AttributeName("access").ElementKeyString("forms")`, "Entity Of Another Product"},
	} {
		planned, _, d := p.Plan("iam_group", state{}, with(values{"id": "g", "name": values{"en": "G"}}, c.config))
		if c.at == "" {
			if d.Failed() || planned.Values["product"] != c.product {
				t.Errorf("%s: planned %v, %v", name, planned.Values["product"], d)
			}
			continue
		}
		if len(d) != 1 || !d.Has("error at "+c.at, c.title) {
			t.Errorf("%s: got %v", name, d)
		}
		if name != "a level of the other product" && name != "a product that does not exist" && c.at != `AttributeName("product")` && !d.Has("give the access to the other product with a second group") {
			t.Errorf("%s: no way out in %v", name, d)
		}
	}
}

// The product of a group changes with its access, drift shows, and an old state does not
// change.
func TestGroupResource_productLife(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	config := values{"id": "g", "name": values{"en": "G"}, "access": values{"orders": "read"}}
	made := p.MustApply("iam_group", state{}, config)
	if made.Values["product"] != "commerce_engine" {
		t.Fatalf("made for %v", made.Values["product"])
	}
	old := made
	old.Values = with(made.Values, values{"product": nil})
	if planned, _, d := p.Plan("iam_group", old, config); d.Failed() || planned.Values["product"] != nil {
		t.Errorf("without a refresh, an old state plans %v, %v", planned.Values["product"], d)
	}
	if refreshed, d := p.Refresh("iam_group", old); d.Failed() || refreshed.Values["product"] != "commerce_engine" {
		t.Errorf("an old state is refreshed to %v, %v", refreshed.Values["product"], d)
	}
	forms := values{"id": "g", "name": values{"en": "G"}, "access": values{"forms": "edit"}}
	made = p.MustApply("iam_group", made, forms)
	noChange(t, p, "iam_group", made, forms)
	if made.Values["product"] != "orchestration_engine" {
		t.Errorf("changed to %v", made.Values["product"])
	}
	empty := values{"id": "g", "name": values{"en": "G"}, "product": "commerce_engine"}
	made = p.MustApply("iam_group", made, empty)
	noChange(t, p, "iam_group", made, empty)
	without := values{"id": "g", "name": values{"en": "G"}}
	if made = p.MustApply("iam_group", made, without); made.Values["product"] != nil {
		t.Errorf("left out, it is %v", made.Values["product"])
	}
	noChange(t, p, "iam_group", made, without)

	// Someone gives the group the other product: the plan takes it away.
	made = p.MustApply("iam_group", made, config)
	group, err := b.Client.Group(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	update := api.GroupUpdate{Name: group.Name, UserType: group.UserType, AccessControls: []string{"oe-datastore-viewer"}}
	if _, err := b.Client.UpdateGroup(t.Context(), "g", update); err != nil {
		t.Fatal(err)
	}
	p.NextRun()
	drifted, d := p.Refresh("iam_group", made)
	if d.Failed() || drifted.Values["product"] != "orchestration_engine" {
		t.Errorf("drifted to %v, %v", drifted.Values, d)
	}
	if planned, _, d := p.Plan("iam_group", drifted, config); d.Failed() || planned.Values["product"] != "commerce_engine" {
		t.Errorf("planned %v, %v", planned.Values, d)
	}
}

// A group of both products, which only the API can make, is read, refreshed and planned
// without a change. Its access cannot be changed before it is split.
func TestGroupResource_mixedGroup(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	body := api.GroupCreate{
		ID: "mixed", Name: api.Text{"en": "Mixed"}, UserType: access.Employee,
		AccessControls: access.ControlIDs(access.FromMap(map[string]access.Level{"orders": access.Read, "datastore": access.Edit})),
	}
	if _, err := b.Client.CreateGroup(t.Context(), body); err != nil {
		t.Fatal(err)
	}
	imported, d := p.Import("iam_group", "mixed")
	if d.Failed() || imported.Values["product"] != nil {
		t.Fatalf("got %v, %v", imported.Values, d)
	}
	config := values{"id": "mixed", "name": values{"en": "Mixed"}, "access": imported.Values["access"]}
	planned, _, d := p.Plan("iam_group", imported, config)
	if len(d) != 1 || !d.Has(`warning at AttributeName("product"): Group Of Two Products: mixed`, "second group") || planned.Values["product"] != nil {
		t.Errorf("unchanged: %v, %v", planned.Values, d)
	}
	renamed := with(config, values{"name": values{"en": "Renamed"}})
	imported, d = p.Apply("iam_group", imported, renamed)
	if d.Failed() || imported.Values["product"] != nil {
		t.Errorf("renamed: %v, %v", imported.Values, d)
	}
	if data, d := p.ReadData("iam_group", values{"id": "mixed"}); d.Failed() || data["product"] != nil {
		t.Errorf("read as %v, %v", data, d)
	}
	if _, _, d := p.Plan("iam_group", imported, with(renamed, values{"access": values{"orders": "manage", "datastore": "edit"}})); !d.Has(`error at AttributeName("access").ElementKeyString("orders"): Entity Of Another Product`) {
		t.Errorf("changed: %v", d)
	}
	split := with(renamed, values{"access": values{"orders": "read"}})
	if after := p.MustApply("iam_group", imported, split); after.Values["product"] != "commerce_engine" {
		t.Errorf("split: %v", after.Values)
	}
}

// A role in Make that a group carries in vain is a warning in the plan.
func TestGroupResource_idleMakeRole(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	p.MustApply("iam_access_control", state{}, values{"id": "ours", "scopes": []any{"integromat.scenario_edit"}})
	config := values{"id": "g", "name": values{"en": "G"}, "role_template": "viewer", "access_control_ids": []any{"ours"}}
	made, d := p.Apply("iam_group", state{}, config)
	if d.Failed() || !d.Has(`warning at AttributeName("access_control_ids"): Make Role Without Effect: g`, "integromat.scenario_edit") {
		t.Errorf("got %v", d)
	}
	noChange(t, p, "iam_group", made, config)
	engine := with(config, values{"role_template": "oe_viewer"})
	if _, _, d := p.Plan("iam_group", made, engine); len(d) > 0 {
		t.Errorf("of the engine: %v", d)
	}
}
