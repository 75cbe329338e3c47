package cli_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

var shownSecret = regexp.MustCompile(`shown only once:\n  client_id     = (\S+)\n  client_secret = (\S+)\n$`)

// clientOf connects with an API key.
func clientOf(t *testing.T, url, id, secret string) *client.Client {
	t.Helper()
	c, err := client.New(client.Options{BaseURL: url, Tenant: "acme", ClientID: id, ClientSecret: secret})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// What the command does to API keys holds at once where the database is served.
func TestClients(t *testing.T) {
	t.Parallel()
	database := sqltest.New(t)
	b := serve(t, "--database", database, "--tenant", "acme", "--client", "key:chosen-secret")
	clients := func(args ...string) (stdout, stderr string, code int) {
		t.Helper()
		return run(t, nil, append(append([]string{"clients"}, args...), "--database", database, "--tenant", "ACME")...)
	}
	secretOf := func(args ...string) string {
		t.Helper()
		stdout, stderr, code := clients(args...)
		shown := shownSecret.FindStringSubmatch(stdout)
		if code != 0 || shown == nil || shown[1] != "ci" || stderr != "" {
			t.Fatalf("%v: code %d, %q, %q", args, code, stdout, stderr)
		}
		return shown[2]
	}
	first := secretOf("create", "--id", "ci", "--scope", api.ScopeUserRead, "--scope", api.ScopeGroupRead)
	if _, stderr, code := clients("create", "--id", "ci"); code != 1 || !strings.Contains(stderr, "creating the API key ci of tenant acme: already exists") {
		t.Errorf("twice: code %d, %s", code, stderr)
	}
	old := clientOf(t, b.url, "ci", first)
	if users, err := old.Users(t.Context()); err != nil || len(users) != 1 {
		t.Errorf("got %+v, %v", users, err)
	}
	stdout, _, code := clients("list")
	if want := regexp.MustCompile(`^CLIENT_ID +CREATED +SECRET SET +SCOPES\nci +\S+ +\S+ +iam.user_read iam.group_read\nkey +\S+ +\S+ +\(every scope\)\n$`); code != 0 || !want.MatchString(stdout) || strings.Contains(stdout, first) {
		t.Errorf("code %d, %q", code, stdout)
	}
	second := secretOf("rotate", "--id", "ci")
	if _, err := old.Users(t.Context()); err == nil {
		t.Error("the first secret still opens the tenant")
	}
	newer := clientOf(t, b.url, "ci", second)
	if _, err := newer.Users(t.Context()); err != nil {
		t.Errorf("the second secret: %v", err)
	}
	if stdout, stderr, code := clients("revoke", "--id", "ci"); code != 0 || stdout != "revoked the API key ci of tenant acme\n" {
		t.Errorf("code %d, %q, %q", code, stdout, stderr)
	}
	if _, err := newer.Users(t.Context()); err == nil {
		t.Error("a revoked key still opens the tenant")
	}
	for _, command := range []string{"revoke", "rotate"} {
		if _, stderr, code := clients(command, "--id", "ci"); code != 1 || !strings.Contains(stderr, "the API key ci of tenant acme: not found") {
			t.Errorf("%s of none: code %d, %s", command, code, stderr)
		}
	}
	if _, err := clientOf(t, b.url, "key", "chosen-secret").Users(t.Context()); err != nil {
		t.Errorf("another key: %v", err)
	}
}

// A key for Make is a UUID, and all that a client of Make needs.
func TestClients_make(t *testing.T) {
	t.Parallel()
	database := sqltest.New(t)
	b := serve(t, "--database", database, "--tenant", "acme", "--client", "key:chosen-secret")
	stdout, stderr, code := run(t, nil, "clients", "create", "--make", "--database", database, "--tenant", "acme")
	shown := regexp.MustCompile(`^created a key for Make for tenant acme, shown only once:\n  client_id = (make-[0-9a-f]{24})\n  key       = ([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\n$`).FindStringSubmatch(stdout)
	if code != 0 || shown == nil || stderr != "" {
		t.Fatalf("code %d, %q, %q", code, stdout, stderr)
	}
	status := func() int {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+api.PathMakeRoles, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Token "+shown[2])
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if got := status(); got != http.StatusOK {
		t.Errorf("Make answers %d", got)
	}
	if _, stderr, code := run(t, nil, "clients", "rotate", "--id", shown[1], "--database", database, "--tenant", "acme"); code != 1 || !strings.Contains(stderr, "create another one, and revoke this one") {
		t.Errorf("rotate: code %d, %q", code, stderr)
	}
	if _, stderr, code := run(t, nil, "clients", "revoke", "--id", shown[1], "--database", database, "--tenant", "acme"); code != 0 || status() != http.StatusUnauthorized {
		t.Errorf("revoke: code %d, %q", code, stderr)
	}
}

func TestClients_refused(t *testing.T) {
	t.Parallel()
	database := "sqlite:" + made(t)
	for _, c := range []struct {
		args   []string
		code   int
		stderr string
	}{
		{nil, 2, "clients list|create|rotate|revoke"},
		{[]string{"fly"}, 2, "clients list|create|rotate|revoke"},
		{[]string{"list", "--wat"}, 2, "unknown flag --wat"},
		{[]string{"list", "--database", database}, 2, "name the tenant with --tenant"},
		{[]string{"list", "--database", database, "--tenant", "nobody"}, 1, "looking for tenant nobody: not found"},
		{[]string{"create", "--database", database, "--tenant", "acme"}, 2, "name the API key with --id"},
		{[]string{"create", "--database", database, "--tenant", "acme", "--id", "a:b"}, 2, "--id must have 1 to 66 letters"},
		{[]string{"create", "--database", database, "--tenant", "acme", "--id", "a", "--scope", "iam.user_read iam.group_read"}, 2, "--scope must be one scope"},
		{[]string{"create", "--database", database, "--tenant", "acme", "--make", "--id", "a"}, 2, "leave out --id and --scope"},
		{[]string{"create", "--database", database, "--tenant", "acme", "--make", "--scope", "iam.user_read"}, 2, "leave out --id and --scope"},
		{[]string{"revoke", "--database", database, "--tenant", "acme"}, 2, "name the API key with --id"},
	} {
		if stdout, stderr, code := run(t, nil, append([]string{"clients"}, c.args...)...); code != c.code || stdout != "" || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%v: code %d, stdout %q, stderr %q", c.args, code, stdout, stderr)
		}
	}
	missing := filepath.Join(t.TempDir(), "iam.db")
	if _, stderr, code := run(t, nil, "clients", "list", "--database", "sqlite:"+missing, "--tenant", "acme"); code != 1 || !strings.Contains(stderr, "no such database "+missing) {
		t.Errorf("code %d, %s", code, stderr)
	}
	if _, err := os.Stat(missing); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the missing file was created: %v", err)
	}
}
