package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// Not even a direct statement leaves a team with two Owners or with none.
func TestTeam_ownerInDatabase(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		s, ctx := openDSN(t, dsn), t.Context()
		err := errors.Join(
			s.CreateTenant(ctx, store.Tenant{Name: "acme"}),
			s.CreateTeamMember(ctx, store.TeamMember{Tenant: "acme", ID: "one", Email: "one@acme.example", Role: "owner", Status: "active"}),
			s.CreateTeamMember(ctx, store.TeamMember{Tenant: "acme", ID: "two", Email: "two@acme.example", Role: "member", Status: "active"}),
		)
		if err != nil {
			t.Fatal(err)
		}
		db := sqltest.RawDB(t, dsn)
		for _, statement := range []string{
			`DELETE FROM team_member WHERE id = 'one'`,
			`DELETE FROM team_member`,
			`UPDATE team_member SET role = 'admin' WHERE id = 'one'`,
			`UPDATE team_member SET role = 'owner' WHERE id = 'two'`,
			`UPDATE team_member SET role = 'king' WHERE id = 'two'`,
			`UPDATE team_owner SET member_id = 'two'`,
			`UPDATE team_owner SET member_id = 'three'`,
			`INSERT INTO team_member SELECT tenant, 'three', 'c', 'c', 'owner', status, 0, 0 FROM team_member WHERE id = 'one'`,
		} {
			if _, err := db.ExecContext(ctx, statement); err == nil {
				t.Errorf("%s was possible", statement)
			}
		}
		m, err := s.TeamOwner(ctx, "acme")
		if list, listErr := s.TeamMembers(ctx, "acme"); err != nil || listErr != nil || m.ID != "one" || len(list) != 2 {
			t.Errorf("the Owner is %+v (%v) of %+v (%v)", m, err, list, listErr)
		}
	})
}

// A tenant of an older program gets a team: its first administrator is the Owner,
// otherwise the user who would be the Owner of a new tenant. Unconfirmed users
// have an invitation.
func TestOpen_version1Team(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		sqltest.FillVersion1(t, dsn)
		const group = "1gr5e52e-6e27-4ac5-9471-2467d3fb7503"
		sqltest.Run(
			t, sqltest.RawDB(t, dsn),
			`INSERT INTO tenant VALUES ('nobody', 7), ('known', 8), ('three', 9)`,
			`INSERT INTO account VALUES ('k', 'Owner@Known.example', 'owner@known.example', 1)`,
			`INSERT INTO user_group SELECT 'three', id, name, description, code, user_type, vendor_id, legal_entity_id, access_controls, templates, restrictions, mixins, predefined, version, created_at, modified_at
				FROM user_group WHERE tenant = 'acme' AND id = '`+group+`'`,
			`INSERT INTO tenant_user SELECT 'three', n.id, first_name, last_name, n.id || '@Three.example', n.id || '@three.example', department, preferred_site, preferred_currency, preferred_language, n.id, 'ACTIVE', locked, n.made, last_login
				FROM tenant_user, (SELECT 'c' AS id, 30 AS made UNION SELECT 'b', 20 UNION SELECT 'a', 10) n WHERE email_key = 'ada@acme.example'`,
			`INSERT INTO assignment VALUES ('three', '1', '`+group+`', 'c', 'EMPLOYEE', 1), ('three', '2', '`+group+`', 'b', 'EMPLOYEE', 2)`,
		)
		s, ctx := openDSN(t, dsn), t.Context()
		for tenant, want := range map[string]store.TeamMember{
			"acme":   {ID: "da0170a8-6595-448d-b03b-be050b8e600c", Email: "owner@acme.example", CreatedAt: time.UnixMilli(1795319392591).UTC()},
			"globex": {ID: "ca2dd92e-c013-4ca5-ade4-9154a0e12f63", Email: "owner@globex.example", CreatedAt: time.UnixMilli(1795319392596).UTC()},
			"nobody": {ID: "owner-nobody", Email: "owner@nobody.example", CreatedAt: time.UnixMilli(7).UTC()},
			"known":  {ID: "k", Email: "Owner@Known.example", CreatedAt: time.UnixMilli(8).UTC()},
			"three":  {ID: "b", Email: "b@Three.example", CreatedAt: time.UnixMilli(9).UTC()},
		} {
			want.Tenant, want.Role, want.Status, want.JoinedAt = tenant, "owner", "active", want.CreatedAt
			list, err := s.TeamMembers(ctx, tenant)
			if err != nil || len(list) != 1 || list[0] != want {
				t.Errorf("got %+v (%v), want %+v", list, err, want)
			}
			if err := s.DeleteTeamMember(ctx, tenant, want.ID); !errors.Is(err, store.ErrReferenced) {
				t.Errorf("removing the Owner of %s: %v", tenant, err)
			}
			if a, err := s.AccountByEmail(ctx, want.Email); tenant != "three" && (err != nil || a.ID != want.ID) {
				t.Errorf("the account of %s is %+v (%v)", want.Email, a, err)
			}
		}
		list, err := s.Invitations(ctx, "acme")
		made := time.UnixMilli(1795319394844).UTC()
		want := store.Invitation{
			Tenant: "acme", ID: "93ccd352-8f50-40c5-9893-5dffc317b0b2", Kind: store.InvitedUser, SubjectID: "93ccd352-8f50-40c5-9893-5dffc317b0b2",
			Email: "Ada@acme.example", Sent: 1, CreatedAt: made, ExpiresAt: made.Add(7 * 24 * time.Hour),
		}
		if err != nil || len(list) != 1 || list[0] != want {
			t.Errorf("got %+v (%v), want %+v", list, err, want)
		}
	})
}
