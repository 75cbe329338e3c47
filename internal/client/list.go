package client

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

var errNoProgress = errors.New("the page repeats rows of earlier pages while the list is not complete")

// list returns all rows of a list, in the server's order.
func list[T any](ctx context.Context, c *Client, path string, key func(T) string) ([]T, error) {
	return listWhere(ctx, c, path, nil, key)
}

// listWhere is list with parameters besides those of the pages.
func listWhere[T any](ctx context.Context, c *Client, path string, where url.Values, key func(T) string) ([]T, error) {
	rows := []T{}
	seen := map[string]bool{}
	for page := 1; ; page++ {
		x, err := c.do(ctx, call{
			method: http.MethodGet, path: path, query: c.pageQuery(page, where), total: true, want: []int{http.StatusOK},
		})
		if err != nil {
			return nil, err
		}
		batch, err := decode[[]T](x)
		if err != nil {
			return nil, err
		}
		known := len(rows)
		for _, row := range batch {
			if k := key(row); !seen[k] {
				seen[k] = true
				rows = append(rows, row)
			}
		}
		total, counted := x.total()
		stuck := len(rows) == known
		switch {
		case len(batch) == 0, counted && len(rows) >= total:
			return rows, nil
		case !counted && (len(batch) < c.pageSize || stuck):
			return rows, nil // stuck: a server that does not page answers all at once
		case stuck:
			return nil, x.unusable(errNoProgress)
		}
	}
}

func (c *Client) pageQuery(page int, where url.Values) url.Values {
	query := url.Values{"pageSize": {strconv.Itoa(c.pageSize)}, "pageNumber": {strconv.Itoa(page)}}
	maps.Copy(query, where)
	return query
}

// total returns the number of all rows, if the server gives it. Services differ
// in the header.
func (x *exchange) total() (int, bool) {
	total, err := strconv.Atoi(cmp.Or(x.header.Get(api.HeaderTotalCount), x.header.Get(api.HeaderSiteCount)))
	return total, err == nil && total >= 0
}
