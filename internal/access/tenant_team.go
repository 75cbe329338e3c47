package access

import (
	"maps"
	"slices"
)

// SetTeam adds someone to the team or changes their role in it. It does not
// change the former Owner's role; see SetOwner.
func (t *Tenant) SetTeam(u StateUser, role TeamRole) {
	if _, ok := t.User(u); !ok {
		u.Outside, u.GroupIDs = true, nil
		if i, gone := t.find(u); gone {
			t.put(i, &u)
		} else {
			t.add(u)
		}
	}
	t.change(u, func(u *StateUser) {
		is := TeamMember{Role: role}
		if u.Team != nil && role.KeepsAssigned() {
			is.Assigned = u.Team.Assigned
		}
		u.Team = &is
	})
}

// LeaveTeam removes someone from the team.
func (t *Tenant) LeaveTeam(u StateUser) {
	i, ok := t.find(u)
	if !ok || t.people[i] == nil || t.people[i].Team == nil {
		return
	}
	if t.people[i].Outside {
		t.put(i, nil)
		return
	}
	t.change(u, func(u *StateUser) { u.Team = nil })
}

// SetOwner transfers the ownership of the team to a member (rule 16).
func (t *Tenant) SetOwner(u StateUser) {
	i, ok := t.find(u)
	if !ok || t.people[i] == nil || t.people[i].Team == nil {
		return
	}
	for j, p := range t.people {
		if j != i && p != nil && p.Team != nil && p.Team.Role == RoleOwner {
			t.SetTeam(*p, FormerOwnerRole)
		}
	}
	t.SetTeam(u, RoleOwner)
}

// Assign assigns a product to a member of the team.
func (t *Tenant) Assign(u StateUser, product string, a Assignment) {
	t.changeTeam(u, func(m *TeamMember) { m.Assigned = with(m.Assigned, product, a) })
}

// Unassign removes a product from a member of the team.
func (t *Tenant) Unassign(u StateUser, product string) {
	t.changeTeam(u, func(m *TeamMember) { delete(m.Assigned, product) })
}

func (t *Tenant) changeTeam(u StateUser, alter func(*TeamMember)) {
	if is, ok := t.User(u); ok && is.Team != nil {
		t.change(u, func(u *StateUser) {
			m := TeamMember{Role: u.Team.Role, Assigned: maps.Clone(u.Team.Assigned)}
			alter(&m)
			u.Team = &m
		})
	}
}

// SetProduct adds a product of the tenant's own to the team, or changes it.
func (t *Tenant) SetProduct(p TeamProduct) {
	t.changeProducts(p.ID, &p)
}

// RemoveProduct removes a product of the tenant's own: nobody holds it any more.
func (t *Tenant) RemoveProduct(id string) { t.changeProducts(id, nil) }

// changeProducts replaces a product; nil removes it.
func (t *Tenant) changeProducts(id string, p *TeamProduct) {
	if t.track != nil && t.track.products == nil {
		was := t.products
		t.track.products = &was
	}
	t.products = slices.DeleteFunc(slices.Clone(t.products), func(present TeamProduct) bool { return present.ID == id })
	if p != nil {
		t.products = append(t.products, *p)
	}
}
