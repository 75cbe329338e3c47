package client

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Page says which page of a list to read.
type Page struct {
	Number int        // from 1
	Size   int        // rows of a page
	Sort   string     // such as "lastName:asc"; empty: the server's order
	Where  url.Values // filters of the list
}

// UserPage returns one page of the users, and how many match; -1 if the server does not say.
func (c *Client) UserPage(ctx context.Context, p Page) (rows []api.User, total int, err error) {
	return readPage(ctx, c, c.path(api.PathUsers), p, userKey)
}

// GroupPage returns one page of the groups, as UserPage does.
func (c *Client) GroupPage(ctx context.Context, p Page) (rows []api.Group, total int, err error) {
	return readPage(ctx, c, c.path(api.PathGroups), p, groupKey)
}

// readPage reads one page of a list.
func readPage[T any](ctx context.Context, c *Client, path string, p Page, key func(T) string) (rows []T, total int, err error) {
	query := url.Values{"pageSize": {strconv.Itoa(p.Size)}, "pageNumber": {strconv.Itoa(p.Number)}}
	maps.Copy(query, p.Where)
	if p.Sort != "" {
		query.Set("sort", p.Sort)
	}
	r, err := c.do(ctx, call{method: http.MethodGet, path: path, query: query, total: true, want: []int{http.StatusOK}})
	if err != nil {
		return nil, 0, err
	}
	if total = r.total(); total > c.maxRows {
		return nil, 0, r.unusable(tooManyRows(c.maxRows))
	}
	rows, err = decodeRows(r, key)
	return rows, total, err
}
