package directory

import (
	"errors"
	"net/http"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// membershipList is a list of memberships as messages speak of it.
type membershipList struct {
	thing string
	owner string // the argument that names whose list it is
	id    string // what it says
	list  string // the argument that has the list
}

// unable is the diagnostic of a list that was not written. What the API does not
// have is told on the argument that names it.
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
