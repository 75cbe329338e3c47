package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

var errNoProgress = errors.New("the page repeats rows of earlier pages while the list is not complete")

// pagesAtOnce limits the concurrent page requests of one list.
const pagesAtOnce = 6

// Limits of a list. Beyond them it is an error, so that a server that never stops
// does not use up time and memory.
const (
	maxPages = 10_000
	maxRows  = 1_000_000
	maxList  = 512 << 20 // bytes of all pages
)

func tooManyRows(limit int) error {
	return fmt.Errorf("the list has more than %d rows, which is the limit", limit)
}

// list returns all rows of a list, in the server's order.
func list[T any](ctx context.Context, c *Client, path string, key func(T) string) ([]T, error) {
	return listWhere(ctx, c, path, nil, key)
}

// listWhere is list with query parameters in addition to those of paging.
func listWhere[T any](ctx context.Context, c *Client, path string, where url.Values, key func(T) string) ([]T, error) {
	w := newWalk(c, path, where, key)
	if err := w.next(ctx); err != nil {
		return nil, err
	}
	if err := w.rest(ctx); err != nil {
		return nil, err
	}
	if full := w.last == c.pageSize || w.pages > 1 && w.last == w.size; full && w.total == len(w.rows) {
		// Only the count says that a full page is the last one: verify it.
		w.done = false
		if err := w.rest(ctx); err != nil {
			return nil, err
		}
	}
	return w.rows, nil
}

// probe checks that a list can be read, without reading all of it.
func probe[T any](ctx context.Context, c *Client, path string, key func(T) string) error {
	r, err := c.firstRow(ctx, path)
	if err == nil {
		_, err = decodeRows(r, key)
	}
	return err
}

// firstRow requests one row of a list.
func (c *Client) firstRow(ctx context.Context, path string) (*request, error) {
	return c.do(ctx, call{method: http.MethodGet, path: path, query: url.Values{"pageSize": {"1"}}, want: []int{http.StatusOK}})
}

// walk reads a list page by page.
type walk[T any] struct {
	client *Client
	path   string
	where  url.Values
	key    func(T) string

	rows  []T
	seen  map[string]int // place in rows, by key
	pages int            // pages read
	size  int            // rows of the first page
	last  int            // rows of the last page
	got   int            // rows of all pages, including rows repeated on later pages
	bytes *atomic.Int64  // of all pages
	total int            // rows of the list by the last page that was read; -1: unknown
	count int            // rows of the list by the last page that had a count; -1: none had
	done  bool
}

func newWalk[T any](c *Client, path string, where url.Values, key func(T) string) *walk[T] {
	return &walk[T]{client: c, path: path, where: where, key: key, rows: []T{}, seen: map[string]int{}, bytes: new(atomic.Int64), total: -1, count: -1}
}

// batch is the answer for one page.
type batch[T any] struct {
	request *request
	rows    []T
	total   int // -1: not given
}

func (w *walk[T]) read(ctx context.Context, number int) (p batch[T], err error) {
	query := w.client.pageQuery(number, w.where)
	at := w.path + "?" + query.Encode()
	known := w.client.etags.get(at)
	p.request, err = w.client.do(ctx, call{
		method: http.MethodGet, path: w.path, query: query, total: true, unless: known.tag, want: []int{http.StatusOK},
	})
	if err != nil {
		return p, err
	}
	if p.request.status == http.StatusNotModified {
		p.request.body = known.body
	}
	if w.bytes.Add(int64(len(p.request.body))) > w.client.maxList {
		return p, p.request.unusable(fmt.Errorf("the list has more than %d bytes, which is the limit", w.client.maxList))
	}
	p.total = p.request.total()
	if p.rows, err = decodeRows(p.request, w.key); err == nil {
		w.client.etags.put(at, p.request)
	}
	return p, err
}

