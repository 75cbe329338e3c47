package access

import (
	"slices"
	"strings"
)

// ChangeKind says how access to an entity changed (rule 10).
type ChangeKind string

// The kinds of changes.
const (
	Gained       ChangeKind = "gained"       // from no access to some
	Lost         ChangeKind = "lost"         // from some access to none
	Raised       ChangeKind = "raised"       // to a higher level
	Lowered      ChangeKind = "lowered"      // to a lower level that is not none
	Restricted   ChangeKind = "restricted"   // lost on all records but those with some values
	Unrestricted ChangeKind = "unrestricted" // gained on all records, where it was only on some
)

// Area is what a change is about.
type Area string

// The areas.
const (
	AreaEntity  Area = ""        // records of an entity
	AreaScopes  Area = "scopes"  // scopes that belong to no entity
	AreaTeam    Area = "team"    // the role in the tenant's team
	AreaProduct Area = "product" // a product of the team and the role in it
	// AreaTeamRight is what the role in the team gives a user who is not locked: managing
	// the team, and the Billing Page.
	AreaTeamRight Area = "team_right"
	AreaMake      Area = "make" // a role in Make, and membership in the organization
)

// Change is one difference in what a user may do. A change of an entity is about
// all its records; about those with one of the values in Restrictions; or about
// all except those with a value in Except, which includes records without a
// value.
type Change struct {
	Kind ChangeKind
	Area Area
	// Entity is the code of the entity, the id of the product, the right in the team or
	// the role in Make; empty for other areas.
	Entity string
	// Before and After are the levels held in full. From and To are their names, for
	// every area: "none", "read", "partly manage", "owner".
	Before, After Level
	From, To      string
	Loss          bool     // access is lost rather than gained
	Restrictions  []string // sorted
	Except        []string // sorted
	VendorID      string   // records of this vendor only; empty for all
	// Scopes are the scopes gained or lost, sorted: set if only a part of a level is
	// held, and for scopes that belong to no entity.
	Scopes []string
	// Groups are the groups that grant what is gained, as of after the change, or
	// granted what is lost, as of before it; ordered by id. Team and Make have none.
	Groups []GroupRef

	part     bool // a level was or is held in part
	managing bool // a scope that only managing grants is gained or lost
}

// Widens reports whether access is gained rather than lost.
func (c Change) Widens() bool { return !c.Loss }

// Admin reports whether the user gains or loses a scope that only managing users
// and groups grants, whether the level is held in full or in part, or the right to
// manage the team.
func (c Change) Admin() bool {
	return c.Area == AreaEntity && c.Entity == "users_and_groups" && c.managing || c.Area == AreaTeamRight && c.Entity == manageTeam
}

// LiftsRestriction reports whether the user held a level only on some records and
// now holds it, or a higher one, on all.
func (c Change) LiftsRestriction() bool {
	return c.Kind == Unrestricted || c.Kind == Raised && len(c.Except) > 0
}

// Text describes the change as a predicate of the affected user: "gains read on
// orders for records with DE through orders-de".
func (c Change) Text() string {
	var text string
	switch c.Area {
	case AreaTeam:
		return c.teamText()
	case AreaProduct:
		return c.productText()
	case AreaTeamRight:
		return c.rightText()
	case AreaMake:
		return c.makeText()
	case AreaScopes:
		text = c.verb() + " the " + noun(len(c.Scopes), "scope", "scopes") + " " + Enumerate("and", c.Scopes)
	default:
		text = c.entityText()
	}
	if c.VendorID != "" {
		text += " for records of the vendor " + c.VendorID
	}
	switch {
	case len(c.Restrictions) > 0:
		text += " for records with " + strings.Join(c.Restrictions, " or ")
	case len(c.Except) > 0:
		text += " except for records with " + strings.Join(c.Except, " or ")
	}
	if len(c.Groups) > 0 {
		text += " through " + enumerateGroups(c.Groups)
	}
	return text
}

func (c Change) verb() string {
	if c.Loss {
		return "loses"
	}
	return "gains"
}

func (c Change) entityText() string {
	var text string
	switch {
	case c.part && c.From == c.To:
		text = c.verb() + " a part of " + strings.TrimPrefix(c.To, "partly ")
	case c.From == None.String():
		text = "gains " + strings.Replace(c.To, "partly ", "a part of ", 1)
	case c.To == None.String():
		text = "loses " + strings.Replace(c.From, "partly ", "a part of ", 1)
	default:
		text = "is " + string(c.Kind) + " from " + c.From + " to " + c.To
	}
	text += " on " + c.Entity
	if len(c.Scopes) > 0 {
		text += " (" + strings.Join(c.Scopes, ", ") + ")"
	}
	return text
}

