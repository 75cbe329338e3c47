package provider_test

import (
	"fmt"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// team is a configuration of a template, one that is based on it, and groups
// that start from both.
func team(orders string) string {
	return fmt.Sprintf(`
resource "iam_role_template" "clerk" {
  id       = "clerk"
  name     = { en = "Clerk" }
  based_on = "order_fulfillment_manager"
  access   = { orders = %q, sepa = "none" }
  lifecycle { create_before_destroy = true }
}
resource "iam_role_template" "senior" {
  id       = "senior"
  name     = { en = "Senior Clerk" }
  based_on = iam_role_template.clerk.id
  access   = { coupons = "manage" }
}
resource "iam_group" "clerks" {
  id            = "clerks"
  name          = { en = "Clerks" }
  role_template = iam_role_template.clerk.id
}
resource "iam_group" "seniors" {
  id            = "seniors"
  name          = { en = "Seniors" }
  role_template = iam_role_template.senior.id
  access        = { returns = "none" }
}
`, orders)
}

// A template and the groups that start from it change in one apply; the plan
// before shows what their members will have, and the one after is empty.
func TestAccRoleTemplate_withItsGroups(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, map[string]string{"provider.tf": providertest.Source + b.HCL})
	step := func(config string, want map[string]string) {
		t.Helper()
		w.Write("main.tf", config)
		found := map[string]string{}
		for _, c := range w.Plan().ResourceChanges {
			if c.Change.After != nil {
				levels, _ := c.Change.After["effective_access"].(map[string]any)
				found[c.Address] = fmt.Sprint(c.Change.Actions, " orders ", levels["orders"], ", carts ", levels["carts"])
			}
		}
		if fmt.Sprint(found) != fmt.Sprint(want) {
			t.Errorf("the plan shows %v, want %v", found, want)
		}
		w.Apply()
		w.NoChanges()
	}
	all := func(text string) map[string]string {
		return map[string]string{"iam_role_template.clerk": text, "iam_role_template.senior": text, "iam_group.clerks": text, "iam_group.seniors": text}
	}
	step(team("read"), all("[create] orders read, carts read"))
	step(team("manage"), all("[update] orders manage, carts manage"))
	step(team("none"), all("[update] orders <nil>, carts <nil>"))

	// A template goes together with its last uses.
	step(`
resource "iam_group" "clerks" {
  id            = "clerks"
  name          = { en = "Clerks" }
  role_template = "viewer"
}`, map[string]string{"iam_group.clerks": "[update] orders read, carts read"})
	if list, err := b.Client.Templates(t.Context()); err != nil || len(list) != len(access.Templates()) {
		t.Errorf("the templates are still there: %v, %v", list, err)
	}
}
