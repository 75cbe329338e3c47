package sqltest

import (
	"database/sql"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// version1 fills the tables of version 1. The program of that version wrote it,
// except for the restrictions and languages that no request could change.
//
//go:embed testdata/version1.sql
var version1 string

// FillVersion1 turns an empty database into one with the tables of version 1,
// with the tenants acme, which has the API key acme-key:acme-secret, and globex.
func FillVersion1(t testing.TB, dsn string) {
	t.Helper()
	driver, source, folder, dialect := "pgx", dsn, "postgres", goose.DialectPostgres
	var options []goose.ProviderOption
	if file, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
		driver, source, folder, dialect = "sqlite", file, "sqlite", goose.DialectSQLite3
	} else {
		options = append(options, goose.WithTableName("iam_db_version"))
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	migrations := os.DirFS(filepath.Join(root(t), "internal", "store", "sqlstore", "migrations", folder))
	provider, err := goose.NewProvider(dialect, db, migrations, append(options, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.UpTo(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if driver == "sqlite" {
		Run(t, db, fmt.Sprintf("PRAGMA application_id = %d", 0x49414d31))
	}
	Run(t, db, version1)
}

// root returns the folder of the module. Tests run somewhere below it.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	for err == nil {
		if _, err = os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		if dir != filepath.Dir(dir) {
			dir, err = filepath.Dir(dir), nil
		}
	}
	t.Fatalf("no go.mod in any folder above: %v", err)
	return ""
}
