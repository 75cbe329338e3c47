package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// An object is destroyed together with its use in one apply of the real CLI,
// with any parallelism, with and without create_before_destroy: Terraform plans
// and runs the destroy before the change that referred to the object.
func TestAccRemovedWithUse(t *testing.T) {
	t.Parallel()
	const controls = `
variable "on" {
  type    = list(string)
  default = ["a", "b"]
}
resource "iam_access_control" "c" {
  for_each = toset(var.on)
  id       = "own-${each.key}"
  scopes   = ["order.order_read"]
%s}
resource "iam_group" "g" {
  id                 = "g"
  name               = { en = "G" }
  access             = { tax = "read" }
  access_control_ids = [for c in iam_access_control.c : c.id]
}
`
	const templates = `
variable "on" {
  type    = list(string)
  default = ["a", "b"]
}
resource "iam_role_template" "t" {
  for_each = toset(var.on)
  id       = "own-${each.key}"
  name     = { en = "Own" }
  access   = { orders = "manage" }
%s}
resource "iam_group" "g" {
  id            = "g"
  name          = { en = "G" }
  role_template = length(var.on) > 1 ? iam_role_template.t["b"].id : iam_role_template.t["a"].id
}
`
	const sites = `
variable "on" {
  type    = list(string)
  default = ["a", "b"]
}
resource "iam_site" "s" {
  for_each = toset(var.on)
  code     = upper(each.key)
  name     = "Site ${each.key}"
}
resource "iam_restriction_settings" "this" {
  sync_with_sites = true
  values          = [for s in iam_site.s : s.code]
%s}
resource "iam_group" "g" {
  for_each     = iam_site.s
  id           = "orders-${each.key}"
  name         = { en = "Orders" }
  access       = { orders = "read" }
  restrictions = [each.value.code]
  depends_on   = [iam_restriction_settings.this]
}
`
	for name, config := range map[string]string{"access controls": controls, "role templates": templates, "sites": sites} {
		for _, lifecycle := range []string{"", "  lifecycle {\n    create_before_destroy = true\n  }\n"} {
			for _, parallelism := range []int{1, 10, 50} {
				t.Run(fmt.Sprintf("%s %d %d", name, len(lifecycle), parallelism), func(t *testing.T) {
					t.Parallel()
					b := providertest.Remote(t, servertest.Options{})
					w := providertest.NewWorkspace(t, map[string]string{"main.tf": providertest.Source + b.HCL + fmt.Sprintf(config, lifecycle)})
					w.Apply()
					w.Write("terraform.tfvars", `on = ["a"]`)
					w.MustRun("apply", "-auto-approve", "-no-color", fmt.Sprintf("-parallelism=%d", parallelism))
					w.NoChanges()
					_, control := b.Client.AccessControl(t.Context(), "own-b")
					_, template := b.Client.Template(t.Context(), "own-b")
					_, site := b.Client.Site(t.Context(), "B")
					if !client.IsNotFound(control) || !client.IsNotFound(template) || !client.IsNotFound(site) {
						t.Errorf("left are %v, %v, %v", control, template, site)
					}
				})
			}
		}
	}
}

// One destroy is enough where nothing orders it: ids are written out, and the state
// has no dependencies.
func TestAccDestroyWithoutReferences(t *testing.T) {
	t.Parallel()
	const config = `
variable "on" {
  default = true
}
resource "iam_restriction" "de" {
  count = var.on ? 1 : 0
  value = "DE"
}
resource "iam_user" "u" {
  for_each   = var.on ? toset(["a", "b", "c", "d"]) : []
  email      = "${each.key}@acme.example"
  first_name = each.key
  last_name  = "X"
  group_ids  = ["sales"]
  depends_on = [iam_group.g]
}
resource "iam_group" "g" {
  count        = var.on ? 1 : 0
  id           = "sales"
  name         = { en = "Sales" }
  restrictions = ["DE"]
  depends_on   = [iam_restriction.de]
}
resource "iam_role_template" "t" {
  count  = var.on ? 1 : 0
  id     = "mine"
  name   = { en = "Mine" }
  access = { orders = "read" }
}
resource "iam_group" "t" {
  count         = var.on ? 1 : 0
  id            = "templ"
  name          = { en = "T" }
  role_template = iam_role_template.t[0].id
}
`
	for _, parallelism := range []int{1, 10, 50} {
		t.Run(fmt.Sprint(parallelism), func(t *testing.T) {
			t.Parallel()
			b := providertest.Remote(t, servertest.Options{})
			w := providertest.NewWorkspace(t, map[string]string{"main.tf": providertest.Source + b.HCL + config})
			w.Apply()
			forgetDependencies(t, filepath.Join(w.Dir, "terraform.tfstate"))
			w.Write("terraform.tfvars", "on = false")
			w.MustRun("apply", "-auto-approve", "-no-color", fmt.Sprintf("-parallelism=%d", parallelism))
			if left := w.MustRun("state", "list"); strings.TrimSpace(left) != "" {
				t.Errorf("left in the state: %s", left)
			}
			for _, id := range []string{"sales", "templ"} {
				if _, err := b.Client.Group(t.Context(), id); !client.IsNotFound(err) {
					t.Errorf("group %s: %v", id, err)
				}
			}
		})
	}
}

// forgetDependencies takes the recorded dependencies out of a state.
func forgetDependencies(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var state map[string]any
	if err := json.Unmarshal(text, &state); err != nil {
		t.Fatal(err)
	}
	resources, _ := state["resources"].([]any)
	for _, r := range resources {
		r, _ := r.(map[string]any)
		instances, _ := r["instances"].([]any)
		for _, i := range instances {
			i, _ := i.(map[string]any)
			delete(i, "dependencies")
		}
	}
	serial, _ := state["serial"].(float64)
	state["serial"] = serial + 1
	if text, err = json.Marshal(state); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
