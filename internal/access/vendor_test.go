package access

import (
	"strings"
	"testing"
)

func TestCheckVendors(t *testing.T) {
	t.Parallel()
	type row struct {
		Name   string
		Groups []GroupVendor
		Apart  []string // the two groups that exclude each other; none when all is well
	}
	for _, c := range readTable[row](t, "vendors.json") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			text := message(CheckVendors(c.Groups...))
			if (text == "") != (len(c.Apart) == 0) {
				t.Fatalf("got %q", text)
			}
			for _, id := range c.Apart {
				if !strings.Contains(text, "group '"+id+"'") {
					t.Errorf("%q does not name %s", text, id)
				}
			}
		})
	}
}

func TestVendorGroups(t *testing.T) {
	t.Parallel()
	const prefix = "ac869fc-d548-4ec8-8e06-c01491314"
	for kind, id := range map[string]string{
		"order_viewer": "1" + prefix + "231", "order_manager": "4" + prefix + "223",
		"product_viewer": "1" + prefix + "232", "product_manager": "4" + prefix + "224",
	} {
		control, ok := ControlByID(id)
		if !ok || !control.VendorAware || control.RestrictedTo != VendorUserType {
			t.Errorf("%s: the control is %+v, %t", kind, control, ok)
		}
		if got, ok := VendorGroupKind([]string{controlID("1", "143"), id}); got != kind || !ok {
			t.Errorf("a group with %s is %q, %t; want %s", id, got, ok, kind)
		}
	}
	if len(VendorGroups()) != 4 {
		t.Errorf("there are %d", len(VendorGroups()))
	}
	publish := controlID("4", "229") // may be added to a group that manages products
	for name, c := range map[string]struct {
		controls []string
		kind     string
	}{
		"none":                    {nil, ""},
		"another":                 {[]string{controlID("4", "227")}, ""},
		"two of them":             {[]string{controlID("4", "224"), controlID("4", "223")}, ""},
		"three of them":           {[]string{controlID("4", "224"), controlID("4", "223"), controlID("1", "231")}, ""},
		"one of them and publish": {[]string{publish, controlID("4", "224")}, "product_manager"},
	} {
		if got, ok := VendorGroupKind(c.controls); got != c.kind || ok != (c.kind != "") {
			t.Errorf("%s: got %q, %t", name, got, ok)
		}
	}
}

// Of a vendor's groups, only the product managers' group can publish products.
func TestCheckPublishing(t *testing.T) {
	t.Parallel()
	managers, viewers := []string{controlID("4", "224")}, []string{controlID("1", "232")}
	publish, unpublish, manage := "product.product_publish", "product.product_unpublish", "product.product_manage_by_vendor"
	for _, c := range []struct {
		name             string
		controls, scopes []string
		want             string
	}{
		{"managers publish", managers, []string{manage, publish, unpublish}, ""},
		{"viewers do not", viewers, []string{publish}, publish + " publishes products"},
		{"nor do they take back", viewers, []string{manage, unpublish}, unpublish + " publishes products"},
		{"nor does a group of neither", nil, []string{publish}, publish + " publishes products"},
		{"anything else is for all", viewers, []string{manage}, ""},
		{"nothing is for all", nil, nil, ""},
	} {
		wantMistake(t, c.name, CheckPublishing(c.controls, c.scopes), c.want)
	}
	text := message(CheckVendors(GroupVendor{"a", ""}, GroupVendor{"b", "acme"}))
	if want := "group 'a' belongs to no vendor and group 'b' to vendor 'acme', but all groups of an employee must belong to the same vendor or to none"; text != want {
		t.Errorf("got %q, want %q", text, want)
	}
}
