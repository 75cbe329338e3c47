package plumbing

import (
	"context"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Team remembers what a plan makes of the tenant's team, which the API does not
// show before the apply.
type Team struct {
	mu    sync.Mutex
	owner string                     // the member that is to be the Owner; empty: nothing says
	roles map[string]access.TeamRole // by member
	there bool                       // the API has teams

	present *api.TeamMember // the Owner as of the plan
	stays   bool            // the plan has come to a resource that stays
	ends    *ownerRemoval   // what takes the Owner away while none has
}

// Owner notes that an iam_team_owner makes a member the Owner.
func (t *Team) Owner(memberID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.owner = memberID
}

// Role notes the role that an iam_team_member gives a member.
func (t *Team) Role(memberID string, role access.TeamRole) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.roles == nil {
		t.roles = map[string]access.TeamRole{}
	}
	t.roles[memberID] = role
}

// PlannedRole returns the role that a member has after the plan, if a resource
// planned so far says so.
func (t *Team) PlannedRole(memberID string) (role access.TeamRole, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner == memberID {
		return access.RoleOwner, true
	}
	role, ok = t.roles[memberID]
	return role, ok
}

// CheckTeam answers an error when the API has no teams. It asks once per run.
func (d *Data) CheckTeam(ctx context.Context) error {
	d.Team.mu.Lock()
	defer d.Team.mu.Unlock()
	if d.Team.there {
		return nil
	}
	err := d.Client.CheckTeam(ctx)
	d.Team.there = err == nil
	return err
}
