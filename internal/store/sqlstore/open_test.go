package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// wantRefused fails unless opening the database returns this error (any, if nil)
// and its text contains all of the words.
func wantRefused(t *testing.T, dsn string, want error, words ...string) {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), dsn)
	if err == nil {
		s.Close()
		t.Fatalf("%s was opened", dsn)
	}
	if want != nil && !errors.Is(err, want) {
		t.Errorf("the error of %s is %v, want %v", dsn, err, want)
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			t.Errorf("the error of %s does not say %q: %v", dsn, word, err)
		}
	}
}

// execute runs statements on a file, without the store.
func execute(t *testing.T, name string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// snapshot returns the name, size, mode and content of everything in a directory.
func snapshot(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := make(map[string]string)
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		content, err := os.ReadFile(filepath.Join(dir, name))
		files[name] = info.Mode().String() + info.ModTime().String() + string(content)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func wantUnchanged(t *testing.T, before, after map[string]string) {
	t.Helper()
	for name, content := range after {
		if before[name] != content {
			t.Errorf("%s was changed", name)
		}
	}
	if len(before) != len(after) {
		t.Errorf("there were %d files, now there are %d", len(before), len(after))
	}
}

func TestOpen_otherForms(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"", "iam.db", "mysql:iam", "SQLITE:iam.db", "postgres:iam"} {
		wantRefused(t, dsn, nil, "sqlite:PATH", "postgres://")
	}
	wantRefused(t, "sqlite:", nil, "sqlite:PATH")
	wantRefused(t, "sqlite:?mode=rw", nil, "sqlite:PATH")
	wantRefused(t, "sqlite://host/iam.db", nil, "sqlite:PATH")
	wantRefused(t, "sqlite:iam.db?a=%zz", nil, "options of iam.db")
	wantRefused(t, "sqlite::memory:", nil, "name a file")
	wantRefused(t, "sqlite:iam.db?mode=memory", nil, "name a file")
}

func TestOpen_paths(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"iam.db", "with space", "#1", "100%", "%20", "a&b=c+d;e", "größe 日本.db", ":memory:", "'\"[x]"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), name)
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(dir, name)
			if err := openFile(t, file+"?mode=rwc").Close(); err != nil {
				t.Fatal(err)
			}
			entries, err := os.ReadDir(dir)
			if err != nil || len(entries) != 1 || entries[0].Name() != name {
				t.Errorf("the directory has %v, want %q alone (%v)", entries, name, err)
			}
			wantRefused(t, "sqlite:"+file+"?mode=ro", store.ErrReadOnly, file, "choose another path")
		})
	}
}

func TestOpen_relativePath(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	s := openFile(t, "iam.db")
	// The working directory may change before further connections are opened.
	t.Chdir(t.TempDir())
	if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Error(err)
	}
	wantTenants(t, s, 1)
	s.Close()
	wantTenants(t, openFile(t, filepath.Join(dir, "iam.db")), 1)
}

func TestOpen_fileIsForItsOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := openFile(t, filepath.Join(dir, "iam.db"))
	if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 3 {
		t.Errorf("got %v, want the file and two beside it (%v)", entries, err)
	}
	for _, entry := range entries {
		info, err := entry.Info()
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode() != 0o600 {
			t.Errorf("%s has mode %v", entry.Name(), info.Mode())
		}
	}
}

func TestOpen_keepsData(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	want := store.Tenant{Name: "acme", CreatedAt: time.UnixMilli(1).UTC()}
	for range 3 {
		s := openFile(t, file)
		if err := s.CreateTenant(t.Context(), want); err != nil && !errors.Is(err, store.ErrExists) {
			t.Fatal(err)
		}
		got, err := s.Tenant(t.Context(), "acme")
		if err != nil || got != want {
			t.Errorf("got %+v, %v", got, err)
		}
		s.Close()
	}
}

func TestOpen_migratesOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "iam.db")
	openFile(t, file).Close()
	before := snapshot(t, dir)
	openFile(t, file).Close()
	wantUnchanged(t, before, snapshot(t, dir))
}

// A process that ended before its first migration leaves one of these states.
func TestOpen_goesOnWithWhatWasBegun(t *testing.T) {
	t.Parallel()
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	marked := filepath.Join(t.TempDir(), "marked")
	execute(t, marked, "PRAGMA application_id = 0x49414d31")
	for _, file := range []string{empty, marked} {
		if err := openFile(t, file).CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestOpen_notOurs(t *testing.T) {
	t.Parallel()
	written := func(content string) func(t *testing.T, file string) {
		return func(t *testing.T, file string) {
			t.Helper()
			if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	executed := func(statements ...string) func(t *testing.T, file string) {
		return func(t *testing.T, file string) {
			t.Helper()
			execute(t, file, statements...)
		}
	}
	const noDatabase, foreign = "another kind of file", "application id 0x0"
	for name, test := range map[string]struct {
		write func(t *testing.T, file string)
		found string
	}{
		"a byte":                      {written("x"), foreign}, // SQLite takes it for empty
		"a short text":                {written("hello"), noDatabase},
		"a long text":                 {written(strings.Repeat("hello\n", 5000)), noDatabase},
		"the head of a database":      {written("SQLite format 3\x00"), noDatabase},
		"another's table":             {executed("CREATE TABLE theirs (x)"), foreign},
		"another's mark":              {executed("PRAGMA application_id = 7"), "application id 0x7"},
		"another's table in WAL mode": {executed("PRAGMA journal_mode = WAL", "CREATE TABLE theirs (x)"), foreign},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			file := filepath.Join(dir, "theirs")
			test.write(t, file)
			before := snapshot(t, dir)
			wantRefused(t, "sqlite:"+file, nil,
				file, "not a database of the reference backend", test.found,
				"nothing was changed", "choose another path")
			wantUnchanged(t, before, snapshot(t, dir))
		})
	}
}

// The table is only in the log, not in the file itself.
func TestOpen_notOursInUse(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "theirs")
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, statement := range []string{"PRAGMA journal_mode = WAL", "CREATE TABLE theirs (x)"} {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	before := snapshot(t, dir)
	wantRefused(t, "sqlite:"+file, nil, "nothing was changed")
	wantUnchanged(t, before, snapshot(t, dir))
}

func TestOpen_noFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	wantRefused(t, "sqlite:"+dir, nil, dir, "not a regular file")
	wantRefused(t, "sqlite:"+filepath.Join(dir, "missing", "iam.db"), nil, "the directory "+filepath.Join(dir, "missing")+" does not exist")
	for _, mode := range []string{"ro", "rw"} {
		wantRefused(t, "sqlite:"+filepath.Join(dir, "iam.db")+"?mode="+mode, fs.ErrNotExist, "mode="+mode)
	}
	if files := snapshot(t, dir); len(files) != 0 {
		t.Errorf("files were created: %v", files)
	}
}

func TestOpen_newer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "iam.db")
	openFile(t, file).Close()
	execute(t, file, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)")
	before := snapshot(t, dir)
	wantRefused(t, "sqlite:"+file, nil, file, "newer version", "999", "nothing was changed")
	wantUnchanged(t, before, snapshot(t, dir))
}

func TestOpen_damaged(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	openFile(t, file).Close()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	copy(content[100:], strings.Repeat("damaged", 2000)) // the mark comes before
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, "sqlite:"+file, nil, file, "damaged", "backup")
}

func TestOpen_canceled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sqlstore.Open(ctx, "sqlite:"+filepath.Join(t.TempDir(), "iam.db"))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
