package directory

import "github.com/access-config/terraform-provider-iam/internal/provider/plumbing"

// Kinds of what is locked while it is read and written back.
const (
	lockUser  = "user"
	lockGroup = plumbing.LockGroup
)
