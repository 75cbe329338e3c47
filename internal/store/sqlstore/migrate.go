package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// lockTable is what writers look for, or lock, first. Its number is that of the
// migration that gave it this name: see 00011_write_lock.sql for how a migration
// shuts out older programs.
const lockTable = "write_lock_v11"

// migrations are those of the engine. Each begins with its first statement.
func (e engine) migrations() (fs.FS, error) {
	const mark = "-- +goose Up\n"
	files, folder := fstest.MapFS{}, "migrations/"+e.folder
	entries, err := migrations.ReadDir(folder)
	for _, entry := range entries {
		text, err := migrations.ReadFile(folder + "/" + entry.Name())
		if err != nil {
			return nil, err
		}
		files[entry.Name()] = &fstest.MapFile{Data: []byte(strings.Replace(string(text), mark, mark+e.first+"\n", 1))}
	}
	return files, err
}

// newerTables refuses tables that are ahead of this program.
func newerTables(current, known int64) error {
	return fmt.Errorf("a newer version of this program made it: its tables have version %d, this one knows %d; "+
		"nothing was changed; use the newer version, or choose another database", current, known)
}

// newestVersion returns the version that the migrations in dir lead to.
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

// migrate brings the tables up to date. When they are, it changes nothing. It
// refuses tables that are ahead of this program, and returns the version that
// they have then.
func (e engine) migrate(ctx context.Context, db *sql.DB) (version int64, err error) {
	files, err := e.migrations()
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
	// Another process may migrate the same SQLite file. A migration that it was
	// first to apply fails here, and the next attempt finds it applied: there are
	// as many failures as migrations, at most.
	for range len(provider.ListSources()) + 1 {
		err = waitBusy(ctx, func() error {
			_, err := provider.Up(ctx)
			return err
		})
		if err == nil {
			return known, nil
		}
		if f := faultOf(err); f == faultBusy || f == faultDenied {
			break // it waited long enough, or stays as it is
		}
	}
	return 0, fmt.Errorf("migrate from version %d to %d: %w", current, known, err)
}
