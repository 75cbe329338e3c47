package access

import "slices"

// Rights are the custom access controls, role templates and scopes of a tenant,
// which its groups can use besides the predefined ones. The zero value is a
// tenant without any.
type Rights struct {
	Controls  map[string]OwnControl // custom access controls, by id
	Templates map[string][]string   // ids of each role template's access controls, by template id
	// Scopes are the custom scopes. A deleted scope grants nothing, even if access
	// controls still name it. If nil, no scope counts as deleted.
	Scopes map[string]bool
	// Available are the ids of all access controls of the tenant, including
	// predefined ones; nil if unknown.
	Available map[string]bool
}

// Has reports whether the tenant has the access control; true if that is unknown.
func (r Rights) Has(control string) bool { return r.Available == nil || r.Available[control] }

// OwnControl is a custom access control. It counts by its scopes (rule 6).
type OwnControl struct {
	Scopes           []string
	RestrictionAware bool // a group's restrictions narrow the scopes
	VendorAware      bool // the scopes reach only a vendor's own records
}

// TemplateControls returns the ids of the access controls that a role template
// grants: those of the tenant's template with that id, otherwise those of the
// predefined one.
func (r Rights) TemplateControls(id string) []string {
	if controls, ok := r.Templates[id]; ok {
		return controls
	}
	if t, ok := TemplateByID(id); ok {
		return ControlIDs(Expand(t.Access, nil))
	}
	return nil
}

// TemplateAccess returns the levels that a role template grants.
func (r Rights) TemplateAccess(id string) Access {
	return r.Access(Group{Templates: []string{id}})
}

// Knows reports whether the access control is a predefined one or one of the
// tenant's.
func (r Rights) Knows(control string) bool {
	_, own := r.Controls[control]
	_, predefined := controlIndex[control]
	return own || predefined
}

// Carried returns the ids of the group's access controls, its own and those of
// its role templates.
func (r Rights) Carried(g Group) []string {
	ids := slices.Clone(g.Controls)
	for _, template := range g.Templates {
		ids = append(ids, r.TemplateControls(template)...)
	}
	return ids
}

// Access returns the levels that the group grants in full (rules 2 and 6).
func (r Rights) Access(g Group) Access {
	return r.evaluate(g).access
}

// Partial returns, for each entity, the highest level above that in Access of
// which the group grants a part; None if there is no such level (rule 6).
func (r Rights) Partial(g Group) Access {
	var partial Access
	s := r.evaluate(g).narrow
	for i := range partial {
		_, partial[i] = areas[i].held(s)
	}
	return partial
}

// carried is what access controls grant.
type carried struct {
	slots  slots
	others []other // of no entity
}

// other is a scope that belongs to no entity of the catalog.
type other struct {
	scope    string
	vendorID string // reaches records of this vendor only
}

// granted returns what an access control grants to a group of the vendor, and
// whether restrictions narrow it.
func (r Rights) granted(id, vendorID string) (g carried, narrowed bool) {
	i, predefined := controlIndex[id]
	own, mine := r.Controls[id]
	scopes, vendorAware := own.Scopes, own.VendorAware
	narrowed = own.RestrictionAware
	switch {
	case predefined:
		c := &controls[i]
		scopes, vendorAware, narrowed = c.Scopes, c.VendorAware, c.narrowed()
		if c.Entity != "" && (!c.VendorAware || vendorID != "") {
			return carried{slots: controlSlots[i]}, narrowed
		}
	case !mine:
		return g, false
	}
	for _, scope := range scopes {
		if _, predefined := ScopeByID(scope); !predefined && r.Scopes != nil && !r.Scopes[scope] {
			continue // deleted
		}
		all := entitySlots[scope]
		s, ofVendor := vendorSlots[scope]
		if ofVendor = ofVendor || vendorAware; ofVendor {
			all = s
		}
		switch {
		case ofVendor && (vendorID == "" || all == slots{}):
			g.others = append(g.others, other{scope, vendorID})
		case all == slots{}:
			g.others = append(g.others, other{scope: scope})
		default:
			g.slots = g.slots.or(all)
		}
	}
	return g, narrowed
}

