package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// migrate brings the tables up to date by the migrations in dir. When they are,
// it changes nothing. It refuses tables that are ahead of this program, and
// returns the version that they have then.
func migrate(ctx context.Context, db *sql.DB, dialect goose.Dialect, dir string, o ...goose.ProviderOption) (version int64, err error) {
	files, err := fs.Sub(migrations, "migrations/"+dir)
	if err != nil {
		return 0, err
	}
	provider, err := goose.NewProvider(dialect, db, files, append(o, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return 0, fmt.Errorf("read migrations: %w", err)
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return 0, fmt.Errorf("read the version of the tables: %w", err)
	}
	if current > known {
		return 0, fmt.Errorf("a newer version of this program made it: its tables have version %d, this one knows %d; "+
			"nothing was changed; use the newer version, or choose another database", current, known)
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
	}
	return 0, fmt.Errorf("migrate: %w", err)
}
