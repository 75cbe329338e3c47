package cli_test

import (
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// answers are the bodies that a backend answers to some requests.
func answers(t *testing.T, url, token string, paths ...string) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, path := range paths {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s %s (%v)", path, resp.Status, body, err)
		}
		all[path] = string(body)
	}
	return all
}

// A backend that was restored from a backup answers as the one it was made of,
// lets in who had a token there, and goes on counting its audit events.
func TestBackup(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database, file, other := "sqlite:"+filepath.Join(dir, "iam.db"), filepath.Join(dir, "backup"), "sqlite:"+filepath.Join(dir, "other.db")
	b := serve(t, "--database", database, "--tenant", "acme", "--client", "key:secret")
	c := clientOf(t, b.url, "key", "secret")
	user := func(c *client.Client, email string) string {
		t.Helper()
		id, err := c.CreateUser(t.Context(), api.UserCreate{FirstName: "Anna", LastName: "Example", ContactEmail: email, PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{}})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	group, err := c.CreateGroup(t.Context(), api.GroupCreate{Name: map[string]string{"en": "Orders"}, UserType: access.Employee})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AssignMember(t.Context(), group, access.Employee, user(c, "anna@acme.example")); err != nil {
		t.Fatal(err)
	}
	token, err := c.NewAccessToken(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	paths := []string{"/iam/acme/users", "/iam/acme/groups", "/iam/acme/groups/" + group + "/users", strings.ReplaceAll(api.PathAuditEvents, "{tenant}", "acme")}
	want := answers(t, b.url, token.Value, paths...)

	printed := regexp.MustCompile(`: \d+ KB, tables of version \d+, tenants: 1, checked\n$`)
	if stdout, stderr, code := run(t, nil, "backup", "--database", database, "--output", file); code != 0 || !strings.HasPrefix(stdout, file) || !printed.MatchString(stdout) {
		t.Fatalf("code %d, %q, %q", code, stdout, stderr)
	}
	user(c, "late@acme.example")
	if stdout, stderr, code := run(t, nil, "restore", "--database", other, "--input", file); code != 0 || !strings.HasPrefix(stdout, other) || !printed.MatchString(stdout) {
		t.Fatalf("code %d, %q, %q", code, stdout, stderr)
	}
	restored := serve(t, "--database", other)
	for path, body := range answers(t, restored.url, token.Value, paths...) {
		if body != want[path] {
			t.Errorf("%s: got %s, want %s", path, body, want[path])
		}
	}
	c = clientOf(t, restored.url, "key", "secret")
	before, err := c.AuditEvents(t.Context(), client.AuditFilter{})
	if err != nil {
		t.Fatal(err)
	}
	user(c, "new@acme.example")
	after, err := c.AuditEvents(t.Context(), client.AuditFilter{})
	if err != nil || len(after) <= len(before) || after[len(after)-len(before)-1].ID != before[0].ID+1 {
		t.Errorf("%d events to %d became %d (%v)", len(before), before[0].ID, len(after), err)
	}
}

func TestBackup_refused(t *testing.T) {
	t.Parallel()
	path := made(t)
	file := filepath.Join(t.TempDir(), "backup")
	if stdout, stderr, code := run(t, nil, "backup", "--database", "sqlite:"+path, "--output", file); code != 0 {
		t.Fatalf("code %d, %q, %q", code, stdout, stderr)
	}
	for _, c := range []struct {
		args   []string
		code   int
		stderr string
	}{
		{[]string{"backup", "--database", "sqlite:" + path}, 2, "name the file to write with --output"},
		{[]string{"backup", "--database", "sqlite:" + path, "--output", file}, 1, "file already exists: choose another file, or overwrite it with --force"},
		{[]string{"backup", "--database", "postgres://u:secret@host/iam", "--output", "dump"}, 1, "pg_dump --format=custom --schema='public' --file='dump' 'postgres://u@host/iam'"},
		{[]string{"restore", "--database", "sqlite:" + path}, 2, "name the backup file with --input"},
		{[]string{"restore", "--database", "sqlite:" + path, "--input", file}, 1, "the file already exists; stop the server that uses it and move it away"},
		{[]string{"restore", "--database", "postgres://u:secret@host/iam", "--input", "dump"}, 1, "pg_restore --single-transaction --schema=public --dbname='postgres://u@host/iam' 'dump'"},
	} {
		if stdout, stderr, code := run(t, nil, c.args...); code != c.code || stdout != "" || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%v: code %d, stdout %q, stderr %q", c.args, code, stdout, stderr)
		}
	}
	if _, stderr, code := run(t, nil, "backup", "--database", "sqlite:"+path, "--output", file, "--force"); code != 0 {
		t.Errorf("forced: code %d, %s", code, stderr)
	}
}
