package sqlstore_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// oldFile creates a database of version 1 and returns its name and content.
func oldFile(t *testing.T) (file string, content []byte) {
	t.Helper()
	dsn := sqltest.SQLite(t)
	sqltest.FillVersion1(t, dsn)
	file = strings.TrimPrefix(dsn, "sqlite:")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return file, content
}

// wantVersion1 fails unless the file is a database of version 1.
func wantVersion1(t *testing.T, file string) {
	t.Helper()
	var version, tenants int
	err := sqltest.RawDB(t, "sqlite:"+file).QueryRowContext(t.Context(), `SELECT (SELECT max(version_id) FROM goose_db_version), (SELECT count(*) FROM tenant)`).Scan(&version, &tenants)
	if err != nil || version != 1 || tenants != 2 {
		t.Errorf("%s has version %d, %d tenants (%v)", file, version, tenants, err)
	}
}

// Before the tables of a file are migrated, the file is backed up next to it,
// once for each distinct content.
func TestKept(t *testing.T) {
	t.Parallel()
	file, old := oldFile(t)
	kept := file + ".v1.bak"
	for _, c := range []struct {
		add  string
		want string
	}{{"", kept}, {"", kept}, {"INSERT INTO account VALUES ('a', 'a', 'a', 0)", kept + ".2"}, {"", kept}} {
		if err := os.WriteFile(file, old, 0o600); err != nil { // the tables are old again
			t.Fatal(err)
		}
		if c.add != "" {
			execute(t, file, c.add)
		}
		s := openFile(t, file)
		if got := s.MigrationBackup(); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		wantVersion1(t, c.want)
	}
	info, err := os.Stat(kept)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	wantNames(t, filepath.Dir(file), "iam.db", "iam.db.v1.bak", "iam.db.v1.bak.2")
}

// New or current tables need no backup.
func TestKept_nothing(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	for range 2 {
		s := openFile(t, file)
		if err := s.Close(); s.MigrationBackup() != "" || err != nil {
			t.Errorf("got %q, %v", s.MigrationBackup(), err)
		}
	}
	wantNames(t, filepath.Dir(file), "iam.db")
}

// Without a backup nothing is migrated. The error of a failed migration names the
// backup, the same one at every attempt.
func TestKept_failed(t *testing.T) {
	t.Parallel()
	file, _ := oldFile(t)
	kept := file + ".v1.bak"
	long := filepath.Join(filepath.Dir(file), strings.Repeat("n", 245)) // a backup of it would have too long a name
	if err := os.Rename(file, long); err != nil {
		t.Fatal(err)
	}
	wantRefused(t, "sqlite:"+long, nil, "from version 1", "the backup before it failed", "nothing was changed", "file name too long")
	wantVersion1(t, long)
	if err := os.Rename(long, file); err != nil {
		t.Fatal(err)
	}
	execute(t, file, "CREATE TABLE document (x)")
	for range 2 {
		wantRefused(t, "sqlite:"+file, nil, "a copy of the database before the migration is in "+kept)
		wantVersion1(t, kept)
	}
	wantNames(t, filepath.Dir(file), "iam.db", "iam.db.v1.bak")
	if _, err := sqlstore.Restore(t.Context(), "sqlite:"+file+"2", kept); err != nil {
		t.Error(err)
	}
}
