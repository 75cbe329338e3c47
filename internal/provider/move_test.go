package provider_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A moved block from another provider or type is refused with the blocks to
// write instead, by every type.
func TestMoveState_refused(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, nil)
	for name := range surface(t).ResourceSchemas {
		foreign := providertest.Moved{Provider: "registry.terraform.io/okta/okta", Type: "okta_group", State: values{"id": "00g1"}}
		if _, d := p.Move(name, foreign); len(d) != 1 || !d.Has("error: State Not Moved", name+" cannot use the state of okta_group", "registry.terraform.io/okta/okta",
			"import {\n    to = "+name+".NAME\n    id = \"ID\"", "removed {\n    from = okta_group.NAME", "destroy = false") {
			t.Errorf("%s from okta_group: %v", name, d)
		}
		own := providertest.Moved{Type: "iam_other", State: values{"id": "1"}}
		if _, d := p.Move(name, own); len(d) != 1 || !d.Has("error: State Not Moved", "iam_other", "documentation of "+name) {
			t.Errorf("%s from iam_other: %v", name, d)
		}
		elsewhere := providertest.Moved{Provider: "registry.example.com/tools/iam", Type: name, State: values{"id": "1"}}
		if _, d := p.Move(name, elsewhere); len(d) != 1 || !d.Has("error: State Of Another Provider", "terraform state replace-provider registry.example.com/tools/iam NEW_SOURCE") {
			t.Errorf("%s from a mirror: %v", name, d)
		}
	}
}

// A membership travels with moved blocks through all three types, and the user
// is in the group all the time; what cannot be moved is left alone.
func TestAccMoveState(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	anna := "anna@acme.example"
	config := remoteProvider(s, servertest.Tenant) + `
resource "iam_user" "anna" {
  email      = "` + anna + `"
  first_name = "Anna"
  last_name  = "Arm"
}
`
	w := providertest.NewWorkspace(t, map[string]string{"main.tf": config, "way.tf": `
resource "iam_group_membership" "it" {
  group_id = "oe-viewer"
  user_id  = iam_user.anna.id
}
`})
	w.SkipBelow(8, "a moved block between types")
	w.Apply()
	moved := func(from, to string) string {
		return "moved {\n  from = " + from + "\n  to   = " + to + "\n}\n"
	}
	steps := []struct{ text, from, to string }{
		{"resource \"iam_group_members\" \"it\" {\n  group_id = \"oe-viewer\"\n  members  = { (iam_user.anna.email) = iam_user.anna.id }\n}\n", "iam_group_membership.it", "iam_group_members.it"},
		{"resource \"iam_user_groups\" \"it\" {\n  user_id   = iam_user.anna.id\n  group_ids = [\"oe-viewer\"]\n}\n", "iam_group_members.it", "iam_user_groups.it"},
		{"resource \"iam_group_membership\" \"it\" {\n  group_id = \"oe-viewer\"\n  user_id  = iam_user.anna.id\n}\n", "iam_user_groups.it", "iam_group_membership.it"},
	}
	for _, step := range steps {
		w.Write("way.tf", step.text+moved(step.from, step.to))
		out := w.Apply()
		if !strings.Contains(out, "0 added, 0 changed, 0 destroyed") || !strings.Contains(flat(out), step.from+" has moved to "+step.to) {
			t.Errorf("%s to %s:\n%s", step.from, step.to, out)
		}
		w.NoChanges()
	}
	w.Write("way.tf", steps[2].text+"resource \"terraform_data\" \"group\" {}\n")
	w.Apply()
	w.Write("way.tf", steps[2].text+"resource \"iam_group\" \"group\" {\n  name = { en = \"G\" }\n}\n"+moved("terraform_data.group", "iam_group.group"))
	out, code := w.Run("plan", "-no-color")
	if code == 0 || !strings.Contains(flat(out), "iam_group cannot use the state of terraform_data") || !strings.Contains(out, "from = terraform_data.NAME") {
		t.Errorf("a foreign state: %d\n%s", code, out)
	}
}
