package cli_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

var migratedTo = regexp.MustCompile(`^the tables have version \d+\n$`)

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

func TestServeMigrate_refused(t *testing.T) {
	t.Parallel()
	if _, stderr, code := run(t, nil, "serve", "migrate", "now"); code != 2 || !strings.Contains(stderr, "takes flags only") {
		t.Errorf("code %d, %s", code, stderr)
	}
	if _, stderr, code := run(t, nil, "serve", "migrate", "--database", "mysql:iam"); code != 1 || !strings.Contains(stderr, "no engine") {
		t.Errorf("code %d, %s", code, stderr)
	}
	if stdout, stderr, code := run(t, nil, "serve", "migrate", "--database", sqltest.SQLite(t)); code != 0 || !migratedTo.MatchString(stdout) {
		t.Errorf("code %d, %q, %s", code, stdout, stderr)
	}
}
