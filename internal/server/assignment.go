package server

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// handleMemberList answers GET /iam/{tenant}/groups/{groupId}/users.
func (s *Server) handleMemberList(c *call) error {
	page, err := c.page()
	if err != nil {
		return err
	}
	if _, err := s.reachedGroup(c, s.store, c.value("groupId"), api.ScopeUserRead); err != nil {
		return err
	}
	members, total, err := s.store.Members(c.ctx, c.tenant, c.value("groupId"), page)
	if err != nil {
		return fmt.Errorf("listing members: %w", err)
	}
	documents := make([]api.Assignment, len(members))
	for i, a := range members {
		documents[i] = api.Assignment{ID: a.ID, GroupID: a.GroupID, UserID: a.UserID, UserType: access.UserType(a.UserType)}
	}
	return writeList(c, documents, total)
}

// handleMemberCreate answers POST /iam/{tenant}/groups/{groupId}/users.
func (s *Server) handleMemberCreate(c *call) error {
	var body api.AssignmentCreate
	if err := c.decode(&body, "userId"); err != nil {
		return err
	}
	id, created, err := s.putMember(c, string(body.UserType), body.UserID)
	if err != nil {
		return err
	}
	if !created {
		return conflict("Error while assigning user", id, fmt.Sprintf("User '%s' is already assigned to group '%s'", body.UserID, c.value("groupId")))
	}
	return c.write(http.StatusCreated, api.Created{ID: id})
}

// handleMemberPut answers PUT /iam/{tenant}/groups/{groupId}/users/{userType}/{userId}.
func (s *Server) handleMemberPut(c *call) error {
	id, created, err := s.putMember(c, c.value("userType"), c.value("userId"))
	if err != nil {
		return err
	}
	if !created {
		return c.done()
	}
	return c.write(http.StatusCreated, api.Created{ID: id})
}

// putMember makes the user a member, unless it is one.
func (s *Server) putMember(c *call, userType, userID string) (id string, created bool, err error) {
	groupID := c.value("groupId")
	if userID == "" { // the id of a customer is not looked up
		return "", false, badRequest("userId must not be empty")
	}
	kind, err := parseUserType(userType, groupID)
	if err != nil {
		return "", false, err
	}
	err = s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		g, err := s.reachedGroup(c, tx, groupID, api.ScopeAssignmentManage)
		if err != nil {
			return err
		}
		if kind == access.Employee {
			u, err := tx.User(c.ctx, c.tenant, userID)
			if errors.Is(err, store.ErrNotFound) {
				return notFound("User not found", userID)
			}
			if err != nil {
				return fmt.Errorf("reading user: %w", err)
			}
			userID = u.ID // the caller may use the back-office number
			if err := checkJoin(c.ctx, tx, g, userID); err != nil {
				return err
			}
		}
		id, created, err = s.assign(c.ctx, tx, g, kind, userID)
		if err != nil || !created {
			return err
		}
		return s.noteMemberships(c.ctx, tx, c.tenant, userID)
	})
	return id, created, err
}

// handleMemberDelete answers DELETE /iam/{tenant}/groups/{groupId}/users/{userId}. Removing
// a user that is not a member succeeds.
func (s *Server) handleMemberDelete(c *call) error {
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		if !c.holds(api.ScopeAssignmentManage) {
			if _, err := s.reachedGroup(c, tx, c.value("groupId"), api.ScopeAssignmentManage); err != nil {
				return err
			}
		}
		userID, err := memberID(c.ctx, tx, c.tenant, c.value("userId"))
		if err != nil {
			return err
		}
		err = tx.DeleteAssignment(c.ctx, c.tenant, c.value("groupId"), userID)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("removing the assignment: %w", err)
		}
		return s.noteMemberships(c.ctx, tx, c.tenant, userID)
	})
	if err != nil {
		return err
	}
	return c.done()
}

// handleMemberClear answers DELETE /iam/{tenant}/groups/{groupId}/users.
func (s *Server) handleMemberClear(c *call) error {
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error { return s.clearGroup(c, tx, c.value("groupId")) })
	if err != nil {
		return err
	}
	return c.done()
}

// handleUserGroupClear answers DELETE /iam/{tenant}/users/{userId}/groups.
func (s *Server) handleUserGroupClear(c *call) error {
	err := s.store.InTx(c.ctx, c.tenant, func(tx store.Tx) error {
		id, err := memberID(c.ctx, tx, c.tenant, c.value("userId"))
		if err != nil {
			return err
		}
		if err := tx.DeleteMemberships(c.ctx, c.tenant, id); err != nil {
			return fmt.Errorf("removing from all groups: %w", err)
		}
		return s.noteMemberships(c.ctx, tx, c.tenant, id)
	})
	if err != nil {
		return err
	}
	return c.done()
}
