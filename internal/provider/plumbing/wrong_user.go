package plumbing

import "fmt"

// WrongUserError reports that the API answered the creation of a user with the id of
// another user. The API chooses the ids of users, so only a read shows the mistake.
type WrongUserError struct {
	ID, Email string // the id in the answer, and the e-mail address of its user
	Wanted    string // e-mail address of the user to create
}

// Error names the user to whom the id belongs.
func (e *WrongUserError) Error() string {
	return fmt.Sprintf("the API answered the creation of %s with the id %q, which belongs to %s", e.Wanted, e.ID, e.Email)
}
