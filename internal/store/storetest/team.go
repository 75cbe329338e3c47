package storetest

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

var teamClauses = []clause{
	{"an e-mail is in a team once, in any case", proveTeamEmail},
	{"a team has one Owner at most", proveSecondOwner},
	{"a member is found by e-mail in any case, and keeps it as given", proveTeamMemberByEmail},
	{"the members of a team are listed by creation time, then id, byte by byte", proveTeamInOrder},
	{"the memberships of an e-mail are listed over all tenants, by tenant", proveTeamMembersOf},
	{"an update of a member changes every field but its key and creation", proveUpdateTeamMember},
	{"an update neither takes the ownership nor gives it", proveUpdateOwner},
	{"a transfer makes one member the Owner and the former Owner an Admin, and nobody else anything", proveTransfer},
	{"a transfer from whom is not the Owner, or to nobody, is refused", proveTransferRefused},
	{"a transfer in a transaction that fails has not happened", proveTransferUndone},
	{"a removed member is gone with its products, and no one else's", proveDeleteTeamMember},
	{"the Owner is not removed", proveDeleteOwner},
}

var productClauses = []clause{
	{"every field of a product assignment comes back as it was given", proveProductRoundTrip},
	{"a product that is assigned again gets the role and the permissions, and keeps when it was assigned", proveProductAgain},
	{"a product is assigned to members only", proveProductMember},
	{"product assignments are listed by member, then product, byte by byte", proveProductsInOrder},
	{"a product is taken away, and no other one", proveDeleteProduct},
}

// roles are the roles of a team by member.
func roles(t *testing.T, s store.Store, tenant string) map[string]string {
	t.Helper()
	list, err := s.TeamMembers(t.Context(), tenant)
	ok(t, err)
	byID := map[string]string{}
	for _, m := range list {
		byID[m.ID] = m.Role
	}
	return byID
}

func proveTeamEmail(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "one")
	withTeam(t, s, "two")
	m := newTeamMember("one", "m")
	m.Email = "Zoë@Example.com"
	ok(t, s.CreateTeamMember(ctx, m))
	again := m
	again.ID = "another"
	for _, email := range []string{m.Email, strings.ToLower(m.Email), strings.ToUpper(m.Email)} {
		again.Email = email
		wantErr(t, s.CreateTeamMember(ctx, again), store.ErrExists)
	}
	again.Tenant = "two"
	ok(t, s.CreateTeamMember(ctx, again))
}

func proveSecondOwner(t *testing.T, s store.Store) {
	ctx := t.Context()
	_, err := s.TeamOwner(ctx, "one")
	wantErr(t, err, store.ErrNotFound)
	withTeam(t, s, "one")
	withTeam(t, s, "two")
	second := newTeamMember("one", "second")
	second.Role = "owner"
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error { // which goes on after the refusal
		wantErr(t, tx.CreateTeamMember(ctx, second), store.ErrExists)
		return tx.CreateTeamMember(ctx, newTeamMember("one", "c"))
	}))
	wantSame(t, roles(t, s, "one"), map[string]string{"owner": "owner", "a": "member", "b": "member", "c": "member"})
	for _, tenant := range []string{"one", "two"} {
		got, err := s.TeamOwner(ctx, tenant)
		ok(t, err)
		wantSame(t, got.ID, "owner")
	}
}

func proveTeamMemberByEmail(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "one")
	withTeam(t, s, "two")
	want := newTeamMember("one", "m")
	want.Email = "Zoë.Ångström@Example.com"
	ok(t, s.CreateTeamMember(ctx, want))
	for _, email := range []string{want.Email, strings.ToLower(want.Email), strings.ToUpper(want.Email)} {
		got, err := s.TeamMemberByEmail(ctx, "one", email)
		ok(t, err)
		wantSame(t, got, want)
		_, err = s.TeamMemberByEmail(ctx, "two", email)
		wantErr(t, err, store.ErrNotFound)
	}
}

