package access

import (
	"encoding/csv"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Each row of the matrix: a user who holds only the managed entity lacks exactly
// the needs in the row, and lacks nothing if those are held (rule 9).
func TestDependencies(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/dependencies.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, row := range rows[1:] {
		t.Run(row[0], func(t *testing.T) {
			managed := strings.Fields(row[0])
			var bare Access
			for _, code := range managed {
				bare[entityIndex[code]] = Manage
			}
			whole := bare
			want := map[string]Level{}
			for i, level := range []Level{Read, Manage} {
				for _, code := range strings.Fields(row[i+1]) {
					want[code] = level
					whole[entityIndex[code]] = level
				}
			}
			got := map[string]Level{}
			for _, m := range MissingDependencies(bare) {
				if len(managed) > 1 && m.Entity != managed[0] {
					continue // has a row of its own
				}
				for _, n := range m.Needs {
					got[n.Entity] = n.Level
				}
			}
			if !maps.Equal(got, want) {
				t.Errorf("%s alone: missing %v, want %v", row[0], got, want)
			}
			if slices.ContainsFunc(MissingDependencies(whole), func(m Missing) bool { return m.Entity == managed[0] }) {
				t.Errorf("%s with all it needs: missing %v", row[0], MissingDependencies(whole))
			}
			if len(want) > 0 {
				seen++
			}
		})
	}
	if seen != len(Dependencies()) {
		t.Errorf("the matrix has %d rows with needs, the code %d", seen, len(Dependencies()))
	}
}

func TestDependencies_catalogOrder(t *testing.T) {
	t.Parallel()
	order := func(a, b Dependency) int { return entityIndex[a.Entity] - entityIndex[b.Entity] }
	if !slices.IsSortedFunc(Dependencies(), order) {
		t.Error("the dependencies are not in the order of the catalog")
	}
	for _, d := range Dependencies() {
		for _, n := range d.Needs {
			if _, ok := entityIndex[n.Entity]; !ok || n.Entity == d.Entity {
				t.Errorf("%s needs %s", d.Entity, n.Entity)
			}
		}
	}
}

// The needs that the predefined templates do not meet. The standard roles meet
// all; the trade templates, as published, see less than the matrix requires, so a
// warning for them is right.
func TestTemplatesLeaveOpen(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][]string{
		"viewer": nil, "manager": nil, "admin": nil, "oe_viewer": nil, "oe_editor": nil, "oe_manager": nil, "oe_admin": nil,
		// No prices and no tax, although the matrix requires read for products.
		"catalog_manager": {`manage on products also needs read on price_models, price_lists and tax: add price_models = "read", price_lists = "read", tax = "read"`},
		// No suppliers, and no customers, for whom price lists are.
		"pricing_manager": {
			`manage on products also needs read on suppliers: add suppliers = "read"`,
			`manage on price_lists also needs read on customers: add customers = "read"`,
		},
		// Nothing on products, although returns concern products.
		"order_fulfillment_manager": {`manage on returns also needs read on products: add products = "read"`},
	} {
		template, _ := TemplateByID(id)
		var got []string
		for _, m := range MissingDependencies(Expand(template.Access, nil)) {
			got = append(got, m.Text())
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", id, got, want)
		}
	}
}

func TestMissingText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		own  map[string]Level
		want []string
	}{
		{map[string]Level{"orders": Manage}, nil},
		{map[string]Level{"quotes": Read}, nil},
		{map[string]Level{"customers": Manage}, nil},
		{map[string]Level{"customers": Manage, "companies": Manage}, nil},
		// Customer management as a whole means managing all three.
		{map[string]Level{"customers": Manage, "companies": Manage, "coupons": Read}, nil},
		{map[string]Level{"customers": Manage, "companies": Read, "coupons": Manage, "categories": Read}, nil},
		{map[string]Level{"quotes": Manage, "companies": Read, "products": Read}, []string{
			`manage on quotes also needs manage on products: add products = "manage"`,
		}},
		{map[string]Level{"companies": Manage}, []string{
			`manage on companies also needs manage on customers (to create contacts; read is enough to assign customers): add customers = "manage"`,
		}},
		{map[string]Level{"companies": Manage, "customers": Manage, "coupons": Manage, "categories": Read}, []string{
			`manage on customers, companies and coupons also needs read on users_and_groups: add users_and_groups = "read"`,
		}},
		{map[string]Level{"mixin_schemas": Manage, "categories": Read, "companies": Read, "coupons": Read, "orders": Read, "products": Read, "quotes": Read, "returns": Read}, []string{
			`manage on mixin_schemas also needs read on customers (customers includes their addresses): add customers = "read"`,
		}},
		// Media derive from products, payment gateways from sites, unless withheld.
		{map[string]Level{"categories": Manage, "products": Read}, nil},
		{map[string]Level{"categories": Manage, "products": Read, "media": None}, []string{
			`manage on categories also needs read on media: add media = "read"`,
		}},
	} {
		var got []string
		for _, m := range MissingDependencies(Expand(Access{}, c.own)) {
			got = append(got, m.Text())
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: got %q, want %q", c.own, got, c.want)
		}
	}
}

// Adding what is missing meets the dependency, although the added level may need
// more.
func TestMissingCanBeAdded(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := anyAccess().Draw(t, "access")
		for range EntityCount {
			missing := MissingDependencies(a)
			if len(missing) == 0 {
				return
			}
			for _, m := range missing {
				for _, n := range m.Needs {
					if a.Of(n.Entity) >= n.Level {
						t.Fatalf("%s is held, but reported as missing", n.Entity)
					}
				}
			}
			for _, n := range missing[0].Needs {
				a[entityIndex[n.Entity]] = n.Level
			}
		}
		t.Errorf("adding what is missing never ends: %v", MissingDependencies(a))
	})
}
