package vendors_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

type aStep = providertest.Step

// A parent goes with the vendors below it, or once these have another one, as far as
// they are changed before it; the plan says who is in the way.
func TestVendorResource_destroyedInUse(t *testing.T) {
	t.Parallel()
	backend := func(t testing.TB) providertest.Backend { return providertest.Remote(t, servertest.Options{}) }
	for name, c := range map[string]struct {
		config      values
		early, late string // the error where the parent is planned last, and first
	}{
		"no parent": {config: values{"id": "child", "name": "Child"}},
		"destroyed": {},
		"kept": {
			values{"id": "child", "name": "Child", "parent_id": "raw"},
			"error: Unable to delete vendor: Vendor raw: this plan destroys it but keeps it in use. Vendor 'child' refers to it",
			`error at AttributeName("parent_id"): Vendor Destroyed And Used`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.EachOrder(t, backend, func(p *providertest.Provider, _ providertest.Backend) []aStep {
				parent := p.MustApply("iam_vendor", state{}, vendor())
				child := p.MustApply("iam_vendor", state{}, values{"id": "child", "name": "Child", "parent_id": "raw"})
				return []aStep{{Type: "iam_vendor", Prior: parent}, {Type: "iam_vendor", Prior: child, Config: c.config}}
			}, func(t *testing.T, b providertest.Backend, first aStep, planned, applied providertest.Diagnostics) {
				parentFirst := first.Prior.Values["id"] == "raw"
				want := c.early
				if parentFirst {
					want = c.late
				}
				if c.early != "" {
					if !planned.Has(want) {
						t.Errorf("got %v", planned)
					}
					return
				}
				if told := planned.Has("warning: Vendor In Use: raw", "is the parent of child"); planned.Failed() || told != parentFirst {
					t.Errorf("got %v", planned)
				}
				// Alone, and before the child, it cannot go.
				_, err := b.Client.Vendor(t.Context(), "raw")
				if refused := applied.Has("error: Unable to delete vendor", "Vendor 'child' refers to it"); client.IsNotFound(err) == refused {
					t.Errorf("got %v, %v", err, applied)
				}
			})
		})
	}
}

// The plan names those who are in groups of a vendor that is destroyed.
func TestVendorResource_destroyNamesMembers(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_vendor", state{}, vendor())
	ids, _ := made.Values["group_ids"].(values)
	group, _ := ids["product_manager"].(string)
	_, err := b.Client.CreateUser(t.Context(), api.UserCreate{
		FirstName: "Ann", LastName: "Lee", ContactEmail: "ann@raw.example", Department: "Sales", PreferredSite: "main",
		PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{group},
	})
	must(t, err)
	user, d := p.Import("iam_user", "ann@raw.example")
	if d.Failed() {
		t.Fatal(d)
	}
	forced := p.MustApply("iam_vendor", made, with(vendor(), values{"delete_groups": true}))
	for _, c := range []struct {
		prior state
		want  string
	}{{made, "set delete_groups = true"}, {forced, "With delete_groups = true, the apply removes them"}} {
		p.NextRun()
		if _, _, d := p.Plan("iam_vendor", c.prior, nil); d.Failed() || !d.Has("warning: Vendor Has Members: raw", group, "ann@raw.example", c.want) {
			t.Errorf("got %v", d)
		}
		p.NextRun()
		if _, _, d := p.Plan("iam_user", user, nil); d.Failed() {
			t.Error(d)
		}
		if _, _, d := p.Plan("iam_vendor", c.prior, nil); len(d) > 0 {
			t.Errorf("after the user: got %v", d)
		}
	}
}