func proveTeamInOrder(t *testing.T, s store.Store) {
	ctx, tenant := t.Context(), withTenant(t, s)
	withTeam(t, s, "other")
	for _, id := range shuffled() {
		ok(t, s.CreateTeamMember(ctx, newTeamMember(tenant, id)))
	}
	first := newTeamMember(tenant, "~first")
	first.CreatedAt = later(-1000)
	ok(t, s.CreateTeamMember(ctx, first))
	list, err := s.TeamMembers(ctx, tenant)
	ok(t, err)
	wantSame(t, ids(list, func(m store.TeamMember) string { return m.ID }), append([]string{"~first"}, mixed...))
	wantSame(t, list[0], first)
	list, err = s.TeamMembers(ctx, "nobody")
	ok(t, err)
	wantSame(t, len(list), 0)
}

func proveTeamMembersOf(t *testing.T, s store.Store) {
	ctx := t.Context()
	var want []store.TeamMember
	for _, tenant := range []string{"Two", "one", "three"} { // byte by byte
		withTeam(t, s, tenant)
		m := newTeamMember(tenant, "of "+tenant)
		m.Email = "Zoë@Example.com"
		want = append(want, m)
	}
	for _, i := range []int{2, 0, 1} {
		ok(t, s.CreateTeamMember(ctx, want[i]))
	}
	got, err := s.TeamMembersOf(ctx, "ZOË@example.COM")
	ok(t, err)
	wantSame(t, got, want)
	got, err = s.TeamMembersOf(ctx, "zoe@example.com")
	ok(t, err)
	wantSame(t, len(got), 0)
}

func proveUpdateTeamMember(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	want := store.TeamMember{Tenant: "elsewhere", ID: "new id", Email: "Grace@Example.com", Role: "billing_contact", Status: "invited", CreatedAt: later(100)}
	ok(t, s.UpdateTeamMember(ctx, "acme", "a", func(m *store.TeamMember) error {
		wantSame(t, *m, newTeamMember("acme", "a"))
		*m = want
		return nil
	}))
	want.Tenant, want.ID, want.CreatedAt = "acme", "a", newTeamMember("acme", "a").CreatedAt
	got, err := s.TeamMemberByEmail(ctx, "acme", "grace@example.com")
	ok(t, err)
	wantSame(t, got, want)
	wantErr(t, s.UpdateTeamMember(ctx, "acme", "a", func(m *store.TeamMember) error {
		m.Role = "admin"
		return errOfTest
	}), errOfTest)
	wantErr(t, s.UpdateTeamMember(ctx, "acme", "a", func(m *store.TeamMember) error {
		m.Email = strings.ToUpper(newTeamMember("acme", "b").Email)
		return nil
	}), store.ErrExists)
	for id, tenant := range map[string]string{"A": "acme", "nobody": "acme", "a": "other"} {
		wantErr(t, s.UpdateTeamMember(ctx, tenant, id, nil), store.ErrNotFound)
	}
	got, err = s.TeamMember(ctx, "acme", "a")
	ok(t, err)
	wantSame(t, got, want)
}

func proveUpdateOwner(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	be := func(role string) func(m *store.TeamMember) error {
		return func(m *store.TeamMember) error {
			m.Role = role
			return nil
		}
	}
	ok(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error { // which goes on after the refusals
		wantErr(t, tx.UpdateTeamMember(ctx, "acme", "owner", be("admin")), store.ErrReferenced)
		wantErr(t, tx.UpdateTeamMember(ctx, "acme", "a", be("owner")), store.ErrExists)
		return tx.UpdateTeamMember(ctx, "acme", "b", be("admin"))
	}))
	ok(t, s.UpdateTeamMember(ctx, "acme", "owner", func(m *store.TeamMember) error {
		m.Email = "new@example.com"
		return nil
	}))
	wantSame(t, roles(t, s, "acme"), map[string]string{"owner": "owner", "a": "member", "b": "admin"})
}

