package server_test

import (
	"context"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// withIntegromatMember creates a member of Make that is not pending.
func (b *backend) withIntegromatMember(t *testing.T, userID string) {
	t.Helper()
	err := b.store.CreateMakeMember(t.Context(), store.MakeMember{Tenant: servertest.Tenant, ID: userID, Email: userID + "@acme.example", Present: true})
	if err != nil {
		t.Fatal(err)
	}
}

// What brokenTx breaks of Make.

func (x brokenTx) MakeMembers(ctx context.Context, tenant string) (found []store.MakeMember, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.MakeMembers(ctx, tenant)
}

func (x brokenTx) DeleteMakeMember(ctx context.Context, tenant, userID string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DeleteMakeMember(ctx, tenant, userID)
}

func (x brokenTx) MakeNotices(ctx context.Context, tenant string) (found []store.MakeNotice, err error) {
	if err := x.breakage.next(); err != nil {
		return found, err
	}
	return x.Tx.MakeNotices(ctx, tenant)
}

func (x brokenTx) DropMakeNotices(ctx context.Context, tenant, userID string) error {
	if err := x.breakage.next(); err != nil {
		return err
	}
	return x.Tx.DropMakeNotices(ctx, tenant, userID)
}
