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
	Version int64 // schema version
	Tenants int
	Size    int64 // in bytes
}

// Backup copies the SQLite database that dsn names into a file, even while it is
// being served and written. The copy is a consistent snapshot in a single file
// that only its owner can access; it gets its name only once it is complete and
// verified. If the file exists, Backup returns fs.ErrExist unless replace is set.
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
	made, err := file.copyTo(ctx, path, publishAs(path, replace))
	if err != nil {
		return Copy{}, fmt.Errorf("back up %s to %s: %w", file.path, path, err)
	}
	return made, nil
}

// copyTo writes a copy of the database to a temporary file next to path, and
// calls publish with it.
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

// keepVersion copies the database, whose schema has the version, to a file beside
// it that has the version in its name, and returns that name. It never replaces a
// file, and reuses one with the same content, such as from an earlier attempt.
func (f sqliteFile) keepVersion(ctx context.Context, version int64) (path string, err error) {
	name := fmt.Sprintf("%s.v%d.bak", f.path, version)
	_, err = f.copyTo(ctx, name, func(temporary string) error {
		for n := 1; ; n++ {
			if path = name; n > 1 {
				path = fmt.Sprintf("%s.%d", name, n)
			}
			err := publishAs(path, false)(temporary)
			if !errors.Is(err, fs.ErrExist) {
				return err
			}
			if same, err := sameContent(temporary, path); same || err != nil {
				return err
			}
		}
	})
	if err != nil {
		return "", fmt.Errorf("the tables need a migration from version %d, but the backup before it failed; nothing was changed: %w", version, err)
	}
	return path, nil
}

// Restore creates the SQLite database that dsn names from a file written by
// Backup. It returns an error, and creates no database, if one already exists, or
// if the file is damaged or from a newer version of the program.
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
	}, publishAs(file.path, empty))
	if err != nil {
		return Copy{}, fmt.Errorf("restore %s to %s: %w", path, file.path, err)
	}
	return made, nil
}

// sqliteToCopy returns the file that an address names. For PostgreSQL it returns
// an error that contains the command to run instead: command builds it from the
// schema and the address, both quoted for a shell.
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
		return sqliteFile{}, errors.New("the address is not " + postgresForm) // err contains the password
	}
	if address.User != nil {
		address.User = url.User(address.User.Username())
	}
	options := address.Query()
	schema, _, _ := strings.Cut(options.Get("search_path"), ",")
	options.Del("password")
	for name := range config.RuntimeParams {
		options.Del(name) // server parameters, which its tools do not accept
	}
	for _, name := range []string{"default_query_exec_mode", "statement_cache_capacity", "description_cache_capacity"} {
		options.Del(name) // driver parameters
	}
	address.RawQuery = options.Encode()
	which := ""
	if schema == "" {
		which = " (with the user's schema, if its search_path names another one)"
	}
	return sqliteFile{}, errors.New("this command supports only SQLite files. For PostgreSQL, use its own tools; they also work while the backend is serving" + which + ": " +
		command(cmp.Or(schema, publicSchema), quoted(address.String())))
}

// publicSchema exists in every new PostgreSQL database.
const publicSchema = "public"

// dumpCommand returns the command that backs up a PostgreSQL database.
func dumpCommand(path string) func(schema, address string) string {
	return func(schema, address string) string {
		return "pg_dump --format=custom --schema=" + quoted(schema) + " --file=" + quoted(path) + " " + address
	}
}

// restoreCommand returns the command that restores a schema from a dump.
func restoreCommand(path string) func(schema, address string) string {
	return func(schema, address string) string {
		there := ""
		if schema == publicSchema {
			there = " --schema=" + publicSchema // restore its tables, not the schema itself
		}
		return "pg_restore --single-transaction" + there + " --dbname=" + address + " " + quoted(path)
	}
}

// quoted quotes a word for a shell.
func quoted(word string) string { return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'" }

// mustExist returns an error if the database does not exist, and never creates
// it.
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

// vacuumInto writes a snapshot of the database into an empty file.
func (f sqliteFile) vacuumInto(ctx context.Context, path string) error {
	db, err := sql.Open("sqlite", f.uri(url.Values{"mode": {"rw"}, "_timeout": {"10000"}}))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, "VACUUM INTO ?", path)
	return translate(ctx, err, nil)
}

// sidecars are the suffixes of the files that SQLite keeps next to a database
// that is in use, or whose program was terminated.
var sidecars = []string{"-wal", "-shm", "-journal"}

// inUse returns an error that names such a file, if one exists.
func inUse(path string) error {
	for _, suffix := range sidecars {
		if info, err := os.Stat(path + suffix); err == nil && (info.Size() > 0 || suffix == "-shm") {
			return fmt.Errorf("%s exists next to it: the database is in use, or its program was terminated", path+suffix)
		}
	}
	return nil
}

// backupTarget returns an error if the file at path must not be replaced.
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

// restoreTarget returns an error if a database exists at path; an empty file is
// not one.
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

// isBackup returns an error for a file that cannot be a backup.
func isBackup(ctx context.Context, path string) error {
	if err := (sqliteFile{path: path}).mustExist(ctx); err != nil {
		return err
	}
	if err := inUse(path); err != nil {
		return fmt.Errorf("%w, so it is not a backup; run a backup of it first", err)
	}
	return nil
}

// inspect verifies a database that is not in use. It opens the database for
// writing, because SQLite skips a part of its check otherwise.
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
