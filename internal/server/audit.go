package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// How many events an answer has, when the request does not say, and at most.
const (
	defaultEvents = 100
	maxEvents     = 1000
)

// handleAuditEventList answers GET /iam/{tenant}/audit-events: newest first,
// those that all filters select. The next ones are those before the last one's
// id.
func (s *Server) handleAuditEventList(c *call) error {
	limit, err := c.positive("limit", defaultEvents)
	if err != nil {
		return err
	}
	before, err := c.positive("before", 0)
	if err != nil {
		return err
	}
	filter := store.EventFilter{
		Actor: c.query("actor"), Kind: c.query("kind"), Object: c.query("object"), Before: int64(before), Limit: min(limit, maxEvents),
	}
	if text := c.query("since"); text != "" {
		if filter.Since, err = time.Parse(time.RFC3339, text); err != nil {
			return badRequest(fmt.Sprintf("since must be a time such as 2026-01-31T12:00:00Z (RFC 3339), not %q", text))
		}
	}
	if err := c.reserve(int64(filter.Limit) * 2 * maxState); err != nil {
		return err
	}
	list, err := s.store.Events(c.ctx, c.tenant, filter)
	if err != nil {
		return fmt.Errorf("listing audit events: %w", err)
	}
	documents := make([]api.AuditEvent, len(list))
	for i, e := range list {
		documents[i] = auditEventToWire(e)
	}
	return c.write(http.StatusOK, documents)
}

func auditEventToWire(e store.Event) api.AuditEvent {
	return api.AuditEvent{
		ID: e.ID, Time: stamp(e.At), ActorKind: api.ActorKind(e.ActorKind), Actor: e.Actor, Action: api.AuditAction(e.Action),
		Kind: e.Kind, ObjectID: e.ObjectID, RelatedID: e.RelatedID, RequestID: e.RequestID, Before: json.RawMessage(e.Before), After: json.RawMessage(e.After),
	}
}
