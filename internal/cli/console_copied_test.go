package cli_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/export"
	"github.com/access-config/terraform-provider-iam/internal/provider"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// Blocks that the console shows, copied into a folder: the plan imports and changes nothing.
func TestObject_copied(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	grownTenant(t, s.Client, 24, 15, false)
	w := copyWorkspace(t, s, "")
	all, _, err := provider.Inventory(t.Context(), s.Client, provider.ListedTypes(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	// These manage what others in the folder manage.
	others := []string{"iam_group_membership", "iam_user_groups", "iam_restriction_settings"}
	var text strings.Builder
	labels := map[string]bool{}
	for _, listed := range all {
		o, err := provider.Object(t.Context(), s.Client, listed.Type, listed.ImportID)
		if err != nil {
			t.Fatal(err)
		}
		resource, imports := export.One(o)
		label := hclBlocks(t, resource)[0].Labels
		if slices.Contains(others, o.Type) || labels[strings.Join(label, ".")] {
			continue // a person chooses another label
		}
		labels[strings.Join(label, ".")] = true
		text.WriteString(resource + "\n" + imports + "\n")
	}
	w.Write("copied.tf", text.String())
	plan := w.Plan()
	for _, r := range plan.ResourceChanges {
		if r.Change.Importing == nil || !slices.Equal(r.Change.Actions, []string{"no-op"}) {
			t.Errorf("%s is not just imported: %v\n%v\n%v", r.Address, r.Change.Actions, r.Change.Before, r.Change.After)
		}
	}
	if len(plan.ResourceChanges) != len(labels) {
		t.Errorf("%d imports are planned, want %d", len(plan.ResourceChanges), len(labels))
	}
	w.Apply()
	w.NoChanges()
}

// copyWorkspace is a folder with the provider, to copy blocks into.
func copyWorkspace(t *testing.T, s *servertest.Backend, text string) *providertest.Workspace {
	t.Helper()
	w := providertest.NewWorkspace(t, map[string]string{"main.tf": providertest.Source + "\nprovider \"iam\" {\n  tenant = \"acme\"\n  api_url = \"" + s.URL + "\"\n}\n", "copied.tf": text})
	for name, value := range credentials(s.URL) {
		w.Setenv(name, value)
	}
	return w
}

// Blocks of new objects with hostile names, copied into a folder: one apply creates them.
func TestNew_copied(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	ok := must(t)
	grownTenant(t, s.Client, 2, 2, false)
	users, err := s.Client.Users(t.Context())
	ok(nil, err)
	var text strings.Builder
	for i, name := range []string{`Anna "the Boss"`, "${var.name}", "%{ if true }x%{ endif }", "$${", "<script>", "{{.}}", "Back\\slash", "東京", "大阪"} {
		text.WriteString(export.New("iam_user", name, map[string]any{"email": string(rune('a'+i)) + "@new.example", "first_name": name, "last_name": "New"}) + "\n")
		text.WriteString(export.New("iam_group", name, map[string]any{
			"id": "new-" + string(rune('a'+i)), "name": map[string]any{"en": name}, "access": map[string]any{"orders": "manage", "sites": "read"}, "restrictions": []any{"de", "${x}"},
		}) + "\n")
	}
	text.WriteString(export.New("iam_group_members", "g0", map[string]any{"group_id": "g0", "members": map[string]any{users[0].ContactEmail: users[0].ID}}) + "\n")
	text.WriteString(export.New("iam_user_groups", users[1].ContactEmail, map[string]any{"user_id": users[1].ID, "group_ids": []any{"g1"}}) + "\n")
	text.WriteString(export.New("iam_team_member", "new@acme.example", map[string]any{"email": "new@acme.example", "role": "member"}) + "\n")
	w := copyWorkspace(t, s, text.String())
	w.Apply()
	w.NoChanges()
	groups, err := s.Client.Groups(t.Context())
	ok(nil, err)
	for _, g := range groups {
		if g.ID == "new-b" && g.Name["en"] != "${var.name}" {
			t.Errorf("got the name %q", g.Name["en"])
		}
	}
}
