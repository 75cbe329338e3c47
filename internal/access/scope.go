package access

import (
	"slices"
	"strings"
	"unicode"
)

// Scope is a predefined scope: what a token must contain for a service to perform
// an operation. Every tenant has the same predefined scopes.
type Scope struct {
	ID     string // for example "order.order_read"
	Domain string // the service: the part before the first dot
}

// Scopes returns every predefined scope, ordered by id.
func Scopes() []Scope {
	return slices.Clone(scopes)
}

// ScopeByID returns the predefined scope with the given id, and false if there is
// none.
func ScopeByID(id string) (Scope, bool) {
	i, ok := slices.BinarySearchFunc(scopes, id, func(s Scope, id string) int { return strings.Compare(s.ID, id) })
	if !ok {
		return Scope{}, false
	}
	return scopes[i], true
}

// VendorScopes reports whether there is at least one scope and all of them reach
// only a vendor's own records. An access control with such scopes is
// vendor-aware.
func VendorScopes(ids []string) bool {
	return len(ids) > 0 && !slices.ContainsFunc(ids, func(id string) bool { return !strings.HasSuffix(id, "_by_vendor") })
}

var scopes = listScopes()

func listScopes() []Scope {
	ids := strings.Fields(scopeText)
	for _, c := range controls {
		ids = append(ids, c.Scopes...)
	}
	slices.Sort(ids)
	var list []Scope
	for _, id := range slices.Compact(ids) {
		domain, _, _ := strings.Cut(id, ".")
		list = append(list, Scope{ID: id, Domain: domain})
	}
	return list
}

// ScopeGrant is an access control, predefined or custom, as the evaluation of
// scopes needs it.
type ScopeGrant struct {
	Scopes []string
	// RestrictionAware means that a group's restrictions narrow the scopes.
	RestrictionAware bool
}

// ScopeGroup is a group as the evaluation of a user's scopes needs it.
type ScopeGroup struct {
	// Grants are the group's access controls, its own and those of its role
	// templates.
	Grants       []ScopeGrant
	Restrictions []string
}

// ScopeUser is a user whose scopes are evaluated.
type ScopeUser struct {
	Locked bool
	Groups []ScopeGroup
	Team   TeamRole // empty for a person who has not joined the team
}

// Scopes returns the user's scopes as a token contains them, ordered by id (rules
// 13 and 16b).
func (u ScopeUser) Scopes() []string {
	held := map[string]reach{}
	if !u.Locked {
		for _, g := range u.Groups {
			g.addTo(held)
		}
		for _, id := range u.Team.scopes() {
			held[id] = reach{all: true}
		}
	}
	ids := make([]string, 0, len(held))
	for id := range held {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	tokens := []string{}
	for _, id := range ids {
		// A custom scope's id may read like the token text of another scope.
		if token, ok := held[id].token(id); ok && !slices.Contains(tokens, token) {
			tokens = append(tokens, token)
		}
	}
	return tokens
}

// reach is the set of records that a scope reaches: all, or those that carry one
// of the values.
type reach struct {
	all    bool
	values []string
}

// addTo adds the scopes that the group grants to held.
func (g ScopeGroup) addTo(held map[string]reach) {
	for _, grant := range g.Grants {
		narrowed := grant.RestrictionAware && len(g.Restrictions) > 0
		for _, id := range grant.Scopes {
			r := held[id]
			r.all = r.all || !narrowed
			if narrowed {
				r.values = append(r.values, g.Restrictions...)
			}
			held[id] = r
		}
	}
}

// token returns a scope as a token contains it. It returns false if the scope
// reaches nothing because none of its values can be written: white space ends the
// scope, and a # the value.
func (r reach) token(id string) (string, bool) {
	if r.all {
		return id, true
	}
	breaks := func(c rune) bool { return c == '#' || unicode.IsSpace(c) }
	values := slices.DeleteFunc(slices.Clone(r.values), func(v string) bool { return v == "" || strings.ContainsFunc(v, breaks) })
	slices.Sort(values)
	return id + "--" + strings.Join(slices.Compact(values), "#"), len(values) > 0
}
