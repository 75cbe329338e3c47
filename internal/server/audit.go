package server

import (
	"fmt"
	"net/http"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/audit"
	"github.com/access-config/terraform-provider-iam/internal/server/wire"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// The default and the maximum number of events in a response.
const (
	defaultEvents = 100
	maxEvents     = 1000
	maxRows       = 10_000 // in the compact form

	// eventPiece is how many events are read at a time for a longer response.
	eventPiece = 250
	// eventCost and auditRowCost are the memory to reserve for an event and for a row, in
	// bytes.
	eventCost    = 2 * audit.MaxState
	auditRowCost = 1 << 10
)

// handleAuditEventList answers GET /iam/{tenant}/audit-events: the events that match all
// filters, newest first. The next page is the events before the last id.
func (s *Server) handleAuditEventList(c *call) error {
	compact, err := c.flag("compact")
	if err != nil {
		return err
	}
	standard, most := defaultEvents, maxEvents
	if compact {
		standard, most = maxEvents, maxRows
	}
	filter, err := c.eventFilter(standard, most)
	if err != nil {
		return err
	}
	if compact {
		return s.listAuditRows(c, filter)
	}
	if err := c.reserve(int64(filter.Limit) * eventCost); err != nil {
		return err
	}
	list, err := s.store.Events(c.ctx, c.tenant, filter)
	if err != nil {
		return fmt.Errorf("listing audit events: %w", err)
	}
	documents := make([]api.AuditEvent, len(list))
	for i, e := range list {
		documents[i] = wire.AuditEvent(e)
	}
	return c.write(http.StatusOK, documents)
}

// eventFilter reads the filters of events.
func (c *call) eventFilter(standard, most int) (filter store.EventFilter, err error) {
	limit, err := c.positive("limit", standard)
	if err != nil {
		return filter, err
	}
	before, err := c.positive("before", 0)
	if err != nil {
		return filter, err
	}
	since, err := c.since()
	return store.EventFilter{
		Actor: c.query("actor"), Kind: c.query("kind"), Object: c.query("object"), Since: since, Before: int64(before), Limit: min(limit, most),
	}, err
}

// since reads the parameter since; the zero time if it is missing.
func (c *call) since() (time.Time, error) {
	text := c.query("since")
	if text == "" {
		return time.Time{}, nil
	}
	since, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, badRequest(fmt.Sprintf("since must be a time such as 2026-01-31T12:00:00Z (RFC 3339), not %q", text))
	}
	return since, nil
}

// listAuditRows responds with the events of the filter in compact form. It reads them in
// pieces, because the objects take most of the memory.
func (s *Server) listAuditRows(c *call, filter store.EventFilter) error {
	if err := c.reserve(int64(filter.Limit)*auditRowCost + eventPiece*eventCost); err != nil {
		return err
	}
	rows := []api.AuditRow{}
	for most := filter.Limit; len(rows) < most; {
		filter.Limit = min(eventPiece, most-len(rows))
		list, err := s.store.Events(c.ctx, c.tenant, filter)
		if err != nil {
			return fmt.Errorf("listing audit events: %w", err)
		}
		for _, e := range list {
			row, err := auditRow(e)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		if len(list) < filter.Limit {
			break
		}
		filter.Before = rows[len(rows)-1].ID
	}
	return c.write(http.StatusOK, rows)
}

func auditRow(e store.Event) (api.AuditRow, error) {
	changed, err := audit.Changed(e.Before, e.After)
	if err != nil {
		return api.AuditRow{}, fmt.Errorf("reading audit event %d: %w", e.ID, err)
	}
	return api.AuditRow{
		ID: e.ID, Time: wire.Time(e.At), ActorKind: api.ActorKind(e.ActorKind), Actor: e.Actor, Action: api.AuditAction(e.Action),
		Kind: e.Kind, ObjectID: e.ObjectID, RelatedID: e.RelatedID, RequestID: e.RequestID, Changed: changed,
	}, nil
}
