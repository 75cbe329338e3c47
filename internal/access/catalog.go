package access

import (
	"fmt"
	"slices"
	"strings"
)

// Entity is a type of record that access can be granted to.
type Entity struct {
	Code     string // as written in a configuration, for example "orders"
	Category string // heading in the report
	Label    string // as shown to people, for example "Status Quotes"
	Product  Product
	// Records of RestrictionAware entities carry a site or another restriction
	// value, and groups can limit their members to some values.
	RestrictionAware bool
	// Parent is the code of the entity whose level this one takes (rule 2b); empty
	// for entities with a view of their own.
	Parent string
}

// EntityCount is the number of entities in the catalog.
const EntityCount = len(catalog)

const (
	ce = CommerceEngine
	oe = OrchestrationEngine

	catCustomers  = "Customer Management"
	catAdmin      = "Administration"
	catExtensions = "Extensions"
	catOE         = "Orchestration Engine"
)

// catalog lists every entity in the order of the Management Dashboard:
// Commerce Engine entities with a view of their own, then the derived ones,
// then the modules of the Orchestration Engine.
var catalog = [...]Entity{
	{Code: "companies", Category: catCustomers, Label: "Companies", Product: ce, RestrictionAware: true},
	{Code: "customers", Category: catCustomers, Label: "Customer", Product: ce, RestrictionAware: true},
	{Code: "coupons", Category: catCustomers, Label: "Coupons", Product: ce},
	{Code: "quotes", Category: "Quotes", Label: "Quotes", Product: ce, RestrictionAware: true},
	{Code: "quote_statuses", Category: "Quotes", Label: "Status Quotes", Product: ce},
	{Code: "orders", Category: "Orders", Label: "Orders", Product: ce, RestrictionAware: true},
	{Code: "sepa", Category: "Orders", Label: "SEPA", Product: ce},
	{Code: "returns", Category: "Orders", Label: "Returns", Product: ce},
	{Code: "catalogs", Category: "Catalogs", Label: "Catalogs", Product: ce},
	{Code: "categories", Category: "Catalogs", Label: "Categories", Product: ce},
	{Code: "products", Category: "Products", Label: "Products", Product: ce},
	{Code: "product_templates", Category: "Products", Label: "Product Templates", Product: ce},
	{Code: "labels", Category: "Products", Label: "Labels", Product: ce},
	{Code: "suppliers", Category: "Products", Label: "Suppliers", Product: ce},
	{Code: "brands", Category: "Products", Label: "Brands", Product: ce},
	{Code: "price_models", Category: "Pricing", Label: "Price Models", Product: ce},
	{Code: "price_lists", Category: "Pricing", Label: "Price Lists", Product: ce},
	{Code: "sites", Category: "Settings", Label: "Sites", Product: ce},
	{Code: "delivery_methods", Category: "Settings", Label: "Delivery Methods", Product: ce},
	{Code: "delivery_times", Category: "Settings", Label: "Delivery Times", Product: ce},
	{Code: "units", Category: "Settings", Label: "Units", Product: ce},
	{Code: "tax", Category: "Settings", Label: "Tax", Product: ce},
	{Code: "countries", Category: "Settings", Label: "Countries", Product: ce},
	{Code: "currencies", Category: "Settings", Label: "Currencies", Product: ce},
	{Code: "languages", Category: "Settings", Label: "Languages", Product: ce},
	{Code: "system_preferences", Category: "Settings", Label: "System Preferences", Product: ce},
	{Code: "mixin_schemas", Category: "Settings", Label: "Mixin Schemas", Product: ce},
	{Code: "extension_site_settings", Category: catExtensions, Label: "Extension views (for example site settings)", Product: ce},
	{Code: "users_and_groups", Category: catAdmin, Label: "Users and Groups", Product: ce},
	{Code: "webhooks", Category: catAdmin, Label: "Webhooks", Product: ce},
	{Code: "extensions", Category: catAdmin, Label: "Extensions", Product: ce},

	{Code: "media", Category: "Products", Label: "Media", Product: ce, Parent: "products"},
	{Code: "prices", Category: "Products", Label: "Prices", Product: ce, Parent: "products"},
	{Code: "availability", Category: "Products", Label: "Availability", Product: ce, Parent: "products"},
	{Code: "payment_gateways", Category: "Settings", Label: "Payment Gateways", Product: ce, Parent: "sites"},
	{Code: "carts", Category: "Orders", Label: "Carts", Product: ce, RestrictionAware: true, Parent: "orders"},

	{Code: "digital_processes", Category: catOE, Label: "Digital Processes (Value Streams)", Product: oe},
	{Code: "orchestration_center", Category: catOE, Label: "Orchestration Center", Product: oe},
	{Code: "process_context", Category: catOE, Label: "Process Context", Product: oe},
	{Code: "schedules", Category: catOE, Label: "Schedules", Product: oe},
	{Code: "forms", Category: catOE, Label: "Forms", Product: oe},
	{Code: "task_inbox", Category: catOE, Label: "Task Inbox", Product: oe},
	{Code: "kpis_and_analytics", Category: catOE, Label: "KPIs and Analytics", Product: oe},
	{Code: "business_rules", Category: catOE, Label: "Business Rules (Rulestore)", Product: oe},
	{Code: "event_registry", Category: catOE, Label: "Event Registry", Product: oe},
	{Code: "event_log", Category: catOE, Label: "Event Log", Product: oe},
	{Code: "datastore", Category: catOE, Label: "Datastore", Product: oe},
	{Code: "oe_users_and_roles", Category: catOE, Label: "Users and Roles", Product: oe},
	{Code: "make_team", Category: catOE, Label: "Make Team", Product: oe},
}

