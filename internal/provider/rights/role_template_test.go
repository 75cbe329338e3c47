package rights_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

type values = providertest.Values

func TestRoleTemplateDataSources(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		all, d := p.ReadData("iam_role_templates", values{})
		list, _ := all["templates"].([]any)
		if d.Failed() || len(list) != len(access.Templates()) {
			t.Fatalf("got %v, %v", all, d)
		}
		for i, want := range access.Templates() {
			single, d := p.ReadData("iam_role_template", values{"id": want.ID})
			if d.Failed() {
				t.Fatal(d)
			}
			for _, got := range []values{single, list[i].(values)} { //nolint:forcetypeassert // it is in the schema
				levels, _ := got["effective_access"].(values)
				expected := access.Expand(want.Access, nil).Map()
				if got["id"] != want.ID || got["kind"] != string(want.Kind) || len(levels) != len(expected) {
					t.Errorf("%s: got %v", want.ID, got)
				}
				for entity, level := range expected {
					if levels[entity] != level.String() {
						t.Errorf("%s: %s is %v, want %s", want.ID, entity, levels[entity], level)
					}
				}
			}
		}
		if _, d := p.ReadData("iam_role_template", values{"id": "boss"}); !d.Has(`error at AttributeName("id"): Unable to read role template`, "order_fulfillment_manager") {
			t.Errorf("unknown: %v", d)
		}
	})
}
