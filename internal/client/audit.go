package client

import (
	"cmp"
	"context"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// AuditFilter selects audit events; its zero value selects all.
type AuditFilter struct {
	Actor  string    // id of a client or user
	Kind   string    // of the object
	Object string    // id of the object, or of the related one
	Since  time.Time // of that time or later
	Before int64     // id that those of the events are below; 0: no limit
	Limit  int       // maximum number of events; 0: no limit
}

// auditPage is the number of events per request.
const auditPage = 1000

// AuditEvents returns the events that the filter selects, newest first. Only the
// reference backend has them: on any other API the error is an UnsupportedError.
func (c *Client) AuditEvents(ctx context.Context, filter AuditFilter) ([]api.AuditEvent, error) {
	query := url.Values{}
	for name, value := range map[string]string{"actor": filter.Actor, "kind": filter.Kind, "object": filter.Object} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if !filter.Since.IsZero() {
		query.Set("since", filter.Since.Format(time.RFC3339Nano))
	}
	events := []api.AuditEvent{}
	before := int64(math.MaxInt64)
	if filter.Before > 0 {
		before = filter.Before
		query.Set("before", strconv.FormatInt(before, 10))
	}
	for pages := 1; ; pages++ {
		size := min(auditPage, c.pageSize)
		if filter.Limit > 0 {
			size = min(size, filter.Limit-len(events))
		}
		query.Set("limit", strconv.Itoa(size))
		r, err := c.do(ctx, call{method: http.MethodGet, path: c.path(api.PathAuditEvents), query: query, want: []int{http.StatusOK}})
		if err != nil {
			return nil, c.orUnsupported(ctx, "audit events", c.path(api.PathAuditEvents), err)
		}
		page, err := decodeRows(r, eventKey)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(page, func(a, b api.AuditEvent) int { return cmp.Compare(b.ID, a.ID) }) // servers may order differently
		if len(page) > size || !descending(page, before) {
			return nil, r.unusable(errNoProgress)
		}
		events = append(events, page...)
		switch {
		case len(page) < size, len(events) == filter.Limit:
			return events, nil
		case len(events) > c.maxRows, pages == c.maxPages:
			return nil, r.unusable(tooManyRows(c.maxRows))
		}
		before = events[len(events)-1].ID
		query.Set("before", strconv.FormatInt(before, 10))
	}
}

// eventKey returns the id of an event; ids start at 1.
func eventKey(e api.AuditEvent) string {
	if e.ID < 1 {
		return ""
	}
	return strconv.FormatInt(e.ID, 10)
}

// descending reports whether each event is older than the one before it.
func descending(events []api.AuditEvent, before int64) bool {
	for _, e := range events {
		if e.ID >= before {
			return false
		}
		before = e.ID
	}
	return true
}
