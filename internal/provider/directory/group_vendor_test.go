package directory_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// vendorGroup is the configuration of a group with the role of a vendor.
func vendorGroup(levels values) values {
	return values{"id": "own", "name": values{"en": "Own"}, "vendor_id": "v", "role_template": "vendor", "access": levels}
}

// The role of a vendor gives orders and products, read or manage, on the vendor's own
// records, as the groups of a new vendor have it.
func TestGroupResource_vendorRole(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		p.MustApply("iam_vendor", state{}, values{"id": "v", "name": "Vendor"})
		groups, err := b.Client.VendorGroups(t.Context(), "v")
		if err != nil {
			t.Fatal(err)
		}
		created := map[string]api.Group{}
		for _, g := range plumbing.VendorGroups(groups) {
			created[g.Kind] = g.Group
		}
		made := state{}
		for _, c := range []struct {
			kind      string
			levels    values
			effective string
		}{
			{"order_viewer", values{"orders": "read"}, "map[orders:read]"},
			{"order_manager", values{"orders": "manage"}, "map[orders:manage]"},
			{"product_viewer", values{"products": "read"}, "map[availability:read media:read prices:read products:read]"},
			{"product_manager", values{"products": "manage"}, "map[availability:manage media:manage prices:manage products:manage]"},
		} {
			config := vendorGroup(c.levels)
			planned, _, d := p.Plan("iam_group", made, config)
			if len(d) > 0 || fmt.Sprint(planned.Values["effective_access"]) != c.effective || planned.Values["product"] != "commerce_engine" || fmt.Sprint(planned.Values["unmet_dependencies"]) != "map[]" {
				t.Errorf("%s: planned %v, %v", c.kind, planned.Values, d)
			}
			made = p.MustApply("iam_group", made, config)
			noChange(t, p, "iam_group", made, config)
			written, err := b.Client.Group(t.Context(), "own")
			if err != nil || !slices.Equal(slices.Sorted(slices.Values(written.AccessControls)), slices.Sorted(slices.Values(created[c.kind].AccessControls))) || len(written.Templates) > 0 {
				t.Errorf("%s: written as %+v, %v", c.kind, written, err)
			}
			data, d := p.ReadData("iam_group", values{"id": created[c.kind].ID})
			if d.Failed() || data["role_template"] != "vendor" || fmt.Sprint(data["effective_access"]) != c.effective || data["product"] != "commerce_engine" {
				t.Errorf("%s: the vendor's own group is read as %v, %v", c.kind, data, d)
			}
		}
		imported, d := p.Import("iam_group", "own")
		if d.Failed() || imported.Values["role_template"] != "vendor" || fmt.Sprint(imported.Values["access"]) != "map[products:manage]" || imported.Values["access_control_ids"] != nil {
			t.Errorf("imported %v, %v", imported.Values, d)
		}
	})
}

// What others change in the group shows in the plan, and the apply restores it: levels on
// the vendor's records, and above all levels on every record.
func TestGroupResource_vendorRoleDrift(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_vendor", state{}, values{"id": "v", "name": "Vendor"})
	config := vendorGroup(values{"orders": "read"})
	made := p.MustApply("iam_group", state{}, config)
	written, err := b.Client.Group(t.Context(), "own")
	if err != nil {
		t.Fatal(err)
	}
	change := func(controls ...string) {
		t.Helper()
		if _, err := b.Client.UpdateGroup(t.Context(), "own", api.GroupUpdate{Name: written.Name, UserType: written.UserType, AccessControls: controls}); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		controls     []string
		role, access any
	}{
		"a higher level":  {access.RoleControlIDs("vendor", access.ExpandVendor(map[string]access.Level{"orders": access.Manage})), "vendor", values{"orders": "manage"}},
		"another entity":  {access.RoleControlIDs("vendor", access.ExpandVendor(map[string]access.Level{"orders": access.Read, "media": access.Read})), "vendor", values{"media": "read", "orders": "read"}},
		"nothing":         {nil, "vendor", values{"orders": "none"}},
		"every record":    {append(slices.Clone(written.AccessControls), "1ac869fc-d548-4ec8-8e06-c01491314143"), nil, values{"carts": "none", "orders": "read"}},
		"a whole tenant":  {access.ControlIDs(access.Expand(access.FromMap(map[string]access.Level{"tax": access.Manage}), nil)), nil, values{"tax": "manage"}},
		"a role template": {access.ControlIDs(templateAccess(t, "viewer")), "viewer", nil},
	} {
		change(c.controls...)
		p.NextRun()
		drifted, d := p.Refresh("iam_group", made)
		if d.Failed() || drifted.Values["role_template"] != c.role || fmt.Sprint(drifted.Values["access"]) != fmt.Sprint(c.access) {
			t.Errorf("%s: refreshed to %v %v, %v", name, drifted.Values["role_template"], drifted.Values["access"], d)
		}
		made = p.MustApply("iam_group", drifted, config)
		if g, err := b.Client.Group(t.Context(), "own"); err != nil || !slices.Equal(g.AccessControls, written.AccessControls) {
			t.Errorf("%s: restored to %v, %v", name, g.AccessControls, err)
		}
		noChange(t, p, "iam_group", made, config)
	}
}

