package provider_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

// What the CLI makes of the functions' errors reads as one sentence, and values
// that are unknown or sensitive stay that.
func TestAccFunctions_messages(t *testing.T) {
	t.Parallel()
	const prelude = providertest.Source + `
resource "terraform_data" "x" {
  input = "manage"
}

variable "secret" {
  default   = "read"
  sensitive = true
}
`
	wanted := map[string]string{
		`parse_users_csv("")`:                             `Invalid value for "text" parameter: line 1: no header: the first row names the columns, at least email, first_name and last_name.`,
		`parse_users_csv("", {}, {})`:                     `Invalid value for "options" parameter: one object holds all options: merge them into the previous one.`,
		`parse_users_csv("", { ignore = toset([null]) })`: `Invalid value for "options" parameter: ignore[0] is null: leave it out, as compact() does.`,
		`format_users_csv(toset([null]))`:                 `Invalid value for "users" parameter: users[0] is null: leave it out.`,
		`merge_access([null])`:                            `Invalid value for "accesses" parameter: accesses[0] is null: write {} for no access, or leave it out.`,
		`merge_access([{ tax = "all" }])`:                 `Invalid value for "accesses" parameter: accesses[0]: tax has no level "all": use one of none, read, manage.`,
		`expand_template("boss", {})`:                     `Invalid value for "template" parameter: unknown role template "boss": use one of viewer, manager, admin, catalog_manager, pricing_manager, order_fulfillment_manager, oe_viewer, oe_editor, oe_manager, oe_admin.`,
		`missing_dependencies({ order = "read" })`:        `did you mean orders? The data source iam_access_catalog lists every entity.`,
		`compare_access({}, { tax = null })`:              `Invalid value for "after" parameter: tax has no level: write "none" to take access away, or leave the entity out.`,
	}
	var mistaken strings.Builder
	for expression := range wanted {
		fmt.Fprintf(&mistaken, "output \"e%d\" {\n  value = provider::iam::%s\n}\n", mistaken.Len(), expression)
	}
	w := providertest.NewWorkspace(t, map[string]string{"main.tf": prelude + mistaken.String()})
	out, code := w.Run("plan", "-no-color")
	text := strings.ReplaceAll(strings.Join(strings.Fields(out), " "), "options...", "")
	for expression, want := range wanted {
		if code == 0 || !strings.Contains(text, want) {
			t.Errorf("%s does not say %q", expression, want)
		}
	}
	if strings.Contains(text, "..") || strings.Contains(text, "?.") || t.Failed() {
		t.Errorf("the CLI says\n%s", out)
	}

	w.Write("main.tf", prelude+`
output "options" {
  value = provider::iam::parse_users_csv("", { ignore = [terraform_data.x.output] })
}
output "users" {
  value = provider::iam::format_users_csv({ a = { email = terraform_data.x.output } })
}
output "secret" {
  value     = provider::iam::format_users_csv({ a = { email = "a@x.example", first_name = "A", last_name = var.secret } })
  sensitive = true
}
`)
	out = w.MustRun("plan", "-no-color")
	if strings.Count(out, "(known after apply)") < 3 || !strings.Contains(out, "(sensitive value)") {
		t.Errorf("unknown and sensitive values are planned as\n%s", out)
	}
}
