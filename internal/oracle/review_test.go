package oracle_test

import (
	"fmt"
	"slices"
	"strings"
)

// review is the output of the command.
type review struct {
	Code   int    `json:"-"`
	Stderr string `json:"-"`
	Text   string `json:"-"`

	Happens    []string     `json:"happens"`
	Tenants    []string     `json:"tenants"`
	Users      []row        `json:"users"`
	Unresolved []unresolved `json:"unresolved"`
}

// row is the review of one person.
type row struct {
	Tenant  string        `json:"tenant"`
	UserID  string        `json:"user_id"`
	Email   string        `json:"email"`
	Event   string        `json:"event"`
	Changes []changeOfRow `json:"changes"`
}

type changeOfRow struct {
	Kind   string   `json:"kind"`
	Area   string   `json:"area"`
	Entity string   `json:"entity"`
	Loss   bool     `json:"loss"`
	Scopes []string `json:"scopes"`
	Text   string   `json:"text"`
}

type unresolved struct {
	Tenant  string `json:"tenant"`
	Address string `json:"address"`
	Text    string `json:"text"`
}

// row returns the review of a person; nil if there is none.
func (r *review) row(tenant, email string) *row {
	for i, row := range r.Users {
		if row.Tenant == tenant && strings.EqualFold(row.Email, email) {
			return &r.Users[i]
		}
	}
	return nil
}

// says reports whether the row has a loss, or a gain, in one of the areas. A nil
// row has none.
func (w *row) says(loss bool, areas ...string) bool {
	return w != nil && slices.ContainsFunc(w.Changes, func(c changeOfRow) bool {
		return c.Loss == loss && slices.Contains(areas, c.Area)
	})
}

// leavesOut returns the scopes that no change of the row explains, by naming the
// scope or an entity that the scope is for.
func (w *row) leavesOut(loss bool, scopes []string) []string {
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool {
		return slices.ContainsFunc(w.Changes, func(c changeOfRow) bool {
			return c.Loss == loss && (slices.Contains(c.Scopes, s) || c.Area == "" && isFor(s, c.Entity) || c.Area == "make" && strings.HasPrefix(s, "integromat."))
		})
	})
}

// entitiesByScope maps prefixes of scope ids to the entities they are for. The
// longest prefix counts.
var entitiesByScope = map[string][]string{
	"customermanagement.": {"companies"}, "customer.customer_": {"customers"}, "coupon.": {"coupons"},
	"quote.": {"quotes", "quote_statuses"}, "order.order_": {"orders"}, "sepaexport.job": {"sepa"}, "returns.": {"returns"},
	"catalog.": {"catalogs"}, "category.": {"categories"}, "product.": {"products"}, "product.product_template": {"product_templates"},
	"label.": {"labels"}, "supplier.": {"suppliers"}, "brand.": {"brands"}, "price.price_": {"prices"}, "price.pricemodel": {"price_models"},
	"price.pricelist": {"price_lists"}, "site.": {"sites"}, "shipping.": {"delivery_methods", "delivery_times"}, "unithandling.": {"units"},
	"tax.": {"tax"}, "country.": {"countries"}, "currency.": {"currencies"}, "configuration.": {"languages", "system_preferences"},
	"schema.schema": {"mixin_schemas"}, "extension.": {"extension_site_settings", "extensions"}, "webhook.": {"webhooks"},
	"iam.user": {"users_and_groups"}, "iam.group": {"users_and_groups"}, "iam.template": {"users_and_groups"},
	"iam.assignment": {"users_and_groups"}, "iam.access": {"users_and_groups"},
	"media.": {"media"}, "availability.": {"availability"}, "payment-gateway.paymentmodes": {"payment_gateways"}, "cart.": {"carts"},
}

func isFor(scope, entity string) bool {
	if process, ok := strings.CutPrefix(scope, "oe."); ok {
		name, _, _ := strings.Cut(process, "_")
		return name == strings.ReplaceAll(entity, "_", "")
	}
	longest := ""
	for begins := range entitiesByScope {
		if strings.HasPrefix(scope, begins) && len(begins) > len(longest) {
			longest = begins
		}
	}
	return slices.Contains(entitiesByScope[longest], entity)
}

// saysOf is says of one entity of an area.
func (w *row) saysOf(area string, loss bool, entity string) bool {
	return w != nil && slices.ContainsFunc(w.Changes, func(c changeOfRow) bool {
		return c.Loss == loss && c.Area == area && c.Entity == entity
	})
}

func (w *row) event() string {
	if w == nil {
		return ""
	}
	return w.Event
}

func (w *row) String() string {
	if w == nil {
		return "nothing"
	}
	var texts []string
	if w.Event != "" {
		texts = append(texts, w.Event)
	}
	for _, c := range w.Changes {
		text := c.Text
		if text == "" {
			text = fmt.Sprintf("%s %s %s", c.Kind, c.Area, c.Entity)
		}
		texts = append(texts, text)
	}
	return strings.Join(texts, "; ")
}
