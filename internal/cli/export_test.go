package cli_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/access-config/terraform-provider-iam/internal/api"
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
		args          []string
	}{
		{users: 21, groups: 20, synced: true},
		{users: 21, groups: 20, args: []string{"--types", "user,group_membership"}},
		{users: 21, groups: 20, args: []string{"--types", "user_groups,group,restriction_settings,site"}},
		{users: 300, groups: 40},
	} {
		t.Run(fmt.Sprintf("%d users %v", c.users, c.args), func(t *testing.T) {
			t.Parallel()
			s := servertest.New(t, servertest.Options{NoFaults: true, NoContract: c.users > 100})
			grownTenant(t, s.Client, c.users, c.groups, c.synced)
			files := exported(t, s.URL, c.args...)
			if again := exported(t, s.URL, c.args...); fmt.Sprint(again) != fmt.Sprint(files) {
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
			if want := strings.Count(files["imports.tf"], "import {"); imports != want || want < c.users {
				t.Errorf("%d imports are planned, want %d", imports, want)
			}
			w.Apply()
			w.NoChanges()
		})
	}
}

// Texts that the provider would reject are named, with their object.
func TestExport_invisibleCharacters(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	for email, name := range map[string]string{"seen@acme.example": "Größe", "unseen@acme.example": "Anna\u200b"} {
		must(t)(s.Client.CreateUser(t.Context(), api.UserCreate{
			FirstName: name, LastName: "Lee", ContactEmail: email, PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{},
		}))
	}
	_, stderr, code := run(t, credentials(s.URL), "export", "--types", "iam_user")
	if code != 0 || !strings.Contains(stderr, "first_name contains the invisible character U+200B (zero width space)") || strings.Count(stderr, "contains the invisible character") != 1 {
		t.Errorf("ended with %d: %s", code, stderr)
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
		"sites.tf":          {"# The default site cannot be destroyed.\nresource \"iam_site\" \"main\" {"},
		"restrictions.tf":   {"resource \"iam_restriction\" \"de\" {\n  value = \"de\"\n}", `value = "$${x}"`},
		"role_templates.tf": {"based_on = iam_role_template.clerk.id"},
		"vendors.tf":        {"parent_id = iam_vendor.no_comment_x.id"},
		"groups.tf": {
			"role_template = iam_role_template.clerk.id", "restrictions  = [iam_restriction.de.value]", "iam_access_control.", `en = "$${var.name}"`,
			`user_type       = "CUSTOMER"`, "vendor_id     = iam_vendor.",
		},
		"users.tf":       {"# The Owner of the team: do not destroy this user.\n", "# This user is locked.", "preferred_site     = iam_site.de.code", `resource "iam_user" "user_0" {`},
		"memberships.tf": {`group_id = "oe-editor"`, `"User.0@acme.example"`, "resource \"iam_group_members\" \"backoffice_manager\"", "resource \"iam_group_members\" \"back_slash_7935bb0b\" {\n  group_id = iam_group.back_slash_7935bb0b.id", "= iam_user.user_0.id", `iam_vendor.`, `.group_ids["`, `user_type = "CUSTOMER"`},
		"team.tf":        {"# The Owner of the team cannot be destroyed", "member_id = iam_team_member.owner.id", "resource \"iam_product_assignment\" \"member_0_orchestrator\""},
		"make.tf":        {"organization_id = \"12345\"\n  sync            = false"},
		"imports.tf":     {"import {\n  to = iam_site.main\n  id = \"main\"\n}"},
	} {
		for _, part := range parts {
			if !strings.Contains(files[file], part) {
				t.Errorf("%s lacks %q:\n%s", file, part, files[file])
			}
		}
	}
	for _, never := range []string{`"BO_USER"`, "access_control_ids = []", "group_ids ", "product "} {
		if strings.Contains(files["groups.tf"]+files["users.tf"], never) {
			t.Errorf("%q is in the configuration", never)
		}
	}
}

