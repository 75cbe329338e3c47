package providertest

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"

	"github.com/access-config/terraform-provider-iam/internal/provider"
)

// Acceptance runs the steps with the real CLI. Call t.Parallel before. It is
// skipped, saying so, unless TF_ACC is set.
func Acceptance(t *testing.T, steps ...resource.TestStep) {
	t.Helper()
	plugin := provider.New("test", environment(t, nil))
	t.Cleanup(func() {
		if err := plugin.Close(); err != nil {
			t.Errorf("closing the provider: %v", err)
		}
	})
	resource.Test(t, resource.TestCase{
		ProtoV6ProviderFactories: map[string]func() (tfprotov6.ProviderServer, error){
			"iam": func() (tfprotov6.ProviderServer, error) { return plugin.Server(), nil },
		},
		Steps: steps,
	})
}
