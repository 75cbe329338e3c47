package storetest

import (
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var invitationClauses = []clause{
	{"invitations are listed by creation time, then id, byte by byte", proveInvitationsInOrder},
	{"an update of an invitation changes every field but its key and creation", proveUpdateInvitation},
	{"all open invitations of a subject are accepted, and no others", proveAcceptInvitations},
	{"the open invitations of a subject are closed, of one kind, and no others", proveCloseInvitations},
}

func proveInvitationsInOrder(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateTenant(ctx, newTenant("other")))
	ok(t, s.CreateInvitation(ctx, newInvitation("other", "x")))
	for _, id := range shuffled() {
		ok(t, s.CreateInvitation(ctx, newInvitation(tenant, id)))
	}
	first := newInvitation(tenant, "~first")
	first.CreatedAt = later(-1000)
	ok(t, s.CreateInvitation(ctx, first))
	list, err := s.Invitations(ctx, tenant)
	ok(t, err)
	wantSame(t, ids(list, func(i store.Invitation) string { return i.ID }), append([]string{"~first"}, mixed...))
	list, err = s.Invitations(ctx, "nobody")
	ok(t, err)
	wantSame(t, len(list), 0)
}

func proveUpdateInvitation(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	ok(t, s.CreateInvitation(ctx, newInvitation(tenant, "i")))
	ok(t, s.CreateInvitation(ctx, newInvitation(tenant, "other")))
	want := store.Invitation{
		Tenant: "elsewhere", ID: "new id", Kind: store.InvitedUser, SubjectID: "another", Email: "Grace@Example.com", Sent: 7,
		CreatedAt: later(100), ExpiresAt: later(101), ResentAt: later(102), SentAt: later(103),
	}
	ok(t, s.UpdateInvitation(ctx, tenant, "i", func(i *store.Invitation) error {
		wantSame(t, *i, newInvitation(tenant, "i"))
		*i = want
		return nil
	}))
	want.Tenant, want.ID, want.CreatedAt = tenant, "i", newInvitation(tenant, "i").CreatedAt
	wantErr(t, s.UpdateInvitation(ctx, tenant, "i", func(i *store.Invitation) error {
		i.Sent = 8
		return errOfTest
	}), errOfTest)
	got, err := s.Invitation(ctx, tenant, "i")
	ok(t, err)
	wantSame(t, got, want)
	got, err = s.Invitation(ctx, tenant, "other")
	ok(t, err)
	wantSame(t, got, newInvitation(tenant, "other"))
	wantErr(t, s.UpdateInvitation(ctx, tenant, "nothing", nil), store.ErrNotFound)
	wantErr(t, s.UpdateInvitation(ctx, "nobody", "i", nil), store.ErrNotFound)
}

// withInvitations creates invitations that each differ in one thing from the open
// invitation of the user "subject", and returns when they were accepted.
func withInvitations(t *testing.T, s store.Store) map[string]time.Time {
	t.Helper()
	ok(t, s.CreateTenant(t.Context(), newTenant("acme")))
	ok(t, s.CreateTenant(t.Context(), newTenant("other")))
	accepted := map[string]time.Time{}
	for id, change := range map[string]func(i *store.Invitation){
		"open":              func(*store.Invitation) {},
		"of a member":       func(i *store.Invitation) { i.Kind = store.InvitedMember },
		"of another":        func(i *store.Invitation) { i.SubjectID = "Subject" },
		"accepted":          func(i *store.Invitation) { i.AcceptedAt = later(50) },
		"of another tenant": func(i *store.Invitation) { i.Tenant = "other" },
	} {
		i := newInvitation("acme", id)
		i.Kind, i.SubjectID, i.AcceptedAt = store.InvitedUser, "subject", time.Time{}
		change(&i)
		ok(t, s.CreateInvitation(t.Context(), i))
		accepted[id] = i.AcceptedAt
	}
	return accepted
}

func wantAccepted(t *testing.T, s store.Store, want map[string]time.Time) {
	t.Helper()
	got := map[string]time.Time{}
	for _, tenant := range []string{"acme", "other"} {
		list, err := s.Invitations(t.Context(), tenant)
		ok(t, err)
		for _, i := range list {
			got[i.ID] = i.AcceptedAt
		}
	}
	wantSame(t, got, want)
}

func proveAcceptInvitations(t *testing.T, s store.Store) {
	ctx := t.Context()
	want := withInvitations(t, s)
	ok(t, s.AcceptInvitations(ctx, "acme", "nobody", later(60)))
	wantAccepted(t, s, want)
	ok(t, s.AcceptInvitations(ctx, "acme", "subject", later(60)))
	want["open"], want["of a member"] = later(60), later(60)
	wantAccepted(t, s, want)
	ok(t, s.AcceptInvitations(ctx, "acme", "subject", later(70)))
	wantAccepted(t, s, want)
}

func proveCloseInvitations(t *testing.T, s store.Store) {
	ctx := t.Context()
	want := withInvitations(t, s)
	for range 2 {
		ok(t, s.CloseInvitations(ctx, "acme", store.InvitedUser, "subject"))
		delete(want, "open")
		wantAccepted(t, s, want)
	}
}
