package cli_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	neturl "net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// contents are the rows of every table of a database, as text, except of tables that
// only have locks, which differ between engines.
func contents(t *testing.T, dsn string) map[string][]string {
	t.Helper()
	db := sqltest.RawDB(t, dsn)
	query := `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
	if strings.HasPrefix(dsn, "sqlite:") {
		query = `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'`
	}
	all := map[string][]string{}
	for _, table := range rowsOf(t, db, query, true) {
		if name := strings.Trim(table, "[]"); !strings.HasSuffix(name, "_db_version") && !strings.HasPrefix(name, "write_lock_") {
			all[name] = rowsOf(t, db, "SELECT * FROM "+name, false)
		}
	}
	return all
}

func rowsOf(t *testing.T, db *sql.DB, query string, bare bool) (all []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		row, pointers := make([]any, len(columns)), make([]any, len(columns))
		for i := range row {
			pointers[i] = &row[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		named := map[string]any{}
		for i, column := range columns {
			if is, ok := row[i].(bool); ok { // which SQLite does not have
				row[i] = map[bool]int64{true: 1}[is]
			}
			named[column] = row[i]
		}
		text := fmt.Sprintf("%#v", named)
		if bare {
			text = fmt.Sprint(row[0])
		}
		all = append(all, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(all)
	return all
}

// tokenOf returns an access token.
func tokenOf(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.PostForm(url+api.PathToken, neturl.Values{"grant_type": {"client_credentials"}, "client_id": {servertest.ClientID}, "client_secret": {servertest.ClientSecret}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var issued api.Token
	if err := json.NewDecoder(resp.Body).Decode(&issued); err != nil {
		t.Fatal(err)
	}
	return issued.AccessToken
}

// A database that was copied, to the other engine and back, is the same, and is
// served and written as before.
func TestServeCopy(t *testing.T) {
	t.Parallel()
	first, last := sqltest.SQLite(t), sqltest.SQLite(t)
	middle, _ := sqltest.Postgres(t)
	b := serve(t, "--database", first, "--tenant", "acme", "--client", servertest.ClientID+":"+servertest.ClientSecret, "--tenant", "globex")
	grownTenant(t, clientOf(t, b.url, servertest.ClientID, servertest.ClientSecret), 30, 12, true)
	origin, want, token := b.url, exported(t, b.url), tokenOf(t, b.url)
	if code := b.stop(); code != 0 {
		t.Fatalf("serve ended with %d", code)
	}
	// What only a Make elsewhere, a link that was sent and a task on the way leave.
	sqltest.Run(t, sqltest.RawDB(t, first),
		`INSERT INTO make_member (tenant, id, email, name, roles, present, pending, change, attempts, last_error, due_at, created_at, changed_at, synced_at)
			VALUES ('acme', 'm1', 'a@acme.example', 'A', '["owner"]', TRUE, FALSE, 1, 2, 'it''s', 3, 4, 5, 6), ('acme', 'm2', 'b@acme.example', 'B', '[]', FALSE, TRUE, 0, 0, '', 0, 0, 0, 0)`,
		`INSERT INTO make_notice (tenant, id, user_id, email, created_at, sent_at) VALUES ('acme', 'n', 'm1', 'a@acme.example', 1, 0)`,
		`INSERT INTO link (tenant, hash, purpose, subject_id, created_at, expires_at, ended_at) VALUES ('acme', 'h', 'invitation', 'i', 1, 2, 0)`,
		`INSERT INTO task (tenant, id, kind, body, due_at, created_at) VALUES ('acme', 't', 'k', '{}', 4102444800000, 1)`)
	there := contents(t, first)
	for table, rows := range there {
		if len(rows) == 0 {
			t.Errorf("the test copies nothing of %s", table)
		}
	}
	for _, c := range [][2]string{{first, middle}, {middle, last}} {
		stdout, stderr, code := run(t, nil, "serve", "copy", "--from", c[0], "--to", c[1])
		if code != 0 || !strings.HasPrefix(stdout, "TABLE ") || stderr != "" {
			t.Fatalf("%v: code %d, %s%s", c, code, stdout, stderr)
		}
		for table, rows := range there {
			if !strings.Contains(strings.ReplaceAll(stdout, " ", "")+"\n", fmt.Sprintf("\n%s%d\n", table, len(rows))) {
				t.Errorf("%s has %d rows: %s", table, len(rows), stdout)
			}
		}
		if got := contents(t, c[1]); !reflect.DeepEqual(got, there) {
			t.Errorf("%v: got %v\nwant %v", c, got, there)
		}
	}
	b = serve(t, "--database", middle)
	got := exported(t, b.url)
	for file := range want {
		if strings.ReplaceAll(got[file], b.url, origin) != want[file] {
			t.Errorf("the copy exports in %s\n%s\nwant\n%s", file, got[file], want[file])
		}
	}
	before, err := client.New(client.Options{BaseURL: b.url, Tenant: "acme", AccessToken: token})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := before.CreateGroup(t.Context(), api.GroupCreate{ID: "after", Name: api.Text{"en": "G"}, AccessControls: []string{}}); err != nil {
		t.Errorf("a token from before: %v", err)
	}
	if _, err := before.CreateUser(t.Context(), person("after@acme.example", "after")); err != nil {
		t.Error(err)
	}
}

// What cannot be copied whole is not copied, and says why.
func TestServeCopy_refused(t *testing.T) {
	t.Parallel()
	source, missing := "sqlite:"+made(t), filepath.Join(t.TempDir(), "missing.db")
	old, newer, other := sqltest.SQLite(t), "sqlite:"+made(t), sqltest.SQLite(t)
	sqltest.FillVersion1(t, old)
	sqltest.Run(t, sqltest.RawDB(t, newer), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, true)")
	sqltest.Run(t, sqltest.RawDB(t, other), "CREATE TABLE tenant (name text)")
	cut := "sqlite:" + made(t)
	sqltest.Run(t, sqltest.RawDB(t, cut), "PRAGMA foreign_keys = OFF; INSERT INTO user_list VALUES ('nobody', 1, 1)")
	into := func() string { return "sqlite:" + filepath.Join(t.TempDir(), "to.db") }
	half, lossy := into(), into()
	if _, stderr, code := run(t, nil, "serve", "migrate", "--database", lossy); code != 0 {
		t.Fatal(stderr)
	}
	sqltest.Run(t, sqltest.RawDB(t, lossy), "CREATE TRIGGER lose BEFORE INSERT ON account BEGIN SELECT RAISE(IGNORE); END")
	for _, c := range []struct {
		from, to string
		code     int
		stderr   string
	}{
		{"", into(), 2, "--from and --to"},
		{source, "", 2, "--from and --to"},
		{"sqlite:" + missing, into(), 1, "missing.db"},
		{old, into(), 1, "its tables have version 1, but this program needs"},
		{newer, into(), 1, "its tables have version 999, but this program supports only"},
		{other, into(), 1, "not a database of the reference backend"},
		{"mysql:x", into(), 1, "source database"},
		{source, "mysql:x", 1, "target database: open database: unknown engine"},
		{source, source, 1, "the target database is not empty"},
		{source, "sqlite:" + made(t), 1, "the target database is not empty"},
		{source, lossy, 1, "copy table account: only 0 of 1 rows were copied"},
		{cut, half, 1, "copy table user_list"},
	} {
		stdout, stderr, code := run(t, nil, "serve", "copy", "--from", c.from, "--to", c.to)
		if code != c.code || stdout != "" || !strings.Contains(stderr, c.stderr) {
			t.Errorf("from %s to %s: code %d, stdout %q, stderr %q", c.from, c.to, code, stdout, stderr)
		}
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the missing file was created: %v", err)
	}
	if _, stderr, code := run(t, nil, "serve", "copy", "--from", source, "--to", half); code != 0 {
		t.Errorf("half a copy was kept: %s", stderr)
	}
}
