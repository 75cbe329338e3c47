package directory_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

// step applies a configuration and wants the plan after it empty.
func step(config string, checks ...statecheck.StateCheck) resource.TestStep {
	return resource.TestStep{
		Config:            config,
		ConfigStateChecks: checks,
		ConfigPlanChecks:  resource.ConfigPlanChecks{PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	}
}

func is(address, attribute, want string) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.StringExact(want))
}

func TestAccUserResource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		providertest.Acceptance(t,
			step(b.HCL+`
resource "iam_user" "a" {
  email      = "Anna.Schmidt@acme.example"
  first_name = "Anna"
  last_name  = "Schmidt"
  department = "Sales"
}`, is("iam_user.a", "status", "PROVISIONED"), is("iam_user.a", "preferred_site", "main")),
			resource.TestStep{ResourceName: "iam_user.a", ImportState: true, ImportStateVerify: true},
			resource.TestStep{ResourceName: "iam_user.a", ImportState: true, ImportStateId: "anna.schmidt@acme.example", ImportStateVerify: true},
			step(b.HCL+`
resource "iam_user" "a" {
  email      = "anna.schmidt@acme.example"
  first_name = "Anne"
  last_name  = "Schmidt"
}`, is("iam_user.a", "first_name", "Anne"), is("iam_user.a", "department", "Sales"), is("iam_user.a", "email", "Anna.Schmidt@acme.example")),
			step(b.HCL+`
resource "iam_user" "a" {
  email      = "anna.schmidt@acme.example"
  first_name = "Anne"
  last_name  = "Schmidt"
  locked     = true
}`, is("iam_user.a", "status", "INACTIVE")),
			resource.TestStep{ResourceName: "iam_user.a", ImportState: true, ImportStateVerify: true, ImportStateVerifyIgnore: []string{"locked"}},
			step(b.HCL+`
resource "iam_user" "a" {
  email      = "anna.schmidt@acme.example"
  first_name = "Anne"
  last_name  = "Schmidt"
  locked     = false
  on_destroy = "lock"
}`, is("iam_user.a", "status", "PROVISIONED")),
		)
	})
}

func TestAccGroupResource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		first := step(b.HCL + `
resource "iam_group" "g" {
  id            = "orders-de"
  name          = { en = "Orders DE", de = "Bestellungen DE" }
  description   = { en = "In Germany" }
  role_template = "order_fulfillment_manager"
  access        = { customers = "manage", sites = "none" }
}`)
		first.ConfigPlanChecks.PreApply = []plancheck.PlanCheck{
			plancheck.ExpectKnownValue("iam_group.g", tfjsonpath.New("effective_access"), knownvalue.MapExact(map[string]knownvalue.Check{
				"customers": knownvalue.StringExact("manage"), "orders": knownvalue.StringExact("manage"), "sepa": knownvalue.StringExact("manage"),
				"returns": knownvalue.StringExact("manage"), "carts": knownvalue.StringExact("manage"),
			})),
		}
		providertest.Acceptance(t,
			first,
			resource.TestStep{
				ResourceName: "iam_group.g", ImportState: true, ImportStateVerify: true,
				// What was taken from a template can be written in more than one way.
				ImportStateVerifyIgnore: []string{"role_template", "access"},
			},
			step(b.HCL+`
resource "iam_group" "g" {
  id            = "orders-de"
  name          = { en = "Orders Germany" }
  role_template = "viewer"
}`, is("iam_group.g", "role_template", "viewer")),
			resource.TestStep{ResourceName: "iam_group.g", ImportState: true, ImportStateVerify: true},
			step(b.HCL+`
resource "iam_group" "g" {
  id   = "orders-de"
  name = { en = "Orders Germany" }
}`, statecheck.ExpectKnownValue("iam_group.g", tfjsonpath.New("effective_access"), knownvalue.MapSizeExact(0))),
		)
	})
}

func TestAccMemberships(t *testing.T) {
	t.Parallel()
	people := `
resource "iam_user" "a" {
  email      = "a@acme.example"
  first_name = "A"
  last_name  = "A"
}
resource "iam_user" "b" {
  email      = "b@acme.example"
  first_name = "B"
  last_name  = "B"
}
resource "iam_group" "g" {
  name   = { en = "G" }
  access = { tax = "read" }
}
`
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		providertest.Acceptance(t,
			step(b.HCL+people+`
resource "iam_group_members" "g" {
  group_id = iam_group.g.id
  members  = { "a@acme.example" = iam_user.a.id, "b@acme.example" = iam_user.b.id }
}
resource "iam_group_membership" "oe" {
  group_id = "oe-viewer"
  user_id  = iam_user.a.id
}
data "iam_user_permissions" "a" {
  email      = iam_user.a.email
  depends_on = [iam_group_members.g, iam_group_membership.oe]
}`, statecheck.ExpectKnownValue("data.iam_user_permissions.a", tfjsonpath.New("rows"), knownvalue.ListSizeExact(14))),
			resource.TestStep{ResourceName: "iam_group_members.g", ImportState: true, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "group_id", ImportStateIdFunc: idOf("iam_group.g")},
			resource.TestStep{ResourceName: "iam_group_membership.oe", ImportState: true, ImportStateVerify: true},
			step(b.HCL+people+`
resource "iam_group_members" "g" {
  group_id = iam_group.g.id
  members  = { "b@acme.example" = iam_user.b.id }
}`),
		)
	})
}

// idOf imports by the id of another resource.
func idOf(address string) resource.ImportStateIdFunc {
	return func(s *terraform.State) (string, error) {
		return s.RootModule().Resources[address].Primary.ID, nil
	}
}
