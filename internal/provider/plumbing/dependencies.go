package plumbing

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// UnmetDependencies returns what an access leaves open: for each managed entity
// that needs more, what to add. It is empty, not null, when there is nothing.
func UnmetDependencies(a access.Access) types.Map {
	elements := map[string]attr.Value{}
	for _, m := range access.MissingDependencies(a) {
		elements[m.Entity] = types.StringValue(m.Text())
	}
	return types.MapValueMust(types.StringType, elements)
}
