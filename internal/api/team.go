package api

import "github.com/access-config/terraform-provider-iam/internal/access"

// TeamStatus is whether a member has joined the team.
type TeamStatus string

// The statuses of a member.
const (
	MemberInvited TeamStatus = "invited"
	MemberActive  TeamStatus = "active"
)

// TeamMember is an account in the team of a tenant, as returned by the API. If
// the account is also a User of the tenant, both have the same id.
type TeamMember struct {
	ID        string          `json:"id"`
	Email     string          `json:"email"`
	Role      access.TeamRole `json:"role"`
	Status    TeamStatus      `json:"status"`
	CreatedAt string          `json:"createdAt"`          // RFC 3339
	JoinedAt  string          `json:"joinedAt,omitempty"` // absent while invited
	Products  []HeldProduct   `json:"products"`
}

// ProductRoles returns the role in each product that the member may use; "" if
// the product has no roles.
func (m TeamMember) ProductRoles() map[string]string {
	roles := map[string]string{}
	for _, p := range m.Products {
		roles[p.Product] = p.Role
	}
	return roles
}

// Access converts the member for the rules, with the products that were assigned, as
// opposed to held as Owner or Admin.
func (m TeamMember) Access() access.TeamMember {
	assigned := map[string]access.Assignment{}
	for _, p := range m.Products {
		if !p.ByTeamRole {
			assigned[p.Product] = access.Assignment{Role: p.Role, Permissions: p.Permissions}
		}
	}
	return access.TeamMember{Role: m.Role, Assigned: assigned}
}

// Abilities returns what the member may do: nothing before joining the team, and nothing
// if the user with the same account is locked.
func (m TeamMember) Abilities(locked bool) []string {
	if locked || m.Status != MemberActive {
		return nil
	}
	return m.Access().Abilities()
}

// HeldProduct is a product that a member may use.
type HeldProduct struct {
	Product     string   `json:"product"`
	Role        string   `json:"role,omitempty"`        // in the product, if it has roles
	Permissions []string `json:"permissions,omitempty"` // in the product, sorted
	ByTeamRole  bool     `json:"byTeamRole"`            // held as Owner or Admin, regardless of assignments
}

// TeamMemberCreate is the body of POST PathTeamMembers.
type TeamMemberCreate struct {
	Email string          `json:"email"`
	Role  access.TeamRole `json:"role"`
}

// TeamMemberUpdate is the body of PUT PathTeamMember.
type TeamMemberUpdate struct {
	Role access.TeamRole `json:"role"`
}

// TeamTransfer is the body of PUT PathTeamOwner. If FormerOwnerID is set and that
// member is not the Owner, the response is 409.
type TeamTransfer struct {
	MemberID      string `json:"memberId"`
	FormerOwnerID string `json:"formerOwnerId,omitempty"`
}

// TeamProduct is a product that members may use.
type TeamProduct struct {
	ID          string   `json:"id"`
	Label       string   `json:"label"`
	Roles       []string `json:"roles"`       // each user of the product has one; empty if there are none
	Permissions []string `json:"permissions"` // can be given to single users; empty if there are none
	Predefined  bool     `json:"predefined"`  // every team has it
	MemberIDs   []string `json:"memberIds"`
}

// Access converts the product for the rules.
func (p TeamProduct) Access() access.TeamProduct {
	return access.TeamProduct{ID: p.ID, Label: p.Label, Roles: p.Roles, Permissions: p.Permissions}
}

// TeamProductUpdate is the body of PUT PathTeamProduct.
type TeamProductUpdate struct {
	Label string   `json:"label"`
	Roles []string `json:"roles,omitempty"` // the one with all rights first
}

// ProductAssignment is the body of PUT PathTeamAssignment.
type ProductAssignment struct {
	Role        string   `json:"role,omitempty"` // required if the product has roles
	Permissions []string `json:"permissions,omitempty"`
}

// TeamInvitations is the body of POST PathTeamInvitations: all the people join or are
// invited, or nobody.
type TeamInvitations struct {
	Emails string          `json:"emails"` // as ParseEmails reads it
	Role   access.TeamRole `json:"role"`
}

// TeamInvited is one of the people whom POST PathTeamInvitations has invited.
type TeamInvited struct {
	ID     string     `json:"id"`
	Email  string     `json:"email"`
	Status TeamStatus `json:"status"`
}

// Organization is a tenant that an account belongs to.
type Organization struct {
	Tenant string          `json:"tenant"`
	Role   access.TeamRole `json:"role,omitempty"` // absent for users who are not in the team
}
