package cli_test

import (
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

var migratedTo = regexp.MustCompile(`^The tables have version \d+\n$`)

// One command makes the tables, so that the backend's user needs no right to.
func TestServeMigrate(t *testing.T) {
	t.Parallel()
	dsn, db := sqltest.Postgres(t)
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	options := address.Query()
	schema := options.Get("search_path")
	options.Set("role", "pg_monitor") // one that every server has, and that may do nothing here
	address.RawQuery = options.Encode()
	service := address.String()
	sqltest.Run(t, db, "GRANT USAGE ON SCHEMA "+schema+" TO pg_monitor",
		"ALTER DEFAULT PRIVILEGES IN SCHEMA "+schema+" GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO pg_monitor")
	if _, stderr, code := run(t, nil, "serve", "--database", service, "--tenant", "acme"); code != 1 || !strings.Contains(stderr, "serve migrate") {
		t.Errorf("code %d, %s", code, stderr)
	}
	for range 2 {
		if stdout, stderr, code := run(t, nil, "serve", "migrate", "--database", dsn); code != 0 || !migratedTo.MatchString(stdout) || stderr != "" {
			t.Fatalf("code %d, %q, %s", code, stdout, stderr)
		}
	}
	b := serve(t, "--database", service, "--tenant", "acme", "--client", "key:secret")
	if users, err := clientOf(t, b.url, "key", "secret").Users(t.Context()); err != nil || len(users) != 1 {
		t.Errorf("got %+v, %v", users, err)
	}
}

// An old file is kept beside the one whose tables are migrated, and the command
// says where; so does the log of serve.
func TestServeMigrate_kept(t *testing.T) {
	t.Parallel()
	dsn := sqltest.SQLite(t)
	sqltest.FillVersion1(t, dsn)
	kept := strings.TrimPrefix(dsn, "sqlite:") + ".v1.bak"
	other := dsn + "2"
	if _, stderr, code := run(t, nil, "restore", "--database", other, "--input", strings.TrimPrefix(dsn, "sqlite:")); code != 0 {
		t.Fatalf("code %d, %s", code, stderr)
	}
	first, rest, _ := strings.Cut(migrateOutput(t, dsn), "\n")
	if first != "The previous database is in "+kept || !migratedTo.MatchString(rest) {
		t.Errorf("got %q, %q", first, rest)
	}
	if got := migrateOutput(t, dsn); !migratedTo.MatchString(got) {
		t.Errorf("the second time: %q", got)
	}
	p, err := startProcess(t, other)
	if err != nil {
		t.Fatal(err)
	}
	p.end(t, syscall.SIGTERM)
	if want := "backup=" + strings.TrimPrefix(other, "sqlite:") + ".v1.bak"; !strings.Contains(p.stderr.String(), want) {
		t.Errorf("the log lacks %s: %s", want, &p.stderr)
	}
}

func migrateOutput(t *testing.T, dsn string) string {
	t.Helper()
	stdout, stderr, code := run(t, nil, "serve", "migrate", "--database", dsn)
	if code != 0 {
		t.Fatalf("code %d, %s", code, stderr)
	}
	return stdout
}

func TestServeMigrate_refused(t *testing.T) {
	t.Parallel()
	if _, stderr, code := run(t, nil, "serve", "migrate", "now"); code != 2 || !strings.Contains(stderr, "unexpected argument") {
		t.Errorf("code %d, %s", code, stderr)
	}
	if _, stderr, code := run(t, nil, "serve", "migrate", "--database", "mysql:iam"); code != 1 || !strings.Contains(stderr, "unknown engine") {
		t.Errorf("code %d, %s", code, stderr)
	}
	if stdout, stderr, code := run(t, nil, "serve", "migrate", "--database", sqltest.SQLite(t)); code != 0 || !migratedTo.MatchString(stdout) {
		t.Errorf("code %d, %q, %s", code, stdout, stderr)
	}
}
