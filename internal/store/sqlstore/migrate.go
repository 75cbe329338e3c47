package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// lockTable is the table that writers query or lock first. Its number is that of
// the migration that gave it this name: see 00011_write_lock.sql for how a
// migration excludes older versions of the program.
const lockTable = "write_lock_v11"

// lockTables is what the names of that table and of the locks of tenants begin with.
const lockTables = "write_lock_"

// migrationFiles are the migrations of an engine. Each begins with statements of
// ours, since goose has no hook inside the transaction of a migration.
type migrationFiles struct {
	fs.FS

	engine engine
}

// migrationFiles returns the migrations of the engine.
func (e engine) migrationFiles() (migrationFiles, error) {
	files, err := fs.Sub(migrations, "migrations/"+e.folder)
	return migrationFiles{files, e}, err
}

// failIfApplied returns a statement that fails if the migration is applied, and
// changes nothing otherwise. Goose checks that before the transaction, when
// another process may be about to apply it, and some migrations succeed twice:
// that of the signing keys would give a new key the id of the oldest one.
func (e engine) failIfApplied(version int64) string {
	return fmt.Sprintf("INSERT INTO %[1]s (version_id, is_applied) SELECT NULL, is_applied FROM %[1]s WHERE version_id = %[2]d AND is_applied;",
		e.versions, version)
}

// Open implements fs.FS.
func (m migrationFiles) Open(name string) (fs.File, error) {
	const mark = "-- +goose Up\n"
	file, err := m.FS.Open(name)
	if err != nil || path.Ext(name) != ".sql" {
		return file, err
	}
	version, err := goose.NumericComponent(name)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	first := m.engine.first + "\n" + m.engine.failIfApplied(version) + "\n"
	return migrationFile{file, strings.NewReader(strings.Replace(string(text), mark, mark+first, 1))}, nil
}

// migrationFile is a file with another text.
type migrationFile struct {
	fs.File

	text io.Reader
}

// Read implements fs.File.
func (f migrationFile) Read(b []byte) (int, error) { return f.text.Read(b) }

// newerTables returns the error for tables that are newer than this program.
func newerTables(current, known int64) error {
	return fmt.Errorf("a newer version of this program created it: its tables have version %d, this program supports %d; "+
		"nothing was changed; use the newer version, or choose another database", current, known)
}

// newestVersion returns the version of the last migration in dir.
func newestVersion(dir string) (newest int64, err error) {
	files, err := migrations.ReadDir("migrations/" + dir)
	for _, file := range files {
		version, err := goose.NumericComponent(file.Name())
		if err != nil {
			return 0, err
		}
		newest = max(newest, version)
	}
	return newest, err
}

// migrate migrates the tables to the newest version and returns it. It returns an
// error for tables that are newer than this program.
func (e engine) migrate(ctx context.Context, db *sql.DB) (version int64, err error) {
	files, err := e.migrationFiles()
	if err != nil {
		return 0, err
	}
	provider, err := goose.NewProvider(e.dialect, db, files, goose.WithTableName(e.versions), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the version of the tables: %w", err)
	}
	if current > known {
		return 0, newerTables(current, known)
	}
	if 0 < current && current < known && e.keep != nil {
		if err := e.keep(ctx, current); err != nil {
			return 0, err
		}
	}
	// Another process may migrate the same SQLite file. A migration that it applied
	// first fails here, and the next attempt finds it applied, so there are at most
	// as many failures as migrations.
	for range len(provider.ListSources()) + 1 {
		err = waitBusy(ctx, func() error {
			_, err := provider.Up(ctx)
			return err
		})
		if err == nil {
			return known, nil
		}
		if f := faultOf(err); f == faultBusy || f == faultDenied {
			break // another attempt would not help
		}
	}
	return 0, fmt.Errorf("migrate from version %d to %d: %w", current, known, err)
}
