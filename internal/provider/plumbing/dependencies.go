package plumbing

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// UnmetDependencies returns the dependencies that an access does not meet: for each
// managed entity, the access to add. The map is empty, not null, if all are met.
func UnmetDependencies(a access.Access) types.Map {
	elements := map[string]attr.Value{}
	for _, m := range access.MissingDependencies(a) {
		elements[m.Entity] = types.StringValue(m.Text())
	}
	return types.MapValueMust(types.StringType, elements)
}
