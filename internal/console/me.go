package console

import (
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

func meRoutes() []route {
	return []route{{"GET me", "me", (*visit).handleMe}}
}

// mePage is the content of what the signed-in person may do.
type mePage struct {
	Key           bool // it is an API key's session, or the operator's
	Report        *personReport
	Scopes        []string
	Organizations []api.Organization
}

// handleMe shows what the signed-in person may do, as far as that person may read it.
func (v *visit) handleMe() error {
	page := mePage{Key: v.session.person.UserID == "", Scopes: v.ownScopes()}
	if page.Key {
		return v.show("me.html", "Your access", page)
	}
	u, err := v.client().Me(v.r.Context())
	switch {
	case err == nil:
		report, _, err := v.readReport(*u)
		switch {
		case err == nil:
			page.Report = &report
		case !client.IsForbidden(err): // without it, the scopes say the same
			return err
		}
	case !client.IsNotFound(err): // a member of the team need not be a user
		return err
	}
	page.Organizations, err = v.client().Organizations(v.r.Context(), "")
	if err != nil && !client.IsForbidden(err) && !client.IsUnsupported(err) {
		return err
	}
	return v.show("me.html", "Your access", page)
}

// ownScopes returns the scopes of the session's token.
func (v *visit) ownScopes() []string {
	scopes := slices.DeleteFunc(slices.Clone(v.session.scopes), func(scope string) bool { return strings.HasPrefix(scope, "tenant=") })
	slices.Sort(scopes)
	return scopes
}
