package provider_test

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/action"
	fwprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/access-config/terraform-provider-iam/internal/provider"
	plans "github.com/access-config/terraform-provider-iam/internal/review"
)

// A type that a review of plans does not know may take access in silence: none
// can be registered without a rule, or the reason why it changes nobody's.
func TestTypes_areReviewed(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	p := provider.New("test", func(string) string { return "" }).Provider()
	var names []string
	for _, construct := range p.Resources(ctx) {
		var meta resource.MetadataResponse
		construct().Metadata(ctx, resource.MetadataRequest{ProviderTypeName: "iam"}, &meta)
		names = append(names, meta.TypeName)
	}
	for _, construct := range p.(fwprovider.ProviderWithActions).Actions(ctx) {
		var meta action.MetadataResponse
		construct().Metadata(ctx, action.MetadataRequest{ProviderTypeName: "iam"}, &meta)
		names = append(names, meta.TypeName)
	}
	if len(names) < 20 {
		t.Errorf("only these are registered: %v", names)
	}
	for _, name := range names {
		if !plans.Knows(name) {
			t.Errorf("internal/review has no rule for %s: say there what it does to access", name)
		}
	}
	if plans.Knows("iam_nothing") {
		t.Error("a review knows what there is not")
	}
}
