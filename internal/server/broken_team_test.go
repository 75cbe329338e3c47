package server_test

import (
	"context"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// What brokenTx breaks of teams and invitations.

func (x brokenTx) UsersOf(ctx context.Context, email string) (found []store.User, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.UsersOf(ctx, email)
}

func (x brokenTx) RegisterAccount(ctx context.Context, id string, at time.Time) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.RegisterAccount(ctx, id, at)
}

func (x brokenTx) CreateTeamMember(ctx context.Context, m store.TeamMember) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.CreateTeamMember(ctx, m)
}

func (x brokenTx) TeamMember(ctx context.Context, tenant, id string) (found store.TeamMember, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.TeamMember(ctx, tenant, id)
}

func (x brokenTx) TeamMemberByEmail(ctx context.Context, tenant, email string) (found store.TeamMember, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.TeamMemberByEmail(ctx, tenant, email)
}

func (x brokenTx) TeamOwner(ctx context.Context, tenant string) (found store.TeamMember, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.TeamOwner(ctx, tenant)
}

func (x brokenTx) TeamMembers(ctx context.Context, tenant string) (found []store.TeamMember, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.TeamMembers(ctx, tenant)
}

func (x brokenTx) TeamMembersOf(ctx context.Context, email string) (found []store.TeamMember, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.TeamMembersOf(ctx, email)
}

func (x brokenTx) UpdateTeamMember(ctx context.Context, tenant, id string, fn func(m *store.TeamMember) error) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.UpdateTeamMember(ctx, tenant, id, fn)
}

func (x brokenTx) TransferTeam(ctx context.Context, tenant, from, to string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.TransferTeam(ctx, tenant, from, to)
}

func (x brokenTx) DeleteTeamMember(ctx context.Context, tenant, id string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteTeamMember(ctx, tenant, id)
}

func (x brokenTx) PutProductAssignment(ctx context.Context, a store.ProductAssignment) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.PutProductAssignment(ctx, a)
}

func (x brokenTx) ProductAssignments(ctx context.Context, tenant string) (found []store.ProductAssignment, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.ProductAssignments(ctx, tenant)
}

func (x brokenTx) ProductAssignmentsOf(ctx context.Context, tenant, memberID string) (found []store.ProductAssignment, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.ProductAssignmentsOf(ctx, tenant, memberID)
}

func (x brokenTx) DeleteProductAssignment(ctx context.Context, tenant, memberID, product string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteProductAssignment(ctx, tenant, memberID, product)
}

func (x brokenTx) DeleteProductAssignments(ctx context.Context, tenant, memberID string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteProductAssignments(ctx, tenant, memberID)
}

func (x brokenTx) CreateInvitation(ctx context.Context, i store.Invitation) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.CreateInvitation(ctx, i)
}

func (x brokenTx) Invitation(ctx context.Context, tenant, id string) (found store.Invitation, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Invitation(ctx, tenant, id)
}

func (x brokenTx) Invitations(ctx context.Context, tenant string) (found []store.Invitation, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.Invitations(ctx, tenant)
}

func (x brokenTx) UpdateInvitation(ctx context.Context, tenant, id string, fn func(i *store.Invitation) error) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.UpdateInvitation(ctx, tenant, id, fn)
}

func (x brokenTx) AcceptInvitations(ctx context.Context, tenant, subjectID string, at time.Time) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.AcceptInvitations(ctx, tenant, subjectID, at)
}

func (x brokenTx) CloseInvitations(ctx context.Context, tenant, kind, subjectID string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.CloseInvitations(ctx, tenant, kind, subjectID)
}
