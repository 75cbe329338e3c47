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

	"github.com/pressly/goose/v3"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Copied is how many rows of a table were copied.
type Copied struct {
	Table string
	Rows  int64
}

// CopyInto fills an empty database with all that another one has, of whatever engine:
// all of it or nothing. The other is read as it is at one moment, and neither
// made nor changed: its tables must have the version of this program. Tables of
// the target are made when they are missing.
func CopyInto(ctx context.Context, from, to string) ([]Copied, error) {
	source, e, err := openSource(ctx, from)
	if err != nil {
		return nil, fmt.Errorf("the database to copy from: %w", err)
	}
	defer source.Close()
	view, err := source.BeginTx(ctx, &sql.TxOptions{Isolation: snapshot, ReadOnly: true})
	if err != nil {
		return nil, fmt.Errorf("the database to copy from: %w", translate(ctx, err, nil))
	}
	defer func() { _ = view.Rollback() }()
	if err := e.current(ctx, view); err != nil {
		return nil, fmt.Errorf("the database to copy from: %w", err)
	}
	target, err := Open(ctx, to)
	if err != nil {
		return nil, fmt.Errorf("the database to copy to: %w", err)
	}
	all, err := target.fill(ctx, view)
	return all, errors.Join(err, target.Close())
}

// openSource opens a database that is there, and does not look at its tables.
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

// current makes sure that the tables have the version that this program knows.
func (e engine) current(ctx context.Context, db conn) error {
	var version, known int64
	files, err := migrations.ReadDir("migrations/" + e.folder)
	if err == nil {
		known, err = goose.NumericComponent(files[len(files)-1].Name())
	}
	if err != nil {
		return err
	}
	err = translate(ctx, db.QueryRowContext(ctx, `SELECT max(version_id) FROM `+e.versions+` WHERE is_applied`).Scan(&version), nil)
	switch {
	case errors.Is(err, store.ErrTables):
		return fmt.Errorf("it is not one of the reference backend: %w", err)
	case err != nil:
		return explainPostgres(err)
	case version < known:
		return fmt.Errorf("its tables have version %d, and this program's %d: bring them up to date with %q", version, known, "terraform-provider-iam serve migrate")
	case version > known:
		return fmt.Errorf("its tables have version %d, and this program's %d: use the newer program", version, known)
	}
	return nil
}

// fill copies every table in one transaction.
func (s *Store) fill(ctx context.Context, source conn) (all []Copied, err error) {
	tx, err := s.beginTx(ctx)
	if err != nil {
		return nil, translate(ctx, err, nil)
	}
	defer func() { _ = tx.Rollback() }()
	if s.engine.first != "" { // it takes longer than other writers may
		if _, err := tx.ExecContext(ctx, s.engine.first); err != nil {
			return nil, translate(ctx, err, nil)
		}
	}
	tables, err := s.engine.tables(ctx, tx)
	if err != nil {
		return nil, translate(ctx, err, nil)
	}
	for _, table := range tables {
		rows, err := copyTable(ctx, source, tx.Tx, table)
		if err != nil {
			return nil, fmt.Errorf("copying the table %s: %w", table, translate(ctx, err, nil))
		}
		all = append(all, Copied{table, rows})
	}
	return all, translate(ctx, tx.Commit(), nil)
}

// tables are those of the program, each after those that it refers to.
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
		if table == "" || table == e.versions || table == lockTable || slices.Contains(inOrder, table) {
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

// copyParams is how many parameters a statement has at most. SQLite takes time
// with the square of their number.
const copyParams = 500

// copyTable copies a table into one that must be empty, and counts both.
func copyTable(ctx context.Context, source, target conn, table string) (n int64, err error) {
	if there, err := countRows(ctx, target, table); err != nil || there > 0 {
		return 0, cmp.Or(err, errors.New("the database to copy to has some already; choose another file or schema"))
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
		return n, cmp.Or(err, fmt.Errorf("%d rows arrived of %d", there, n))
	}
	return n, nil
}

// scanRow reads a row as either engine takes it: SQLite has numbers for true and
// false.
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

// insertion is a statement for so many rows.
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
