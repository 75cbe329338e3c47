package directory

import (
	"errors"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// membershipList describes a list of memberships in messages.
type membershipList struct {
	thing string
	owner string // the argument with the id of the group or user
	id    string // the value of owner
	list  string // the argument with the list
}

// unable returns the error for a list that could not be written. If the API does not
// have an object, the error is on the argument that names it.
func (l membershipList) unable(verb string, err error) diag.Diagnostic {
	var e *client.Error
	switch {
	case !errors.As(err, &e) || e.StatusCode != http.StatusNotFound:
		return plumbing.Unable(verb, l.thing, l.id, err)
	case e.Document.ResourceID == l.id:
		return plumbing.UnableAt(path.Root(l.owner), verb, l.thing, l.id, err)
	}
	return plumbing.UnableAt(path.Root(l.list), verb, l.thing, l.id, err)
}
