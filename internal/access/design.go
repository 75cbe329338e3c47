package access

import "slices"

// Design is what a group grants as people write it (rule 2): a role template, levels over
// it, and further access controls. With VendorRole, the levels are on the records of the
// group's vendor.
type Design struct {
	Template   string // id; empty for none
	Own        map[string]Level
	Additional []string // ids of access controls that represent no level
}

// Base returns the levels of the design's role template.
func (r Rights) Base(d Design) Access {
	t, ok := TemplateByID(d.Template)
	switch {
	case ok:
		return Expand(t.Access, nil)
	case d.Template == "" || d.Template == VendorRole:
		return Access{}
	}
	return r.TemplateAccess(d.Template)
}

// Apply returns the group with what the design grants, as far as the tenant's access
// controls can give it. The group refers to the tenant's role template if the template gives
// no more than that, because a group can add to a template and take nothing away.
func (r Rights) Apply(d Design, g Group) Group {
	levels := r.levels(d)
	if d.Template != VendorRole {
		levels = Attainable(levels, r.Has)
	}
	g.Templates, g.Controls = nil, RoleControlIDs(d.Template, levels)
	if gives, ok := r.Templates[d.Template]; ok && d.Template != VendorRole && Merge(Held(gives), levels) == levels {
		g.Templates = []string{d.Template}
		g.Controls = slices.DeleteFunc(g.Controls, func(id string) bool { return slices.Contains(gives, id) })
	}
	for _, id := range d.Additional {
		if !slices.Contains(g.Controls, id) {
			g.Controls = append(g.Controls, id)
		}
	}
	return g
}

// Design returns the design of a group: Apply makes a group of it that grants the same.
func (r Rights) Design(g Group) Design {
	d := Design{Template: r.role(g)}
	d.Additional = slices.DeleteFunc(slices.Clone(g.Controls), func(id string) bool { return r.represents(g, d.Template, id) })
	if d.Template == VendorRole {
		d.Own = OverlayVendor(nil, r.VendorAccess(g))
		return d
	}
	base, levels := r.Base(d), Held(r.Carried(g))
	wanted := ExpandOn(base, nil, d.Additional...)
	expected := Attainable(wanted, r.Has)
	for i := range levels {
		if levels[i] == expected[i] { // what the tenant cannot give was not taken away
			levels[i] = wanted[i]
		}
	}
	d.Own = OverlayOn(base, nil, levels, d.Additional...)
	return d
}

// role returns the role template that the group refers to, or whose access it has.
func (r Rights) role(g Group) string {
	switch levels := Held(r.Carried(g)); {
	case r.IsVendorRole(g):
		return VendorRole
	case len(g.Templates) > 0:
		return g.Templates[0]
	case levels == Access{}:
		return ""
	default:
		i := slices.IndexFunc(templates, func(t Template) bool { return Attainable(Expand(t.Access, nil), r.Has) == levels })
		if i < 0 {
			return ""
		}
		return templates[i].ID
	}
}

// represents reports whether an access control of the group is one of those that a level
// consists of, and the group has the level.
func (r Rights) represents(g Group, role, id string) bool {
	c, ok := ControlByID(id)
	switch {
	case !ok || c.Entity == "" || c.VendorAware != (role == VendorRole):
		return false
	case c.VendorAware:
		return r.VendorAccess(g).Of(c.Entity) >= c.Level
	}
	return Held(r.Carried(g)).Of(c.Entity) >= c.Level
}

// SourceOf returns where the level of an entity comes from in a design, and for tied and
// derived entities the one that it follows. The source is empty if nothing grants a level.
func (r Rights) SourceOf(d Design, entity string) (source Source, follows string) {
	if _, own := d.Own[entity]; own {
		return FromGroup, ""
	}
	i := entityIndex[entity]
	base := explicit(r.Base(d))
	levels := r.levels(d)
	if base[entity] == levels[i] && levels[i] > None {
		return FromTemplate, ""
	}
	for _, code := range TiedEntities(entity) {
		_, own := d.Own[code]
		if _, set := base[code]; (own || set) && levels.Of(code) == levels[i] && levels[i] > None {
			return Correlated, code
		}
	}
	switch parent := parentOf[i]; {
	case parent >= 0 && levels[parent] == levels[i]:
		return Derived, catalog[parent].Code
	case levels[i] > None:
		return FromControl, ""
	}
	return "", ""
}

// levels returns the levels that a design wants.
func (r Rights) levels(d Design) Access {
	if d.Template == VendorRole {
		return ExpandVendor(d.Own)
	}
	return ExpandOn(r.Base(d), d.Own, d.Additional...)
}
