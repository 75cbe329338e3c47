package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// Copy describes the copy of a database.
type Copy struct {
	Version int64 // of its tables
	Tenants int
	Size    int64 // in bytes
}

// Backup copies the SQLite database that dsn names into a file, while it is
// served and written, too: the copy is the state of one moment. The file is one
// of its own, with nothing beside it, for its owner only, and comes under its
// name when it is whole and was checked. One that is there is left alone, with
// fs.ErrExist, unless replace says otherwise.
func Backup(ctx context.Context, dsn, path string, replace bool) (Copy, error) {
	file, err := sqliteToCopy(dsn, dumpCommand(path))
	if err != nil {
		return Copy{}, err
	}
	if path, err = filepath.Abs(path); err != nil {
		return Copy{}, err
	}
	if err := file.mustExist(ctx); err != nil {
		return Copy{}, fmt.Errorf("back up %s: %w", file.path, err)
	}
	if err := backupTarget(file.path, path, replace); err != nil {
		return Copy{}, fmt.Errorf("back up to %s: %w", path, err)
	}
	made, err := file.copyTo(ctx, path, under(path, replace))
	if err != nil {
		return Copy{}, fmt.Errorf("back up %s to %s: %w", file.path, path, err)
	}
	return made, nil
}

// copyTo writes a copy of the database beside a path, and has it published.
func (f sqliteFile) copyTo(ctx context.Context, path string, publish func(temporary string) error) (made Copy, err error) {
	err = writeBeside(path, func(temporary string) error {
		if err := f.vacuumInto(ctx, temporary); err != nil {
			return err
		}
		made, err = inspect(ctx, temporary)
		return err
	}, publish)
	return made, err
}

// keep copies the database, whose tables have a version, to a file beside it
// that has the version in its name, and returns that name. A file that is there
// already stays; one with the same content, which an earlier attempt may have
// left, is as good.
func (f sqliteFile) keep(ctx context.Context, version int64) (path string, err error) {
	name := fmt.Sprintf("%s.v%d.bak", f.path, version)
	_, err = f.copyTo(ctx, name, func(temporary string) error {
		for n := 1; ; n++ {
			if path = name; n > 1 {
				path = fmt.Sprintf("%s.%d", name, n)
			}
			err := under(path, false)(temporary)
			if !errors.Is(err, fs.ErrExist) {
				return err
			}
			if same, err := sameContent(temporary, path); same || err != nil {
				return err
			}
		}
	})
	if err != nil {
		return "", fmt.Errorf("the tables are to be migrated from version %d, and no backup could be made before: nothing was changed: %w", version, err)
	}
	return path, nil
}

// Restore makes the SQLite database that dsn names from the file of a Backup. It
// refuses a database that is there, and a file that is damaged or of a newer
// program; then no database is made.
func Restore(ctx context.Context, dsn, path string) (Copy, error) {
	file, err := sqliteToCopy(dsn, restoreCommand(path))
	if err != nil {
		return Copy{}, err
	}
	if path, err = filepath.Abs(path); err != nil {
		return Copy{}, err
	}
	if err := isBackup(ctx, path); err != nil {
		return Copy{}, fmt.Errorf("restore from %s: %w", path, err)
	}
	empty, err := restoreTarget(file.path)
	if err != nil {
		return Copy{}, fmt.Errorf("restore to %s: %w", file.path, err)
	}
	var made Copy
	err = writeBeside(file.path, func(temporary string) error {
		if err := copyFile(ctx, path, temporary); err != nil {
			return err
		}
		made, err = inspect(ctx, temporary)
		if err != nil {
			return err
		}
		known, err := newestVersion("sqlite")
		if err == nil && made.Version > known {
			err = newerTables(made.Version, known)
		}
		return err
	}, under(file.path, empty))
	if err != nil {
		return Copy{}, fmt.Errorf("restore %s to %s: %w", path, file.path, err)
	}
	return made, nil
}

