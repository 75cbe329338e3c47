package server

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

const (
	// auditPause is the time between two searches for surplus events. Each search that
	// finds some appends an event.
	auditPause = 24 * time.Hour
	// auditPiece is how many events are removed at a time, while other writes wait.
	auditPiece = 1000
	// kindAuditEvents is the kind of the event that says which events were removed.
	kindAuditEvents = "audit-events"
)

// AuditLimit limits which audit events are kept. Its zero value keeps all.
type AuditLimit struct {
	Age  time.Duration // maximum age; 0: no limit
	Most int           // maximum number for a tenant; 0: no limit
}

// trimEvents removes the surplus events of all tenants, and appends an event that says
// which they were.
func (s *Server) trimEvents(ctx context.Context) (wait time.Duration, err error) {
	tenants, err := s.store.Tenants(ctx)
	if err != nil {
		return 0, fmt.Errorf("listing tenants: %w", err)
	}
	for _, t := range tenants {
		for more := true; more; {
			if more, err = s.trimTenant(ctx, t.Name); err != nil {
				return 0, err
			}
		}
	}
	s.figures.trimmedA.Set(float64(s.now().Unix()))
	return auditPause, nil
}

// trimTenant removes some surplus events of a tenant, and reports whether there are more.
func (s *Server) trimTenant(ctx context.Context, tenant string) (more bool, err error) {
	limit := store.EventLimit{Most: s.audit.Most}
	if s.audit.Age > 0 {
		limit.Since = s.timestamp().Add(-s.audit.Age)
	}
	removed := 0
	err = s.store.InTx(ctx, tenant, func(tx store.Tx) error {
		removed = 0
		first, last, err := tx.SurplusEvents(ctx, tenant, limit)
		if err != nil {
			return fmt.Errorf("looking for surplus audit events: %w", err)
		}
		more = last-first >= auditPiece
		last = min(last, first+auditPiece-1)
		if last == 0 {
			return nil
		}
		if err := tx.DeleteEvents(ctx, tenant, last); err != nil {
			return fmt.Errorf("removing audit events: %w", err)
		}
		removed = int(last - first + 1)
		return tx.AppendEvent(ctx, store.Event{
			Tenant: tenant, At: s.timestamp(), ActorKind: string(api.ActorSystem), Action: string(api.ActionDelete), Kind: kindAuditEvents,
			ObjectID: strconv.FormatInt(first, 10) + "-" + strconv.FormatInt(last, 10),
		})
	})
	if err == nil {
		s.figures.trimmed.Add(removed)
	}
	return more, err
}
