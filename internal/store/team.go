package store

import (
	"context"
	"time"
)

// TeamMember is an account in the team of a tenant. It need not be a User.
type TeamMember struct {
	Tenant    string
	ID        string
	Email     string // as given; compared without case
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
	Role      string // in the product; empty where it has none
	CreatedAt time.Time
}

// TeamTx keeps teams. A team has one Owner from its first one on: no operation
// makes a second, or leaves the team without.
type TeamTx interface {
	// CreateTeamMember answers ErrExists when the team has a member of that id
	// or e-mail (in any case), or the new one is to be a second Owner, and
	// ErrNotFound when the tenant does not exist.
	CreateTeamMember(ctx context.Context, m TeamMember) error
	// TeamMember answers ErrNotFound when there is none of that id.
	TeamMember(ctx context.Context, tenant, id string) (TeamMember, error)
	// TeamMemberByEmail compares without case. It answers ErrNotFound when
	// there is none.
	TeamMemberByEmail(ctx context.Context, tenant, email string) (TeamMember, error)
	// TeamOwner answers ErrNotFound while the tenant has no team.
	TeamOwner(ctx context.Context, tenant string) (TeamMember, error)
	// TeamMembers lists the tenant's members by creation time, then id.
	TeamMembers(ctx context.Context, tenant string) ([]TeamMember, error)
	// TeamMembersOf lists the members with that e-mail, compared without case,
	// in the teams of all tenants, by tenant.
	TeamMembersOf(ctx context.Context, email string) ([]TeamMember, error)
	// UpdateTeamMember changes the member by fn, which may run more than once
	// and sees the stored one. Tenant, ID and CreatedAt stay as they are. It
	// answers ErrNotFound, ErrExists as CreateTeamMember does, ErrReferenced
	// when the Owner would no longer be one, or the error of fn; then nothing
	// changes.
	UpdateTeamMember(ctx context.Context, tenant, id string, fn func(m *TeamMember) error) error
	// TransferTeam makes one member the Owner in the place of another, who gets
	// access.FormerOwnerRole, in one step. It answers ErrConflict when from is
	// not the Owner, and ErrNotFound when to is no member.
	TransferTeam(ctx context.Context, tenant, from, to string) error
	// DeleteTeamMember removes the member and all its product assignments. It
	// answers ErrNotFound when there is none of that id, and ErrReferenced for
	// the Owner.
	DeleteTeamMember(ctx context.Context, tenant, id string) error

	// PutProductAssignment assigns the product, or changes the role in it. It
	// answers ErrNotFound when the team has no such member.
	PutProductAssignment(ctx context.Context, a ProductAssignment) error
	// ProductAssignments lists the tenant's by member id, then product, byte
	// by byte.
	ProductAssignments(ctx context.Context, tenant string) ([]ProductAssignment, error)
	// ProductAssignmentsOf lists a member's by product, byte by byte.
	ProductAssignmentsOf(ctx context.Context, tenant, memberID string) ([]ProductAssignment, error)
	// DeleteProductAssignment answers ErrNotFound when the product is not
	// assigned.
	DeleteProductAssignment(ctx context.Context, tenant, memberID, product string) error
	// DeleteProductAssignments takes every product away; there may be none.
	DeleteProductAssignments(ctx context.Context, tenant, memberID string) error
}
