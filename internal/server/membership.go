package server

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// parseUserType reads the type of a user, ignoring case; empty is EMPLOYEE. The id is that
// of the object in the error for another type.
func parseUserType(text, id string) (access.UserType, error) {
	switch kind := access.UserType(strings.ToUpper(text)); kind {
	case "":
		return access.Employee, nil
	case access.Employee, access.Customer:
		return kind, nil
	}
	return "", violation(id, fmt.Sprintf(" '%s' is not supported", text))
}

// assign makes the user a member of the group, unless it is one.
func (s *Server) assign(ctx context.Context, tx store.Tx, g store.Group, kind access.UserType, userID string) (id string, created bool, err error) {
	if err := checkTakes(g, kind); err != nil {
		return "", false, err
	}
	existing, err := tx.Assignment(ctx, g.Tenant, g.ID, userID)
	if err == nil {
		return existing.ID, false, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", false, fmt.Errorf("reading the assignment: %w", err)
	}
	id, err = s.createAssignment(ctx, tx, g, userID)
	return id, err == nil, err
}

// checkTakes refuses users of a type that the group does not take.
func checkTakes(g store.Group, kind access.UserType) error {
	if g.UserType != string(kind) {
		return violation(g.ID, fmt.Sprintf("Group '%s' takes users of type %s only", g.ID, g.UserType))
	}
	return nil
}

// createAssignment makes the user, who is of the group's type, a member.
func (s *Server) createAssignment(ctx context.Context, tx store.Tx, g store.Group, userID string) (id string, err error) {
	a := store.Assignment{Tenant: g.Tenant, ID: s.newID(), GroupID: g.ID, UserID: userID, UserType: g.UserType, CreatedAt: s.timestamp()}
	if err := tx.CreateAssignment(ctx, a); err != nil {
		return "", fmt.Errorf("creating the assignment: %w", err)
	}
	return a.ID, nil
}

// setMemberships makes the employee a member of exactly these groups. Memberships that stay
// keep their assignment. It checks the resulting groups, so an employee can move from one
// vendor's groups to another's.
func (s *Server) setMemberships(ctx context.Context, tx store.Tx, tenant, userID string, groupIDs []string) error {
	current, err := tx.GroupIDs(ctx, tenant, []string{userID})
	if err != nil {
		return fmt.Errorf("reading memberships: %w", err)
	}
	groups, err := groupsToJoin(ctx, tx, tenant, userID, groupIDs)
	if err != nil {
		return err
	}
	changed := false
	for _, g := range groups {
		if slices.Contains(current[userID], g.ID) {
			continue
		}
		if _, err := s.createAssignment(ctx, tx, g, userID); err != nil {
			return err
		}
		changed = true
	}
	for _, id := range current[userID] {
		if slices.Contains(groupIDs, id) {
			continue
		}
		if err := tx.DeleteAssignment(ctx, tenant, id, userID); err != nil {
			return fmt.Errorf("removing from group: %w", err)
		}
		changed = true
	}
	if !changed {
		return nil
	}
	return s.noteMemberships(ctx, tx, tenant, userID)
}

// groupsToJoin returns the groups with these ids, if an employee can be in all of them.
func groupsToJoin(ctx context.Context, tx store.Tx, tenant, userID string, ids []string) ([]store.Group, error) {
	var groups []store.Group
	for _, id := range unique(ids) {
		g, err := tx.Group(ctx, tenant, id)
		if errors.Is(err, store.ErrNotFound) {
			return nil, notFound("Error while getting groups provided in request.", id)
		}
		if err != nil {
			return nil, fmt.Errorf("reading group: %w", err)
		}
		groups = append(groups, g)
	}
	if err := checkVendors(userID, groups); err != nil {
		return nil, err
	}
	for _, g := range groups {
		if err := checkTakes(g, access.Employee); err != nil {
			return nil, err
		}
	}
	return groups, nil
}

// clearGroup removes all members from a group.
func (s *Server) clearGroup(c *call, tx store.Tx, id string) error {
	members, err := membersOf(c.ctx, tx, c.tenant, id)
	if err != nil {
		return err
	}
	if err := tx.DeleteMembers(c.ctx, c.tenant, id); err != nil {
		return fmt.Errorf("removing all members: %w", err)
	}
	return s.noteMemberships(c.ctx, tx, c.tenant, members...)
}

// checkJoin refuses an employee who is in groups of another vendor. An existing member may
// stay.
func checkJoin(ctx context.Context, tx store.GroupTx, g store.Group, userID string) error {
	if g.UserType != string(access.Employee) {
		return nil // assign refuses it
	}
	groups, err := tx.GroupsOfUser(ctx, g.Tenant, userID)
	if err != nil {
		return fmt.Errorf("listing the user's groups: %w", err)
	}
	if slices.ContainsFunc(groups, func(present store.Group) bool { return present.ID == g.ID }) {
		return nil
	}
	return checkVendors(userID, append(groups, g))
}

// checkVendors refuses groups of several vendors, or of a vendor and of none, for one
// employee. The error is about the last group.
func checkVendors(userID string, groups []store.Group) error {
	list := make([]access.GroupVendor, len(groups))
	for i, g := range groups {
		list[i] = access.GroupVendor{GroupID: g.ID, VendorID: g.VendorID}
	}
	if err := access.CheckVendors(list...); err != nil {
		return violation(groups[len(groups)-1].ID, fmt.Sprintf("User '%s' cannot be in all of these groups: %v", userID, err))
	}
	return nil
}
