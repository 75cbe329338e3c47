package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// linesType is the media type of JSON Lines.
const linesType = "application/x-ndjson"

// auditExport selects the events to export.
type auditExport struct {
	from   int64 // the first id
	newest int64 // the last id
	limit  int64 // maximum number; 0: all
}

// handleAuditExport answers GET /iam/{tenant}/audit-events/export: one event per line,
// oldest first, then a line that summarizes them. It omits events that are appended
// meanwhile.
func (s *Server) handleAuditExport(c *call) error {
	from, err := c.positive("from", 0)
	if err != nil {
		return err
	}
	limit, err := c.positive("limit", 0)
	if err != nil {
		return err
	}
	since, err := c.since()
	if err != nil {
		return err
	}
	if from > 0 && !since.IsZero() {
		return badRequest("Give from or since, not both")
	}
	x, err := s.auditExport(c, int64(from), since)
	if err != nil {
		return err
	}
	x.limit = int64(limit)
	if err := c.reserve(eventPiece * eventCost); err != nil {
		return err
	}
	return c.stream(linesType, func(w io.Writer) error { return s.exportEvents(c, w, x) })
}

// auditExport determines where an export begins and ends.
func (s *Server) auditExport(c *call, from int64, since time.Time) (x auditExport, err error) {
	last, err := s.store.Events(c.ctx, c.tenant, store.EventFilter{Limit: 1})
	if err != nil {
		return x, fmt.Errorf("looking for the newest audit event: %w", err)
	}
	if len(last) > 0 {
		x.newest = last[0].ID
	}
	x.from = max(from, 1)
	if x.from > x.newest+1 {
		return x, badRequest(fmt.Sprintf("There is no audit event %d yet: the newest is %d", x.from, x.newest))
	}
	if !since.IsZero() {
		x.from, err = s.firstSince(c.ctx, c.tenant, since, x.newest)
	}
	return x, err
}

// firstSince returns the id at which an export since a time begins. If that is the oldest
// event that is kept, removed events may also be of that time: the export then begins with
// them.
func (s *Server) firstSince(ctx context.Context, tenant string, since time.Time, newest int64) (int64, error) {
	id, err := s.store.EventSince(ctx, tenant, since)
	if errors.Is(err, store.ErrNotFound) {
		return newest + 1, nil
	}
	if err != nil {
		return 0, fmt.Errorf("looking for the first audit event since a time: %w", err)
	}
	oldest, err := s.store.EventsFrom(ctx, tenant, 1, 1)
	if err != nil {
		return 0, fmt.Errorf("looking for the oldest audit event: %w", err)
	}
	if len(oldest) > 0 && oldest[0].ID == id {
		return 1, nil
	}
	return id, nil
}

// exportEvents writes the events and the last line.
func (s *Server) exportEvents(c *call, w io.Writer, x auditExport) error {
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	end := api.AuditEnd{End: true, From: x.from, Last: x.from - 1, Newest: x.newest}
	for end.Last < x.newest && (x.limit == 0 || end.Count < x.limit) {
		size := int64(eventPiece)
		if x.limit > 0 {
			size = min(size, x.limit-end.Count)
		}
		list, err := s.store.EventsFrom(c.ctx, c.tenant, end.Last+1, int(size))
		if err != nil {
			return fmt.Errorf("reading audit events: %w", err)
		}
		if len(list) == 0 || list[0].ID > x.newest { // all others were removed
			end.Last = x.newest
		}
		for _, e := range list {
			if e.ID > x.newest {
				break
			}
			if err := lines.Encode(wire.AuditEvent(e)); err != nil {
				return err
			}
			end.Last = e.ID
			end.Count++
		}
	}
	end.Missing = end.Last - end.From + 1 - end.Count
	return lines.Encode(end)
}