func proveTransfer(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	withTeam(t, s, "other")
	ok(t, s.TransferTeam(ctx, "acme", "owner", "a"))
	wantSame(t, roles(t, s, "acme"), map[string]string{"owner": "admin", "a": "owner", "b": "member"})
	ok(t, s.TransferTeam(ctx, "acme", "a", "a"))
	ok(t, s.TransferTeam(ctx, "acme", "a", "b"))
	wantSame(t, roles(t, s, "acme"), map[string]string{"owner": "admin", "a": "admin", "b": "owner"})
	wantSame(t, roles(t, s, "other"), map[string]string{"owner": "owner", "a": "member", "b": "member"})
	got, err := s.TeamMember(ctx, "acme", "b")
	ok(t, err)
	want := newTeamMember("acme", "b")
	want.Role = "owner"
	wantSame(t, got, want)
	ok(t, s.DeleteTeamMember(ctx, "acme", "a"))
	ok(t, s.DeleteTeamMember(ctx, "acme", "owner"))
	wantErr(t, s.DeleteTeamMember(ctx, "acme", "b"), store.ErrReferenced)
}

func proveTransferRefused(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	withTeam(t, s, "other")
	ok(t, s.CreateTeamMember(ctx, newTeamMember("other", "elsewhere")))
	wantErr(t, s.TransferTeam(ctx, "acme", "a", "b"), store.ErrConflict)
	wantErr(t, s.TransferTeam(ctx, "acme", "nobody", "b"), store.ErrConflict)
	wantErr(t, s.TransferTeam(ctx, "acme", "a", "owner"), store.ErrConflict)
	wantErr(t, s.TransferTeam(ctx, "acme", "owner", "nobody"), store.ErrNotFound)
	wantErr(t, s.TransferTeam(ctx, "acme", "owner", "elsewhere"), store.ErrNotFound)
	wantErr(t, s.TransferTeam(ctx, "nothing", "owner", "a"), store.ErrNotFound)
	wantSame(t, roles(t, s, "acme"), map[string]string{"owner": "owner", "a": "member", "b": "member"})
}

func proveTransferUndone(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	wantErr(t, s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		ok(t, tx.TransferTeam(ctx, "acme", "owner", "a"))
		ok(t, tx.DeleteTeamMember(ctx, "acme", "owner"))
		return errOfTest
	}), errOfTest)
	wantSame(t, roles(t, s, "acme"), map[string]string{"owner": "owner", "a": "member", "b": "member"})
}

func proveDeleteTeamMember(t *testing.T, s store.Store) {
	ctx := t.Context()
	for _, tenant := range []string{"one", "two"} {
		withTeam(t, s, tenant)
		for _, id := range []string{"a", "b"} {
			ok(t, s.PutProductAssignment(ctx, newProductAssignment(tenant, id, "bot_runner")))
		}
	}
	ok(t, s.DeleteTeamMember(ctx, "one", "a"))
	wantErr(t, s.DeleteTeamMember(ctx, "one", "a"), store.ErrNotFound)
	_, err := s.TeamMember(ctx, "one", "a")
	wantErr(t, err, store.ErrNotFound)
	list, err := s.ProductAssignments(ctx, "one")
	ok(t, err)
	wantSame(t, list, []store.ProductAssignment{newProductAssignment("one", "b", "bot_runner")})
	list, err = s.ProductAssignments(ctx, "two")
	ok(t, err)
	wantSame(t, len(list), 2)
	ok(t, s.CreateTeamMember(ctx, newTeamMember("one", "a")))
	list, err = s.ProductAssignmentsOf(ctx, "one", "a")
	ok(t, err)
	wantSame(t, len(list), 0)
}

func proveDeleteOwner(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	ok(t, s.PutProductAssignment(ctx, newProductAssignment("acme", "owner", "bot_runner")))
	wantErr(t, s.DeleteTeamMember(ctx, "acme", "owner"), store.ErrReferenced)
	list, err := s.ProductAssignmentsOf(ctx, "acme", "owner")
	ok(t, err)
	wantSame(t, len(list), 1)
	wantSame(t, roles(t, s, "acme")["owner"], "owner")
}

