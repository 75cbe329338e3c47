package provider_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// withActions returns a workspace, or skips the test where the CLI has no
// actions: Terraform has them from version 1.14 on, OpenTofu has none.
func withActions(t *testing.T, files map[string]string) *providertest.Workspace {
	t.Helper()
	w := providertest.NewWorkspace(t, files)
	w.SkipBelow(14, "an action")
	return w
}

// The examples of actions are configurations that plan, for there is nobody to
// act on.
func TestAccActionExamples(t *testing.T) {
	t.Parallel()
	for file, text := range examples(t, "actions/*/action.tf") {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			t.Parallel()
			b := providertest.Remote(t, servertest.Options{})
			w := withActions(t, map[string]string{"provider.tf": providertest.Source + b.HCL, "main.tf": text})
			w.MustRun("plan", "-no-color")
		})
	}
}

// An action runs on request, and shows what it does.
func TestAccAction(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	body := api.UserCreate{FirstName: "Anna", LastName: "Schmidt", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{}}
	if _, err := b.Client.CreateUser(t.Context(), body); err != nil {
		t.Fatal(err)
	}
	w := withActions(t, map[string]string{"main.tf": providertest.Source + b.HCL + `
action "iam_lock_user" "anna" {
  config {
    email = "ANNA@acme.example"
  }
}
`})
	out := w.MustRun("apply", "-auto-approve", "-no-color", "-invoke=action.iam_lock_user.anna")
	anna, err := b.Client.UserByEmail(t.Context(), "anna@acme.example")
	if err != nil || !anna.Locked() || !strings.Contains(out, "anna@acme.example is locked") {
		t.Errorf("got %+v, %v\n%s", anna, err, out)
	}
}

// The plan refuses a lock that a guardrail forbids, and one of nobody: nothing of
// it is applied.
func TestAccAction_refusedInThePlan(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	config := func(email string) string {
		return providertest.Source + strings.Replace(b.HCL, "{", "{\n  guardrails {\n    protect_users = [\"owner@acme.example\"]\n  }", 1) + `
resource "iam_group" "g" {
  id   = "g"
  name = { en = "G" }

  lifecycle {
    action_trigger {
      events  = [after_create]
      actions = [action.iam_lock_user.leaver]
    }
  }
}
action "iam_lock_user" "leaver" {
  config {
    email = "` + email + `"
  }
}
`
	}
	w := withActions(t, nil)
	for email, want := range map[string]string{"owner@acme.example": "Protected Users Lose Access", "nobody@acme.example": "Unable to lock user"} {
		w.Write("main.tf", config(email))
		if out, code := w.Run("apply", "-auto-approve", "-no-color"); code == 0 || !strings.Contains(out, want) {
			t.Errorf("%s: exit code %d\n%s", email, code, out)
		}
	}
	if _, err := b.Client.Group(t.Context(), "g"); !client.IsNotFound(err) {
		t.Errorf("something was applied: %v", err)
	}
}
