package access

// Label returns the name of the product.
func (p Product) Label() string {
	if p == OrchestrationEngine {
		return "Orchestration Engine"
	}
	return "Commerce Engine"
}

// AllProducts returns every product, the Commerce Engine first.
func AllProducts() []Product { return products(true, true) }

// Products returns the products on whose entities the access grants a level, the
// Commerce Engine first (rule 18).
func (a Access) Products() []Product {
	var commerce, engine bool
	for i, level := range a {
		engine = engine || level > None && catalog[i].Product == OrchestrationEngine
		commerce = commerce || level > None && catalog[i].Product == CommerceEngine
	}
	return products(commerce, engine)
}

// Products returns the products that the group grants anything of, the Commerce
// Engine first: on their entities or, for the Orchestration Engine, only roles in
// Make. Most groups have one. A group without access has none, and neither has one
// that grants only scopes of no entity (rule 18).
func (r Rights) Products(g Group) []Product {
	is := r.evaluate(g)
	return products(is.narrow.without(engineSlots) != (slots{}), is.narrow.intersects(engineSlots) || len(is.makeRoles) > 0)
}

// ControlProduct returns the product of a predefined access control, and false for
// one of no entity that is no role in Make, and for any other id (rule 18).
func ControlProduct(id string) (Product, bool) {
	c, ok := ControlByID(id)
	if !ok {
		return "", false
	}
	if e, ok := EntityByCode(c.Entity); ok {
		return e.Product, true
	}
	return OrchestrationEngine, len(MakeRoles(c.Scopes)) > 0
}

func products(commerce, engine bool) []Product {
	var list []Product
	if commerce {
		list = append(list, CommerceEngine)
	}
	if engine {
		list = append(list, OrchestrationEngine)
	}
	return list
}

var engineSlots = indexEngineSlots()

// indexEngineSlots returns the slots of the Orchestration Engine's entities.
func indexEngineSlots() (all slots) {
	for i, e := range catalog {
		if e.Product == OrchestrationEngine {
			all = all.or(areas[i].all)
		}
	}
	return all
}
