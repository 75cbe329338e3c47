package directory

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// The steps below apply the plan of each resource to the tenant that the guardrails
// check. A nil plan is a destroy, a nil state a creation. They omit what is unknown:
// it is checked during the apply, when everything is known.

func groupStep(plan, state *groupModel) func(*access.Tenant) {
	return func(s *access.Tenant) {
		if state != nil && (plan == nil || !plan.ID.Equal(state.ID) || !plan.UserType.Equal(state.UserType) || !plan.VendorID.Equal(state.VendorID)) {
			s.RemoveGroup(state.ID.ValueString())
		}
		if plan == nil || !plumbing.IsSet(plan.ID) || plan.UserType.ValueString() != string(access.Employee) || !plumbing.FullyKnown(plan.Restrictions) {
			return
		}
		own, known := plumbing.Levels(plan.Access)
		if !known || plan.RoleTemplate.IsUnknown() || !plumbing.FullyKnown(plan.AccessControlIDs) || plan.VendorID.IsUnknown() {
			return
		}
		rights, additional := s.Rights(), plumbing.Strings(plan.AccessControlIDs)
		role := plan.RoleTemplate.ValueString()
		wanted := wantedAccess(role, rights.TemplateAccess(role), own, additional)
		g := access.Group{
			ID: plan.ID.ValueString(), VendorID: plan.VendorID.ValueString(), Restrictions: plumbing.Strings(plan.Restrictions),
			Controls: append(access.RoleControlIDs(role, attainable(role, wanted, rights.Has)), additional...),
		}
		if present, ok := s.Group(g.ID); ok {
			g.Name = present.Name
			if plan.AccessControlIDs.IsNull() {
				g.Controls = append(g.Controls, unexplained(present.Controls, plan.isVendorRole())...)
			}
		}
		s.SetGroup(g)
	}
}

// removeMember removes a user from a group, unless a resource planned so far holds
// the membership from this run on.
func removeMember(s *access.Tenant, d *plumbing.Data, group string, user access.StateUser) {
	if !d.Members.Holds(group, plumbing.Person{ID: user.ID, Email: user.Email}) {
		s.Leave(group, user)
	}
}

func (r *membershipResource) step(plan, state *membershipModel) func(*access.Tenant) {
	return func(s *access.Tenant) {
		if state != nil && (plan == nil || !plan.GroupID.Equal(state.GroupID) || !plan.UserID.Equal(state.UserID)) && state.UserType.ValueString() == string(access.Employee) {
			removeMember(s, r.Data, state.GroupID.ValueString(), access.StateUser{ID: state.UserID.ValueString()})
		}
		if plan != nil && plumbing.IsSet(plan.GroupID) && plumbing.IsSet(plan.UserID) && plan.UserType.ValueString() == string(access.Employee) {
			s.Join(plan.GroupID.ValueString(), access.StateUser{ID: plan.UserID.ValueString()})
		}
	}
}

// membersStep is the change by the plan of a list of members. A destroy keeps members
// who were added outside this resource.
func (r *groupMembersResource) membersStep(elsewhere []string) func(plan, state *groupMembersModel) func(*access.Tenant) {
	return func(plan, state *groupMembersModel) func(*access.Tenant) {
		return func(s *access.Tenant) {
			if state != nil && (plan == nil || !plan.GroupID.Equal(state.GroupID)) && state.UserType.ValueString() == string(access.Employee) {
				for _, u := range memberUsers(state.Members) {
					if plan != nil || !slices.Contains(elsewhere, u.ID) {
						removeMember(s, r.Data, state.GroupID.ValueString(), u)
					}
				}
			}
			if plan != nil && plumbing.IsSet(plan.GroupID) && !plan.Members.IsUnknown() && plan.UserType.ValueString() == string(access.Employee) {
				s.SetMembers(plan.GroupID.ValueString(), memberUsers(plan.Members))
			}
		}
	}
}

// memberUsers returns the users in a list of members, by id and e-mail address.
func memberUsers(members types.Map) []access.StateUser {
	var users []access.StateUser
	for email, v := range members.Elements() {
		id, _ := v.(types.String)
		users = append(users, access.StateUser{ID: id.ValueString(), Email: email})
	}
	return users
}

// groupsStep is the change by the plan of a list of groups. A destroy keeps groups
// that were added outside this resource.
func (r *userGroupsResource) groupsStep(elsewhere []string) func(plan, state *userGroupsModel) func(*access.Tenant) {
	return func(plan, state *userGroupsModel) func(*access.Tenant) {
		return func(s *access.Tenant) {
			if state != nil && (plan == nil || !plan.UserID.Equal(state.UserID)) {
				for _, id := range plumbing.Strings(state.GroupIDs) {
					if plan != nil || !slices.Contains(elsewhere, id) {
						removeMember(s, r.Data, id, access.StateUser{ID: state.UserID.ValueString()})
					}
				}
			}
			if plan != nil && plumbing.IsSet(plan.UserID) {
				setGroups(s, access.StateUser{ID: plan.UserID.ValueString()}, plan.GroupIDs)
			}
		}
	}
}

// setGroups sets all groups of a user. If one of them is unknown it may be any group,
// so setGroups only adds the known ones.
func setGroups(s *access.Tenant, user access.StateUser, groups types.Set) {
	switch known := plumbing.Strings(groups); {
	case groups.IsNull(), groups.IsUnknown():
	case plumbing.FullyKnown(groups):
		s.SetGroups(user, known)
	default:
		for _, id := range known {
			s.Join(id, user)
		}
	}
}

func userStep(plan, state *userModel) func(*access.Tenant) {
	return func(s *access.Tenant) {
		if state != nil && (plan == nil || !plan.Email.Equal(state.Email)) {
			was := access.StateUser{ID: state.ID.ValueString(), Email: state.Email.ValueString()}
			if plan == nil && state.OnDestroy.ValueString() == onDestroyLock {
				s.Lock(was, true)
			} else {
				s.RemoveUser(was)
			}
		}
		if plan == nil || !plumbing.IsSet(plan.Email) {
			return
		}
		is := access.StateUser{ID: plan.ID.ValueString(), Email: plan.Email.ValueString(), Name: plan.FirstName.ValueString() + " " + plan.LastName.ValueString()}
		if state != nil && !plan.Email.Equal(state.Email) {
			is.ID = "" // another user
		}
		s.AddUser(is)
		setGroups(s, is, plan.GroupIDs)
		if plumbing.IsSet(plan.Locked) {
			s.Lock(is, plan.Locked.ValueBool())
		}
	}
}
