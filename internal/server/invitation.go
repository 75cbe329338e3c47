package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// invitationLifetime is how long an invitation can be accepted.
const invitationLifetime = 7 * 24 * time.Hour

// account returns the platform account of an e-mail address, and creates it if needed.
// Registered means that no invitation is needed: the person has accepted one in some
// tenant. An account that only an invitation has created is not registered (rule 18).
func (s *Server) account(ctx context.Context, tx store.Tx, email string) (a store.Account, registered bool, err error) {
	a, err = tx.EnsureAccount(ctx, store.Account{ID: s.newID(), Email: email, CreatedAt: s.timestamp()})
	if err != nil {
		return a, false, fmt.Errorf("looking for the account, or creating it: %w", err)
	}
	return a, !a.RegisteredAt.IsZero(), nil
}

// checkDomain refuses an e-mail address outside the domains of the company, if the tenant
// has set them.
func checkDomain(ctx context.Context, tx store.Tx, tenant, email string) error {
	var value json.RawMessage
	if found, err := setting(ctx, tx, tenant, api.SettingEmailDomains, &value); err != nil || !found {
		return err
	}
	var domains []string
	if err := json.Unmarshal(value, &domains); err != nil {
		return badRequest("Invitations are not possible", fmt.Sprintf("The setting %s must be a list of texts, such as [\"example.com\"]", api.SettingEmailDomains))
	}
	if err := access.CheckEmailDomain(email, domains); err != nil {
		return violation(email, "The e-mail address is not allowed", err.Error())
	}
	return nil
}

// invite creates an invitation to the tenant or its team with the given kind, subject and
// e-mail address.
func (s *Server) invite(ctx context.Context, tx store.Tx, i store.Invitation) error {
	i.ID, i.Sent, i.CreatedAt = s.newID(), 1, s.timestamp()
	i.ExpiresAt = i.CreatedAt.Add(invitationLifetime)
	if err := tx.CreateInvitation(ctx, i); err != nil {
		return fmt.Errorf("creating the invitation: %w", err)
	}
	return s.queueMail(ctx, tx, store.Mail{Tenant: i.Tenant, ID: i.ID, Kind: store.MailInvitation, Round: i.Sent})
}

// The scopes that a token needs for invitations of a kind.
var (
	readsInvitations   = map[string]string{store.InvitedUser: api.ScopeUserRead, store.InvitedMember: api.ScopeTeamRead}
	managesInvitations = map[string]string{store.InvitedUser: api.ScopeUserCreate, store.InvitedMember: api.ScopeTeamManage}
)

// handleInvitationList answers GET /iam/{tenant}/invitations with the kinds that the token
// may read.
func (s *Server) handleInvitationList(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	status := api.InvitationStatus(c.query("status"))
	if status != "" && !slices.Contains(api.InvitationStatuses(), status) {
		return badRequest(fmt.Sprintf("status must be pending, sent, accepted or expired, not %q", status))
	}
	list, err := s.store.Invitations(c.ctx, c.tenant)
	if err != nil {
		return fmt.Errorf("listing invitations: %w", err)
	}
	causes, err := mailErrors(c.ctx, s.store, c.tenant)
	if err != nil {
		return err
	}
	now := s.timestamp()
	var documents []api.Invitation
	for _, i := range list {
		document := wire.Invitation(i, now)
		document.LastError = causes[i.ID]
		if c.holds(readsInvitations[i.Kind]) && (status == "" || document.Status == status) &&
			(c.query("email") == "" || api.SameEmail(i.Email, c.query("email"))) {
			documents = append(documents, document)
		}
	}
	return writeList(c, cut(documents, page), len(documents))
}

// handleInvitationGet answers GET /iam/{tenant}/invitations/{invitationId}.
func (s *Server) handleInvitationGet(c *call) error {
	i, err := s.invitation(c, s.store, readsInvitations)
	if err != nil {
		return err
	}
	document := wire.Invitation(i, s.timestamp())
	waiting, err := s.store.Mail(c.ctx, c.tenant, i.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("reading the e-mail: %w", err)
	}
	document.LastError = waiting.LastError
	return c.write(http.StatusOK, document)
}

