package cli_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// credentials are those of a backend of servertest.
func credentials(url string) map[string]string {
	return map[string]string{"IAM_API_URL": url, "IAM_TENANT": servertest.Tenant, "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret}
}

// exported runs export and returns the files that it wrote.
func exported(t *testing.T, url string, args ...string) map[string]string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "made", "by", "export")
	if _, stderr, code := run(t, credentials(url), append([]string{"export", "--output", folder}, args...)...); code != 0 {
		t.Fatalf("export ended with %d: %s", code, stderr)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(folder, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		files[e.Name()] = string(text)
	}
	return files
}

// A tenant that grew by other hands is exported, and the real CLI plans nothing
// but imports, and nothing at all after that.
func TestAccExport_onlyImports(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		users, groups int
		synced        bool
	}{{users: 21, groups: 20, synced: true}, {users: 300, groups: 40}} {
		t.Run(fmt.Sprintf("%d users", c.users), func(t *testing.T) {
			t.Parallel()
			if os.Getenv("IAM_TEST_FAULTS") != "" && c.users > 100 {
				t.Skip("with faults, the small tenant is enough")
			}
			s := servertest.New(t, servertest.Options{NoContract: c.users > 100})
			grownTenant(t, s.Client, c.users, c.groups, c.synced)
			start := time.Now()
			files := exported(t, s.URL)
			t.Logf("exported within %v", time.Since(start))
			if again := exported(t, s.URL); fmt.Sprint(again) != fmt.Sprint(files) {
				t.Error("the second export differs from the first")
			}
			w := providertest.NewWorkspace(t, files)
			for name, value := range credentials(s.URL) {
				w.Setenv(name, value)
			}
			plan := w.Plan()
			imports := 0
			for _, r := range plan.ResourceChanges {
				if r.Change.Importing == nil || !slices.Equal(r.Change.Actions, []string{"no-op"}) {
					t.Errorf("%s is not just imported: %v\n%v\n%v", r.Address, r.Change.Actions, r.Change.Before, r.Change.After)
				}
				imports++
			}
			if want := strings.Count(files["imports.tf"], "import {"); imports != want || want < c.users+c.groups {
				t.Errorf("%d imports are planned, want %d", imports, want)
			}
			t.Logf("planned after %v", time.Since(start))
			w.Apply()
			w.NoChanges()
			t.Logf("done after %v", time.Since(start))
		})
	}
}

// What is exported is read back as it was.
func TestExport(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	grownTenant(t, s.Client, 21, 20, false)
	files := exported(t, s.URL)
	for name, text := range files {
		if _, d := hclsyntax.ParseConfig([]byte(text), name, hcl.InitialPos); d.HasErrors() {
			t.Errorf("%s: %v\n%s", name, d, text)
		}
	}
	for file, parts := range map[string][]string{
		"versions.tf":       {`source = "registry.terraform.io/access-config/iam"`},
		"provider.tf":       {`tenant  = "acme"`, `api_url = "` + s.URL + `"`},
		"sites.tf":          {"# The default site, which cannot be destroyed.\nresource \"iam_site\" \"main\" {"},
		"restrictions.tf":   {"resource \"iam_restriction\" \"de\" {\n  value = \"de\"\n}", `value = "$${x}"`},
		"role_templates.tf": {"based_on = iam_role_template.clerk.id"},
		"vendors.tf":        {"parent_id = iam_vendor.no_comment_x.id"},
		"groups.tf": {
			"role_template = iam_role_template.clerk.id", "restrictions  = [iam_restriction.de.value]", "iam_access_control.", `en = "$${var.name}"`,
			`user_type       = "CUSTOMER"`, "vendor_id     = iam_vendor.",
		},
		"users.tf":       {"# The Owner of the team: do not destroy this user.\n", "# This user is locked.", "preferred_site     = iam_site.", `resource "iam_user" "user_0" {`},
		"memberships.tf": {`group_id = "oe-editor"`, `"User.0@acme.example"`, "= iam_user.user_0.id", `iam_vendor.`, `.group_ids["`, `user_type = "CUSTOMER"`},
		"team.tf":        {"# The Owner of the team, who cannot be destroyed", "member_id = iam_team_member.owner.id", `product   = "orchestrator"`},
		"imports.tf":     {"import {\n  to = iam_site.main\n  id = \"main\"\n}"},
	} {
		for _, part := range parts {
			if !strings.Contains(files[file], part) {
				t.Errorf("%s lacks %q:\n%s", file, part, files[file])
			}
		}
	}
	for _, never := range []string{`"BO_USER"`, "access_control_ids = []", "group_ids "} {
		if strings.Contains(files["groups.tf"]+files["users.tf"], never) {
			t.Errorf("%q is in the configuration", never)
		}
	}
}
