package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// TestAccQuery runs every example of a list resource, and one that writes a
// configuration.
func TestAccQuery(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	everything(t, s.Client)
	w := queryWorkspace(t, s)
	for file, text := range examples(t, "list-resources/*/list-resource.tfquery.hcl") {
		w.Write(strings.Split(file, "/")[4]+".tfquery.hcl", text)
	}
	w.Write("group.tfquery.hcl", "list \"iam_group\" \"all\" {\n  provider         = iam\n  include_resource = true\n}\n")
	if out := w.MustRun("query", "-no-color", "-generate-config-out=found.tf"); !strings.Contains(out, "Orders (orders)") || strings.Contains(out, "Warning: List") {
		t.Errorf("the group is not in, or a warning is in\n%s", out)
	}
}

// A query reports what it leaves out or cannot find.
func TestAccQuery_says(t *testing.T) {
	t.Parallel()
	w := queryWorkspace(t, servertest.New(t, servertest.Options{NoFaults: true}))
	w.Write("some.tfquery.hcl", "list \"iam_group_membership\" \"some\" {\n  provider = iam\n\n  config {\n    user_id = \"nobody\"\n  }\n}\n")
	if out := w.MustRun("query", "-no-color"); !strings.Contains(flat(out), `Warning: Filtered Object Not Found`) || !strings.Contains(flat(out), `no user with the id "nobody"`) {
		t.Errorf("a user that does not exist:\n%s", out)
	}
	w.Write("some.tfquery.hcl", "list \"iam_user\" \"some\" {\n  provider = iam\n\n  config {\n    group_id = \"nothing\"\n  }\n}\n")
	if out := w.MustRun("query", "-no-color"); !strings.Contains(flat(out), `Warning: Filtered Object Not Found`) || !strings.Contains(flat(out), `no group with the id "nothing"`) {
		t.Errorf("a group that does not exist:\n%s", out)
	}
}

// A query without limit lists a hundred objects, and says how many there are.
func TestAccQuery_limit(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	var many []string
	for i := range 103 {
		many = append(many, fmt.Sprintf("value-%d", i))
	}
	value, err := json.Marshal(many)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Client.UpdateSetting(t.Context(), api.SettingUpdate{Key: api.SettingRestrictions, Value: value}); err != nil {
		t.Fatal(err)
	}
	w := queryWorkspace(t, s)
	w.Write("all.tfquery.hcl", "list \"iam_restriction\" \"all\" {\n  provider = iam\n}\n")
	out := w.MustRun("query", "-no-color")
	if n := strings.Count(out, "list.iam_restriction.all   "); n != 100 {
		t.Errorf("%d lines, want 100:\n%s", n, out)
	}
	if !strings.Contains(flat(out), "Warning: List Limit Reached") || !strings.Contains(flat(out), "Only 100 of 103 iam_restriction objects are listed") {
		t.Errorf("the number is not in\n%s", out)
	}
	w.Write("all.tfquery.hcl", "list \"iam_restriction\" \"all\" {\n  provider = iam\n  limit    = 103\n}\n")
	if out := w.MustRun("query", "-no-color"); strings.Count(out, "list.iam_restriction.all   ") != 103 || strings.Contains(out, "Limit Reached") {
		t.Errorf("all, or a warning:\n%s", out)
	}
}

// The configuration that a query writes of a Make organization elsewhere, whose
// key no API shows, is imported and changes nothing.
func TestAccQuery_makeOrganization(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	if _, err := s.Client.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "12345", APIURL: s.URL + "/make", APIKey: "secret"}); err != nil {
		t.Fatal(err)
	}
	w := queryWorkspace(t, s)
	w.Write("all.tfquery.hcl", "list \"iam_make_organization\" \"this\" {\n  provider = iam\n}\n")
	w.MustRun("query", "-no-color", "-generate-config-out=found.tf")
	if out := w.Apply(); !strings.Contains(out, "1 imported, 0 added, 0 changed, 0 destroyed") {
		t.Errorf("the apply:\n%s", out)
	}
	w.NoChanges()
}

// The configuration that a query writes of each type is valid, and imports
// existing objects without a change.
func TestAccQuery_generated(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	everything(t, s.Client)
	if _, err := s.Client.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "12345", APIURL: s.URL + "/make", APIKey: "secret"}); err != nil {
		t.Fatal(err)
	}
	w := queryWorkspace(t, s)
	apart := [][]string{{"iam_group_membership", "iam_restriction_settings"}, {"iam_user_groups"}} // they manage the same objects as others
	rest := slices.DeleteFunc(provider.ListedTypes(t.Context()), func(name string) bool { return slices.Contains(slices.Concat(apart...), name) })
	for _, names := range append(apart, rest) {
		var lists strings.Builder
		for _, name := range names {
			fmt.Fprintf(&lists, "list %q \"all\" {\n  provider = iam\n}\n\n", name)
		}
		w.Write("all.tfquery.hcl", lists.String())
		w.MustRun("query", "-no-color", "-generate-config-out=found.tf")
		out, code := w.Run("plan", "-no-color")
		found := contents(t, filepath.Join(w.Dir, "found.tf"))
		if all := fmt.Sprintf("%d to import, 0 to add, 0 to change, 0 to destroy", strings.Count(found, "import {")); code != 0 || !strings.Contains(out, all) {
			t.Errorf("%v: %d, want %s\n%s\n%s", names, code, all, out, found)
		}
		if err := os.Remove(filepath.Join(w.Dir, "found.tf")); err != nil {
			t.Fatal(err)
		}
	}
}

// queryWorkspace is a workspace over a tenant, in which terraform query works.
func queryWorkspace(t *testing.T, s *servertest.Backend) *providertest.Workspace {
	t.Helper()
	w := providertest.NewWorkspace(t, map[string]string{"provider.tf": remoteProvider(s, servertest.Tenant)})
	w.SkipBelow(14, "terraform query")
	return w
}

// remoteProvider configures the provider for a tenant of a server.
func remoteProvider(s *servertest.Backend, tenant string) string {
	return providertest.Source + fmt.Sprintf("provider \"iam\" {\n  api_url       = %q\n  tenant        = %q\n  client_id     = %q\n  client_secret = %q\n}\n",
		s.URL, tenant, servertest.ClientID, servertest.ClientSecret)
}

// flat joins the lines that the CLI breaks a text into.
func flat(text string) string {
	return strings.Join(strings.Fields(strings.ReplaceAll(text, "│", " ")), " ")
}
