package access

import (
	"errors"
	"fmt"
	"slices"
)

// TeamRole is a member's role in the team of a tenant (rule 16).
type TeamRole string

// The roles of a team.
const (
	RoleOwner          TeamRole = "owner" // exactly one, always
	RoleAdmin          TeamRole = "admin"
	RoleMember         TeamRole = "member"
	RoleBillingContact TeamRole = "billing_contact"
)

// GivenRoles returns the roles that can be assigned to a member. Owner is not one
// of them: ownership is transferred from one member to another.
func GivenRoles() []TeamRole { return []TeamRole{RoleAdmin, RoleMember, RoleBillingContact} }

// CheckGivenRole returns an error that explains why a role cannot be assigned to
// a member.
func CheckGivenRole(role string) error {
	if TeamRole(role) == RoleOwner {
		return errors.New("the role owner cannot be assigned: a team always has exactly one Owner; invite the member in another role and transfer the ownership once they have joined")
	}
	if !slices.Contains(GivenRoles(), TeamRole(role)) {
		return fmt.Errorf("unknown team role %q: use one of admin, member, billing_contact", role)
	}
	return nil
}

// CheckRoleChange returns an error that explains why a member cannot change from
// one role to another.
func CheckRoleChange(from, to TeamRole) error {
	if from == RoleOwner && to != RoleOwner {
		return errors.New("the Owner's role cannot change, because a team always has an Owner: transfer the ownership to another member first; the former Owner becomes an Admin")
	}
	return nil
}

// CheckRemoval returns an error that explains why a member with the role cannot
// leave the team.
func CheckRemoval(role TeamRole) error {
	if role == RoleOwner {
		return errors.New("the Owner cannot be removed, because a team always has an Owner: transfer the ownership to another member first")
	}
	return nil
}

// CheckLock returns an error that explains why the user of a member with the role
// cannot be locked.
func CheckLock(role TeamRole) error {
	if role == RoleOwner {
		return errors.New("the Owner cannot be locked, because a team always has an Owner: transfer the ownership to another member first")
	}
	return nil
}

// CheckNewOwner returns an error that explains why a member cannot become the
// Owner: the member has not joined, or the user is locked.
func CheckNewOwner(joined, locked bool) error {
	if locked {
		return errors.New("the member's user is locked, and the Owner cannot be locked: unlock the user first")
	}
	if !joined {
		return errors.New("the invited member has not joined the team yet: transfer the ownership once they have accepted the invitation")
	}
	return nil
}

// FormerOwnerRole is the role of a member after transferring the ownership to
// another.
const FormerOwnerRole = RoleAdmin

// CheckAssignable returns an error that explains why products cannot be assigned
// to a member with the role.
func CheckAssignable(role TeamRole) error {
	switch role {
	case RoleOwner:
		return errors.New("the Owner already holds every product, including new ones: there is nothing to assign")
	case RoleAdmin:
		return errors.New("an Admin already holds every product, including new ones: there is nothing to assign; to assign single products, change the role to member first")
	case RoleBillingContact:
		return errors.New("billing contacts see only billing and cannot hold products: change the role to member first")
	}
	return nil
}

// KeepsAssigned reports whether a member who changes to the role keeps the
// products assigned to them. Owner and Admins hold every product in the meantime;
// the assignments count again once they are members again.
func (r TeamRole) KeepsAssigned() bool { return r != RoleBillingContact }
