package oracle_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// facts are what a tenant's lists say about its people, by e-mail address in
// lower case.
type facts struct {
	people    map[string]*person
	lists     lists
	make      *api.MakeOrganization // nil where the tenant has none
	ownerMail string
}

// lists are what the scopes are computed from.
type lists struct {
	users     []api.User
	groups    map[string]api.Group
	controls  map[string]api.AccessControl
	templates map[string]api.Template
	scopes    map[string]bool
}

// person is what one person has.
type person struct {
	email    string
	id       string // empty for who is in the team only
	present  bool   // as a user
	locked   bool
	groups   []string
	vendorID string
	scopes   map[string]reach
	controls map[string]reach  // access controls that the groups carry, by id
	team     string            // the role; empty outside of the team
	joined   bool              // the team
	account  string            // the id in the team; empty outside of it
	products map[string]string // product to the role in it, "holder" where it has none, and permissions
	make     []string          // roles in the Make organization; none where there is none
	inMake   bool              // is or should be a member there
	stale    bool              // keeps a membership without the roles
}

// reach says which records a scope reaches: all, or those that carry one of the
// values.
type reach struct {
	all    bool
	values map[string]bool
}

// and adds records with one of the values; all records where there are none.
func (r reach) and(values []string) reach {
	sum := reach{all: r.all || len(values) == 0, values: map[string]bool{}}
	for v := range r.values {
		sum.values[v] = true
	}
	for _, v := range values {
		sum.values[v] = true
	}
	return sum
}

// token returns a scope as a token contains it, and false if it reaches nothing.
func (r reach) token(scope string) (string, bool) {
	if r.all {
		return scope, true
	}
	var values []string
	for v := range r.values {
		if v != "" && !strings.ContainsFunc(v, func(c rune) bool { return c == '#' || unicode.IsSpace(c) }) {
			values = append(values, v)
		}
	}
	slices.Sort(values)
	return scope + "--" + strings.Join(values, "#"), len(values) > 0
}

// wider reports whether r reaches records that the other does not.
func (r reach) wider(than reach) bool {
	if than.all {
		return false
	}
	if r.all {
		return true
	}
	for v := range r.values {
		if !than.values[v] {
			return true
		}
	}
	return false
}

// readFacts reads the tenant's lists.
func readFacts(ctx context.Context, c *client.Client) (*facts, error) {
	f := &facts{people: map[string]*person{}}
	if err := f.lists.read(ctx, c); err != nil {
		return nil, err
	}
	for _, u := range f.lists.users {
		p := f.person(u.ContactEmail)
		p.id, p.present, p.groups = u.ID, true, u.GroupIDs
		p.locked = u.IsAccountLocked && strings.EqualFold(string(u.Status), "INACTIVE")
		if !p.locked {
			p.scopes, p.controls = f.lists.sum(u.GroupIDs)
		}
		for _, id := range u.GroupIDs {
			if v := f.lists.groups[id].VendorID; v != "" {
				p.vendorID = v
			}
		}
	}
	if err := f.readTeam(ctx, c); err != nil {
		return nil, err
	}
	return f, f.readMake(ctx, c)
}

func (f *facts) person(email string) *person {
	key := strings.ToLower(email)
	if f.people[key] == nil {
		f.people[key] = &person{email: key, scopes: map[string]reach{}, products: map[string]string{}}
	}
	return f.people[key]
}

func (l *lists) read(ctx context.Context, c *client.Client) (err error) {
	l.groups, l.controls, l.templates, l.scopes = map[string]api.Group{}, map[string]api.AccessControl{}, map[string]api.Template{}, map[string]bool{}
	if l.users, err = c.Users(ctx); err != nil {
		return err
	}
	groups, err := c.Groups(ctx)
	if err != nil {
		return err
	}
	for _, g := range groups {
		l.groups[g.ID] = g
	}
	controls, err := c.AccessControls(ctx)
	if err != nil {
		return err
	}
	for _, control := range controls {
		l.controls[control.ID] = control
	}
	templates, err := c.Templates(ctx)
	if err != nil {
		return err
	}
	for _, t := range templates {
		l.templates[t.ID] = t
	}
	scopes, err := c.Scopes(ctx)
	for _, s := range scopes {
		l.scopes[s.ID] = true
	}
	return err
}

