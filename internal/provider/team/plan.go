package team

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/plumbing"
)

// teamPlan records during one run what it plans for the tenant's team. The API does
// not show it before the apply.
type teamPlan struct {
	mu        sync.Mutex
	owner     string                     // id of the planned Owner; empty if no resource sets it
	roles     map[string]access.TeamRole // by member
	supported bool                       // the API has teams

	present []access.TeamProduct           // that the tenant has added, once it is read
	read    bool                           // present
	planned map[string]*access.TeamProduct // by id; nil if the plan deletes it
}

// setProduct records that an iam_product adds or changes a product; nil that it deletes
// it.
func (t *teamPlan) setProduct(id string, p *access.TeamProduct) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.planned == nil {
		t.planned = map[string]*access.TeamProduct{}
	}
	t.planned[id] = p
}

// products returns the products that the tenant has added after the plan. It makes one
// request per run.
func (t *teamPlan) products(ctx context.Context, c *client.Client) ([]access.TeamProduct, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.read {
		present, err := c.AddedProducts(ctx)
		if err != nil {
			return nil, err
		}
		t.present, t.read = present, true
	}
	var after []access.TeamProduct
	for _, p := range t.present {
		if _, planned := t.planned[p.ID]; !planned {
			after = append(after, p)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(t.planned)) {
		if p := t.planned[id]; p != nil {
			after = append(after, *p)
		}
	}
	return after, nil
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
