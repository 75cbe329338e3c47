package access

import "slices"

// TemplateKind is how the dashboard classifies a role template (rule 5).
type TemplateKind string

// The kinds of role templates.
const (
	StandardRole  TemplateKind = "standard" // Viewer, Manager, Administrator
	TradeTemplate TemplateKind = "template" // for one trade, such as pricing
)

// Template is a named set of levels that a group can start from (rule 5).
type Template struct {
	ID     string
	Label  string
	Kind   TemplateKind
	Access Access
}

// Templates returns the predefined role templates, standard roles first.
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

var templates = fillMatrix([]Template{
	{ID: "viewer", Label: "Viewer", Kind: StandardRole},
	{ID: "manager", Label: "Manager", Kind: StandardRole},
	{ID: "admin", Label: "Administrator", Kind: StandardRole},
	{ID: "catalog_manager", Label: "Catalog Manager", Kind: TradeTemplate},
	{ID: "pricing_manager", Label: "Pricing Manager", Kind: TradeTemplate},
	{ID: "order_fulfillment_manager", Label: "Order Fulfillment Manager", Kind: TradeTemplate},
})

// templateMatrix holds, per entity, the levels of the six templates in their
// order: r is read, m is manage, - is none.
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
