package rights

// Kinds of what is locked while it is read and written back.
const (
	lockScope   = "scope"
	lockControl = "access control"
)
