package console

import (
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func invitationRoutes() []route {
	return []route{
		{"GET invitations", "invitations", (*visit).handleInvitations},
		{"POST invitations/{id}", "invitations", (*visit).handleInvitationChange},
	}
}

// invitationsPage is the content of the list of invitations.
type invitationsPage struct {
	List      *listing
	Rows      []invitationRow
	Statuses  []choice
	CanChange bool
	Empty     string
}

type invitationRow struct {
	api.Invitation
	For  string
	Open bool
	Tone string
}

// handleInvitations shows the invitations, newest first.
func (v *visit) handleInvitations() error {
	all, err := v.client().Invitations(v.r.Context())
	if err != nil {
		return err
	}
	list := v.newListing()
	wanted := list.Filter("status")
	page := invitationsPage{List: list, Statuses: []choice{selected("", "Any status", wanted)}, CanChange: v.session.holds(api.ScopeUserUpdate), Empty: "Nobody was invited yet."}
	for _, s := range api.InvitationStatuses() {
		page.Statuses = append(page.Statuses, selected(string(s), string(s), wanted))
	}
	slices.Reverse(all)
	if wanted != "" {
		all = slices.DeleteFunc(all, func(i api.Invitation) bool { return string(i.Status) != wanted })
		page.Empty = "No invitation has this status."
	}
	for _, i := range cut(list, all) {
		row := invitationRow{Invitation: i, For: "the tenant", Open: !i.Status.Closed()}
		if i.Kind == api.InvitationMember {
			row.For = "the team"
		}
		switch i.Status {
		case api.InvitationAccepted:
			row.Tone = "ok"
		case api.InvitationExpired, api.InvitationPending:
			row.Tone = "warn"
		case api.InvitationSent:
		}
		page.Rows = append(page.Rows, row)
	}
	return v.show("invitations.html", "Invitations", page)
}

// handleInvitationChange sends an invitation again, or accepts it for the person.
func (v *visit) handleInvitationChange() error {
	ctx, c, id := v.r.Context(), v.client(), v.value("id")
	i, err := c.Invitation(ctx, id)
	if err != nil {
		return err
	}
	back := v.link("invitations")
	if v.r.PostFormValue("from") == "user" && i.Kind == api.InvitationUser {
		back = v.link("users", i.SubjectID)
	}
	switch v.r.PostFormValue("action") {
	case "resend":
		if err := c.ResendInvitation(ctx, id); err != nil {
			return err
		}
		return v.done(back, "The invitation of %s is sent again; earlier links do not work any more.", i.Email)
	case "accept":
		if err := c.AcceptInvitation(ctx, id); err != nil {
			return err
		}
		return v.done(back, "The invitation of %s is accepted.", i.Email)
	}
	return noAction()
}
