package console

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// pageSize is the number of rows of a page of a list.
const pageSize = 50

// listing is the state of a list: its filters, order and page, as its address has them.
type listing struct {
	at          *url.URL
	query       url.Values
	number      int
	First, Last int // numbers of the rows shown, from 1
	Total       int // -1: unknown
	more        bool
}

// newListing reads a listing from the address. It can be sorted by the given names; without
// any of them it has the API's order.
func (v *visit) newListing(sortable ...string) *listing {
	l := &listing{at: v.r.URL, query: v.r.URL.Query()}
	l.number, _ = strconv.Atoi(l.query.Get("page"))
	l.number = max(1, min(l.number, 1_000_000))
	if !slices.Contains(sortable, l.query.Get("sort")) {
		l.query.Del("sort")
	}
	return l
}

// Sort returns the name that the list is sorted by; empty: it has the API's order.
func (l *listing) Sort() string { return l.query.Get("sort") }

// Descending reports whether the order is reversed.
func (l *listing) Descending() bool { return l.query.Get("order") == "desc" }

// Filter returns the text of a filter.
func (l *listing) Filter(name string) string { return l.query.Get(name) }

// page returns the page to request. With where, it returns the rows that match.
func (l *listing) page(where url.Values) client.Page {
	p := client.Page{Number: l.number, Size: pageSize, Where: where, Sort: l.Sort()}
	switch {
	case p.Sort == "":
	case l.Descending():
		p.Sort += ":desc"
	default:
		p.Sort += ":asc"
	}
	return p
}

// got notes the rows of the page.
func (l *listing) got(rows, total int) {
	l.First, l.Last, l.Total = (l.number-1)*pageSize+1, (l.number-1)*pageSize+rows, total
	l.more = rows == pageSize && (total < 0 || l.Last < total)
	if rows == 0 {
		l.First = 0
	}
}

// cut returns the rows of the page from all of them, for lists that the API does not page.
func cut[T any](l *listing, rows []T) []T {
	from := min((l.number-1)*pageSize, len(rows))
	shown := rows[from:min(from+pageSize, len(rows))]
	l.got(len(shown), len(rows))
	return shown
}

// sortRows sorts rows as the list says, without regard to case. Rows that are alike keep
// their order.
func sortRows[T any](l *listing, rows []T, value func(row T, name string) string) {
	if l.Sort() == "" {
		return
	}
	slices.SortStableFunc(rows, func(a, b T) int {
		order := strings.Compare(strings.ToLower(value(a, l.Sort())), strings.ToLower(value(b, l.Sort())))
		if l.Descending() {
			return -order
		}
		return order
	})
}

// address returns the address of the list with another page or order.
func (l *listing) address(change func(url.Values)) string {
	query := url.Values{}
	for name, values := range l.query {
		query[name] = slices.Clone(values)
	}
	change(query)
	for name, values := range query {
		if len(values) == 0 || values[0] == "" {
			query.Del(name)
		}
	}
	return (&url.URL{Path: l.at.Path, RawQuery: query.Encode()}).String()
}

// Previous and Next return the addresses of the pages beside this one; empty: there is none.
func (l *listing) Previous() string {
	if l.number == 1 {
		return ""
	}
	return l.address(func(q url.Values) { q.Set("page", strconv.Itoa(l.number-1)) })
}

// Next returns the address of the next page; empty: there is none.
func (l *listing) Next() string {
	if !l.more {
		return ""
	}
	return l.address(func(q url.Values) { q.Set("page", strconv.Itoa(l.number+1)) })
}

// By returns the address of the list sorted by a name: reversed, if it is sorted by it.
func (l *listing) By(name string) string {
	return l.address(func(q url.Values) {
		q.Del("page")
		q.Del("order")
		if q.Set("sort", name); l.Sort() == name && !l.Descending() {
			q.Set("order", "desc")
		}
	})
}

// Aria returns the value of aria-sort for a column; empty: the list is not sorted by it.
func (l *listing) Aria(name string) string {
	switch {
	case l.Sort() != name:
		return ""
	case l.Descending():
		return "descending"
	}
	return "ascending"
}

// Filtered reports whether a filter other than the order is set.
func (l *listing) Filtered() bool {
	for name, values := range l.query {
		if name != "page" && name != "sort" && name != "order" && values[0] != "" {
			return true
		}
	}
	return false
}
