package oracle_test

import (
	"fmt"
	"slices"
	"strings"
)

// review is what the command says.
type review struct {
	Code   int    `json:"-"`
	Stderr string `json:"-"`
	Text   string `json:"-"`

	Happens    []string     `json:"happens"`
	Tenants    []string     `json:"tenants"`
	Users      []row        `json:"users"`
	Unresolved []unresolved `json:"unresolved"`
}

// row is what it says of one person.
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

// row returns what the review says of a person; nil when it says nothing.
func (r *review) row(tenant, email string) *row {
	for i, row := range r.Users {
		if row.Tenant == tenant && strings.EqualFold(row.Email, email) {
			return &r.Users[i]
		}
	}
	return nil
}

// says reports whether the row has a change of one of the areas that takes, or
// that gives. A nil row says nothing.
func (w *row) says(loss bool, areas ...string) bool {
	return w != nil && slices.ContainsFunc(w.Changes, func(c changeOfRow) bool {
		return c.Loss == loss && slices.Contains(areas, c.Area)
	})
}

// saysOf is says of one entity, such as a product.
func (w *row) saysOf(loss bool, area, entity string) bool {
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
