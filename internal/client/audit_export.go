package client

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// AuditExport is where an export of audit events begins. The zero value is the first
// event of the tenant.
type AuditExport struct {
	From  int64     // id of an event; 0: see Since
	Since time.Time // begin with the first event of that time or later; zero: with the first
}

// ExportAuditEvents calls line with each of the tenant's events, oldest first, as
// JSON without the newline, up to the event that was the newest at the start. It
// returns the range of events that line received, also if the export fails. Only the
// reference backend has audit events: on any other API the error is an
// UnsupportedError.
func (c *Client) ExportAuditEvents(ctx context.Context, o AuditExport, line func(text []byte) error) (whole api.AuditEnd, err error) {
	query := url.Values{"limit": {strconv.Itoa(min(auditPage, c.pageSize))}}
	if !o.Since.IsZero() {
		query.Set("since", o.Since.Format(time.RFC3339Nano))
	}
	from := o.From
	for first := true; ; first = false {
		if from > 0 {
			query.Del("since")
			query.Set("from", strconv.FormatInt(from, 10))
		}
		r, err := c.do(ctx, call{method: http.MethodGet, path: c.path(api.PathAuditExport), query: query, want: []int{http.StatusOK}})
		if err != nil {
			return whole, c.orUnsupported(ctx, "audit events", c.path(api.PathAuditEvents), err)
		}
		lines, end, err := r.auditPiece(from, min(auditPage, c.pageSize))
		if err != nil {
			return whole, err
		}
		if first {
			whole = api.AuditEnd{From: end.From, Last: end.From - 1, Newest: end.Newest}
		}
		for _, text := range lines {
			if err := line(text); err != nil {
				return whole, err
			}
		}
		whole.Last, whole.Count, whole.Missing = end.Last, whole.Count+end.Count, whole.Missing+end.Missing
		if end.Last >= whole.Newest {
			whole.End, whole.Newest = true, max(whole.Newest, end.Last)
			return whole, nil
		}
		from = end.Last + 1
	}
}

var (
	errCutExport = errors.New("the export is truncated: its last line is missing")
	errNoExport  = errors.New("the last line of the export does not match its events")
)

// auditPiece parses the answer to a request for events that start with the id from;
// 0 accepts any start.
func (r *request) auditPiece(from int64, limit int) (lines [][]byte, end api.AuditEnd, err error) {
	if err := r.checkSize(); err != nil {
		return nil, end, err
	}
	body, ended := bytes.CutSuffix(r.body, []byte("\n"))
	lines = bytes.Split(body, []byte("\n"))
	last := lines[len(lines)-1]
	if err := json.Unmarshal(last, &end); err != nil || !ended || !end.End {
		return nil, end, r.unusable(errCutExport)
	}
	lines = lines[:len(lines)-1]
	before := end.From - 1
	for _, text := range lines {
		var e api.AuditEvent
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, end, r.unusable(fmt.Errorf("a line of the export is not an event: %w", err))
		}
		if e.ID <= before || e.ID > end.Last {
			return nil, end, r.unusable(fmt.Errorf("the export has event %d after event %d", e.ID, before))
		}
		before = e.ID
	}
	count := int64(len(lines))
	switch {
	case end.From < 1, from > 0 && end.From != from, end.Count != count, end.Last < end.From-1, end.Last > end.Newest,
		end.Missing != end.Last-end.From+1-count, int(count) != limit && end.Last != end.Newest:
		return nil, end, r.unusable(errNoExport)
	}
	return lines, end, nil
}
