package plumbing

import (
	"context"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Team records what a plan changes in the tenant's team. The API does not show it
// before the apply.
type Team struct {
	mu        sync.Mutex
	owner     string                     // id of the planned Owner; empty if no resource sets it
	roles     map[string]access.TeamRole // by member
	supported bool                       // the API has teams

	present     *api.TeamMember // the Owner before the plan
	keepsOthers bool            // the plan keeps at least one resource
	removal     *ownerRemoval   // the removal of the Owner, while it is only warned of
}

// Owner records that an iam_team_owner makes a member the Owner.
func (t *Team) Owner(memberID string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.owner = memberID
}

// Role records the role that an iam_team_member gives a member.
func (t *Team) Role(memberID string, role access.TeamRole) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.roles == nil {
		t.roles = map[string]access.TeamRole{}
	}
	t.roles[memberID] = role
}

// PlannedRole returns the role of a member after the plan, if a resource planned so
// far sets it.
func (t *Team) PlannedRole(memberID string) (role access.TeamRole, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.owner == memberID {
		return access.RoleOwner, true
	}
	role, ok = t.roles[memberID]
	return role, ok
}

// CheckTeam returns an error if the API has no teams. It makes one request per run.
func (d *Data) CheckTeam(ctx context.Context) error {
	d.Team.mu.Lock()
	defer d.Team.mu.Unlock()
	if d.Team.supported {
		return nil
	}
	err := d.Client.CheckTeam(ctx)
	d.Team.supported = err == nil
	return err
}
