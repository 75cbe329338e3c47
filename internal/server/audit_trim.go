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
	// auditPause is how long after one look for surplus events the next is. Each
	// that finds some leaves an event.
	auditPause = 24 * time.Hour
	// auditPiece is how many events go at a time: writers wait that long.
	auditPiece = 1000
	// kindAuditEvents is the object of the event that says which events are gone.
	kindAuditEvents = "audit-events"
)

// AuditLimit says which audit events are no longer kept. Its zero value keeps
// all.
type AuditLimit struct {
	Age  time.Duration // not those that are older; 0: however old
	Most int           // not those of a tenant beyond so many; 0: however many
}

// trimEvents removes the surplus events of all tenants, and leaves an event that
// says which these were.
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

// trimTenant removes some surplus events of a tenant, and reports whether there
// are more.
func (s *Server) trimTenant(ctx context.Context, tenant string) (more bool, err error) {
	limit := store.EventLimit{Most: s.audit.Most}
	if s.audit.Age > 0 {
		limit.Since = s.timestamp().Add(-s.audit.Age)
	}
	removed := 0
	err = s.store.InTx(ctx, func(tx store.Tx) error {
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