// sum computes what the groups grant: the scopes of their access controls, and
// those of their templates, if they exist. A restriction-aware control reaches
// only the records of the group's restrictions.
func (l *lists) sum(groupIDs []string) (scopes, controls map[string]reach) {
	scopes, controls = map[string]reach{}, map[string]reach{}
	for _, id := range groupIDs {
		g, ok := l.groups[id]
		if !ok {
			continue
		}
		ids := slices.Clone(g.AccessControls)
		for _, t := range g.Templates {
			ids = append(ids, l.templates[t].AccessControls...)
		}
		for _, control := range ids {
			l.add(scopes, controls, l.controls[control], g.Restrictions)
		}
	}
	for scope, r := range scopes {
		if _, ok := r.token(scope); !ok {
			delete(scopes, scope)
		}
	}
	return scopes, controls
}

func (l *lists) add(scopes, controls map[string]reach, control api.AccessControl, restrictions []string) {
	if !control.RestrictionAware {
		restrictions = nil
	}
	controls[control.ID] = controls[control.ID].and(restrictions)
	for _, scope := range control.Scopes {
		if l.scopes[scope] { // else it was deleted
			scopes[scope] = scopes[scope].and(restrictions)
		}
	}
}

// teamRights are the rights that a role in the team gives, as the documentation of teams
// has them, with their scopes.
var teamRights = map[string]map[string][]string{
	"owner":           {"manage_team": {"team.team_manage", "team.team_read"}, "billing_page": {"team.billing_view"}},
	"admin":           {"manage_team": {"team.team_manage", "team.team_read"}, "billing_page": {"team.billing_view"}},
	"billing_contact": {"billing_page": {"team.billing_view"}},
}

// rights returns the rights in the team that the person has, or will have after joining.
func (p *person) rights() map[string][]string {
	if p.locked {
		return nil
	}
	return teamRights[p.team]
}

// tokens returns the scopes as a token has them, sorted.
func (p *person) tokens() []string {
	found := map[string]bool{}
	for _, scopes := range p.rights() {
		for _, scope := range scopes {
			if p.joined {
				found[scope] = true
			}
		}
	}
	for scope, r := range p.scopes {
		if token, ok := r.token(scope); ok {
			found[token] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}

func (f *facts) readTeam(ctx context.Context, c *client.Client) error {
	team, err := c.TeamMembers(ctx)
	if err != nil {
		return fmt.Errorf("listing the team: %w", err)
	}
	for _, m := range team {
		p := f.person(m.Email)
		p.team, p.account, p.joined = string(m.Role), m.ID, m.Status == api.MemberActive
		if p.team == "owner" {
			f.ownerMail = p.email
		}
		for _, held := range m.Products {
			if held.Role == "" {
				held.Role = "holder"
			}
			p.products[held.Product] = strings.Join(append([]string{held.Role}, held.Permissions...), " ")
		}
	}
	return nil
}

func (f *facts) readMake(ctx context.Context, c *client.Client) error {
	o, err := c.MakeOrganization(ctx)
	if client.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the Make organization: %w", err)
	}
	f.make = o
	members, err := c.WaitForMakeMembers(ctx)
	for _, m := range members {
		p := f.person(m.Email)
		p.inMake, p.stale = m.Present || m.Status == "pending", m.Status == "stale"
		if p.inMake && !p.stale {
			p.make = m.Roles
		}
	}
	return err
}

// related returns the e-mail addresses of the people whom a change of the things
// may affect: users with one of the ids or addresses, and members of groups that
// have, carry or start from one of the ids.
func (f *facts) related(ids map[string]bool) map[string]bool {
	related := map[string]bool{}
	controls := map[string]bool{}
	for id, control := range f.lists.controls {
		if ids[id] || slices.ContainsFunc(control.Scopes, func(s string) bool { return !control.Predefined && ids[s] }) {
			controls[id] = true
		}
	}
	has := func(list []string, set map[string]bool) bool {
		return slices.ContainsFunc(list, func(id string) bool { return set[id] })
	}
	groups := map[string]bool{}
	for id, g := range f.lists.groups {
		groups[id] = ids[id] || has(g.AccessControls, controls) || has(g.Templates, ids) || g.VendorID != "" && ids[g.VendorID] || has(g.Restrictions, ids)
	}
	for email, p := range f.people {
		if ids[email] || p.id != "" && ids[p.id] || p.account != "" && ids[p.account] || has(p.groups, groups) {
			related[email] = true
		}
	}
	return related
}
