package cli_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// Of transfers from one Owner at the same time, through two processes, exactly
// one wins.
func TestProcesses_transfer(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		two, db := twoProcesses(t, dsn), sqltest.RawDB(t, dsn)
		const each = 4
		var heirs []string
		for i := range 2 * each {
			id, err := joinTeam(t.Context(), two[i%2].Client, fmt.Sprintf("heir%d@acme.example", i), access.RoleMember)
			if err != nil {
				t.Fatal(err)
			}
			heirs = append(heirs, id)
		}
		for range 5 {
			owner, err := two[0].TeamOwner(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			others := slices.DeleteFunc(slices.Clone(heirs), func(id string) bool { return id == owner.ID })
			won := race(t, two, each, func(p *process, caller int) error {
				return p.TransferTeam(t.Context(), api.TeamTransfer{MemberID: others[caller%len(others)], FormerOwnerID: owner.ID})
			})
			// The last caller may have the same heir as the first: then both get a success.
			if len(others) == 2*each && won != 1 || won < 1 || won > 2 {
				t.Errorf("%d transfers won", won)
			}
			oneOwner(t, two, db)
			if former, err := two[1].TeamMember(t.Context(), owner.ID); err != nil || former.Role != access.RoleAdmin {
				t.Errorf("the former Owner is %+v, %v", former, err)
			}
		}
	})
}

// joinTeam invites someone and accepts.
func joinTeam(ctx context.Context, c *client.Client, email string, role access.TeamRole) (string, error) {
	id, err := c.InviteTeamMember(ctx, api.TeamMemberCreate{Email: email, Role: role})
	if err != nil {
		return "", err
	}
	return id, acceptFor(ctx, c, id)
}

// acceptFor accepts an open invitation of the member, if there is one.
func acceptFor(ctx context.Context, c *client.Client, id string) error {
	list, err := c.Invitations(ctx)
	if err != nil {
		return err
	}
	for _, i := range list {
		if i.SubjectID == id && i.Status == api.InvitationPending {
			return c.AcceptInvitation(ctx, i.ID)
		}
	}
	return nil
}

// oneOwner counts the Owners in the database and over both processes.
func oneOwner(t *testing.T, two [2]*process, db *sql.DB) {
	t.Helper()
	var count int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM team_member WHERE tenant = 'acme' AND role = 'owner'").Scan(&count); err != nil || count != 1 {
		t.Errorf("the database has %d Owners, %v", count, err)
	}
	for _, p := range two {
		if n, err := owners(t.Context(), p.Client); err != nil || n != 1 {
			t.Errorf("%s shows %d Owners, %v", p.url, n, err)
		}
	}
}

func owners(ctx context.Context, c *client.Client) (n int, err error) {
	members, err := c.TeamMembers(ctx)
	for _, m := range members {
		if m.Role == access.RoleOwner {
			n++
		}
	}
	return n, err
}

// Whatever happens to a team at the same time, through two processes, it has
// exactly one Owner, and whoever looks meanwhile sees one.
func TestProcesses_team(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		two, db := twoProcesses(t, dsn), sqltest.RawDB(t, dsn)
		const callers, batches, operations = 8, 5, 1000
		done := map[string]int{}
		var mu sync.Mutex
		for batch := range batches {
			var group sync.WaitGroup
			for caller := range callers {
				random := rand.New(rand.NewPCG(uint64(batch), uint64(caller)))
				group.Go(func() {
					for i := range operations / batches / callers {
						p := two[(caller+i)%2].Client
						name, err := randomOperation(t.Context(), p, random)
						switch {
						case err == nil:
							mu.Lock()
							done[name]++
							mu.Unlock()
						case !client.IsConflict(err) && !client.IsNotFound(err):
							t.Errorf("%s: %v", name, err)
						}
						if n, err := owners(t.Context(), p); i%4 == 0 && (err != nil || n != 1) {
							t.Errorf("in between there are %d Owners, %v", n, err)
						}
					}
				})
			}
			group.Wait()
			oneOwner(t, two, db)
		}
		for _, name := range []string{"invite", "accept", "change role", "transfer", "remove", "assign", "unassign"} {
			if done[name] < 5 {
				t.Errorf("%s succeeded %d times: the test proves too little; all are %v", name, done[name], done)
			}
		}
	})
}

// randomOperation changes something about a member, be it possible or not.
func randomOperation(ctx context.Context, c *client.Client, random *rand.Rand) (name string, err error) {
	members, err := c.TeamMembers(ctx)
	if err != nil {
		return "list", err
	}
	m := members[random.IntN(len(members))]
	roles := append(access.GivenRoles(), access.RoleOwner)
	role := roles[random.IntN(len(roles))]
	product := access.PredefinedProducts()[random.IntN(len(access.PredefinedProducts()))]
	switch random.IntN(12) {
	case 0, 1:
		_, err = c.InviteTeamMember(ctx, api.TeamMemberCreate{Email: fmt.Sprintf("m%d@acme.example", random.IntN(20)), Role: role})
		return "invite", err
	case 2, 3:
		return "accept", acceptFor(ctx, c, m.ID)
	case 4:
		return "change role", c.ChangeTeamRole(ctx, m.ID, role)
	case 5, 6:
		return "transfer", c.TransferTeam(ctx, api.TeamTransfer{MemberID: m.ID})
	case 7:
		return "remove", c.RemoveTeamMember(ctx, m.ID)
	case 8, 9:
		productRole := ""
		if len(product.Roles) > 0 {
			productRole = product.Roles[random.IntN(len(product.Roles))]
		}
		return "assign", c.AssignProduct(ctx, m.ID, product.ID, api.ProductAssignment{Role: productRole})
	}
	for _, held := range m.Products { // rather one that is assigned
		if !held.ByTeamRole {
			product.ID = held.Product
		}
	}
	return "unassign", c.UnassignProduct(ctx, m.ID, product.ID)
}