func noun(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// JoinEntities merges changes that differ only in the entity.
func JoinEntities(changes []Change) []Change {
	var joined []Change
	var entities [][]string
	for _, c := range changes {
		i := slices.IndexFunc(joined, func(j Change) bool {
			return c.Area == AreaEntity && j.Area == AreaEntity && j.Kind == c.Kind && j.From == c.From && j.To == c.To && j.Loss == c.Loss && j.VendorID == c.VendorID &&
				slices.Equal(j.Groups, c.Groups) && slices.Equal(j.Scopes, c.Scopes) &&
				slices.Equal(j.Restrictions, c.Restrictions) && slices.Equal(j.Except, c.Except)
		})
		if i < 0 {
			i, joined, entities = len(joined), append(joined, c), append(entities, nil)
		}
		entities[i] = append(entities[i], c.Entity)
	}
	for i := range joined {
		joined[i].Entity = strings.Join(entities[i], ", ")
	}
	return joined
}

// CompareSubjects returns the differences between two states of a user, scope by
// scope (rule 10), ordered by category and entity code, the tenant's records
// before a vendor's own; then scopes of no entity.
func CompareSubjects(before, after Subject) []Change {
	if slices.Equal(before.grants, after.grants) {
		return nil // the same groups, evaluated once
	}
	vendors := append(append([]string{""}, before.vendors()...), after.vendors()...)
	slices.Sort(vendors)
	var pairs []viewPair
	for _, id := range slices.Compact(vendors) {
		pairs = append(pairs, newViewPair(before, after, id))
	}
	var changes []Change
	for _, entity := range reportOrder {
		for i := range pairs {
			changes = append(changes, pairs[i].compare(entity)...)
		}
	}
	for i := range pairs {
		changes = append(changes, pairs[i].compareOthers()...)
	}
	return changes
}

// viewPair is what a subject held before and holds after, and the restriction
// values that distinguish records in either state.
type viewPair struct {
	before, after Subject
	was, is       view
	values        []string
}

func newViewPair(before, after Subject, vendorID string) viewPair {
	p := viewPair{before: before, after: after, was: before.view(vendorID), is: after.view(vendorID)}
	p.values = slices.Concat(p.was.values, p.is.values)
	slices.Sort(p.values)
	p.values = slices.Compact(p.values)
	return p
}

// records are a set of records with the same change: those with one of the values
// or, if others is set, all except those with a value in except.
type records struct {
	was, is        slots // of one area, including the levels below those held
	values, except []string
	others         bool
}

// compare compares the access to one entity value by value, since nothing else
// distinguishes records, and merges values with the same change.
func (p *viewPair) compare(entity int) []Change {
	a, ok := p.was.area(entity)
	if !ok || !p.was.any().or(p.is.any()).intersects(a.all) {
		return nil
	}
	others := records{was: a.within(p.was.wide), is: a.within(p.is.wide), others: true}
	var classes []records
	for _, value := range p.values {
		was, is := a.within(p.was.slots(&value)), a.within(p.is.slots(&value))
		if was == others.was && is == others.is {
			continue
		}
		others.except = append(others.except, value)
		i := slices.IndexFunc(classes, func(c records) bool { return c.was == was && c.is == is })
		if i < 0 {
			i, classes = len(classes), append(classes, records{was: was, is: is})
		}
		classes[i].values = append(classes[i].values, value)
	}
	var changes []Change
	for _, c := range append([]records{others}, classes...) {
		if lost := c.was.without(c.is); lost != (slots{}) {
			changes = append(changes, p.change(a, c, lost, true))
		}
		if gained := c.is.without(c.was); gained != (slots{}) {
			changes = append(changes, p.change(a, c, gained, false))
		}
	}
	return changes
}

// any returns the slots held on any record.
func (v *view) any() slots {
	all := v.wide
	for _, s := range v.narrow {
		all = all.or(s)
	}
	return all
}

// change describes slots that are gained or lost on some records.
func (p *viewPair) change(a *area, r records, slots slots, loss bool) Change {
	before, partBefore := a.held(r.was)
	after, partAfter := a.held(r.is)
	c := Change{
		Entity: catalog[a.entity].Code, Before: before, After: after, From: levelText(before, partBefore), To: levelText(after, partAfter),
		Loss: loss, Restrictions: r.values, Except: r.except, VendorID: p.was.vendorID,
		part: partBefore != None || partAfter != None, managing: slots.intersects(a.first[Manage]),
	}
	if c.part {
		c.Scopes = slots.scopes()
	}
	switch none := None.String(); {
	case !loss && c.From == none && r.others && p.was.any().intersects(a.all):
		c.Kind = Unrestricted
	case !loss && c.From == none:
		c.Kind = Gained
	case !loss:
		c.Kind = Raised
	case c.To == none && r.others && p.is.any().intersects(a.all):
		c.Kind = Restricted
	case c.To == none:
		c.Kind = Lost
	default:
		c.Kind = Lowered
	}
	c.Groups = p.givers(a, r, slots, c)
	return c
}

// levelText names what is held: a level, a part of one, or both.
func levelText(level, part Level) string {
	switch {
	case part == None:
		return level.String()
	case level == None:
		return "partly " + part.String()
	}
	return level.String() + " and partly " + part.String()
}

// givers returns the groups that grant what is gained, or granted what is lost:
// those that grant the higher level on their own, otherwise those that have one
// of its scopes.
func (p *viewPair) givers(a *area, r records, changed slots, c Change) []GroupRef {
	giver, top := p.after, c.After
	if c.Loss {
		giver, top = p.before, c.Before
	}
	var alone, together []GroupRef
	for _, g := range giver.grants {
		if !p.was.has(g) {
			continue
		}
		held := g.wide
		for i := range r.values {
			held = held.or(g.slots(&r.values[i]))
		}
		if level, _ := a.held(held); level == top && top > None && c.Before != c.After {
			alone = append(alone, g.GroupRef)
		}
		if a.within(held).intersects(changed) {
			together = append(together, g.GroupRef)
		}
	}
	if len(alone) > 0 {
		return alone
	}
	return together
}

// compareOthers compares scopes of no entity, value by value.
func (p *viewPair) compareOthers() []Change {
	type class struct {
		values []string // nil for records with other values or with none
		loss   bool
		scopes []string
	}
	held := func(s Subject, value *string) []string {
		var scopes []string
		for _, g := range s.grants {
			for _, o := range g.others(value) {
				if o.vendorID == p.was.vendorID {
					scopes = append(scopes, o.scope)
				}
			}
		}
		slices.Sort(scopes)
		return slices.Compact(scopes)
	}
	values := p.otherValues()
	var changes []Change
	for _, loss := range []bool{true, false} {
		from, to := p.after, p.before // of a gain
		if loss {
			from, to = p.before, p.after
		}
		wide := missing(held(from, nil), held(to, nil))
		classes := []class{{scopes: wide, loss: loss}}
		for _, value := range values {
			scopes := missing(held(from, &value), held(to, &value))
			scopes = missing(scopes, wide)
			i := slices.IndexFunc(classes[1:], func(c class) bool { return slices.Equal(c.scopes, scopes) })
			if i < 0 {
				i, classes = len(classes)-1, append(classes, class{scopes: scopes, loss: loss})
			}
			classes[i+1].values = append(classes[i+1].values, value)
		}
		for _, c := range classes {
			if len(c.scopes) > 0 {
				changes = append(changes, p.otherChange(from, c.scopes, c.values, c.loss))
			}
		}
	}
	return changes
}

// otherValues returns the restriction values that distinguish records for scopes
// of no entity.
func (p *viewPair) otherValues() []string {
	var values []string
	for _, g := range slices.Concat(p.before.grants, p.after.grants) {
		if len(g.othersIn) > len(g.othersWide) {
			values = append(values, g.restrictions...)
		}
	}
	slices.Sort(values)
	return slices.Compact(values)
}

// missing returns the scopes in have that other lacks.
func missing(have, other []string) []string {
	return slices.DeleteFunc(slices.Clone(have), func(scope string) bool { return slices.Contains(other, scope) })
}

func (p *viewPair) otherChange(giver Subject, scopes, values []string, loss bool) Change {
	c := Change{Kind: Gained, Area: AreaScopes, Loss: loss, Restrictions: values, VendorID: p.was.vendorID, Scopes: scopes, From: None.String(), To: "held"}
	if loss {
		c.Kind, c.From, c.To = Lost, c.To, c.From
	}
	for _, g := range giver.grants {
		gives := g.othersWide
		if len(values) > 0 {
			gives = g.othersIn
		}
		if slices.ContainsFunc(gives, func(o other) bool { return o.vendorID == p.was.vendorID && slices.Contains(scopes, o.scope) }) {
			c.Groups = append(c.Groups, g.GroupRef)
		}
	}
	return c
}