// ties are the sets of tied entities (rule 2a).
var ties = [][]string{
	{"digital_processes", "orchestration_center", "process_context", "schedules"},
	{"forms", "task_inbox"},
	{"event_registry", "event_log"},
}

var (
	entityIndex = indexEntities()
	// parentOf holds the index of each entity's parent, or -1.
	parentOf = indexParents()
	tieSets  = indexTies()
)

func indexEntities() map[string]int {
	index := make(map[string]int, EntityCount)
	for i, e := range catalog {
		index[e.Code] = i
	}
	return index
}

func indexParents() [EntityCount]int {
	var parents [EntityCount]int
	for i, e := range catalog {
		parents[i] = -1
		if e.Parent != "" {
			parents[i] = entityIndex[e.Parent]
		}
	}
	return parents
}

func indexTies() [][]int {
	sets := make([][]int, len(ties))
	for i, tie := range ties {
		for _, code := range tie {
			sets[i] = append(sets[i], entityIndex[code])
		}
	}
	return sets
}

// Entities returns the entities in catalog order.
func Entities() []Entity {
	return slices.Clone(catalog[:])
}

// EntityByCode returns the entity with the given code, and false if the catalog
// has none.
func EntityByCode(code string) (Entity, bool) {
	i, ok := entityIndex[code]
	if !ok {
		return Entity{}, false
	}
	return catalog[i], true
}

// Check parses a level and reports why a group cannot set it on the entity: the
// entity is not in the catalog, the level does not exist, or the entity's product
// does not have the level (rule 1).
func Check(entity, level string) (Level, error) {
	e, ok := EntityByCode(entity)
	if !ok {
		return None, unknownEntity(entity)
	}
	l, err := ParseLevel(level)
	if err == nil && e.Product.Admits(l) {
		return l, nil
	}
	names := make([]string, 0, len(levelNames))
	for _, known := range e.Product.Levels() {
		names = append(names, known.String())
	}
	return None, fmt.Errorf("%s has no level %q: use one of %s", entity, level, strings.Join(names, ", "))
}

// unknownEntity suggests the closest codes, since most unknown entities are
// misspelled, singular instead of plural, or called by another name of their label.
func unknownEntity(code string) error {
	var near []string
	for _, e := range catalog {
		if 3*distance(code, e.Code) <= len(code) || (len(code) >= 4 && e.isCalled(code)) {
			near = append(near, e.Code)
		}
	}
	if len(near) > 0 {
		return fmt.Errorf("unknown entity %q: did you mean %s?", code, strings.Join(near, " or "))
	}
	codes := make([]string, 0, EntityCount)
	for _, e := range catalog {
		codes = append(codes, e.Code)
	}
	slices.Sort(codes)
	return fmt.Errorf("unknown entity %q: the catalog has %s", code, strings.Join(codes, ", "))
}

// isCalled reports whether the word, in plural or not, is part of the entity's code
// or label.
func (e Entity) isCalled(word string) bool {
	word = strings.TrimSuffix(word, "s")
	return strings.Contains(e.Code, word) || strings.Contains(strings.ToLower(strings.ReplaceAll(e.Label, " ", "_")), word)
}

// distance returns the edit distance between two short words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
