package client

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

var errNoProgress = errors.New("the page repeats rows of earlier pages while the list is not complete")

// pagesAtOnce is how many pages of one list are asked for at a time.
const pagesAtOnce = 6

// list returns all rows of a list, in the server's order.
func list[T any](ctx context.Context, c *Client, path string, key func(T) string) ([]T, error) {
	return listWhere(ctx, c, path, nil, key)
}

// listWhere is list with parameters besides those of the pages.
func listWhere[T any](ctx context.Context, c *Client, path string, where url.Values, key func(T) string) ([]T, error) {
	w := newWalk(c, path, where, key)
	if err := w.next(ctx); err != nil {
		return nil, err
	}
	if err := w.rest(ctx); err != nil {
		return nil, err
	}
	return w.rows, nil
}

// walk reads a list page by page.
type walk[T any] struct {
	client *Client
	path   string
	where  url.Values
	key    func(T) string

	rows  []T
	seen  map[string]bool // by key
	pages int             // that were read
	size  int             // rows of the first page
	total int             // rows of all pages, as the last page read says; -1: not known
	done  bool
}

func newWalk[T any](c *Client, path string, where url.Values, key func(T) string) *walk[T] {
	return &walk[T]{client: c, path: path, where: where, key: key, rows: []T{}, seen: map[string]bool{}, total: -1}
}

// batch is what the server gives for one page.
type batch[T any] struct {
	exchange *exchange
	rows     []T
	total    int // -1: not given
}

func (w *walk[T]) read(ctx context.Context, number int) (p batch[T], err error) {
	query := w.client.pageQuery(number, w.where)
	at := w.path + "?" + query.Encode()
	known := w.client.kept.get(at)
	p.exchange, err = w.client.do(ctx, call{
		method: http.MethodGet, path: w.path, query: query, total: true, unless: known.tag, want: []int{http.StatusOK},
	})
	if err != nil {
		return p, err
	}
	if p.exchange.status == http.StatusNotModified {
		p.exchange.body = known.body
	}
	w.client.kept.keep(at, p.exchange)
	p.rows, err = decode[[]T](p.exchange)
	p.total = p.exchange.total()
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
	w.total = p.total
	w.take(p.rows)
	if w.pages == 1 {
		w.size = len(p.rows)
	}
	stuck := len(w.rows) == known
	switch {
	case len(p.rows) == 0, p.total >= 0 && len(w.rows) >= p.total:
		w.done = true
	case p.total < 0 && (len(p.rows) < w.client.pageSize || stuck):
		w.done = true // stuck: a server that does not page answers all at once
	case stuck:
		return p.exchange.unusable(errNoProgress)
	}
	return nil
}

// take adds the rows that are new.
func (w *walk[T]) take(rows []T) {
	for _, row := range rows {
		if k := w.key(row); !w.seen[k] {
			w.seen[k] = true
			w.rows = append(w.rows, row)
		}
	}
}

// left returns how many pages are still to be read; -1 when that is not known.
func (w *walk[T]) left() int {
	switch {
	case w.done:
		return 0
	case w.total < 0 || w.size == 0:
		return -1
	}
	return max(1, (w.total+w.size-1)/w.size-w.pages)
}

// rest reads all pages that are left: at once where it is known how many there
// are, else one by one.
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

// together reads so many pages at once. While the list changes they may not fit
// together: then they are all dropped, and the walk goes on as if they had never
// been read.
func (w *walk[T]) together(ctx context.Context, left int) error {
	pages := make([]batch[T], left)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(pagesAtOnce)
	for i := range pages {
		group.Go(func() (err error) {
			pages[i], err = w.read(groupCtx, w.pages+1+i)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	trial := *w
	trial.rows = append(make([]T, 0, len(w.rows)+left*w.size), w.rows...)
	trial.seen = make(map[string]bool, cap(trial.rows))
	maps.Copy(trial.seen, w.seen)
	for _, p := range pages {
		if p.total != w.total {
			return nil
		}
		trial.take(p.rows)
	}
	if len(trial.rows) == w.total {
		w.rows, w.done = trial.rows, true
	}
	return nil
}

func (c *Client) pageQuery(page int, where url.Values) url.Values {
	query := url.Values{"pageSize": {strconv.Itoa(c.pageSize)}, "pageNumber": {strconv.Itoa(page)}}
	maps.Copy(query, where)
	return query
}

// total returns the number of all rows; -1 when the server does not give it.
// Services differ in the header.
func (x *exchange) total() int {
	total, err := strconv.Atoi(cmp.Or(x.header.Get(api.HeaderTotalCount), x.header.Get(api.HeaderSiteCount)))
	if err != nil || total < 0 {
		return -1
	}
	return total
}
