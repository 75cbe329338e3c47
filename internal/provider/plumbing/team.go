package plumbing

import (
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// team records the Owner of the tenant's team, and whether the plan removes the Owner.
type team struct {
	mu          sync.Mutex
	present     *api.TeamMember // the Owner before the plan
	keepsOthers bool            // the plan keeps at least one resource
	removal     *ownerRemoval   // the removal of the Owner, while it is only warned of
}