// next reads one more page.
func (w *walk[T]) next(ctx context.Context) error {
	p, err := w.read(ctx, w.pages+1)
	if err != nil {
		return err
	}
	known := len(w.rows)
	w.pages++
	if p.total < 0 {
		p.total = w.count // a short page does not end a list with a count
	}
	w.total, w.count = p.total, p.total
	w.take(p)
	if w.pages == 1 {
		w.size = len(p.rows)
	}
	stuck := len(w.rows) == known
	switch {
	case len(p.rows) == 0 && p.total > w.got:
		return p.request.unusable(fmt.Errorf("the list ends after %d rows, but the server counts %d", w.got, p.total))
	case len(p.rows) == 0, p.total == len(w.rows), p.total < 0 && len(p.rows) < w.client.pageSize:
		w.done = true
	case stuck && w.size > w.client.pageSize:
		w.done = true // the server does not page and returned everything
	case stuck:
		return p.request.unusable(errNoProgress)
	case p.total < len(w.rows):
		w.total = -1 // the count is too low: read until a page is empty
	}
	return w.bound(p.request)
}

// take adds the new rows of a page. A list that changes while it is read repeats
// rows on later pages.
func (w *walk[T]) take(p batch[T]) {
	known := len(w.rows)
	for _, row := range p.rows {
		k := w.key(row)
		at, seen := w.seen[k]
		if !seen {
			w.seen[k] = len(w.rows)
			w.rows = append(w.rows, row)
		}
		if !seen || at < known {
			w.got++
		}
	}
	w.last = len(p.rows)
}

// bound returns an error for a list beyond the limits.
func (w *walk[T]) bound(r *request) error {
	switch c := w.client; {
	case len(w.rows) > c.maxRows, w.total > c.maxRows:
		return r.unusable(tooManyRows(c.maxRows))
	case w.pages+max(0, w.left()) > c.maxPages, !w.done && w.pages == c.maxPages:
		return r.unusable(fmt.Errorf("the list has more than %d pages, which is the limit", c.maxPages))
	}
	return nil
}

// left returns the number of pages not yet read; -1 if unknown.
func (w *walk[T]) left() int {
	switch {
	case w.done:
		return 0
	case w.total < 0 || w.size == 0:
		return -1
	}
	return max(1, (w.total+w.size-1)/w.size-w.pages)
}

// rest reads the remaining pages: concurrently if their number is known, otherwise
// one by one.
func (w *walk[T]) rest(ctx context.Context) error {
	if left := w.left(); left > 1 {
		if err := w.together(ctx, left); err != nil {
			return err
		}
	}
	for !w.done {
		if err := w.next(ctx); err != nil {
			return err
		}
	}
	return nil
}

// together reads the given number of pages concurrently. If the list changed in
// between they may not be consistent: then all of them are discarded.
func (w *walk[T]) together(ctx context.Context, left int) error {
	var pages []*batch[T] // grows with the requests, because left is the server's claim
	var ended atomic.Bool // the claim was too high
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(pagesAtOnce)
	for i := range left {
		if i >= pagesAtOnce && ended.Load() {
			break
		}
		p := new(batch[T])
		pages = append(pages, p)
		group.Go(func() (err error) {
			*p, err = w.read(groupCtx, w.pages+1+i)
			if err != nil || p.total != w.total || len(p.rows) == 0 {
				ended.Store(true)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	trial := *w
	trial.rows, trial.seen = slices.Clone(w.rows), maps.Clone(w.seen)
	for _, p := range pages {
		if p.total != w.total {
			return nil
		}
		trial.take(*p)
	}
	if len(trial.rows) == w.total {
		trial.pages += len(pages)
		trial.done = true
		*w = trial
	}
	return nil
}

func (c *Client) pageQuery(page int, where url.Values) url.Values {
	query := url.Values{"pageSize": {strconv.Itoa(c.pageSize)}, "pageNumber": {strconv.Itoa(page)}}
	maps.Copy(query, where)
	return query
}

// total returns the number of all rows; -1 if the server does not return it. The
// services use different headers.
func (r *request) total() int {
	total, err := strconv.Atoi(cmp.Or(r.header.Get(api.HeaderTotalCount), r.header.Get(api.HeaderSiteCount)))
	if err != nil || total < 0 {
		return -1
	}
	return total
}
