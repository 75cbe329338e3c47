package provider_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The CLI shows what a change does to people, and stops at a limit; a change in
// two halves that depend on each other is judged in their order.
func TestAccGuardrails(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, map[string]string{"provider.tf": providertest.Source + b.HCL})
	config := func(level string) string {
		return `
resource "iam_user" "anna" {
  email      = "anna@acme.example"
  first_name = "Anna"
  last_name  = "Schmidt"
}
resource "iam_group" "orders" {
  id     = "orders"
  name   = { en = "Orders" }
  access = { orders = "` + level + `" }
}
resource "iam_group_members" "orders" {
  group_id = iam_group.orders.id
  members  = { (iam_user.anna.email) = iam_user.anna.id }
}
`
	}
	limits := func(guardrails string) {
		w.Write("provider.tf", providertest.Source+strings.Replace(b.HCL, "provider \"iam\" {", "provider \"iam\" {\n  guardrails {\n    "+guardrails+"\n  }", 1))
	}
	w.Write("main.tf", config("manage"))
	limits("show_impact = true")
	if out := w.MustRun("plan", "-no-color"); !strings.Contains(out, "1 user gains access, 0 lose access") || !strings.Contains(out, "anna@acme.example: is added") && !strings.Contains(out, "anna@acme.example: gains manage") {
		t.Errorf("the first plan does not tell who gains:\n%s", out)
	}
	w.Apply()
	w.NoChanges()

	w.Write("main.tf", config("read"))
	out := w.MustRun("plan", "-no-color")
	for _, part := range []string{"Access Changes", "with iam_group.orders", "0 users gain access, 1 loses access", "anna@acme.example: is lowered from manage to read on"} {
		if !strings.Contains(out, part) {
			t.Errorf("the plan lacks %q:\n%s", part, out)
		}
	}
	limits("max_users_loosing_access = 0")
	if out, code := w.Run("plan", "-no-color"); code == 0 || !strings.Contains(out, "Unsupported argument") || !strings.Contains(out, "max_users_loosing_access") {
		t.Errorf("a misspelled limit passes (%d):\n%s", code, out)
	}
	limits("max_users_losing_access = 0")
	if out, code := w.Run("plan", "-no-color"); code == 0 || !strings.Contains(out, "Too Many Users Lose Access") {
		t.Errorf("the limit holds nothing up (%d):\n%s", code, out)
	}
	limits(`protect_users = ["anna@acme.example"]`)
	if out, code := w.Run("plan", "-destroy", "-no-color"); code == 0 || !strings.Contains(out, "Protected Users Lose Access") {
		t.Errorf("a destroy is not held up (%d):\n%s", code, out)
	}
}
