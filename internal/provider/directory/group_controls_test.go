package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// An access control that the tenant does not have is an error in the plan, unless
// the same plan creates it.
func TestGroupResource_unknownControl(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	known := access.VendorGroups()[0].Controls[0]
	config := values{"id": "g", "name": values{"en": "G"}, "access_control_ids": []any{"mine", known}}
	_, _, d := p.Plan("iam_group", state{}, config)
	if len(d) != 1 || !d.Has(`error at AttributeName("access_control_ids").ElementKeyValue(tftypes.String<"mine">): Unknown Access Control`, `no access control "mine"`, "iam_access_controls") {
		t.Errorf("got %v", d)
	}
	made := p.MustApply("iam_group", state{}, with(config, values{"access_control_ids": []any{known}}))
	if _, _, d := p.Plan("iam_group", made, config); !d.Has("Unknown Access Control", `"mine"`) {
		t.Errorf("later: %v", d)
	}
	p.NextRun()
	control := values{"id": "mine", "scopes": []any{"order.order_read"}}
	if _, _, d := p.Plan("iam_access_control", state{}, control); len(d) > 0 {
		t.Fatal(d)
	}
	if _, _, d := p.Plan("iam_group", made, config); d.Failed() {
		t.Errorf("beside the access control: %v", d)
	}
	p.MustApply("iam_access_control", state{}, control)
	noChange(t, p, "iam_group", p.MustApply("iam_group", made, config), config)
}

// Of a vendor's groups only that of the product managers can be given rights to
// publish, which the plan says.
func TestGroupResource_vendorPublishing(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	p.MustApply("iam_vendor", state{}, values{"id": "v", "name": "Vendor"})
	p.MustApply("iam_access_control", state{}, values{"id": "own", "scopes": []any{"product.product_unpublish"}})
	const publish, viewer, manager = "4ac869fc-d548-4ec8-8e06-c01491314229", "1ac869fc-d548-4ec8-8e06-c01491314232", "4ac869fc-d548-4ec8-8e06-c01491314224"
	group := func(changes values) values {
		return with(values{"id": "g", "name": values{"en": "G"}, "vendor_id": "v"}, changes)
	}
	for name, c := range map[string]struct {
		changes values
		at      string
	}{
		"alone":             {values{"access_control_ids": []any{publish}}, "access_control_ids"},
		"viewer":            {values{"access_control_ids": []any{viewer, publish}}, "access_control_ids"},
		"both kinds":        {values{"access_control_ids": []any{viewer, manager, publish}}, "access_control_ids"},
		"one of its own":    {values{"access_control_ids": []any{"own"}}, "access_control_ids"},
		"by a level":        {values{"access": values{"products": "manage"}}, "access"},
		"by a template":     {values{"role_template": "manager"}, "role_template"},
		"manager":           {values{"access_control_ids": []any{manager, publish}}, ""},
		"manager, by level": {values{"access_control_ids": []any{manager}, "access": values{"products": "manage"}}, ""},
		"viewer alone":      {values{"access_control_ids": []any{viewer}, "access": values{"orders": "manage"}}, ""},
		"of no vendor":      {values{"vendor_id": nil, "access_control_ids": []any{publish}, "access": values{"products": "manage"}}, ""},
	} {
		_, _, d := p.Plan("iam_group", state{}, group(c.changes))
		if refused := d.Has(`error at AttributeName("`+c.at+`"): Publishing Not For This Group`, "product managers", manager); refused != (c.at != "") || d.Failed() != refused {
			t.Errorf("%s: got %v", name, d)
		}
	}
	// What else an imported group carries is left alone, and not looked at.
	made := p.MustApply("iam_group", state{}, group(values{"access_control_ids": []any{manager, publish}}))
	if _, _, d := p.Plan("iam_group", made, group(values{"access": values{"products": "manage"}})); d.Failed() {
		t.Errorf("with other controls left alone: %v", d)
	}
}

// A vendor that is known only in the apply may turn out the same: then the group is
// neither replaced nor changed. Another one replaces it.
func TestGroupResource_vendorUnknown(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, id := range []string{"v", "w"} {
		p.MustApply("iam_vendor", state{}, values{"id": id, "name": "Vendor"})
	}
	config := values{"id": "g", "name": values{"en": "G"}, "vendor_id": "v"}
	made := p.MustApply("iam_group", state{}, config)
	for _, c := range []struct {
		vendor any
		want   bool
	}{{providertest.Unknown, false}, {"v", false}, {"w", true}, {nil, true}} {
		if _, replace, d := p.Plan("iam_group", made, with(config, values{"vendor_id": c.vendor})); replace != c.want || d.Failed() {
			t.Errorf("%v: replaced %t, %v", c.vendor, replace, d)
		}
	}
	planned, _, _ := p.Plan("iam_group", made, with(config, values{"vendor_id": providertest.Unknown}))
	after, d := p.ApplyPlanned("iam_group", made, planned, config)
	if d.Failed() || after.Values["vendor_id"] != "v" {
		t.Errorf("it turned out the same: %v, %v", after.Values, d)
	}
}

// A refresh shows what a group gives now, also behind the plan of an access
// control that it carries: what changes is in the plan.
func TestGroupResource_refreshedBehindPlannedControl(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	mine := func(scopes ...any) values {
		return values{"id": "mine", "name": values{"en": "Mine"}, "scopes": scopes}
	}
	config := values{"id": "g", "name": values{"en": "G"}, "access_control_ids": []any{"mine"}}
	control := p.MustApply("iam_access_control", state{}, mine("order.order_read"))
	group := p.MustApply("iam_group", state{}, config)
	effective := func(s state) string { return fmt.Sprint(s.Values["effective_access"]) }
	p.NextRun()
	if _, _, d := p.Plan("iam_access_control", control, mine("customer.customer_read")); d.Failed() {
		t.Fatal(d)
	}
	refreshed, d := p.Refresh("iam_group", group)
	if d.Failed() || effective(refreshed) != effective(group) || !strings.Contains(effective(group), "orders") {
		t.Errorf("%v: the refresh shows %s after %s", d, effective(refreshed), effective(group))
	}
	planned, _, d := p.Plan("iam_group", refreshed, config)
	if d.Failed() || !strings.Contains(effective(planned), "customers") {
		t.Errorf("%v: the plan shows %s", d, effective(planned))
	}
}
