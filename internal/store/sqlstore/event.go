package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// events have an id as their second column, but are never updated.
var events = newTable(table[store.Event]{
	name:    "audit_event",
	columns: "tenant, id, happened_at, actor_kind, actor, action, kind, object_id, related_id, request_id, state_before, state_after",
	fields: func(e *store.Event) []any {
		return []any{
			asKey(&e.Tenant), &e.ID, asMillis(&e.At), &e.ActorKind, &e.Actor, &e.Action, &e.Kind, asKey(&e.ObjectID), asKey(&e.RelatedID),
			&e.RequestID, &e.Before, &e.After,
		}
	},
})

// appending takes all columns but the id: it counts without a sequence, which
// would leave gaps and number the tenants' events together. Writers wait for each
// other, so that no two get the same number.
var appending = `INSERT INTO audit_event (` + events.columns + `)
	VALUES ($1, (SELECT coalesce(max(id), 0) + 1 FROM audit_event WHERE tenant = $1), ` + params(2, strings.Count(events.columns, ", ")) + `)`

func (q queries) AppendEvent(ctx context.Context, e store.Event) error {
	fields := events.fields(&e)
	if err := events.check(fields); err != nil {
		return err
	}
	fields = slices.Delete(fields, 1, 2)
	return q.change(ctx, func(db *transaction) error {
		_, err := db.ExecContext(ctx, appending, fields...)
		return translate(ctx, err, store.ErrNotFound)
	})
}

func (q queries) Events(ctx context.Context, tenant string, filter store.EventFilter) ([]store.Event, error) {
	where, args := `WHERE tenant = $1`, []any{tenant}
	add := func(condition string, arg any) {
		args = append(args, arg)
		where += ` AND ` + strings.ReplaceAll(condition, "?", fmt.Sprintf("$%d", len(args)))
	}
	if filter.Actor != "" {
		add(`actor = ?`, filter.Actor)
	}
	if filter.Kind != "" {
		add(`kind = ?`, filter.Kind)
	}
	if filter.Object != "" {
		// As a list of ids, for either engine to use an index for each half: an OR
		// has it read all events from the newest on.
		add(`id IN (SELECT id FROM audit_event WHERE tenant = $1 AND object_id = ?
			UNION SELECT id FROM audit_event WHERE tenant = $1 AND related_id = ? AND related_id <> '')`, filter.Object)
	}
	if !filter.Since.IsZero() {
		add(`happened_at >= ?`, asMillis(&filter.Since))
	}
	if filter.Before > 0 {
		add(`id < ?`, filter.Before)
	}
	limit, _ := window(store.Page{Limit: filter.Limit})
	args = append(args, limit)
	return events.all(ctx, q.read, where+fmt.Sprintf(` ORDER BY id DESC LIMIT $%d`, len(args)), args...)
}
