package server

import (
	"errors"
	"net/http"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleTeamInvite answers POST /team/{tenant}/invitations: everyone in a list of e-mail
// addresses joins the team or is invited to it, in the same role, or nobody.
func (s *Server) handleTeamInvite(c *call) error {
	var body api.TeamInvitations
	if err := c.decode(&body, "emails", "role"); err != nil {
		return err
	}
	if err := refusedRole(body.Role); err != nil {
		return err
	}
	emails, err := api.ParseEmails(body.Emails)
	if err != nil {
		return badRequest("Nobody was invited", strings.Split(err.Error(), "\n")...)
	}
	var invited []api.TeamInvited
	err = s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) (err error) {
		invited, err = s.inviteAll(c, tx, emails, body)
		return err
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusCreated, invited)
}

// inviteAll adds everyone to the team. Its refusal names everyone who cannot be added.
func (s *Server) inviteAll(c *call, tx store.Tx, emails []string, body api.TeamInvitations) ([]api.TeamInvited, error) {
	var invited []api.TeamInvited
	var refused *failure
	for _, email := range emails {
		id, err := s.createTeamMember(c.ctx, tx, c.tenant, api.TeamMemberCreate{Email: email, Role: body.Role})
		var f *failure
		switch {
		case errors.As(err, &f) && refused == nil:
			refused = &failure{status: f.status, message: "Nobody was invited", causes: f.causes}
		case errors.As(err, &f):
			refused.causes = append(refused.causes, f.causes...)
		case err != nil:
			return nil, err
		default:
			m, err := s.teamMember(c.ctx, tx, c.tenant, id)
			if err != nil {
				return nil, err
			}
			invited = append(invited, api.TeamInvited{ID: m.ID, Email: m.Email, Status: api.TeamStatus(m.Status)})
		}
	}
	if refused != nil {
		return nil, refused
	}
	return invited, nil
}
