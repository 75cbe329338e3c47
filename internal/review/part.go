package review

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// part is the part of a plan that concerns one tenant.
type part struct {
	name    string
	changes []change
	drift   []change // changes outside of Terraform, before the plan
	data    []change // data sources that are read during the apply
	actions []invocation
	prior   []priorResource

	client *client.Client // nil offline
	end    func() error
	before access.State
}

// loose is the part of a plan whose tenant is not known.
type loose struct {
	changes []looseChange
	drift   []looseChange
	prior   []priorResource

	tenants    bool // the tenant of every provider configuration is known
	unresolved []Unresolved
}

type looseChange struct {
	change

	why     string
	removed bool // it is no longer in the configuration
}

// divide splits a plan by tenant.
func divide(p *Plan, s *sources) ([]*part, *loose) {
	byName := map[string]*part{}
	var parts []*part
	for _, name := range s.names() {
		byName[name] = &part{name: name, end: func() error { return nil }}
		parts = append(parts, byName[name])
	}
	rest := &loose{tenants: s.known()}
	for _, c := range p.changes {
		of, known := s.ofObject(c.tenant, steps(c.module), c.mode, c.typeName, c.name)
		switch t := byName[of.name]; {
		case of.why != "":
			rest.changes = append(rest.changes, looseChange{c, of.why, !known})
		case c.mode == managed:
			t.changes = append(t.changes, c)
		default:
			t.data = append(t.data, c)
		}
	}
	for _, c := range p.drift {
		switch of, known := s.ofObject(c.tenant, steps(c.module), c.mode, c.typeName, c.name); {
		case c.mode != managed:
		case of.why != "":
			rest.drift = append(rest.drift, looseChange{c, of.why, !known})
		default:
			byName[of.name].drift = append(byName[of.name].drift, c)
		}
	}
	for _, r := range p.prior {
		if of, _ := s.ofObject(r.tenant, r.module, r.mode, r.typeName, r.name); of.why == "" {
			byName[of.name].prior = append(byName[of.name].prior, r)
		} else {
			rest.prior = append(rest.prior, r)
		}
	}
	for _, i := range p.actions {
		if of := s.ofAction(i); of.why == "" {
			byName[of.name].actions = append(byName[of.name].actions, i)
		} else {
			rest.unresolved = append(rest.unresolved, Unresolved{Address: i.address, Text: of.why})
		}
	}
	postponed(p, s, rest)
	return parts, rest
}

// postponed notes what is deferred to a later plan.
func postponed(p *Plan, s *sources, rest *loose) {
	note := func(of source, address, what, reason string) {
		text := fmt.Sprintf("the %s is deferred (%s) and not part of this apply", what, strings.ReplaceAll(reason, "_", " "))
		rest.unresolved = append(rest.unresolved, Unresolved{of.name, address, text})
	}
	for _, d := range p.deferred {
		if r, _ := ruleOf(d.typeName); d.mode == managed && r.harmless == "" {
			of, _ := s.of(steps(d.module), d.mode, d.typeName, d.name)
			note(of, d.address, "change", d.reason)
		}
	}
	for _, d := range p.later {
		note(s.ofAction(d.invocation), d.address, "action", d.reason)
	}
}

// start reads the present state of the tenant.
func (t *part) start(ctx context.Context, o Against) error {
	if o.Open == nil {
		t.before = priorState(t.prior, t.changes)
		return nil
	}
	c, end, err := o.Open(ctx, t.name)
	if err != nil || c == nil {
		return err
	}
	t.client, t.end = c, end
	t.before, err = c.State(ctx)
	return err
}

// finish closes what start opened.
func finish(parts []*part) error {
	var all []error
	for _, t := range parts {
		all = append(all, t.end())
	}
	return errors.Join(all...)
}

