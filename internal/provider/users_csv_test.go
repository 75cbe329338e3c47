package provider_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

const (
	annaAndBen = `locals {
  people = { "anna@acme.example" = "Anna", "ben@acme.example" = "Ben" }
}

`
	asUsers = `resource "iam_user" "this" {
  for_each   = local.people
  email      = each.key
  first_name = each.value
  last_name  = "Example"
  group_ids  = ["oe-viewer"]
}
`
	asTable = `resource "iam_users_csv" "all" {
  csv            = "email,first_name,last_name,groups\n%s"
  on_destroy     = "keep"
  adopt_existing = true
}
`
	annaAndBenRows = `${join("", [for email, name in local.people : "${email},${name},Example,oe-viewer\n"])}`
)

// Users move from resources of their own into a table and back, each way in one
// apply, and are the same users all the time.
func TestAccUsersCSV_moves(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, nil)
	apply := func(text string) string {
		t.Helper()
		w.Write("main.tf", providertest.Source+b.HCL+annaAndBen+text)
		w.Apply()
		w.NoChanges()
		return usersOf(t, b.Client)
	}
	before := apply(asUsers)
	if after := apply("removed {\n  from = iam_user.this\n  lifecycle {\n    destroy = false\n  }\n}\n\n" + fmt.Sprintf(asTable, annaAndBenRows)); after != before {
		t.Errorf("into the table: users were\n%s\nand are\n%s", before, after)
	}
	if after := apply(asUsers + "\nimport {\n  for_each = local.people\n  to       = iam_user.this[each.key]\n  id       = each.key\n}\n\n" + fmt.Sprintf(asTable, "")); after != before {
		t.Errorf("back: users were\n%s\nand are\n%s", before, after)
	}
}

// A table that Terraform replaces leaves its users who they are; one that is
// destroyed does not.
func TestAccUsersCSV_replaced(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, nil)
	nobody := usersOf(t, b.Client)
	const table = "resource \"iam_users_csv\" \"all\" {\n  csv = \"email,first_name,last_name\\n%s\"\n}\n"
	w.Write("main.tf", providertest.Source+b.HCL+annaAndBen+fmt.Sprintf(table, `${join("", [for email, name in local.people : "${email},${name},Example\n"])}`))
	w.Apply()
	before := usersOf(t, b.Client)
	w.MustRun("taint", "iam_users_csv.all")
	w.Apply()
	w.NoChanges()
	if after := usersOf(t, b.Client); after != before {
		t.Errorf("users were\n%s\nand are\n%s", before, after)
	}
	w.MustRun("destroy", "-auto-approve", "-no-color")
	if after := usersOf(t, b.Client); after != nobody {
		t.Errorf("after the destruction users are\n%s", after)
	}
}

// A whole tenant is imported into one table.
func TestAccUsersCSV_importAll(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	w := providertest.NewWorkspace(t, nil)
	w.Write("main.tf", providertest.Source+b.HCL+annaAndBen+asUsers)
	w.Apply()
	before := usersOf(t, b.Client)
	w = providertest.NewWorkspace(t, nil)
	w.Write("main.tf", providertest.Source+b.HCL+"import {\n  to = iam_users_csv.all\n  id = \"*\"\n}\n")
	w.MustRun("plan", "-generate-config-out=generated.tf", "-no-color")
	w.Apply()
	w.NoChanges()
	if after := usersOf(t, b.Client); after != before {
		t.Errorf("users were\n%s\nand are\n%s", before, after)
	}
}

func usersOf(t *testing.T, c *client.Client) string {
	t.Helper()
	users, err := c.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(users)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
