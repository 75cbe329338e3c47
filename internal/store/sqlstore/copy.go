package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Copied is the number of rows copied from a table.
type Copied struct {
	Table string
	Rows  int64
}

// CopyInto copies everything from one database into an empty one, of either
// engine, in one transaction. The source is read as a consistent snapshot and is
// never created or changed; its tables must have this program's version. Missing
// tables are created in the target.
func CopyInto(ctx context.Context, from, to string) ([]Copied, error) {
	source, e, err := openSource(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("source database: %w", err)
	}
	defer source.Close()
	view, err := source.BeginTx(ctx, &sql.TxOptions{Isolation: snapshot, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("source database: %w", translate(ctx, err, nil))
	}
	defer func() { _ = view.Rollback() }()
	if err := e.current(ctx, view); err != nil {
		return nil, fmt.Errorf("source database: %w", err)
	}
	target, err := Open(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("target database: %w", err)
	}
	all, err := target.fill(ctx, view)
	return all, errors.Join(err, target.Close())
}

// openSource opens an existing database without checking its tables.
func openSource(ctx context.Context, dsn string) (*sql.DB, engine, error) {
	path, ok := strings.CutPrefix(dsn, "sqlite:")
	if !ok {
		config, err := parsePostgres(dsn)
		if err != nil {
			return nil, engine{}, err
		}
		return postgresPool(config, 1), postgresEngine(), nil
	}
	file, err := parseSQLite(path)
	if err != nil {
		return nil, engine{}, err
	}
	if err := file.mustExist(ctx); err != nil {
		return nil, engine{}, fmt.Errorf("%s: %w", file.path, err)
	}
	db, err := file.pool(1, url.Values{"mode": {"rw"}, "_query_only": {"1"}, "_timeout": {"10000"}})
	return db, sqliteEngine(), err
}

// current returns an error unless the tables have this program's version.
func (e engine) current(ctx context.Context, db *sql.Tx) error {
	known, err := newestVersion(e.folder)
	if err != nil {
		return err
	}
	var version int64
	err = translate(ctx, db.QueryRowContext(ctx, `SELECT max(version_id) FROM `+e.versions+` WHERE is_applied`).Scan(&version), nil)
	switch {
	case errors.Is(err, store.ErrTables):
		return fmt.Errorf("it is not a database of the reference backend: %w", err)
	case err != nil:
		return explainPostgres(err)
	case version < known:
		return fmt.Errorf("its tables have version %d, but this program needs %d: migrate them with %q", version, known, "terraform-provider-iam serve migrate")
	case version > known:
		return fmt.Errorf("its tables have version %d, but this program supports only %d: use a newer version of the program", version, known)
	}
	return nil
}

// fill copies every table in one transaction.
func (s *Store) fill(ctx context.Context, source *sql.Tx) (all []Copied, err error) {
	tx, err := s.beginTx(ctx, s.engine.lock)
	if err != nil {
		return nil, translate(ctx, err, nil)
	}
	defer func() { _ = tx.Rollback() }()
	if s.engine.first != "" { // lifts the time limit that other writers have
		if _, err := tx.ExecContext(ctx, s.engine.first); err != nil {
			return nil, translate(ctx, err, nil)
		}
	}
	tables, err := s.engine.tables(ctx, tx)
	if err != nil {
		return nil, translate(ctx, err, nil)
	}
	for _, table := range tables {
		rows, err := copyTable(ctx, source, tx, table)
		if err != nil {
			return nil, fmt.Errorf("copy table %s: %w", table, translate(ctx, err, nil))
		}
		all = append(all, Copied{table, rows})
	}
	return all, translate(ctx, tx.Commit(ctx), nil)
}

// tables returns the program's tables, each after the tables it refers to.
func (e engine) tables(ctx context.Context, db conn) (inOrder []string, err error) {
	rows, err := db.QueryContext(ctx, e.catalog)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	refersTo := map[string][]string{}
	for rows.Next() {
		var table, other string
		if err := rows.Scan(&table, &other); err != nil {
			return nil, err
		}
		refersTo[table] = append(refersTo[table], other)
	}
	var add func(table string)
	add = func(table string) {
		if table == "" || table == e.versions || strings.HasPrefix(table, lockTables) || slices.Contains(inOrder, table) {
			return
		}
		for _, other := range refersTo[table] {
			add(other)
		}
		inOrder = append(inOrder, table)
	}
	for _, table := range slices.Sorted(maps.Keys(refersTo)) {
		add(table)
	}
	return inOrder, rows.Err()
}

// copyParams is the maximum number of parameters in a statement. SQLite's time
// grows with the square of their number.
const copyParams = 500

// copyTable copies a table into an empty one and verifies the number of rows.
func copyTable(ctx context.Context, source *sql.Tx, target conn, table string) (n int64, err error) {
	if there, err := countRows(ctx, target, table); err != nil || there > 0 {
		return 0, cmp.Or(err, errors.New("the target database is not empty; choose another file or schema"))
	}
	rows, err := source.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return 0, err
	}
	var values []any
	for next := rows.Next(); next; n++ {
		row, err := scanRow(rows, columns)
		if err != nil {
			return n, err
		}
		values = append(values, row...)
		if next = rows.Next(); next && len(values)+len(columns) <= copyParams {
			continue
		}
		if _, err := target.ExecContext(ctx, insertion(table, columns, len(values)/len(columns)), values...); err != nil {
			return n, err
		}
		values = values[:0]
	}
	if err := rows.Err(); err != nil {
		return n, err
	}
	if there, err := countRows(ctx, target, table); err != nil || there != n {
		return n, cmp.Or(err, fmt.Errorf("only %d of %d rows were copied", there, n))
	}
	return n, nil
}

// scanRow reads a row with values that both engines accept: SQLite returns
// booleans as numbers.
func scanRow(rows *sql.Rows, columns []*sql.ColumnType) ([]any, error) {
	row, pointers := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		pointers[i] = &row[i]
	}
	err := rows.Scan(pointers...)
	for i, column := range columns {
		if number, ok := row[i].(int64); ok && column.DatabaseTypeName() == "BOOLEAN" {
			row[i] = number != 0
		}
	}
	return row, err
}

func countRows(ctx context.Context, db conn, table string) (n int64, err error) {
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM `+table).Scan(&n)
	return n, err
}

// insertion returns an INSERT statement for a number of rows.
func insertion(table string, columns []*sql.ColumnType, rows int) string {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = column.Name()
	}
	var b strings.Builder
	fmt.Fprintf(&b, `INSERT INTO %s (%s) VALUES `, table, strings.Join(names, ", "))
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + params(i*len(columns)+1, (i+1)*len(columns)) + ")")
	}
	return b.String()
}
