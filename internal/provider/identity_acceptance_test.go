package provider_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// importBlocks imports an object of each type by its identity, with or without
// the tenant. Head is another argument of each block.
func importBlocks(identities map[string]values, head string) string {
	var text strings.Builder
	for _, name := range plumbing.SortedKeys(identities) {
		fmt.Fprintf(&text, "import {\n%s  to = %s.this\n  identity = {\n", head, name)
		for _, key := range plumbing.SortedKeys(identities[name]) {
			fmt.Fprintf(&text, "    %s = %q\n", key, identities[name][key])
		}
		text.WriteString("  }\n}\n\n")
	}
	return text.String()
}

// TestAccIdentity imports an object of every type by its identity, lets the
// state be one of an earlier release, which recorded no tenant or no identity at
// all, and one of another tenant.
func TestAccIdentity(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	ids := everything(t, s.Client)
	w := providertest.NewWorkspace(t, map[string]string{"provider.tf": remoteProvider(s, servertest.Tenant)})
	w.SkipBelow(12, "import by identity")
	const generated = "  provider = iam\n" // where there is no resource block yet
	identities := map[string]values{}
	for name, a := range addresses {
		// The same objects twice: these say what the others say.
		if name != "iam_group_membership" && name != "iam_user_groups" && name != "iam_restriction" {
			identities[name] = recordedIdentity(chosen(ids, a.identity))
			identities[name]["tenant"] = "umbrella"
		}
	}
	w.Write("imports.tf", importBlocks(map[string]values{"iam_group": identities["iam_group"]}, generated))
	if out, code := w.Run("plan", "-no-color", "-generate-config-out=never.tf"); code == 0 || !strings.Contains(flat(out), "Error: Identity Of Another Tenant") {
		t.Errorf("an import from another tenant: %d\n%s", code, out)
	}
	for name, identity := range identities {
		identity["tenant"] = servertest.Tenant
		if len(identity) > 1 && name != "iam_vendor" { // one with it, the others without
			delete(identity, "tenant")
		}
	}
	w.Write("imports.tf", importBlocks(identities, generated))
	w.MustRun("plan", "-no-color", "-generate-config-out=found.tf")
	w.Write("imports.tf", importBlocks(identities, ""))
	if out := w.Apply(); !strings.Contains(out, fmt.Sprintf("%d imported, 0 added, 0 changed, 0 destroyed", len(identities))) {
		t.Errorf("the import:\n%s", out)
	}
	w.NoChanges()
	editIdentities(t, w, func(instance map[string]any) {
		identity, _ := instance["identity"].(map[string]any)
		if len(identity) > 1 {
			delete(identity, "tenant")
			instance["identity_schema_version"] = 0
		}
	})
	w.NoChanges()
	editIdentities(t, w, func(instance map[string]any) {
		delete(instance, "identity")
		delete(instance, "identity_schema_version")
	})
	w.NoChanges()
	w.MustRun("apply", "-auto-approve", "-refresh-only", "-no-color")
	editIdentities(t, w, func(instance map[string]any) {
		identity, _ := instance["identity"].(map[string]any)
		if identity["tenant"] != servertest.Tenant {
			t.Errorf("the identity after the upgrade is %v", identity)
		}
		identity["tenant"] = "umbrella"
	})
	out, code := w.Run("plan", "-no-color")
	if n := strings.Count(out, "Error: Object Of Another Tenant"); code == 0 || n != len(identities) || strings.Contains(out, "Warning: Group Not Found") {
		t.Errorf("a state of another tenant: %d, %d errors, want %d:\n%s", code, n, len(identities), out)
	}
}

// editIdentities changes each instance in the state of a workspace.
func editIdentities(t *testing.T, w *providertest.Workspace, edit func(instance map[string]any)) {
	t.Helper()
	file := filepath.Join(w.Dir, "terraform.tfstate")
	var state map[string]any
	if err := json.Unmarshal([]byte(contents(t, file)), &state); err != nil {
		t.Fatal(err)
	}
	resources, _ := state["resources"].([]any)
	for _, r := range resources {
		resource, _ := r.(map[string]any)
		instances, _ := resource["instances"].([]any)
		for _, i := range instances {
			edit(i.(map[string]any))
		}
	}
	text, err := json.Marshal(state)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
