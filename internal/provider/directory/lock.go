package directory

import "github.com/access-config/terraform-provider-iam/internal/provider/plumbing"

// Kinds of locks that are held while an object is read, changed and written.
const (
	lockUser  = "user"
	lockGroup = plumbing.LockGroup
)
