package directory

// Kinds of what is locked while it is read and written back.
const (
	lockUser  = "user"
	lockGroup = "group"
)
