// Package bench compares the project with a floor measured in the same run.
// Absolute times vary between machines and minutes: read the ratios.
package bench

import (
	"fmt"
	"math/rand/v2"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// The size of the tenant in the benchmarks of the core.
const (
	Users         = 100_000
	Groups        = 2_000
	GroupsPerUser = 5
)

// Tenant returns a tenant with that many users, the same in every run. Most
// groups use a role template or some levels of their own; every fifth is
// restricted to some sites. Hardly two users are in the same groups.
func Tenant(users int) access.State {
	r := rand.New(rand.NewPCG(1, 2))
	entities, templates := access.Entities(), access.Templates()
	s := access.State{Users: make([]access.StateUser, users), Groups: make([]access.Group, Groups)}
	for i := range s.Groups {
		g := access.Group{ID: fmt.Sprintf("group-%04d", i), Name: fmt.Sprint("Group ", i)}
		if r.IntN(4) == 0 {
			g.Templates = []string{templates[r.IntN(len(templates))].ID}
		}
		own := map[string]access.Level{}
		for range 6 {
			e := entities[r.IntN(len(entities))]
			levels := e.Product.Levels()
			own[e.Code] = levels[1+r.IntN(len(levels)-1)]
		}
		a := access.Expand(access.Access{}, own)
		g.Controls = access.ControlIDs(a)
		if i%5 == 0 {
			for range 1 + r.IntN(3) {
				g.Restrictions = append(g.Restrictions, Site(r.IntN(Sites)))
			}
		}
		s.Groups[i] = g
	}
	for i := range s.Users {
		u := access.StateUser{ID: fmt.Sprintf("user-%06d", i), Email: fmt.Sprintf("user%06d@acme.example", i), Name: fmt.Sprint("User ", i)}
		for range GroupsPerUser {
			u.GroupIDs = append(u.GroupIDs, s.Groups[r.IntN(Groups)].ID)
		}
		s.Users[i] = u
	}
	return s
}

// Sites is the number of restriction values in the tenant.
const Sites = 30

// Site returns the ith restriction value.
func Site(i int) string { return fmt.Sprintf("site-%02d", i) }
