package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleTeamMemberList answers GET /team/{tenant}/members.
func (s *Server) handleTeamMemberList(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	role, status := access.TeamRole(c.query("role")), c.query("status")
	if role != "" && role != access.RoleOwner && access.CheckGivenRole(string(role)) != nil {
		return badRequest(fmt.Sprintf("role must be owner, admin, member or billing_contact, not %q", role))
	}
	if status != "" && status != string(api.MemberInvited) && status != string(api.MemberActive) {
		return badRequest(fmt.Sprintf("status must be invited or active, not %q", status))
	}
	members, err := s.teamDocuments(c)
	if err != nil {
		return err
	}
	members = slices.DeleteFunc(members, func(m api.TeamMember) bool {
		return role != "" && m.Role != role || status != "" && string(m.Status) != status ||
			c.query("email") != "" && !api.SameEmail(m.Email, c.query("email"))
	})
	return writeList(c, cut(members, page), len(members))
}

// teamDocuments converts all members of the team.
func (s *Server) teamDocuments(c *call) ([]api.TeamMember, error) {
	members, err := s.store.TeamMembers(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing the team: %w", err)
	}
	assignments, err := s.store.ProductAssignments(c.ctx, c.tenant)
	if err != nil {
		return nil, fmt.Errorf("listing product assignments: %w", err)
	}
	added, err := addedProducts(c.ctx, s.store, c.tenant)
	if err != nil {
		return nil, err
	}
	products := access.TeamProducts(added)
	byMember := map[string][]store.ProductAssignment{}
	for _, a := range assignments {
		byMember[a.MemberID] = append(byMember[a.MemberID], a)
	}
	documents := make([]api.TeamMember, len(members))
	for i, m := range members {
		documents[i] = wire.TeamMember(m, byMember[m.ID], products)
	}
	return documents, nil
}

// handleTeamMemberGet answers GET /team/{tenant}/members/{memberId}.
func (s *Server) handleTeamMemberGet(c *call) error {
	m, err := s.teamMember(c.ctx, s.store, c.tenant, c.value("memberId"))
	if err != nil {
		return err
	}
	return s.writeTeamMember(c, m)
}

func (s *Server) writeTeamMember(c *call, m store.TeamMember) error {
	document, err := s.teamDocument(c, m)
	if err != nil {
		return err
	}
	return c.write(http.StatusOK, document)
}

// teamDocument converts one member of the team.
func (s *Server) teamDocument(c *call, m store.TeamMember) (api.TeamMember, error) {
	assigned, err := s.store.ProductAssignmentsOf(c.ctx, c.tenant, m.ID)
	if err != nil {
		return api.TeamMember{}, fmt.Errorf("listing product assignments: %w", err)
	}
	added, err := addedProducts(c.ctx, s.store, c.tenant)
	if err != nil {
		return api.TeamMember{}, err
	}
	return wire.TeamMember(m, assigned, access.TeamProducts(added)), nil
}

// handleTeamMemberCreate answers POST /team/{tenant}/members. A person who has registered on
// the platform joins the team at once; any other person is invited.
func (s *Server) handleTeamMemberCreate(c *call) error {
	var body api.TeamMemberCreate
	if err := c.decode(&body, "email", "role"); err != nil {
		return err
	}
	if !api.ValidEmail(body.Email) {
		return badRequest(fmt.Sprintf("email %q is not an e-mail address", body.Email))
	}
	if err := refusedRole(body.Role); err != nil {
		return err
	}
	var id string
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) (err error) {
		id, err = s.createTeamMember(c.ctx, tx, c.tenant, body)
		return err
	})
	if err != nil {
		return err
	}
	return c.write(http.StatusCreated, api.Created{ID: id})
}

// refusedRole refuses a role that a member cannot be given.
func refusedRole(role access.TeamRole) error {
	err := access.CheckGivenRole(string(role))
	switch {
	case err == nil:
		return nil
	case role == access.RoleOwner:
		return conflict("The team already has an Owner", "", err.Error())
	}
	return badRequest("There is no such role", err.Error())
}

