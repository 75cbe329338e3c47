package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"

	"github.com/pressly/goose/v3"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// sqliteReaders is the number of reading connections. More gain little: a read
// takes about ten microseconds.
const sqliteReaders = 4

// sqliteStatements is the number of prepared statements cached. The program has
// fewer.
const sqliteStatements = 300

// defaultPragmas are settings that the user can override. The log is moved into
// the database after 40 MB instead of 4, since many writers often change the same
// pages.
var defaultPragmas = []string{"wal_autocheckpoint(10000)"}

// checkLockTable returns nothing, and fails if a newer program has renamed the
// table.
const checkLockTable = `SELECT 1 FROM ` + lockTable + ` WHERE 1 = 0`

// applicationID marks a SQLite file as a database of this program ("IAM1").
const applicationID = 0x49414d31

func sqliteEngine() engine {
	return engine{
		dialect: goose.DialectSQLite3, folder: "sqlite", lock: checkLockTable, begin: beginSQLite, versions: goose.DefaultTablename, readOnly: "false",
		catalog: `SELECT m.name, coalesce(f."table", '') FROM sqlite_master m LEFT JOIN pragma_foreign_key_list(m.name) f
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'`,
	}
}

// beginSQLite starts a transaction, and checks that no newer program excludes this one.
func beginSQLite(ctx context.Context, p *pool, lock string) (*transaction, error) {
	tx, err := p.BeginTx(ctx, &sql.TxOptions{Isolation: snapshot})
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, lock); err != nil {
		_ = tx.Rollback()
		return nil, err
	}
	return tx, nil
}

func openSQLite(ctx context.Context, name string) (*Store, error) {
	file, err := parseSQLite(name)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s, err := file.open(ctx)
	if err != nil {
		if errors.Is(err, store.ErrReadOnly) {
			err = fmt.Errorf("%w; the backend writes to it on startup: make the file and its folder writable, or choose another path", err)
		}
		return nil, fmt.Errorf("open database %s: %w", file.path, err)
	}
	return s, nil
}

// open opens the database. It checks it before it changes anything.
func (f sqliteFile) open(ctx context.Context) (*Store, error) {
	isNew, err := f.check(ctx)
	if err != nil {
		return nil, err
	}
	if err := f.prepare(ctx, isNew); err != nil {
		return nil, f.explain(err)
	}
	s, err := f.connect()
	if err != nil {
		return nil, err
	}
	if err := f.migrate(ctx, s); err != nil {
		return nil, errors.Join(f.explain(err), s.Close())
	}
	return s, nil
}

// prepare marks a new database as ours and switches to the write-ahead log. The
// mark comes first: once there is a log, a crash could keep the mark from
// reaching the file, which would then no longer be recognized as ours.
func (f sqliteFile) prepare(ctx context.Context, isNew bool) error {
	db, err := sql.Open("sqlite", f.uri(url.Values{"_timeout": {"500"}}))
	if err != nil {
		return err
	}
	defer db.Close()
	err = waitBusy(ctx, func() error {
		if isNew {
			if _, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
				return err
			}
		}
		_, err := db.ExecContext(ctx, "PRAGMA journal_mode = WAL")
		return err
	})
	return translate(ctx, err, nil)
}

func (f sqliteFile) connect() (*Store, error) {
	// Writers take the lock at BEGIN. Taking it later fails immediately if another
	// process has written in the meantime. They wait in steps of half a second; see
	// waitBusy.
	writer, err := f.pool(1, url.Values{"_txlock": {"immediate"}, "_timeout": {"500"}})
	if err != nil {
		return nil, err
	}
	reader, err := f.pool(sqliteReaders, url.Values{"_query_only": {"1"}, "_timeout": {"10000"}})
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	return newStore(newPool(reader, sqliteStatements), newPool(writer, sqliteStatements), sqliteEngine()), nil
}

// pool passes the settings in the name of the database, so they apply to every
// connection; a PRAGMA statement affects only one. The short names of settings
// take precedence over the long ones and over PRAGMAs, so no user option
// overrides them.
func (f sqliteFile) pool(size int, settings url.Values) (*sql.DB, error) {
	maps.Copy(settings, url.Values{
		"_fk":      {"1"},
		"_journal": {"WAL"},
		"_sync":    {"FULL"}, // a successful commit survives a power failure
	})
	if f.options.Get("durable") == "false" {
		settings.Set("_sync", "OFF")
	}
	settings["_pragma"] = append(slices.Clone(defaultPragmas), f.options["_pragma"]...)
	db, err := sql.Open("sqlite", f.uri(settings))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// migrate migrates the tables and checks that they can be written.
func (f sqliteFile) migrate(ctx context.Context, s *Store) error {
	s.engine.keep = func(ctx context.Context, version int64) (err error) {
		s.kept, err = f.keepVersion(ctx, version)
		return err
	}
	version, err := s.engine.migrate(ctx, s.writer.DB)
	if err != nil {
		if err = translate(ctx, err, nil); s.kept != "" {
			err = fmt.Errorf("%w; a copy of the database before the migration is in %s", err, s.kept)
		}
		return err
	}
	s.version = version
	return s.checkWritable(ctx)
}

// explain finds the cause if SQLite only says that it cannot open a file: it
// creates files next to the database, so it needs a writable directory.
func (f sqliteFile) explain(err error) error {
	if faultOf(err) != faultCannotOpen {
		return err
	}
	dir := filepath.Dir(f.path)
	probe, probeErr := os.CreateTemp(dir, ".iam-*")
	if probeErr == nil {
		probe.Close()
		os.Remove(probe.Name())
		return err
	}
	if answer := fileFault(probeErr); answer != nil {
		return fmt.Errorf("%w: cannot create a file in %s: %w", answer, dir, err)
	}
	return errors.Join(err, probeErr)
}
