package access

import "slices"

// TemplateKind is how the dashboard classifies a role template (rule 5).
type TemplateKind string

// The kinds of role templates.
const (
	StandardRole  TemplateKind = "standard" // Viewer, Manager, Administrator, and the roles of the Orchestration Engine
	TradeTemplate TemplateKind = "template" // for one trade, such as pricing
)

// Template is a named set of levels that a group can start from (rule 5).
type Template struct {
	ID     string
	Label  string
	Kind   TemplateKind
	Access Access
}

// Templates returns the predefined role templates: those of the Commerce Engine,
// standard roles first, then those of the Orchestration Engine. Each grants levels
// of one product.
func Templates() []Template {
	return slices.Clone(templates)
}

// TemplateByID returns the predefined role template with the given id, and false
// if there is none.
func TemplateByID(id string) (Template, bool) {
	i := slices.IndexFunc(templates, func(t Template) bool { return t.ID == id })
	if i < 0 {
		return Template{}, false
	}
	return templates[i], true
}

var templates = append(fillMatrix([]Template{
	{ID: "viewer", Label: "Viewer", Kind: StandardRole},
	{ID: "manager", Label: "Manager", Kind: StandardRole},
	{ID: "admin", Label: "Administrator", Kind: StandardRole},
	{ID: "catalog_manager", Label: "Catalog Manager", Kind: TradeTemplate},
	{ID: "pricing_manager", Label: "Pricing Manager", Kind: TradeTemplate},
	{ID: "order_fulfillment_manager", Label: "Order Fulfillment Manager", Kind: TradeTemplate},
}), engineTemplates()...)

// engineTemplates returns the standard roles of the Orchestration Engine, which
// grant one level on all of its entities. The roles in Make that the predefined
// groups also grant are not part of them (rule 17).
func engineTemplates() []Template {
	return []Template{
		{ID: "oe_viewer", Label: "OE Viewer", Kind: StandardRole, Access: engineAccess(Read)},
		{ID: "oe_editor", Label: "OE Editor", Kind: StandardRole, Access: engineAccess(Edit)},
		{ID: "oe_manager", Label: "OE Manager", Kind: StandardRole, Access: engineAccess(Manage)},
		{ID: "oe_admin", Label: "OE Administrator", Kind: StandardRole, Access: engineAccess(Administrate)},
	}
}

// engineAccess returns the level on every entity of the Orchestration Engine. Of
// tied entities only the first is set: the others follow it (rule 2a).
func engineAccess(level Level) Access {
	var a Access
	for i, e := range catalog {
		if e.Product == OrchestrationEngine {
			a[i] = level
		}
	}
	for _, set := range tieSets {
		for _, i := range set[1:] {
			a[i] = None
		}
	}
	return a
}

// templateMatrix holds, per entity, the levels of the Commerce Engine's templates in
// their order: r is read, m is manage, - is none.
var templateMatrix = map[string]string{
	"companies":               "rmm---",
	"customers":               "rmm--r",
	"coupons":                 "rmm---",
	"quotes":                  "rmm---",
	"quote_statuses":          "rmm---",
	"orders":                  "rmm--m",
	"sepa":                    "rmm--m",
	"returns":                 "rmm--m",
	"catalogs":                "rmmmr-",
	"categories":              "rmmmr-",
	"products":                "rmmmm-",
	"product_templates":       "rmmmr-",
	"labels":                  "rmmm--",
	"suppliers":               "rmmm--",
	"brands":                  "rmmm--",
	"price_models":            "rmm-m-",
	"price_lists":             "rmm-m-",
	"sites":                   "rmm--r",
	"delivery_methods":        "rmm---",
	"delivery_times":          "rmm---",
	"units":                   "rmm-m-",
	"tax":                     "rmm-m-",
	"countries":               "rmm-m-",
	"currencies":              "rmm-m-",
	"languages":               "rmm---",
	"system_preferences":      "rmm---",
	"mixin_schemas":           "rmm---",
	"extension_site_settings": "rmm---",
	"users_and_groups":        "rrm-r-",
	"webhooks":                "rmmm--",
	"extensions":              "rrm---",
}

func fillMatrix(list []Template) []Template {
	levels := map[byte]Level{'-': None, 'r': Read, 'm': Manage}
	for entity, row := range templateMatrix {
		for i := range row {
			list[i].Access[entityIndex[entity]] = levels[row[i]]
		}
	}
	return list
}
