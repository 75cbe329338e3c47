package team

import (
	"context"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// teamPlan records during one run what it plans for the tenant's team. The API does
// not show it before the apply.
type teamPlan struct {
	mu        sync.Mutex
	owner     string                     // id of the planned Owner; empty if no resource sets it
	roles     map[string]access.TeamRole // by member
	supported bool                       // the API has teams
}

// planOf returns the plan for the team.
func planOf(d *plumbing.Data) *teamPlan { return plumbing.State[teamPlan](d) }

// setOwner records that an iam_team_owner makes a member the Owner.
func (t *teamPlan) setOwner(memberID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.owner = memberID
}

// setRole records the role that an iam_team_member gives a member.
func (t *teamPlan) setRole(memberID string, role access.TeamRole) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.roles == nil {
		t.roles = map[string]access.TeamRole{}
	}
	t.roles[memberID] = role
}

// role returns the role of a member after the plan, if a resource planned so far sets
// it.
func (t *teamPlan) role(memberID string) (role access.TeamRole, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner == memberID {
		return access.RoleOwner, true
	}
	role, ok = t.roles[memberID]
	return role, ok
}

// checkTeam returns an error if the API has no teams. It makes one request per run.
func checkTeam(ctx context.Context, d *plumbing.Data) error {
	t := planOf(d)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.supported {
		return nil
	}
	err := d.Client.CheckTeam(ctx)
	t.supported = err == nil
	return err
}
