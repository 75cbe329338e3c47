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

// Assigned returns the role in each product that was assigned, as opposed to held
// as Owner or Admin.
func (m TeamMember) Assigned() map[string]string {
	roles := map[string]string{}
	for _, p := range m.Products {
		if !p.ByTeamRole {
			roles[p.Product] = p.Role
		}
	}
	return roles
}

// HeldProduct is a product that a member may use.
type HeldProduct struct {
	Product    string `json:"product"`
	Role       string `json:"role,omitempty"` // in the product, if it has roles
	ByTeamRole bool   `json:"byTeamRole"`     // held as Owner or Admin, regardless of assignments
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
	ID        string   `json:"id"`
	Label     string   `json:"label"`
	Roles     []string `json:"roles"` // each user of the product has one; empty if there are none
	MemberIDs []string `json:"memberIds"`
}

// ProductAssignment is the body of PUT PathTeamAssignment.
type ProductAssignment struct {
	Role string `json:"role,omitempty"` // required if the product has roles
}

// Organization is a tenant that an account belongs to.
type Organization struct {
	Tenant string          `json:"tenant"`
	Role   access.TeamRole `json:"role,omitempty"` // absent for users who are not in the team
}
