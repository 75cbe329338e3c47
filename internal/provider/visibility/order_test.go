package visibility_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

// The list, the sites, the tie between them, the groups: they can be created in
// this order and destroyed in reverse. Every other order is refused with what
// is in the way.
func TestOrder(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		group := values{"id": "orders-de", "name": values{"en": "Orders DE"}, "restrictions": []any{"DE"}}
		tie := values{"sync_with_sites": true}
		refused := func(typeName string, prior state, config values, parts ...string) {
			t.Helper()
			if _, d := p.Apply(typeName, prior, config); !d.Failed() || !d.Has(parts...) {
				t.Errorf("%s out of order: %v", typeName, d)
			}
		}

		refused("iam_group", state{}, group, "Restriction Not Allowed", "does not list \"DE\"")
		list := p.MustApply("iam_restriction", state{}, values{"value": "DE"})
		refused("iam_restriction_settings", state{}, tie, "there is no site 'DE'")
		de := p.MustApply("iam_site", state{}, site("DE"))
		knot := p.MustApply("iam_restriction_settings", state{}, tie)
		made := p.MustApply("iam_group", state{}, group)
		noChange(t, p, "iam_restriction", list, values{"value": "DE"})
		noChange(t, p, "iam_site", de, site("DE"))
		noChange(t, p, "iam_restriction_settings", knot, tie)
		noChange(t, p, "iam_group", made, group)

		p.NextRun()
		p.Plan("iam_restriction", list, values{"value": "DE"})
		p.Plan("iam_restriction_settings", knot, tie)
		if _, _, d := p.Plan("iam_site", de, nil); !d.Has("Unable to delete site", "The tenant lists 'DE' as a restriction value", "first turn sync_with_sites off") {
			t.Errorf("iam_site out of order: %v", d)
		}
		p.MustApply("iam_group", made, nil)
		p.MustApply("iam_restriction_settings", knot, nil)
		p.MustApply("iam_site", de, nil)
		p.MustApply("iam_restriction", list, nil)
		if _, err := b.Client.Site(t.Context(), "DE"); !client.IsNotFound(err) || listed(t, b.Client) != "" || tied(t, b.Client) != "false" {
			t.Errorf("something is left: %v", err)
		}
	})
}

// References keep the order, in one configuration and with the real CLI.
func TestAccOrder(t *testing.T) {
	t.Parallel()
	const sites = `
resource "iam_site" "shop" {
  for_each = toset(["DE", "AT", "a/b"])
  code     = each.key
  name     = "Shop ${each.key}"
}
`
	const groups = `
resource "iam_group" "orders" {
  for_each     = iam_site.shop
  name         = { en = "Orders ${each.key}" }
  access       = { orders = "manage" }
  restrictions = [each.value.code]
  depends_on   = [iam_restriction_settings.this]
}
data "iam_restrictions" "all" {
  depends_on = [iam_group.orders]
}
output "stale" {
  value = length(data.iam_restrictions.all.stale)
}
`
	const whole = `
resource "iam_restriction_settings" "this" {
  sync_with_sites = true
  values          = [for s in iam_site.shop : s.code]
}
`
	const single = `
resource "iam_restriction" "shop" {
  for_each = iam_site.shop
  value    = each.value.code
}
resource "iam_restriction_settings" "this" {
  sync_with_sites = true
  depends_on      = [iam_restriction.shop]
}
`
	for name, settings := range map[string]string{"whole list": whole, "single values": single} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
				w := providertest.NewWorkspace(t, map[string]string{"main.tf": providertest.Source + b.HCL + sites + settings + groups})
				if out := w.Apply(); !strings.Contains(out, "stale = 0") {
					t.Errorf("got %s", out)
				}
				w.NoChanges()
				w.MustRun("destroy", "-auto-approve", "-no-color")
				left, err := b.Client.Sites(t.Context(), true)
				if err != nil || len(left) != 1 || tied(t, b.Client) != "false" {
					t.Errorf("left are %+v, %v", left, err)
				}
				if list := listed(t, b.Client); (name == "single values") != (list == "") {
					t.Errorf("the list is %q", list)
				}
			})
		})
	}
}