// templateAccess returns what the members of a group from the template have.
func templateAccess(t *testing.T, id string) access.Access {
	t.Helper()
	template, ok := access.TemplateByID(id)
	if !ok {
		t.Fatalf("no role template %s", id)
	}
	return access.Expand(template.Access, nil)
}

// The role of a vendor is refused where it does not fit.
func TestGroupResource_vendorRoleRefused(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	p.MustApply("iam_vendor", state{}, values{"id": "v", "name": "Vendor"})
	p.MustApply("iam_access_control", state{}, values{"id": "own", "scopes": []any{"order.order_read"}})
	const publish, all = "4ac869fc-d548-4ec8-8e06-c01491314229", "1ac869fc-d548-4ec8-8e06-c01491314143"
	for name, c := range map[string]struct {
		changes values
		want    []string
	}{
		"without a vendor":            {values{"vendor_id": nil}, []string{`error at AttributeName("vendor_id"): Vendor Missing`}},
		"an entity without records":   {values{"access": values{"customers": "read"}}, []string{`error at AttributeName("access").ElementKeyString("customers"): Entity Without Vendor Records`, "orders, products, media, prices or availability"}},
		"an engine's entity":          {values{"access": values{"forms": "edit"}}, []string{`ElementKeyString("forms"): Entity Without Vendor Records`}},
		"for the other product":       {values{"product": "orchestration_engine"}, []string{`error at AttributeName("access").ElementKeyString("orders"): Entity Of Another Product`}},
		"every record":                {values{"access_control_ids": []any{all}}, []string{`error at AttributeName("access_control_ids"): Access To Every Record`, "read on every record of orders"}},
		"every record by its own":     {values{"access_control_ids": []any{"own"}}, []string{`error at AttributeName("access_control_ids"): Access To Every Record`}},
		"customers":                   {values{"user_type": "CUSTOMER"}, []string{"Access Not For Customers"}},
		"publishing for a viewer":     {values{"access": values{"products": "read"}, "access_control_ids": []any{publish}}, []string{`error at AttributeName("access_control_ids"): Publishing Not For This Group`}},
		"publishing for orders":       {values{"access_control_ids": []any{publish}}, []string{`Publishing Not For This Group`}},
		"publishing for a manager":    {values{"access": values{"products": "manage"}, "access_control_ids": []any{publish}}, nil},
		"a vendor that is not known":  {values{"vendor_id": providertest.Unknown}, nil},
		"an entity that derives":      {values{"access": values{"products": "read", "prices": "none"}}, nil},
		"its access is not known yet": {values{"access": providertest.Unknown}, nil},
	} {
		planned, _, d := p.Plan("iam_group", state{}, with(vendorGroup(values{"orders": "read"}), c.changes))
		if (c.want == nil) == d.Failed() || c.want != nil && !d.Has(c.want...) {
			t.Errorf("%s: got %v", name, d)
		}
		if name == "a vendor that is not known" && fmt.Sprint(planned.Values["effective_access"]) != "map[orders:read]" {
			t.Errorf("%s: planned %v", name, planned.Values)
		}
	}
}