func (s *Server) createTeamMember(ctx context.Context, tx store.Tx, tenant string, body api.TeamMemberCreate) (string, error) {
	if err := checkDomain(ctx, tx, tenant, body.Email); err != nil {
		return "", err
	}
	if m, err := tx.TeamMemberByEmail(ctx, tenant, body.Email); err == nil {
		return "", conflict("Error while inviting team member", body.Email, fmt.Sprintf("'%s' is already in the team, as %s with the id '%s'", body.Email, m.Role, m.ID))
	} else if !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("looking for the e-mail: %w", err)
	}
	account, registered, err := s.account(ctx, tx, body.Email)
	if err != nil {
		return "", err
	}
	m := store.TeamMember{Tenant: tenant, ID: account.ID, Email: body.Email, Role: string(body.Role), Status: string(api.MemberInvited), CreatedAt: s.timestamp()}
	if registered {
		m.Status, m.JoinedAt = string(api.MemberActive), m.CreatedAt
	}
	if err := tx.CreateTeamMember(ctx, m); err != nil {
		return "", fmt.Errorf("creating team member: %w", err)
	}
	if registered {
		return m.ID, nil
	}
	return m.ID, s.invite(ctx, tx, store.Invitation{Tenant: tenant, Kind: store.InvitedMember, SubjectID: m.ID, Email: m.Email})
}

// handleTeamMemberPut answers PUT /team/{tenant}/members/{memberId}: it changes the role.
func (s *Server) handleTeamMemberPut(c *call) error {
	var body api.TeamMemberUpdate
	if err := c.decode(&body, "role"); err != nil {
		return err
	}
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		m, err := s.teamMember(c.ctx, tx, c.tenant, c.value("memberId"))
		if err != nil || m.Role == string(body.Role) {
			return err
		}
		if err := refusedRole(body.Role); err != nil {
			return err
		}
		if err := access.CheckRoleChange(access.TeamRole(m.Role), body.Role); err != nil {
			return conflict("Error while changing team member", m.ID, err.Error())
		}
		if !body.Role.KeepsAssigned() {
			if err := tx.DeleteProductAssignments(c.ctx, c.tenant, m.ID); err != nil {
				return fmt.Errorf("removing products: %w", err)
			}
		}
		return tx.UpdateTeamMember(c.ctx, c.tenant, m.ID, func(m *store.TeamMember) error {
			m.Role = string(body.Role)
			return nil
		})
	})
	if err != nil {
		return err
	}
	return c.done()
}

// handleTeamMemberDelete answers DELETE /team/{tenant}/members/{memberId}.
func (s *Server) handleTeamMemberDelete(c *call) error {
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		m, err := s.teamMember(c.ctx, tx, c.tenant, c.value("memberId"))
		if err != nil {
			return err
		}
		if err := access.CheckRemoval(access.TeamRole(m.Role)); err != nil {
			return conflict("Error while removing team member", m.ID, err.Error())
		}
		if err := tx.DeleteTeamMember(c.ctx, c.tenant, m.ID); err != nil {
			return fmt.Errorf("removing team member: %w", err)
		}
		if err := tx.CloseInvitations(c.ctx, c.tenant, store.InvitedMember, m.ID); err != nil {
			return fmt.Errorf("closing invitations: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return c.done()
}

// handleTeamOwnerGet answers GET /team/{tenant}/owner.
func (s *Server) handleTeamOwnerGet(c *call) error {
	m, err := s.store.TeamOwner(c.ctx, c.tenant)
	if err != nil {
		return fmt.Errorf("reading the owner: %w", err)
	}
	return s.writeTeamMember(c, m)
}

// handleTeamOwnerPut answers PUT /team/{tenant}/owner: one member becomes the Owner and the
// former Owner an Admin, in one step. Of two transfers at the same time it refuses the
// second: its former Owner no longer is one.
func (s *Server) handleTeamOwnerPut(c *call) error {
	var body api.TeamTransfer
	if err := c.decode(&body, "memberId"); err != nil {
		return err
	}
	if body.FormerOwnerID == "" {
		present, err := s.store.TeamOwner(c.ctx, c.tenant)
		if err != nil {
			return fmt.Errorf("reading the owner: %w", err)
		}
		body.FormerOwnerID = present.ID
	}
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		if err := s.checkTransfer(c, tx); err != nil {
			return err
		}
		m, err := s.teamMember(c.ctx, tx, c.tenant, body.MemberID)
		if err != nil || m.Role == string(access.RoleOwner) { // as in the retry of a request whose response was lost
			return err
		}
		u, err := tx.UserByEmail(c.ctx, c.tenant, m.Email)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("looking for the user: %w", err)
		}
		if err := access.CheckNewOwner(m.Status == string(api.MemberActive), u.Locked); err != nil {
			return conflict("Error while transferring the ownership", m.ID, err.Error())
		}
		err = tx.TransferTeam(c.ctx, c.tenant, body.FormerOwnerID, m.ID)
		if errors.Is(err, store.ErrConflict) {
			return conflict("Error while transferring the ownership", body.FormerOwnerID, fmt.Sprintf("'%s' is not the Owner: read the current Owner and try again", body.FormerOwnerID))
		}
		return err
	})
	if err != nil {
		return err
	}
	return c.done()
}
