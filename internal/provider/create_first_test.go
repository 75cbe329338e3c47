package provider_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

// With create_before_destroy the real CLI leaves nothing deposed, also where plan
// and apply are commands of their own: objects whose key the tenant has once stay.
func TestAccCreateBeforeDestroy(t *testing.T) {
	t.Parallel()
	b := providertest.Embedded(t)
	w := providertest.NewWorkspace(t, map[string]string{"main.tf": providertest.Source + b.HCL + `
resource "iam_user" "a" {
  email      = "a@acme.example"
  first_name = "A"
  last_name  = "B"
  lifecycle { create_before_destroy = true }
}
resource "iam_restriction" "a" {
  value = "DE"
  lifecycle { create_before_destroy = true }
}
resource "iam_group" "a" {
  id   = "a"
  name = { en = "A" }
  lifecycle { create_before_destroy = true }
}
`})
	w.Setenv("TF_DATA_DIR", t.TempDir())
	w.Apply()
	addresses := []string{"iam_user.a", "iam_restriction.a", "iam_group.a"}
	plan := []string{"plan", "-no-color", "-out", "plan.out"}
	for _, a := range addresses {
		plan = append(plan, "-replace="+a)
	}
	w.MustRun(plan...)
	out := w.MustRun("apply", "-no-color", "plan.out")
	if n := strings.Count(out, " Not Replaced: "); n != len(addresses) {
		t.Errorf("%d warnings:\n%s", n, out)
	}
	w.NoChanges()
	w.MustRun("taint", "iam_user.a")
	w.Apply()
	w.NoChanges()
}
