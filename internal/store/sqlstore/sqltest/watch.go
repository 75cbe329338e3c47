package sqltest

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Watch observes a database without the store, and detects changes.
type Watch struct {
	db    *sql.DB
	query string // for a number that changes with each write
	last  int
}

// NewWatch starts watching a database that has its tables.
func NewWatch(dsn string) (*Watch, error) {
	// SQLite counts the commits of other connections.
	driver, source, query := "sqlite", strings.TrimPrefix(dsn, "sqlite:"), "PRAGMA data_version"
	if source == dsn {
		driver, query = "pgx", ""
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // so that all others count as other connections
	w := &Watch{db: db, query: query}
	if query == "" {
		w.query, err = fingerprint(db)
	}
	if err == nil {
		_, err = w.Changed()
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return w, nil
}

// Close stops watching.
func (w *Watch) Close() error { return w.db.Close() }

// Changed reports whether anything was written since the previous call.
func (w *Watch) Changed() (bool, error) {
	before := w.last
	err := w.db.QueryRow(w.query).Scan(&w.last)
	return w.last != before, err
}

// fingerprint returns a query for a number that depends on each row of each table
// of a PostgreSQL schema.
func fingerprint(db *sql.DB) (query string, err error) {
	found, err := db.Query(`SELECT relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'`)
	if err != nil {
		return "", err
	}
	defer found.Close()
	var sums []string
	for found.Next() {
		var table string
		if err := found.Scan(&table); err != nil {
			return "", err
		}
		sums = append(sums, fmt.Sprintf("(SELECT coalesce(sum(hashtext('%[1]s' || r::text)), 0) FROM %[1]s r)", table))
	}
	return "SELECT " + strings.Join(sums, " + "), found.Err()
}