// sqliteToCopy returns the file that an address names. For PostgreSQL it says
// which command to run instead: command makes it of the schema and the address,
// as words of a shell.
func sqliteToCopy(dsn string, command func(schema, address string) string) (sqliteFile, error) {
	if name, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		return parseSQLite(name)
	}
	config, err := parsePostgres(dsn)
	if err != nil {
		return sqliteFile{}, err
	}
	address, err := url.Parse(dsn)
	if err != nil {
		return sqliteFile{}, errors.New("the address is not " + postgresForm) // err holds the password
	}
	if address.User != nil {
		address.User = url.User(address.User.Username())
	}
	options := address.Query()
	schema, _, _ := strings.Cut(options.Get("search_path"), ",")
	options.Del("password")
	for name := range config.RuntimeParams {
		options.Del(name) // for the server, and unknown to its tools
	}
	for _, name := range []string{"default_query_exec_mode", "statement_cache_capacity", "description_cache_capacity"} {
		options.Del(name) // for our driver
	}
	address.RawQuery = options.Encode()
	which := ""
	if schema == "" {
		which = " (with the user's schema, if its search_path names another one)"
	}
	return sqliteFile{}, errors.New("this is for SQLite files. PostgreSQL has its own tools for it, also while it is served" + which + ": " +
		command(cmp.Or(schema, publicSchema), quoted(address.String())))
}

// publicSchema is there in every new database of PostgreSQL.
const publicSchema = "public"

// dumpCommand is what backs a PostgreSQL database up.
func dumpCommand(path string) func(schema, address string) string {
	return func(schema, address string) string {
		return "pg_dump --format=custom --schema=" + quoted(schema) + " --file=" + quoted(path) + " " + address
	}
}

// restoreCommand is what makes a schema of a dump.
func restoreCommand(path string) func(schema, address string) string {
	return func(schema, address string) string {
		there := ""
		if schema == publicSchema {
			there = " --schema=" + publicSchema // its tables, and not the schema itself
		}
		return "pg_restore --single-transaction" + there + " --dbname=" + address + " " + quoted(path)
	}
}

// quoted is a word for a shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// mustExist refuses a database that is not there, and leaves it so.
func (f sqliteFile) mustExist(ctx context.Context) error {
	info, err := os.Stat(f.path)
	switch {
	case err != nil:
		return err
	case info.Size() == 0:
		return errors.New("the file is empty")
	}
	return f.isOurs(ctx)
}

// vacuumInto writes what one moment finds in the database into an empty file.
func (f sqliteFile) vacuumInto(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", f.uri(url.Values{"mode": {"rw"}, "_timeout": {"10000"}}))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", path)
	return translate(ctx, err, nil)
}

// sidecars are the files that SQLite has beside a database that is in use, or
// was when its program ended.
var sidecars = []string{"-wal", "-shm", "-journal"}

// inUse returns an error that names such a file.
func inUse(path string) error {
	for _, suffix := range sidecars {
		if info, err := os.Stat(path + suffix); err == nil && (info.Size() > 0 || suffix == "-shm") {
			return fmt.Errorf("%s is beside it: it is a database that is in use, or whose program was broken off", path+suffix)
		}
	}
	return nil
}

// backupTarget refuses to replace what is not to be replaced.
func backupTarget(database, path string, replace bool) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if source, err := os.Stat(database); err == nil && os.SameFile(source, info) {
		return errors.New("this is the database itself; choose another name")
	}
	if !replace {
		return fs.ErrExist
	}
	return inUse(path)
}

// restoreTarget makes sure that no database is there; an empty file is none.
func restoreTarget(path string) (empty bool, err error) {
	if err := inUse(path); err != nil {
		return false, err
	}
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, err
	case !info.Mode().IsRegular() || info.Size() > 0:
		return false, errors.New("the file already exists; stop the server that uses it and move it away, or choose another path")
	}
	return true, nil
}

// isBackup refuses a file that cannot be one.
func isBackup(ctx context.Context, path string) error {
	if err := (sqliteFile{path: path}).mustExist(ctx); err != nil {
		return err
	}
	if err := inUse(path); err != nil {
		return fmt.Errorf("%w, and no backup; make one of it first", err)
	}
	return nil
}

// inspect checks a database that nobody uses. It opens it for writing: SQLite
// leaves out a part of its check where it cannot write.
func inspect(ctx context.Context, path string) (found Copy, err error) {
	db, err := sql.Open("sqlite", fileURI(path, url.Values{"mode": {"rw"}}))
	if err != nil {
		return found, err
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return found, translate(ctx, err, nil)
	}
	if verdict != "ok" {
		return found, fmt.Errorf("%w: %s", store.ErrDamaged, verdict)
	}
	err = db.QueryRowContext(ctx, `SELECT (SELECT max(version_id) FROM goose_db_version WHERE is_applied), (SELECT count(*) FROM tenant)`).Scan(&found.Version, &found.Tenants)
	if err != nil {
		return found, fmt.Errorf("it has no tables: %w", err)
	}
	info, err := os.Stat(path)
	if err == nil {
		found.Size = info.Size()
	}
	return found, err
}
