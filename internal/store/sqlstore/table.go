package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// table maps a record type to its table. If records are updated, the first two
// columns are their key: tenant and id.
type table[T any] struct {
	name    string
	columns string // separated by a comma and a space
	// fields returns pointers to the fields of the record, one per column.
	fields func(record *T) []any

	inserting, creating, updating string // statements; see newTable
}

// newTable returns the table with its statements for whole records. They are
// built only once, because building one takes a tenth as long as an insert.
func newTable[T any](t table[T]) table[T] {
	n := strings.Count(t.columns, ", ") + 1
	t.inserting = `INSERT INTO ` + t.name + ` (` + t.columns + `) VALUES (` + params(1, n) + `)`
	layouts = append(layouts, `SELECT `+t.columns+` FROM `+t.name)
	t.creating = t.inserting + ` ON CONFLICT DO NOTHING`
	if n > 2 {
		t.updating = `UPDATE ` + t.name + ` SET (` + strings.SplitN(t.columns, ", ", 3)[2] + `) = (` + params(3, n) + `)
		WHERE tenant = $1 AND id = $2`
	}
	return t
}

// insert returns ErrExists, or ErrNotFound if the record refers to a missing one.
// ON CONFLICT keeps a duplicate from being an error to the database: after an
// error, PostgreSQL accepts no further statement in the transaction.
func (t table[T]) insert(ctx context.Context, db conn, record *T) error {
	fields := t.fields(record)
	if err := t.check(fields); err != nil {
		return err
	}
	result, err := db.ExecContext(ctx, t.creating, fields...)
	if err != nil {
		return translate(ctx, err, store.ErrNotFound)
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return store.ErrExists
	}
	return err
}

// check returns an error for text that not every engine can store.
func (t table[T]) check(fields []any) error {
	for i, field := range fields {
		if reason := unstorable(field); reason != "" {
			return fmt.Errorf("%w: %s of %s %s", store.ErrInvalid, strings.Split(t.columns, ", ")[i], t.name, reason)
		}
	}
	return nil
}

// one returns the first record of a query, of which rest follows the FROM clause,
// or ErrNotFound.
func (t table[T]) one(ctx context.Context, db conn, rest string, args ...any) (T, error) {
	return t.scan(ctx, db.QueryRowContext(ctx, t.selectFrom(rest), searchArgs(args)...))
}

// scan returns the record of a row, or ErrNotFound if there is none.
func (t table[T]) scan(ctx context.Context, from row) (T, error) {
	var record T
	err := from.Scan(t.fields(&record)...)
	if errors.Is(err, sql.ErrNoRows) {
		return record, store.ErrNotFound
	}
	return record, translate(ctx, err, nil)
}

// all returns every record of a query, of which rest follows the FROM clause.
func (t table[T]) all(ctx context.Context, db conn, rest string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, t.selectFrom(rest), searchArgs(args)...)
	if err != nil {
		return nil, translate(ctx, err, nil)
	}
	defer rows.Close()
	var records []T
	for rows.Next() {
		var record T
		if err := rows.Scan(t.fields(&record)...); err != nil {
			return nil, translate(ctx, err, nil)
		}
		records = append(records, record)
	}
	return records, translate(ctx, rows.Err(), nil)
}

// idsChunk is the number of ids per statement. SQLite searches a list for each
// parameter's name, so a longer statement is slower than two shorter ones.
const idsChunk = 128

// byID returns the records of the tenant with these ids, each once.
func byID[T any](ctx context.Context, q queries, t table[T], tenant string, ids []string) (found []T, err error) {
	unique := slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(unique) == 0 {
		return nil, nil
	}
	err = q.view(ctx, tenant, func(db conn) error {
		for chunk := range slices.Chunk(unique, idsChunk) {
			args := idArgs(tenant, chunk)
			records, err := t.all(ctx, db, `WHERE tenant = $1 AND id IN (`+params(2, len(args))+`)`, args...)
			if err != nil {
				return err
			}
			found = append(found, records...)
		}
		return nil
	})
	return found, err
}

// idArgs returns the arguments for a tenant and ids. It pads the ids to a power of
// two, so that there are few distinct statements to compile.
func idArgs(tenant string, ids []string) []any {
	args := []any{tenant}
	for _, id := range ids {
		args = append(args, id)
	}
	for n := len(ids); n&(n-1) != 0; n++ {
		args = append(args, ids[0])
	}
	return args
}

// count returns the number of records of a query, of which rest follows the FROM
// clause.
func (t table[T]) count(ctx context.Context, db conn, rest string, args ...any) (n int, err error) {
	row := db.QueryRowContext(ctx, `SELECT count(*) FROM `+t.name+` `+rest, searchArgs(args)...)
	return n, translate(ctx, row.Scan(&n), nil)
}

// update replaces an existing record, except for its key. It does not set key
// columns even to the same value, because the database would then look up
// everything that refers to the record.
func (t table[T]) update(ctx context.Context, db conn, record *T) error {
	fields := t.fields(record)
	if err := t.check(fields); err != nil {
		return err
	}
	_, err := db.ExecContext(ctx, t.updating, fields...)
	return translate(ctx, err, nil)
}

// remove deletes all records that match a condition. It returns ErrReferenced
// while something refers to one of them.
func (t table[T]) remove(ctx context.Context, db conn, where string, args ...any) (n int64, err error) {
	result, err := db.ExecContext(ctx, `DELETE FROM `+t.name+` `+where, searchArgs(args)...)
	if err != nil {
		return 0, translate(ctx, err, store.ErrReferenced)
	}
	return result.RowsAffected()
}

// removeOne is remove, but returns ErrNotFound if nothing matched.
func (t table[T]) removeOne(ctx context.Context, db conn, where string, args ...any) error {
	n, err := t.remove(ctx, db, where, args...)
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

func (t table[T]) selectFrom(rest string) string {
	return `SELECT ` + t.columns + ` FROM ` + t.name + ` ` + rest
}

// params returns a range of parameters: "$3, $4".
func params(from, to int) string {
	var b strings.Builder
	for n := from; n <= to; n++ {
		if n > from {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", n)
	}
	return b.String()
}

// window returns the arguments of LIMIT and OFFSET. No syntax for "no limit"
// works on every engine, so it uses a number larger than any table.
func window(page store.Page) (limit, offset int64) {
	limit = int64(page.Limit)
	if limit <= 0 {
		limit = 1 << 62
	}
	return limit, max(0, int64(page.Offset))
}
