package provider_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

// A moved block from another provider or type is refused with the blocks to
// write instead, by every type.
func TestMoveState_refused(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, nil)
	for name := range surface(t).ResourceSchemas {
		foreign := providertest.Moved{Provider: "registry.terraform.io/okta/okta", Type: "okta_group", State: values{"id": "00g1"}}
		if _, d := p.Move(name, foreign); len(d) != 1 || !d.Has("error: State Not Moved", name+" cannot take over the state of okta_group", "registry.terraform.io/okta/okta",
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