// grant is an evaluated group.
type grant struct {
	GroupRef
	vendorID string
	// access are the levels that the group grants on its own, on any records; source
	// says where each comes from.
	access       Access
	source       [EntityCount]Source
	restrictions []string // sorted, without duplicates
	// wide are the slots for every record. narrow also includes the slots only for
	// records with one of the restrictions. othersWide and othersIn are the same for
	// scopes of no entity.
	wide, narrow         slots
	othersWide, othersIn []other
	makeRoles            []string
}

// equivalent reports whether both groups grant their members the same.
func (g *grant) equivalent(o *grant) bool {
	return g.wide == o.wide && g.narrow == o.narrow && g.vendorID == o.vendorID && slices.Equal(g.restrictions, o.restrictions) &&
		slices.Equal(g.othersWide, o.othersWide) && slices.Equal(g.othersIn, o.othersIn) && slices.Equal(g.makeRoles, o.makeRoles)
}

func (r Rights) evaluate(g Group) *grant {
	result := &grant{GroupRef: GroupRef{g.ID, g.Name}, vendorID: g.VendorID, restrictions: slices.Compact(slices.Sorted(slices.Values(g.Restrictions)))}
	var own, ofTemplates slots
	var roles makeOthers
	carry := func(ids []string, part *slots, mayRoles bool) {
		for _, id := range ids {
			has, narrowed := r.granted(id, g.VendorID)
			if i, ok := controlIndex[id]; ok && controlEntity[i] >= 0 {
				*part = part.or(has.slots)
			}
			wide := !narrowed || len(g.Restrictions) == 0
			if mayRoles {
				has.others = roles.take(has.others, wide)
			}
			result.narrow, result.othersIn = result.narrow.or(has.slots), append(result.othersIn, has.others...)
			if wide {
				result.wide, result.othersWide = result.wide.or(has.slots), append(result.othersWide, has.others...)
			}
		}
	}
	carry(g.Controls, &own, true)
	for _, id := range g.Templates {
		carry(r.TemplateControls(id), &ofTemplates, false)
	}
	if result.ofEngine() {
		result.makeRoles = roles.names()
	} else {
		result.othersIn, result.othersWide = append(result.othersIn, roles.in...), append(result.othersWide, roles.wide...)
	}
	for i := range result.access {
		result.access[i], _ = areas[i].held(result.narrow)
	}
	for i, level := range result.access {
		if level > None {
			result.source[i] = result.sourceOf(i, own, ofTemplates)
		}
	}
	return result
}

// sourceOf returns the source of the group's level on the entity.
func (g *grant) sourceOf(entity int, own, ofTemplates slots) Source {
	level := g.access[entity]
	mine, _ := areas[entity].held(own)
	template, _ := areas[entity].held(ofTemplates)
	switch parent := parentOf[entity]; {
	case mine < level && template < level:
		return FromControl
	case parent >= 0 && g.access[parent] == level:
		return Derived
	case g.correlated(entity):
		return Correlated
	case mine == level:
		return FromGroup
	}
	return FromTemplate
}

// correlated reports whether the entity is tied to an earlier one with the same
// level (rule 2a): the level is then attributed to the earlier one.
func (g *grant) correlated(entity int) bool {
	for _, set := range tieSets {
		if at := slices.Index(set, entity); at > 0 {
			return slices.ContainsFunc(set[:at], func(i int) bool { return g.access[i] == g.access[entity] })
		}
	}
	return false
}

// slots returns what the group grants on records that carry the restriction
// value, or on records without one if it is nil (rule 7).
func (g *grant) slots(restriction *string) slots {
	if g.limits(restriction) {
		return g.wide
	}
	return g.narrow
}

func (g *grant) others(restriction *string) []other {
	if g.limits(restriction) {
		return g.othersWide
	}
	return g.othersIn
}

// limits reports whether the group's restrictions exclude records that carry the
// restriction value, or records without one if it is nil.
func (g *grant) limits(restriction *string) bool {
	if len(g.restrictions) == 0 {
		return false
	}
	if restriction == nil {
		return true
	}
	_, found := slices.BinarySearch(g.restrictions, *restriction)
	return !found
}

// narrows reports whether the group grants anything only on some records of the
// entity.
func (g *grant) narrows(entity int) bool {
	return g.narrow.without(g.wide).intersects(areas[entity].all)
}