// The flags choose, and what cannot be is said.
func TestExport_flags(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	grownTenant(t, s.Client, 21, 20, false)
	for _, c := range []struct {
		args      []string
		code      int
		has, lack string
		stderr    string
	}{
		{args: nil, has: "# versions.tf\n\nterraform {"},
		{args: []string{"--types", "group, iam_user"}, has: `resource "iam_group"`, lack: `resource "iam_vendor"`},
		{args: []string{"--types", "group_membership"}, has: `resource "iam_group_membership"`, lack: `resource "iam_group_members"`},
		{args: []string{"--group", "g0"}, has: `resource "iam_group_members" "anna_the_boss"`, lack: "iam_vendor"},
		{args: []string{"--group", "BO_MANAGER"}, has: `iam_user.owner.id`, lack: `resource "iam_group" `},
		{args: []string{"--group", "Łukasz Größe", "--group", "g0"}, has: `resource "iam_group" "lukasz_groesse"`, lack: `"iam_group" "twin"`},
		{args: []string{"--email", "USER.0@acme.example"}, has: `resource "iam_group_membership" "user_0_acme_example_in_anna_the_boss"`, lack: `"iam_user" "owner"`},
		{args: []string{"--types", "robot"}, code: 2, stderr: "cannot export the type iam_robot: choose from iam_user, iam_group"},
		{args: []string{"--types", "user_groups,group_members"}, code: 2, stderr: "manage the same"},
		{args: []string{"--group", "nobody"}, code: 1, stderr: `the tenant has no group with the id, code or name "nobody"`},
		{args: []string{"--email", "nobody@acme.example"}, code: 1, stderr: "nobody@acme.example"},
		{args: []string{"--api-url", ""}, code: 2, stderr: "--api-url (or IAM_API_URL) or --embedded PATH"},
		{args: []string{"everything"}, code: 2, stderr: "unexpected argument"},
	} {
		stdout, stderr, code := run(t, credentials(s.URL), append([]string{"export"}, c.args...)...)
		if code != c.code || !strings.Contains(stdout, c.has) || c.lack != "" && strings.Contains(stdout, c.lack) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%v: code %d, %s, has not %q, or has %q\n%s", c.args, code, stderr, c.has, c.lack, stdout)
		}
	}
}

// A tenant in a file is exported with a provider block that opens it.
func TestExport_embedded(t *testing.T) {
	t.Parallel()
	path := made(t)
	stdout, stderr, code := run(t, nil, "export", "--embedded", path, "--tenant", "ACME")
	if code != 0 || !strings.Contains(stdout, fmt.Sprintf("    path = %q\n", path)) || !strings.Contains(stdout, `resource "iam_user" "owner"`) {
		t.Errorf("code %d, %s\n%s", code, stderr, stdout)
	}
}

// Files that differ are somebody's work: they stay.
func TestExport_overwrite(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	folder := t.TempDir()
	export := func(more ...string) (stderr string, code int) {
		_, stderr, code = run(t, credentials(s.URL), append([]string{"export", "--output", folder}, more...)...)
		return stderr, code
	}
	for range 2 {
		if stderr, code := export(); code != 0 || !strings.Contains(stderr, "resources written to "+folder) {
			t.Fatalf("code %d: %s", code, stderr)
		}
	}
	users := filepath.Join(folder, "users.tf")
	if err := os.WriteFile(users, []byte("# mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if stderr, code := export(); code != 1 || !strings.Contains(stderr, "users.tf. Choose another folder") || strings.Contains(stderr, "team.tf") {
		t.Errorf("code %d: %s", code, stderr)
	}
	if text, err := os.ReadFile(users); err != nil || string(text) != "# mine" {
		t.Errorf("the file is %q, %v", text, err)
	}
	if stderr, code := export("--force"); code != 0 {
		t.Errorf("code %d: %s", code, stderr)
	}
	if text, err := os.ReadFile(users); err != nil || !strings.Contains(string(text), "iam_user") {
		t.Errorf("the file is %q, %v", text, err)
	}
}

// What an API lacks is left out with a word; what a key may not read is an
// error, unless nobody asked for it.
func TestExport_lesserAPIs(t *testing.T) {
	t.Parallel()
	public := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/team/") {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusNotFound)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	stdout, stderr, code := run(t, credentials(public.URL), "export")
	if code != 0 || !strings.Contains(stderr, "iam_team_member skipped: this API does not support it") || !strings.Contains(stdout, `resource "iam_user" "owner"`) || strings.Contains(stdout, "iam_team_owner") {
		t.Errorf("code %d, %s\n%s", code, stderr, stdout)
	}
	limited := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasPrefix(r.URL.Path, "/vendor/") {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	if _, stderr, code := run(t, credentials(limited.URL), "export"); code != 1 || !strings.Contains(stderr, "listing iam_vendor: ") || !strings.Contains(stderr, "--types") {
		t.Errorf("code %d, %s", code, stderr)
	}
	if stdout, stderr, code := run(t, credentials(limited.URL), "export", "--types", "user"); code != 0 || !strings.Contains(stdout, `"iam_user" "owner"`) {
		t.Errorf("code %d, %s", code, stderr)
	}
}

// What goes with a secret is written without it, and says when it is needed.
func TestExport_secret(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	must(t)(s.Client.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "12345", APIURL: "https://make.invalid", APIKey: "do-not-show"}))
	stdout, stderr, code := run(t, credentials(s.URL), "export")
	if code != 0 || strings.Contains(stdout+stderr, "do-not-show") || strings.Contains(stdout, "\n  api_key_wo") {
		t.Errorf("code %d, %s\n%s", code, stderr, stdout)
	}
	for _, part := range []string{`resource "iam_make_organization"`, `api_url         = "https://make.invalid"`, "# The API does not return the key. Set api_key_wo and api_key_wo_version"} {
		if !strings.Contains(stdout, part) {
			t.Errorf("%q is not in %s", part, stdout)
		}
	}
}
