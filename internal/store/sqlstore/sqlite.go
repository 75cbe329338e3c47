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

// sqliteReaders is how many connections read. More gain little: a read takes
// some ten microseconds.
const sqliteReaders = 4

// sqliteStatements is how many statements are kept compiled. There are fewer.
const sqliteStatements = 300

// defaultPragmas are settings that the user may change. The log is moved into
// the database after 40 MB instead of 4, as what many writers change are often
// the same pages.
var defaultPragmas = []string{"wal_autocheckpoint(10000)"}

// lookForLock finds nothing, and fails where a newer program has taken the table
// away.
const lookForLock = `SELECT 1 FROM ` + lockTable + ` WHERE 1 = 0`

// applicationID marks a SQLite file as a database of this program ("IAM1").
const applicationID = 0x49414d31

func sqliteEngine() engine {
	return engine{
		dialect: goose.DialectSQLite3, folder: "sqlite", lock: lookForLock, versions: goose.DefaultTablename, readOnly: "false",
		catalog: `SELECT m.name, coalesce(f."table", '') FROM sqlite_master m LEFT JOIN pragma_foreign_key_list(m.name) f
			WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'`,
	}
}

func openSQLite(ctx context.Context, name string) (*Store, error) {
	file, err := parseSQLite(name)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	s, err := file.open(ctx)
	if err != nil {
		if errors.Is(err, store.ErrReadOnly) {
			err = fmt.Errorf("%w; it is written at its start: allow that for the file and its folder, or choose another path", err)
		}
		return nil, fmt.Errorf("open database %s: %w", file.path, err)
	}
	return s, nil
}

// open checks before it changes anything.
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
// mark comes first: once there is a log, it could stay there and not reach the
// file before a crash, and the file would no longer be known as ours.
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
	// Writers take the lock at BEGIN. To take it later fails at once, instead of
	// waiting, when another process wrote in the meantime. They wait in steps of
	// half a second; see waitBusy.
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

// pool gives every connection its settings by the name that it is opened with:
// a PRAGMA that is executed reaches one connection only. The short names of the
// settings win over the long ones and over PRAGMAs, so that no option of the
// user undoes them.
func (f sqliteFile) pool(size int, settings url.Values) (*sql.DB, error) {
	maps.Copy(settings, url.Values{
		"_fk":      {"1"},
		"_journal": {"WAL"},
		"_sync":    {"FULL"}, // a commit that was answered survives a power failure
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

// migrate brings the tables up to date and makes sure that they can be written.
func (f sqliteFile) migrate(ctx context.Context, s *Store) error {
	s.engine.keep = func(ctx context.Context, version int64) (err error) {
		s.kept, err = f.keep(ctx, version)
		return err
	}
	version, err := s.engine.migrate(ctx, s.writer.DB)
	if err != nil {
		if err = translate(ctx, err, nil); s.kept != "" {
			err = fmt.Errorf("%w; the database as it was is in %s", err, s.kept)
		}
		return err
	}
	s.version = version
	return s.checkWritable(ctx)
}

// explain finds the cause where SQLite only says that it cannot open a file:
// beside the database it needs files of its own, so it needs the directory.
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
		return fmt.Errorf("%w: no file can be made in %s: %w", answer, dir, err)
	}
	return errors.Join(err, probeErr)
}
