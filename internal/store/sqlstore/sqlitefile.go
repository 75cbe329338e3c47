package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// sqliteFile is a database file and its SQLite options. The path is absolute, so
// it stays valid if the process changes its directory.
type sqliteFile struct {
	path    string
	options url.Values
}

func parseSQLite(name string) (sqliteFile, error) {
	path, query, _ := strings.Cut(name, "?")
	options, err := url.ParseQuery(query)
	if err != nil {
		return sqliteFile{}, fmt.Errorf("options of %s: %w", path, err)
	}
	if path == "" || (strings.HasPrefix(path, "//") && !strings.HasPrefix(path, "///")) {
		return sqliteFile{}, fmt.Errorf("%q does not name a file; use sqlite:PATH", "sqlite:"+path)
	}
	if path == ":memory:" || options.Get("mode") == "memory" {
		return sqliteFile{}, errors.New("an in-memory database would be separate for each connection; name a file")
	}
	path, err = filepath.Abs(path)
	return sqliteFile{path: path, options: options}, err
}

// uri returns the file's URI for SQLite. Settings override user options with the
// same name.
func (f sqliteFile) uri(settings url.Values) string {
	options := maps.Clone(f.options)
	maps.Copy(options, settings)
	return fileURI(f.path, options)
}

func fileURI(path string, options url.Values) string {
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter
	}
	uri := url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}
	return uri.String()
}

// check returns an error unless the file is ours or empty. It creates a missing
// file and never changes an existing one.
func (f sqliteFile) check(ctx context.Context) (isNew bool, err error) {
	size, err := f.create()
	if err != nil || size == 0 {
		return true, err
	}
	return false, f.isOurs(ctx)
}

// isOurs returns an error for a file that is not a database of this program.
func (f sqliteFile) isOurs(ctx context.Context) error {
	id, err := f.applicationID(ctx)
	switch {
	case err == nil && id == applicationID:
		return nil
	case err == nil:
		return f.notOurs(fmt.Sprintf("another program's SQLite database (application id %#x)", id))
	case faultOf(err) == faultDamaged:
		return f.notOurs("another kind of file")
	}
	return translate(ctx, err, nil)
}

func (f sqliteFile) notOurs(found string) error {
	return fmt.Errorf("this is not a database of the reference backend but %s; "+
		"nothing was changed; choose another path", found)
}

// creating serializes the creation of files; see create.
var creating sync.Mutex

// create creates a missing file, accessible only by its owner, and returns the
// file's size. SQLite would make it readable by everyone, and gives its other
// files the permissions of this one.
//
// It does not open an existing file: closing it again would release the locks
// that SQLite holds on it for another Store of this process.
func (f sqliteFile) create() (size int64, err error) {
	creating.Lock()
	defer creating.Unlock()
	info, err := os.Stat(f.path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return 0, errors.New("not a regular file; choose another path")
	case err == nil:
		return info.Size(), nil
	case !errors.Is(err, fs.ErrNotExist):
		return 0, err
	}
	if mode := f.options.Get("mode"); mode == "ro" || mode == "rw" {
		return 0, fmt.Errorf("%w, and mode=%s does not create it", fs.ErrNotExist, mode)
	}
	file, err := os.OpenFile(f.path, os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return 0, f.cannotCreate(err)
	}
	return 0, file.Close()
}

func (f sqliteFile) cannotCreate(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the directory %s does not exist; create it, or choose another path", filepath.Dir(f.path))
	}
	if answer := fileFault(err); answer != nil {
		return fmt.Errorf("%w: %w", answer, err)
	}
	return err
}

// fileFault returns the store's error for an error of the operating system, or
// nil.
func fileFault(err error) error {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return store.ErrReadOnly
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT), errors.Is(err, syscall.EFBIG):
		return store.ErrFull
	}
	return nil
}

// applicationID reads the mark in the first page. Opened as immutable, the file
// is neither locked nor recovered, and no files are created next to it. While a
// process moves its log into the file, the first page may refer to pages that do
// not exist yet; a writable schema keeps SQLite from reporting that as damage.
func (f sqliteFile) applicationID(ctx context.Context) (id int64, err error) {
	db, err := sql.Open("sqlite", fileURI(f.path, url.Values{
		"mode":      {"ro"},
		"immutable": {"1"},
		"_pragma":   {"writable_schema(1)"},
	}))
	if err != nil {
		return 0, err
	}
	defer db.Close()
	err = db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id)
	return id, err
}