// invitation loads the invitation of the path. It refuses with 404, or with 403 if the token
// lacks the scope for its kind.
func (s *Server) invitation(c *call, tx store.Tx, scopes map[string]string) (store.Invitation, error) {
	id := c.value("invitationId")
	i, err := tx.Invitation(c.ctx, c.tenant, id)
	if errors.Is(err, store.ErrNotFound) {
		return i, notFound("Error while getting invitation", id, fmt.Sprintf("Invitation with id '%s' not found", id))
	}
	if err != nil {
		return i, fmt.Errorf("reading invitation: %w", err)
	}
	if !c.holds(scopes[i.Kind]) {
		return i, forbidden(scopes[i.Kind])
	}
	return i, nil
}

// handleInvitationResend answers POST
// /iam/{tenant}/invitations/{invitationId}/resend: the invitation can be accepted for seven
// days from now, with another link.
func (s *Server) handleInvitationResend(c *call) error {
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		i, err := s.invitation(c, tx, managesInvitations)
		if err != nil {
			return err
		}
		now := s.timestamp()
		if wire.InvitationStatus(i, now) == api.InvitationAccepted {
			return conflict("Error while resending invitation", i.ID, "The invitation was already accepted")
		}
		err = tx.UpdateInvitation(c.ctx, c.tenant, i.ID, func(i *store.Invitation) error {
			i.Sent, i.ResentAt, i.ExpiresAt, i.SentAt = i.Sent+1, now, now.Add(invitationLifetime), time.Time{}
			return nil
		})
		if err == nil {
			err = tx.EndLinks(c.ctx, c.tenant, store.LinkInvitation, i.ID, now)
		}
		if err != nil {
			return fmt.Errorf("sending the invitation again: %w", err)
		}
		return s.queueMail(c.ctx, tx, store.Mail{Tenant: c.tenant, ID: i.ID, Kind: store.MailInvitation, Round: i.Sent + 1})
	})
	if err != nil {
		return err
	}
	return c.done()
}

// handleInvitationAccept answers POST
// /iam/{tenant}/invitations/{invitationId}/accept, instead of the person who follows the
// link in the e-mail. It confirms the account, and so accepts all open invitations of the
// tenant to the account.
func (s *Server) handleInvitationAccept(c *call) error {
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		i, err := s.invitation(c, tx, managesInvitations)
		if err != nil {
			return err
		}
		now := s.timestamp()
		switch wire.InvitationStatus(i, now) {
		case api.InvitationAccepted:
			return conflict("Error while accepting invitation", i.ID, "The invitation was already accepted")
		case api.InvitationExpired:
			return violation(i.ID, "The invitation has expired", fmt.Sprintf("It could be accepted until %s: resend it", wire.Time(i.ExpiresAt)))
		}
		return confirm(c.ctx, tx, i, now)
	})
	if err != nil {
		return err
	}
	return c.done()
}

// register marks the account of the e-mail address as registered.
func register(ctx context.Context, tx store.Tx, email string, now time.Time) error {
	a, err := tx.AccountByEmail(ctx, email)
	if err == nil {
		err = tx.RegisterAccount(ctx, a.ID, now)
	}
	if err != nil {
		return fmt.Errorf("registering the account: %w", err)
	}
	return nil
}

// confirm makes the user and the team member active, whichever exists.
func confirm(ctx context.Context, tx store.Tx, i store.Invitation, now time.Time) error {
	if err := tx.AcceptInvitations(ctx, i.Tenant, i.SubjectID, now); err != nil {
		return fmt.Errorf("accepting invitations: %w", err)
	}
	if err := register(ctx, tx, i.Email, now); err != nil {
		return err
	}
	err := tx.UpdateUser(ctx, i.Tenant, i.SubjectID, func(u *store.User) error {
		if u.Status == string(api.UserProvisioned) {
			u.Status = string(api.UserActive)
		}
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("confirming the user: %w", err)
	}
	err = tx.UpdateTeamMember(ctx, i.Tenant, i.SubjectID, func(m *store.TeamMember) error {
		if m.Status == string(api.MemberInvited) {
			m.Status, m.JoinedAt = string(api.MemberActive), now
		}
		return nil
	})
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("confirming the team member: %w", err)
	}
	return nil
}
