package sqltest

import (
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Watch looks at a database past the store.
type Watch struct {
	db       *sql.DB
	postgres bool
	print    string // on PostgreSQL: the query for a fingerprint of all tables
	version  int    // what the database was like last; another after each change
	dump     string // on SQLite: the same, for changes that change nothing
}

// NewWatch starts to watch a database that has its tables.
func NewWatch(dsn string) (*Watch, error) {
	driver, source := "pgx", dsn
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		driver, source = "sqlite", file
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // the version is that of a connection
	w := &Watch{db: db, postgres: driver == "pgx", version: -1}
	if w.postgres {
		err = w.fingerprint()
	}
	if err == nil {
		_, err = w.Changed()
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return w, nil
}

// Close ends the watch.
func (w *Watch) Close() error { return w.db.Close() }

// Changed reports whether any row of any table is another than when it was
// last asked.
func (w *Watch) Changed() (bool, error) {
	query := w.print
	if query == "" {
		query = "PRAGMA data_version"
	}
	var version int
	if err := w.db.QueryRow(query).Scan(&version); err != nil {
		return false, err
	}
	if version == w.version {
		return false, nil
	}
	w.version = version
	if w.print != "" {
		return true, nil
	}
	before := w.dump
	var err error
	w.dump, err = w.Dump()
	return w.dump != before, err
}

// fingerprint makes the query for a number that is another after each change
// of any row. Dumps would do, too, but take a while.
func (w *Watch) fingerprint() error {
	tables, err := w.tables()
	if err != nil {
		return err
	}
	var parts []string
	for _, table := range tables {
		parts = append(parts, fmt.Sprintf("(SELECT coalesce(sum(hashtext('%[1]s' || r::text)), 0) FROM %[1]s r)", table...))
	}
	w.print = "SELECT " + strings.Join(parts, " + ")
	return nil
}

// Dump returns every row of every table, one a line.
func (w *Watch) Dump() (string, error) {
	tables, err := w.tables()
	if err != nil {
		return "", err
	}
	var lines []string
	for _, table := range tables {
		found, err := w.rows(fmt.Sprintf("SELECT * FROM %s", table...))
		if err != nil {
			return "", fmt.Errorf("dumping %s: %w", table, err)
		}
		for _, row := range found {
			lines = append(lines, fmt.Sprintf("%s: %v", table[0], row))
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n"), nil
}

func (w *Watch) tables() ([][]any, error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if w.postgres {
		query = `SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`
	}
	tables, err := w.rows(query)
	if err != nil {
		return nil, fmt.Errorf("listing the tables: %w", err)
	}
	return tables, nil
}

func (w *Watch) rows(query string) (all [][]any, err error) {
	found, err := w.db.Query(query)
	if err != nil {
		return nil, err
	}
	defer found.Close()
	columns, err := found.Columns()
	if err != nil {
		return nil, err
	}
	for found.Next() {
		row, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			targets[i] = &row[i]
		}
		if err := found.Scan(targets...); err != nil {
			return nil, err
		}
		all = append(all, row)
	}
	return all, found.Err()
}
