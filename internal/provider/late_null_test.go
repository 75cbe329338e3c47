package provider_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

// An element that turns out null, or a set that turns out empty, only while a plan
// is applied is refused by the CLI's second look, before anything of it is written.
func TestAccLateNulls(t *testing.T) {
	t.Parallel()
	w := providertest.NewWorkspace(t, map[string]string{"main.tf": providertest.Source + `
provider "iam" {
  tenant   = "acme"
  embedded = { path = "iam.db" }
}
resource "iam_user" "first" {
  email      = "first@acme.example"
  first_name = "F"
  last_name  = "F"
}
resource "iam_user" "second" {
  email      = "second@acme.example"
  first_name = "S"
  last_name  = "S"
  group_ids  = ["oe-viewer", iam_user.first.id == "" ? "oe-editor" : null]
}
resource "iam_group" "third" {
  id           = "third"
  name         = { en = "Third" }
  restrictions = [for id in [iam_user.first.id] : id if id == ""]
}
`})
	w.MustRun("plan", "-no-color")
	out, code := w.Run("apply", "-auto-approve", "-no-color")
	if code == 0 || strings.Contains(out, "inconsistent") || !strings.Contains(out, "Null Element") || !strings.Contains(out, "Empty Set") {
		t.Errorf("code %d: %s", code, out)
	}
	if out := w.MustRun("state", "list"); strings.Contains(out, "second") || strings.Contains(out, "third") || !strings.Contains(out, "first") {
		t.Errorf("the state has %s", out)
	}
}
