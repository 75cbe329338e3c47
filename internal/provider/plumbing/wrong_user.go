package plumbing

import "fmt"

// WrongUserError is a creation that was answered with the id of somebody else. The
// API chooses the ids of people, so that only reading back shows it.
type WrongUserError struct {
	ID, Email string // that the answer gave, and who has it
	Wanted    string // e-mail address of who was created
}

// Error says whose id it is.
func (e *WrongUserError) Error() string {
	return fmt.Sprintf("the API answered the creation of %s with the id %q, which belongs to %s", e.Wanted, e.ID, e.Email)
}
