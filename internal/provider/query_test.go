package provider_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// TestAccQuery runs every example of a list resource, and one that writes a
// configuration.
func TestAccQuery(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	everything(t, s.Client)
	w := providertest.NewWorkspace(t, map[string]string{"provider.tf": providertest.Source + `
provider "iam" {
  api_url       = "` + s.URL + `"
  tenant        = "acme"
  client_id     = "acme-key"
  client_secret = "acme-secret"
}
`})
	var cli struct {
		Version string `json:"terraform_version"`
	}
	_, text, _ := strings.Cut(w.MustRun("version", "-json"), "{") // warnings stand before
	if err := json.Unmarshal([]byte("{"+text), &cli); err != nil {
		t.Fatal(err)
	}
	var major, minor int
	if _, err := fmt.Sscanf(cli.Version, "%d.%d", &major, &minor); err != nil {
		t.Fatalf("the version of the CLI is %q: %v", cli.Version, err)
	}
	if strings.Contains(w.MustRun("version"), "OpenTofu") || major == 1 && minor < 14 {
		t.Skipf("the CLI at hand is of version %s, and terraform query needs Terraform 1.14", cli.Version)
	}
	for file, text := range examples(t, "list-resources/*/list-resource.tfquery.hcl") {
		w.Write(strings.Split(file, "/")[4]+".tfquery.hcl", text)
	}
	w.Write("group.tfquery.hcl", "list \"iam_group\" \"all\" {\n  provider         = iam\n  include_resource = true\n}\n")
	if out := w.MustRun("query", "-no-color", "-generate-config-out=found.tf"); !strings.Contains(out, "Orders (orders)") {
		t.Errorf("the group is not in\n%s", out)
	}
}
