package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

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

// appending inserts all columns but computes the id: a sequence would leave gaps
// and number the events of all tenants together. Writers wait for each other, so
// no two get the same number.
var appending = `INSERT INTO audit_event (` + events.columns + `)
	VALUES ($1, (SELECT coalesce(max(id), 0) + 1 FROM audit_event WHERE tenant = $1), ` + params(2, strings.Count(events.columns, ", ")) + `)`

func (q queries) AppendEvent(ctx context.Context, e store.Event) error {
	fields := events.fields(&e)
	if err := events.check(fields); err != nil {
		return err
	}
	fields = slices.Delete(fields, 1, 2)
	return q.change(ctx, e.Tenant, func(db *transaction) error {
		db.later(appending, fields...)
		return nil
	})
}

func (q queries) Events(ctx context.Context, tenant string, filter store.EventFilter) (list []store.Event, err error) {
	if filter.Since.IsZero() || filter.Limit <= 0 {
		return selectEvents(ctx, q.read(tenant), tenant, filter)
	}
	// The newest events are usually those since a time. Only if there are fewer are
	// they searched by time, which takes longer the more there are. Clocks differ,
	// so an older event may have a later time.
	newest, since := filter, filter.Since.Truncate(time.Millisecond)
	newest.Since = time.Time{}
	err = q.view(ctx, tenant, func(db conn) error {
		if list, err = selectEvents(ctx, db, tenant, newest); err != nil {
			return err
		}
		read := len(list)
		list = slices.DeleteFunc(list, func(e store.Event) bool { return e.At.Before(since) })
		if len(list) == read || read < filter.Limit {
			return nil
		}
		list, err = selectEvents(ctx, db, tenant, filter)
		return err
	})
	return list, err
}

func selectEvents(ctx context.Context, db conn, tenant string, filter store.EventFilter) ([]store.Event, error) {
	rest, args := eventQuery(tenant, filter)
	return events.all(ctx, db, rest, args...)
}

// eventQuery is the query for a page of events, after FROM.
func eventQuery(tenant string, filter store.EventFilter) (rest string, args []any) {
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
	below := ""
	if filter.Before > 0 {
		add(`id < ?`, filter.Before)
		below = fmt.Sprintf(` AND id < $%d`, len(args))
	}
	if !filter.Since.IsZero() {
		add(`id IN (SELECT id FROM audit_event WHERE tenant = $1 AND happened_at >= ?`+below+`)`, asMillis(&filter.Since))
	}
	limit, _ := window(store.Page{Limit: filter.Limit})
	args = append(args, limit)
	return where + fmt.Sprintf(` ORDER BY id DESC LIMIT $%d`, len(args)), args
}

func (q queries) EventsFrom(ctx context.Context, tenant string, from int64, limit int) ([]store.Event, error) {
	return events.all(ctx, q.read(tenant), `WHERE tenant = $1 AND id >= $2 ORDER BY id LIMIT $3`, tenant, from, limit)
}

func (q queries) EventSince(ctx context.Context, tenant string, since time.Time) (id int64, err error) {
	since = since.Truncate(time.Millisecond)
	row := q.read(tenant).QueryRowContext(ctx, `SELECT coalesce(min(id), 0) FROM audit_event WHERE tenant = $1 AND happened_at >= $2`, tenant, asMillis(&since))
	if err := row.Scan(&id); err != nil {
		return 0, translate(ctx, err, nil)
	}
	if id == 0 {
		return 0, store.ErrNotFound
	}
	return id, nil
}

func (q queries) SurplusEvents(ctx context.Context, tenant string, limit store.EventLimit) (first, last int64, err error) {
	err = q.view(ctx, tenant, func(db conn) error {
		var newest int64
		row := db.QueryRowContext(ctx, `SELECT coalesce(min(id), 0), coalesce(max(id), 0) FROM audit_event WHERE tenant = $1`, tenant)
		if err := row.Scan(&first, &newest); err != nil {
			return translate(ctx, err, nil)
		}
		if limit.Most > 0 {
			last = newest - int64(limit.Most)
		}
		if !limit.Since.IsZero() {
			kept := newest // the first of those that are young enough
			row := db.QueryRowContext(ctx, `SELECT coalesce(min(id), $3) FROM audit_event WHERE tenant = $1 AND happened_at >= $2`, tenant, asMillis(&limit.Since), newest)
			if err := row.Scan(&kept); err != nil {
				return translate(ctx, err, nil)
			}
			last = max(last, kept-1)
		}
		return nil
	})
	if err != nil || last < first {
		return 0, 0, err
	}
	return first, last, nil
}

func (q queries) DeleteEvents(ctx context.Context, tenant string, upTo int64) error {
	return q.change(ctx, tenant, func(db *transaction) error {
		_, err := events.remove(ctx, db, `WHERE tenant = $1 AND id <= $2`, tenant, upTo)
		return err
	})
}
