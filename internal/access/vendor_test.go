package access

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
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

// The groups are created with the names, the role and the access rights of the
// source document (rule 14).
func TestVendorGroups_rights(t *testing.T) {
	t.Parallel()
	products := func(l Level) map[string]Level {
		return map[string]Level{"products": l, "prices": l, "availability": l, "media": l}
	}
	want := map[string]struct {
		label  string
		levels map[string]Level
	}{
		"order_manager":   {"Vendor Order Manager", map[string]Level{"orders": Manage}},
		"order_viewer":    {"Vendor Order Viewer", map[string]Level{"orders": Read}},
		"product_manager": {"Vendor Product Manager", products(Manage)},
		"product_viewer":  {"Vendor Product Viewer", products(Read)},
	}
	for _, g := range VendorGroups() {
		group := Group{ID: "g", VendorID: "acme", Controls: g.Controls}
		if got := (Rights{}).VendorAccess(group); g.Label != want[g.Kind].label || !maps.Equal(got.Map(), want[g.Kind].levels) {
			t.Errorf("%s is called %s and has %v", g.Kind, g.Label, got.Map())
		}
		if !(Rights{}).IsVendorRole(group) || (Rights{}).Access(group) != (Access{}) {
			t.Errorf("%s has not the role of a vendor", g.Kind)
		}
		// The same rights, chosen for another group of the vendor.
		own := map[string]Level{"orders": want[g.Kind].levels["orders"], "products": want[g.Kind].levels["products"]}
		if got := ExpandVendor(own); !maps.Equal(got.Map(), want[g.Kind].levels) {
			t.Errorf("%s: a group with %v has %v", g.Kind, own, got.Map())
		}
		ids := RoleControlIDs(VendorRole, ExpandVendor(own))
		if slices.Sort(ids); !slices.Equal(ids, slices.Sorted(slices.Values(g.Controls))) {
			t.Errorf("%s: a group with %v has the access controls %v", g.Kind, own, ids)
		}
	}
	if got := VendorEntities(); !slices.Equal(got, []string{"orders", "products", "media", "prices", "availability"}) {
		t.Errorf("vendors have %v", got)
	}
}

func TestExpandVendor(t *testing.T) {
	t.Parallel()
	got := ExpandVendor(map[string]Level{"orders": Manage, "products": Read, "prices": None, "customers": Manage, "forms": Edit})
	if want := map[string]Level{"orders": Manage, "products": Read, "availability": Read, "media": Read}; !maps.Equal(got.Map(), want) {
		t.Errorf("got %v, want %v", got.Map(), want)
	}
	level := rapid.SampledFrom([]Level{None, Read, Manage})
	rapid.Check(t, func(t *rapid.T) {
		own := rapid.MapOf(rapid.SampledFrom(VendorEntities()), level).Draw(t, "own")
		want := ExpandVendor(rapid.MapOf(rapid.SampledFrom(VendorEntities()), level).Draw(t, "want"))
		if got := ExpandVendor(OverlayVendor(own, want)); got != want {
			t.Errorf("got %v, want %v", got.Map(), want.Map())
		}
		if got := OverlayVendor(own, ExpandVendor(own)); !maps.Equal(got, own) {
			t.Errorf("without a difference got %v, want %v", got, own)
		}
		group := Group{VendorID: "acme", Controls: RoleControlIDs(VendorRole, want)}
		if got := (Rights{}).VendorAccess(group); got != want {
			t.Errorf("its access controls give %v, want %v", got.Map(), want.Map())
		}
	})
}

func TestIsVendorRole(t *testing.T) {
	t.Parallel()
	orders, all := controlID("4", "223"), controlID("1", "143")
	for name, c := range map[string]struct {
		group Group
		want  bool
	}{
		"the vendor's records":          {Group{VendorID: "v", Controls: []string{orders}}, true},
		"every record as well":          {Group{VendorID: "v", Controls: []string{orders, all}}, false},
		"every record":                  {Group{VendorID: "v", Controls: []string{all}}, false},
		"a group of no vendor":          {Group{Controls: []string{orders}}, false},
		"a vendor's group without any":  {Group{VendorID: "v"}, false},
		"other scopes do not change it": {Group{VendorID: "v", Controls: append(PublishingControls(), controlID("4", "224"))}, true},
	} {
		if got := (Rights{}).IsVendorRole(c.group); got != c.want {
			t.Errorf("%s: got %t", name, got)
		}
	}
	if got := RoleControlIDs("viewer", FromMap(map[string]Level{"orders": Read})); !slices.Equal(got, []string{all}) {
		t.Errorf("another role has the access controls %v", got)
	}
	var scopes []string
	for _, id := range PublishingControls() {
		c, _ := ControlByID(id)
		scopes = append(scopes, c.Scopes...)
	}
	if !slices.Equal(scopes, publishing) {
		t.Errorf("the access controls for publishing grant %v", scopes)
	}
}

func TestSetPublishing(t *testing.T) {
	t.Parallel()
	publish, unpublish := PublishingControls()[0], PublishingControls()[1]
	for name, c := range map[string]struct {
		controls []string
		all, any bool
	}{
		"none":         {[]string{"a", "b"}, false, false},
		"one of them":  {[]string{"a", unpublish, "b"}, false, true},
		"the other":    {[]string{publish, "a", "b"}, false, true},
		"both of them": {[]string{unpublish, "a", publish, "b"}, true, true},
	} {
		before := slices.Clone(c.controls)
		if all, some := Publishes(c.controls); all != c.all || some != c.any {
			t.Errorf("%s: got %t, %t", name, all, some)
		}
		if got := SetPublishing(c.controls, true); !slices.Equal(got, []string{"a", "b", publish, unpublish}) {
			t.Errorf("%s, given: got %v", name, got)
		}
		if got := SetPublishing(c.controls, false); !slices.Equal(got, []string{"a", "b"}) {
			t.Errorf("%s, taken: got %v", name, got)
		}
		if !slices.Equal(before, c.controls) {
			t.Errorf("%s: the caller's list is %v", name, c.controls)
		}
	}
}
