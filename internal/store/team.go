package store

import (
	"context"
	"time"
)

// TeamMember is an account in the team of a tenant. It need not be a User.
type TeamMember struct {
	Tenant    string
	ID        string
	Email     string // as given; compared ignoring case
	Role      string // as access.TeamRole
	Status    string
	CreatedAt time.Time // to the millisecond
	JoinedAt  time.Time // zero while invited
}

// ProductAssignment lets a member of a team use a product.
type ProductAssignment struct {
	Tenant    string
	MemberID  string
	Product   string
	Role      string // in the product; empty if it has no roles
	CreatedAt time.Time

	Permissions []string // in the product
}

// TeamTx stores teams. Once a team has an Owner, it always has exactly one: no
// operation creates a second one or removes the only one.
type TeamTx interface {
	// CreateTeamMember returns ErrExists if the team has a member with that id or
	// e-mail (in any case), or if the new member would be a second Owner, and
	// ErrNotFound if the tenant does not exist.
	CreateTeamMember(ctx context.Context, m TeamMember) error
	// TeamMember returns ErrNotFound if there is none with that id.
	TeamMember(ctx context.Context, tenant, id string) (TeamMember, error)
	// TeamMemberByEmail ignores case. It returns ErrNotFound if there is none.
	TeamMemberByEmail(ctx context.Context, tenant, email string) (TeamMember, error)
	// TeamOwner returns ErrNotFound while the tenant has no team.
	TeamOwner(ctx context.Context, tenant string) (TeamMember, error)
	// TeamMembers lists the tenant's members, ordered by creation time, then id.
	TeamMembers(ctx context.Context, tenant string) ([]TeamMember, error)
	// TeamMembersOf lists the members with that e-mail, ignoring case, in the teams
	// of all tenants, ordered by tenant.
	TeamMembersOf(ctx context.Context, email string) ([]TeamMember, error)
	// UpdateTeamMember updates the member with fn, which receives the stored record
	// and may run more than once. Tenant, ID and CreatedAt stay as they are. It
	// returns ErrNotFound, ErrExists like CreateTeamMember, ErrReferenced if the
	// Owner would no longer be one, or the error of fn; in each case nothing
	// changes.
	UpdateTeamMember(ctx context.Context, tenant, id string, fn func(m *TeamMember) error) error
	// TransferTeam makes one member the Owner in place of another, who gets
	// access.FormerOwnerRole, in one step. It returns ErrConflict if from is not the
	// Owner, and ErrNotFound if to is not a member.
	TransferTeam(ctx context.Context, tenant, from, to string) error
	// DeleteTeamMember removes the member and all its product assignments. It
	// returns ErrNotFound if there is none with that id, and ErrReferenced for the
	// Owner.
	DeleteTeamMember(ctx context.Context, tenant, id string) error

	// PutProductAssignment assigns the product, or changes the role in it. It
	// returns ErrNotFound if the team has no such member.
	PutProductAssignment(ctx context.Context, a ProductAssignment) error
	// ProductAssignments lists those of the tenant, ordered by member id, then
	// product, byte-wise.
	ProductAssignments(ctx context.Context, tenant string) ([]ProductAssignment, error)
	// ProductAssignmentsOf lists those of a member, ordered by product, byte-wise.
	ProductAssignmentsOf(ctx context.Context, tenant, memberID string) ([]ProductAssignment, error)
	// DeleteProductAssignment returns ErrNotFound if the product is not assigned.
	DeleteProductAssignment(ctx context.Context, tenant, memberID, product string) error
	// DeleteProductAssignments removes all of the member's products, if any.
	DeleteProductAssignments(ctx context.Context, tenant, memberID string) error
}