// settle finds the tenants of objects that are no longer in the configuration:
// an object belongs to a tenant if no other tenant can have it.
func (l *loose) settle(parts []*part) {
	for _, r := range l.prior {
		if t := l.onlyHolder(parts, r.address, r.typeName, r.values); t != nil && t.client == nil {
			t.prior = append(t.prior, r)
			t.before = priorState(t.prior, t.changes)
		}
	}
	for _, c := range l.changes {
		if t := l.onlyHolder(parts, c.address, c.typeName, c.before); t != nil && c.removed {
			t.changes = append(t.changes, c.change)
		} else if c.changes() {
			l.unresolved = append(l.unresolved, Unresolved{Address: c.address, Text: c.why})
		}
	}
	for _, c := range l.drift {
		if t := l.onlyHolder(parts, c.address, c.typeName, c.before); t != nil && c.removed {
			t.drift = append(t.drift, c.change)
		} else if c.changes() {
			l.unresolved = append(l.unresolved, Unresolved{Address: c.address, Text: "it has changed outside of Terraform, and " + c.why})
		}
	}
}

// onlyHolder returns the only tenant that can have an object, or nil. It excludes
// tenants in turn: those that hold the object under another address, those
// without the users that the object names, those without its groups, and those
// in which these users are not in these groups or do not have that product.
// Offline, a group alone excludes nothing, because a state does not know every
// group.
func (l *loose) onlyHolder(parts []*part, address, typeName string, v values) *part {
	parts = slices.DeleteFunc(slices.Clone(parts), func(t *part) bool { return t.holds(address, typeName, v) })
	named, in, product := people(v), groups(v), v.text("product")
	for _, knows := range []func(*part) bool{
		func(t *part) bool { return len(named) == 0 || t.hasUser(named, nil) },
		func(t *part) bool { return len(in) == 0 || len(named) > 0 || t.client != nil && t.hasGroup(in) },
		func(t *part) bool {
			return t.hasUser(named, func(u access.StateUser) bool {
				if product != "" {
					return u.Team != nil && hasKey(u.Team.Assigned, product)
				}
				return slices.ContainsFunc(in, func(id string) bool { return slices.Contains(u.GroupIDs, id) })
			})
		},
	} {
		parts = slices.DeleteFunc(slices.Clone(parts), func(t *part) bool { return !knows(t) })
		if len(parts) == 1 && (len(named) > 0 || len(in) > 0 && l.tenants) {
			return parts[0]
		}
	}
	return nil
}

// holds reports whether the tenant has the object under another address.
func (t *part) holds(address, typeName string, v values) bool {
	key := keyOfObject(v)
	return key != "" && slices.ContainsFunc(t.prior, func(r priorResource) bool {
		return r.mode == managed && r.typeName == typeName && r.address != address && keyOfObject(r.values) == key
	})
}

// keyOfObject returns a key that is unique for a type within a tenant.
func keyOfObject(v values) string {
	return cmp.Or(v.text("id"), v.text("group_id"), v.text("user_id"))
}

func hasKey[V any](m map[string]V, key string) bool {
	_, ok := m[key]
	return ok
}

func people(v values) []string {
	ids := slices.Collect(maps.Values(v.textMap("members")))
	for _, attribute := range []string{"user_id", "member_id"} {
		if id := v.text(attribute); id != "" {
			ids = append(ids, id)
		}
	}
	if v.text("email") != "" {
		ids = append(ids, v.text("id"))
	}
	return ids
}

func groups(v values) []string {
	var ids []string
	for _, attribute := range []string{"id", "group_id"} {
		if id := v.text(attribute); id != "" {
			ids = append(ids, id)
		}
	}
	return slices.Concat(ids, v.texts("group_ids"), slices.Collect(maps.Values(v.textMap("group_ids"))))
}

// hasUser reports whether the tenant has one of the users, and holds returns
// true for that user.
func (t *part) hasUser(ids []string, holds func(access.StateUser) bool) bool {
	return slices.ContainsFunc(t.before.Users, func(u access.StateUser) bool {
		return slices.Contains(ids, u.ID) && (holds == nil || holds(u))
	})
}

func (t *part) hasGroup(ids []string) bool {
	return slices.ContainsFunc(t.before.Groups, func(g access.Group) bool { return slices.Contains(ids, g.ID) })
}