// proveSharedTransfer transfers the ownership, but only from the first Owner.
func proveSharedTransfer(t *testing.T, one, two store.Store) {
	ctx := t.Context()
	withTeam(t, one, "acme")
	var calls, won atomic.Int64
	alternately(t, one, two, func(s store.Store) error {
		err := s.TransferTeam(ctx, "acme", "owner", []string{"a", "b"}[calls.Add(1)/2%2])
		if err == nil {
			won.Add(1)
		} else if !errors.Is(err, store.ErrConflict) {
			return err
		}
		owners := 0
		for _, role := range roles(t, s, "acme") {
			if role == "owner" {
				owners++
			}
		}
		wantSame(t, owners, 1)
		return nil
	})
	wantSame(t, won.Load(), 1)
}

func proveProductRoundTrip(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	want := newProductAssignment("acme", "a", "some product")
	wantNoZero(t, want)
	ok(t, s.PutProductAssignment(ctx, want))
	got, err := s.ProductAssignmentsOf(ctx, "acme", "a")
	ok(t, err)
	wantSame(t, got, []store.ProductAssignment{want})
}

func proveProductAgain(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	want := newProductAssignment("acme", "a", "p")
	other := newProductAssignment("acme", "a", "P")
	ok(t, s.PutProductAssignment(ctx, want))
	ok(t, s.PutProductAssignment(ctx, other))
	again := want
	again.Role, again.Permissions, again.CreatedAt = "admin", nil, later(1000)
	ok(t, s.PutProductAssignment(ctx, again))
	want.Role, want.Permissions = "admin", nil
	got, err := s.ProductAssignmentsOf(ctx, "acme", "a")
	ok(t, err)
	wantSame(t, got, []store.ProductAssignment{other, want})
}

func proveProductMember(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	withTeam(t, s, "other")
	ok(t, s.CreateTeamMember(ctx, newTeamMember("other", "elsewhere")))
	for _, id := range []string{"nobody", "A", "elsewhere"} {
		wantErr(t, s.PutProductAssignment(ctx, newProductAssignment("acme", id, "p")), store.ErrNotFound)
	}
	wantErr(t, s.PutProductAssignment(ctx, newProductAssignment("nothing", "a", "p")), store.ErrNotFound)
}

func proveProductsInOrder(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	withTeam(t, s, "other")
	ok(t, s.PutProductAssignment(ctx, newProductAssignment("other", "a", "p")))
	var want []store.ProductAssignment
	for _, id := range []string{"a", "b"} {
		for _, product := range mixed {
			want = append(want, newProductAssignment("acme", id, product))
		}
	}
	for i := range want { // last to first
		ok(t, s.PutProductAssignment(ctx, want[len(want)-1-i]))
	}
	got, err := s.ProductAssignments(ctx, "acme")
	ok(t, err)
	wantSame(t, got, want)
	got, err = s.ProductAssignmentsOf(ctx, "acme", "b")
	ok(t, err)
	wantSame(t, got, want[len(mixed):])
}

func proveDeleteProduct(t *testing.T, s store.Store) {
	ctx := t.Context()
	withTeam(t, s, "acme")
	withTeam(t, s, "other")
	for _, a := range []store.ProductAssignment{
		newProductAssignment("acme", "a", "p"), newProductAssignment("acme", "a", "q"), newProductAssignment("acme", "b", "p"), newProductAssignment("other", "a", "p"),
	} {
		ok(t, s.PutProductAssignment(ctx, a))
	}
	ok(t, s.DeleteProductAssignment(ctx, "acme", "a", "p"))
	wantErr(t, s.DeleteProductAssignment(ctx, "acme", "a", "p"), store.ErrNotFound)
	wantErr(t, s.DeleteProductAssignment(ctx, "acme", "a", "Q"), store.ErrNotFound)
	got, err := s.ProductAssignments(ctx, "acme")
	ok(t, err)
	wantSame(t, got, []store.ProductAssignment{newProductAssignment("acme", "a", "q"), newProductAssignment("acme", "b", "p")})
	ok(t, s.DeleteProductAssignments(ctx, "acme", "a"))
	ok(t, s.DeleteProductAssignments(ctx, "acme", "a"))
	got, err = s.ProductAssignments(ctx, "acme")
	ok(t, err)
	wantSame(t, got, []store.ProductAssignment{newProductAssignment("acme", "b", "p")})
	got, err = s.ProductAssignments(ctx, "other")
	ok(t, err)
	wantSame(t, len(got), 1)
}
