package access

import (
	"fmt"
	"slices"
	"strings"
)

// Need is a level on an entity that something else requires.
type Need struct {
	Entity string
	Level  Level
}

// Dependency is what managing an entity requires in practice besides the level on
// the entity itself (rule 9).
type Dependency struct {
	Entity string
	// With are further entities: the dependency applies only to a user who manages
	// all of them.
	With  []string
	Needs []Need
	// Note is a phrase that says what the required levels are for; usually empty.
	Note string
}

// Missing is an unmet dependency: a managed entity, and those of its needs that
// the access does not meet.
type Missing struct {
	Entity string
	Needs  []Need
	with   []string
	note   string
}

// Text says what is missing and how to fix it.
func (m Missing) Text() string {
	var wanted, fixes []string
	for _, level := range []Level{Read, Manage} {
		var entities []string
		for _, n := range m.Needs {
			if n.Level == level {
				entities = append(entities, n.Entity)
				fixes = append(fixes, fmt.Sprintf("%s = %q", n.Entity, level))
			}
		}
		if len(entities) > 0 {
			wanted = append(wanted, level.String()+" on "+Enumerate("and", entities))
		}
	}
	note := m.note
	if note != "" {
		note = " (" + note + ")"
	}
	return fmt.Sprintf("manage on %s also needs %s%s: add %s",
		Enumerate("and", append([]string{m.Entity}, m.with...)), strings.Join(wanted, ", and "), note, strings.Join(fixes, ", "))
}

// Dependencies returns what managing each entity requires, in catalog order.
// Entities without dependencies are omitted.
func Dependencies() []Dependency {
	return slices.Clone(dependencies)
}

// MissingDependencies returns the unmet dependencies of an access, in catalog
// order. The access is that of one group, or of all groups of a user merged (rule
// 9).
func MissingDependencies(a Access) []Missing {
	var result []Missing
	for _, d := range dependencies {
		if a.Of(d.Entity) < Manage || slices.ContainsFunc(d.With, func(code string) bool { return a.Of(code) < Manage }) {
			continue
		}
		m := Missing{Entity: d.Entity, with: d.With, note: d.Note}
		for _, n := range d.Needs {
			if a.Of(n.Entity) < n.Level {
				m.Needs = append(m.Needs, n)
			}
		}
		if len(m.Needs) > 0 {
			result = append(result, m)
		}
	}
	return result
}

// dependencies is the matrix of functions and permissions: what each function of
// a company also requires. It contains only Commerce Engine entities.
var dependencies = []Dependency{
	{Entity: "companies", Needs: manages("customers"), Note: "to create contacts; read is enough to assign customers"},
	// Customer management as a whole function.
	{Entity: "customers", With: []string{"companies", "coupons"}, Needs: reads("users_and_groups")},
	{Entity: "coupons", Needs: reads("categories")},
	{Entity: "quotes", Needs: append(reads("companies"), manages("products")...)},
	{Entity: "returns", Needs: reads("customers", "orders", "products")},
	{Entity: "catalogs", Needs: reads("categories")},
	{Entity: "categories", Needs: reads("media")},
	{Entity: "products", Needs: reads("product_templates", "suppliers", "categories", "price_models", "price_lists", "tax")},
	{Entity: "price_models", Needs: manages("products")},
	{
		Entity: "price_lists",
		// Its "customers (user and groups)" are the customers that a price list is for,
		// and users and groups. In customer management, which manages customers
		// itself, they are only the latter.
		Needs: append(reads("catalogs", "categories", "customers", "users_and_groups"), manages("price_models", "products", "tax", "units", "countries", "currencies")...),
	},
	{Entity: "sites", Needs: reads("currencies", "payment_gateways", "countries", "languages")},
	{Entity: "delivery_methods", Needs: reads("sites")},
	{Entity: "delivery_times", Needs: reads("sites")},
	// The matrix also lists addresses of customers, which have no access of their own.
	{Entity: "mixin_schemas", Needs: reads("categories", "companies", "coupons", "customers", "orders", "products", "quotes", "returns"), Note: "customers includes their addresses"},
}

func reads(entities ...string) []Need { return needs(Read, entities) }

func manages(entities ...string) []Need { return needs(Manage, entities) }

func needs(level Level, entities []string) []Need {
	list := make([]Need, len(entities))
	for i, code := range entities {
		list[i] = Need{code, level}
	}
	return list
}

// Enumerate joins words as in a sentence: "a, b and c". The conjunction is "and"
// or "or".
func Enumerate(conjunction string, words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}
