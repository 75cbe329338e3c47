package access

import (
	"fmt"
	"strings"
)

// Decision is the answer to whether a user may do something (rule 8).
type Decision struct {
	Allowed bool
	// Reason is one sentence that names the group that decided.
	Reason string
	// GrantedBy are the ids of the groups that allow it, sorted; empty if it is
	// denied.
	GrantedBy []string
}

// Records are the records that a decision is about.
type Records struct {
	Restriction *string // the value they carry; nil for none
	VendorID    string  // the vendor that owns them; empty for none
}

// Decide reports whether the user holds the level in full on the entity's
// records. An entity or level that the catalog does not have is denied; Check
// gives a better error.
func Decide(u User, entity string, level Level, records Records) Decision {
	return u.Subject().Decide(entity, level, records)
}

// Decide is like the function Decide, for a subject.
func (s Subject) Decide(entity string, level Level, records Records) Decision {
	i, ok := entityIndex[entity]
	switch {
	case !ok:
		return Decision{Reason: fmt.Sprintf("The catalog has no entity %q.", entity)}
	case level == None || !catalog[i].Product.Admits(level):
		return Decision{Reason: fmt.Sprintf("No user can hold the level %s on %s.", level, entity)}
	}
	all, own := s.view(""), view{}
	held, _ := areas[i].held(all.slots(records.Restriction))
	v, a := &all, &areas[i]
	if held < level && records.VendorID != "" && vendorAreas[i] >= 0 {
		own = s.view(records.VendorID)
		v, a = &own, &areas[vendorAreas[i]]
		held, _ = a.held(own.slots(records.Restriction))
	}
	if held < level {
		return Decision{Reason: s.whyNot(i, level, records)}
	}
	d := Decision{Allowed: true}
	var groups []GroupRef
	for _, g := range s.deciders(v, a, level, records.Restriction) {
		d.GrantedBy, groups = append(d.GrantedBy, g.ID), append(groups, g.GroupRef)
		if complete, _ := a.held(g.slots(records.Restriction)); d.Reason == "" && complete >= level {
			d.Reason = g.why(a, complete, level, records.Restriction)
		}
	}
	if d.Reason == "" {
		d.Reason = "Groups " + enumerateGroups(groups) + " together give " + level.String() + " on " + catalog[i].Code + "."
	}
	return d
}

// deciders returns the groups that grant the level on these records on their own,
// otherwise those that grant it only together.
func (s Subject) deciders(v *view, a *area, level Level, restriction *string) []*grant {
	var alone, together []*grant
	for _, g := range s.grants {
		held := g.slots(restriction)
		switch complete, _ := a.held(held); {
		case !v.has(g):
		case complete >= level:
			alone = append(alone, g)
		case held.intersects(a.complete[level]):
			together = append(together, g)
		}
	}
	if len(alone) > 0 {
		return alone
	}
	return together
}

// why explains how the group allows the level.
func (g *grant) why(a *area, held, level Level, restriction *string) string {
	reason := "Group " + g.String() + " gives " + held.String() + " on " + catalog[a.entity].Code
	if a.vendor {
		reason += " of the vendor " + g.vendorID
	}
	if wide, _ := a.held(g.wide); wide < held {
		reason += " for records with " + *restriction
	}
	if held > level {
		reason += ", which includes " + level.String()
	}
	return reason + "."
}

// whyNot explains what comes closest to allowing the level, and what it lacks.
// That is the group with the highest level on the entity, preferring one that
// grants it on these records to one that grants it on others, and a full level to
// a part.
func (s Subject) whyNot(entity int, level Level, records Records) string {
	if s.locked {
		return "The user is locked and so has no access."
	}
	var nearest *grant
	best := 0
	for _, g := range s.grants {
		complete, part := areas[entity].held(g.narrow)
		if max(complete, part) == None {
			continue
		}
		nearness := 4 * int(max(complete, part))
		if part == None {
			nearness += 2
		}
		if !g.limits(records.Restriction) || !g.narrows(entity) {
			nearness++
		}
		if nearness > best {
			nearest, best = g, nearness
		}
	}
	if nearest == nil {
		return s.whyNotOfVendor(entity, level, records)
	}
	return nearest.whyNot(entity, level, records.Restriction)
}

// whyNotOfVendor explains what a subject lacks that reaches at most the records
// of vendors.
func (s Subject) whyNotOfVendor(entity int, level Level, records Records) string {
	for _, g := range s.grants {
		if vendorAreas[entity] < 0 || g.vendorID == "" {
			continue
		}
		held, _ := areas[vendorAreas[entity]].held(g.narrow)
		if held == None {
			continue
		}
		reason := "Group " + g.String() + " gives " + held.String() + " on " + catalog[entity].Code + " of the vendor " + g.vendorID + " only"
		if held < level && g.vendorID == records.VendorID {
			reason = strings.TrimSuffix(reason, " only") + " and not " + level.String()
		}
		return reason + "."
	}
	return "None of the user's groups gives access to " + catalog[entity].Code + "."
}

func (g *grant) whyNot(entity int, level Level, restriction *string) string {
	held, part := areas[entity].held(g.narrow)
	reason := "Group " + g.String() + " gives "
	switch {
	case held == None:
		reason += "a part of " + part.String()
	case part != None:
		reason += held.String() + " and a part of " + part.String()
	default:
		reason += held.String()
	}
	reason += " on " + catalog[entity].Code
	if held < level && part != level {
		reason += " and not " + level.String()
	}
	if !g.narrows(entity) || !g.limits(restriction) {
		return reason + "."
	}
	only := ", only for records with " + strings.Join(g.restrictions, " or ")
	if restriction == nil {
		return reason + only + " and not for those without a restriction."
	}
	return reason + only + " and not for those with " + *restriction + "."
}
