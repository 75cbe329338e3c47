package console

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// userHead is what all pages of a user begin with.
type userHead struct {
	User   *api.User
	Name   string
	Status string
	Dot    string
	Tabs   []tab
}

var userParts = []part{{"", "Details"}, {"groups", "Groups"}, {"access", "Access"}, {"terraform", "Terraform"}, {"history", "History"}}

// userHead reads the user of the path.
func (v *visit) userHead(here string) (userHead, error) {
	u, err := v.client().User(v.r.Context(), v.value("id"))
	if err != nil {
		return userHead{}, err
	}
	return userHead{User: u, Name: cmp.Or(fullName(u.FirstName, u.LastName), u.ContactEmail, u.ID), Status: statusText(*u), Dot: statusDot(*u), Tabs: v.tabs(here, userParts, "users", u.ID)}, nil
}

// userPage is the content of the details of a user.
type userPage struct {
	userHead
	Invitation   *api.Invitation // nil: there is none, or it cannot be read
	NoInvitation string          // why
	CanLock      bool
	CanInvite    bool // the invitation can be sent again
}

// handleUser shows the details of a user.
func (v *visit) handleUser() error {
	head, err := v.userHead("")
	if err != nil {
		return err
	}
	page := userPage{userHead: head, CanLock: v.session.holds(api.ScopeUserUpdate)}
	all, err := v.client().Invitations(v.r.Context())
	switch { // without invitations, the rest of the page is still useful
	case client.IsUnsupported(err):
		page.NoInvitation = "This API does not show invitations."
	case client.IsForbidden(err):
		page.NoInvitation = "Your rights do not include invitations."
	case err != nil:
		return err
	default:
		page.NoInvitation = "The user was not invited by e-mail."
	}
	for i := range slices.Backward(all) {
		if all[i].Kind == api.InvitationUser && all[i].SubjectID == head.User.ID {
			page.Invitation = &all[i]
			page.CanInvite = page.CanLock && all[i].Status != api.InvitationAccepted
			break
		}
	}
	return v.show("user.html", head.Name, page)
}

// handleUserChange does what belongs to no configuration: locks, and invitations.
func (v *visit) handleUserChange() error {
	ctx, c, id := v.r.Context(), v.client(), v.value("id")
	u, err := c.User(ctx, id)
	if err != nil {
		return err
	}
	name := cmp.Or(fullName(u.FirstName, u.LastName), u.ContactEmail)
	at := v.link("users", id)
	switch v.r.PostFormValue("action") {
	case "lock":
		if err := c.LockUser(ctx, id); err != nil {
			return err
		}
		return v.done(at, "%s is locked and has no access any more.", name)
	case "unlock":
		if err := c.UnlockUser(ctx, id); err != nil {
			return err
		}
		return v.done(at, "%s is unlocked and has the access of the groups again.", name)
	}
	return noAction()
}

func noAction() error {
	return &problem{http.StatusBadRequest, "Nothing was changed", "The form has no such button.", "Go back, and load the page again."}
}

// terraformPage is the content of an object as configuration.
type terraformPage struct {
	Head   any
	Blocks []shownBlock
}

// handleUserTerraform shows a user as configuration.
func (v *visit) handleUserTerraform() error {
	head, err := v.userHead("terraform")
	if err != nil {
		return err
	}
	blocks, err := v.blocks(managedAs{"iam_user", head.User.ID, "the user"}, managedAs{"iam_user_groups", head.User.ID, "all groups of the user"})
	if err != nil {
		return err
	}
	return v.show("user-terraform.html", head.Name, terraformPage{head, blocks})
}

// handleUserHistory shows who changed a user.
func (v *visit) handleUserHistory() error {
	head, err := v.userHead("history")
	if err != nil {
		return err
	}
	page, err := v.history(head.User.ID)
	page.Head = head
	if err != nil {
		return err
	}
	return v.show("user-history.html", head.Name, page)
}
