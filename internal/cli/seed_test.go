package cli_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// exportedTo exports the tenant acme of a backend and returns the folder.
func exportedTo(t *testing.T, url string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "exported")
	environment := map[string]string{"IAM_CLIENT_ID": "key", "IAM_CLIENT_SECRET": "secret"}
	if _, stderr, code := run(t, environment, "export", "--api-url", url, "--tenant", "acme", "--output", dir); code != 0 {
		t.Fatalf("code %d, %s", code, stderr)
	}
	return dir
}

// What export writes is a seed, and the tenant that it makes is exported as the
// same.
func TestServe_seedOfExport(t *testing.T) {
	t.Parallel()
	b := serve(t, "--database", "sqlite:"+filepath.Join(t.TempDir(), "iam.db"), "--tenant", "acme", "--client", "key:secret")
	grownTenant(t, clientOf(t, b.url, "key", "secret"), 60, 12, true)
	first := exportedTo(t, b.url)
	second := exportedTo(t, serve(t, "--seed", first, "--tenant", "acme", "--client", "key:secret").url)
	compared := 0
	err := fs.WalkDir(os.DirFS(first), ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || name == "imports.tf" || name == "provider.tf" { // ids and the address are others
			return err
		}
		want, err := os.ReadFile(filepath.Join(first, name))
		got, gotErr := os.ReadFile(filepath.Join(second, name))
		if err := errors.Join(err, gotErr); err != nil {
			return err
		}
		if compared++; !slices.Equal(blocks(got), blocks(want)) {
			t.Errorf("%s\ngot %s\nwant %s", name, got, want)
		}
		return nil
	})
	if err != nil || compared < 10 {
		t.Errorf("%d files were compared: %v", compared, err)
	}
}

// blocks are the blocks of a file as a set, without what tells users of one name
// apart, which depends on their ids, the order of values, and the notes on locks,
// which are in no configuration.
func blocks(text []byte) []string {
	lines := strings.Split(strings.TrimSpace(ofID.ReplaceAllString(string(text), "")), "\n")
	for i, line := range lines {
		if name, list, ok := strings.Cut(line, "= ["); ok {
			items := strings.Split(strings.TrimSuffix(list, "]"), ", ")
			slices.Sort(items)
			lines[i] = name + strings.Join(items, " ")
		}
	}
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "# This user is locked.") })
	all := strings.Split(strings.Join(lines, "\n"), "\n\n")
	slices.Sort(all)
	return all
}

var ofID = regexp.MustCompile(`_[0-9a-f]{8}\b`)

// small writes a seed of a group with a member.
func small(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := os.WriteFile(filepath.Join(dir, "main.tf"), []byte(`
resource "iam_user" "anna" {
  email      = "anna@acme.example"
  first_name = "Anna"
  last_name  = "Example"
}

resource "iam_group" "orders" {
  id   = "orders"
  name = { en = "Orders" }
}

resource "iam_group_members" "orders" {
  group_id = iam_group.orders.id
  members  = { "anna@acme.example" = iam_user.anna.id }
}
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// everything are paths whose answers show what a tenant has.
var everything = []string{
	"/iam/acme/users", "/iam/acme/groups", "/iam/acme/groups/orders/users", "/configuration/acme/configurations", "/iam/acme/audit-events",
}

// reset asks for a reset and returns the status.
func reset(t *testing.T, url, token string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/iam/acme/reset", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Error(err)
		return 0
	}
	resp.Body.Close()
	return resp.StatusCode
}

func tokenWith(t *testing.T, c *client.Client, scope string) string {
	t.Helper()
	token, err := c.NewAccessToken(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	return token.Value
}

// After a reset the tenant answers as at the start, to the tokens of before too.
func TestServe_reset(t *testing.T) {
	t.Parallel()
	b := serveIn(t, map[string]string{"IAM_ENCRYPTION_KEY": keyOf("A")}, "--seed", small(t), "--tenant", "acme")
	key := shownSecret.FindStringSubmatch(b.made)
	if key == nil {
		t.Fatalf("no API key was created: %q", b.made)
	}
	c := clientOf(t, b.url, key[1], key[2])
	token := tokenWith(t, c, "")
	want := answers(t, b.url, token, everything...)
	for range 2 {
		user, err := c.CreateUser(t.Context(), api.UserCreate{FirstName: "B", LastName: "B", ContactEmail: "b@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"orders"}})
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(c.DeleteUser(t.Context(), user, false), c.DeleteGroup(t.Context(), "orders", true)); err != nil {
			t.Fatal(err)
		}
		if _, err := c.CreateGroup(t.Context(), api.GroupCreate{ID: "other", Name: api.Text{"en": "Other"}, UserType: access.Employee, AccessControls: []string{}}); err != nil {
			t.Fatal(err)
		}
		if got := reset(t, b.url, token); got != http.StatusNoContent {
			t.Fatalf("got %d", got)
		}
		for path, got := range answers(t, b.url, token, everything...) {
			if got != want[path] {
				t.Errorf("%s: got %s, want %s", path, got, want[path])
			}
		}
	}
	if code := b.stop(); code != 0 {
		t.Errorf("serve ended with %d", code)
	}
}

// Only a token with every scope resets, and only a backend over a seed.
func TestServe_resetRefused(t *testing.T) {
	t.Parallel()
	b := serve(t, "--seed", small(t), "--tenant", "acme", "--client", "key:secret")
	c := clientOf(t, b.url, "key", "secret")
	all := api.AllScopes()
	for token, want := range map[string]int{"": 401, "nonsense": 401, tokenWith(t, c, strings.Join(all[1:], " ")): 403, tokenWith(t, c, all[0]): 403, tokenWith(t, c, ""): 204} {
		if got := reset(t, b.url, token); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
	b = serve(t, "--database", "sqlite:"+filepath.Join(t.TempDir(), "iam.db"), "--tenant", "acme", "--client", "key:secret")
	for _, token := range []string{"", tokenWith(t, clientOf(t, b.url, "key", "secret"), "")} {
		if got := reset(t, b.url, token); got != http.StatusNotFound {
			t.Errorf("without a seed: got %d", got)
		}
	}
}

// Resets at the same time, among requests, leave the seed, and no request finds
// something in between.
func TestServe_resetAmongRequests(t *testing.T) {
	t.Parallel()
	b := serve(t, "--seed", small(t), "--tenant", "acme", "--client", "key:secret")
	token := tokenWith(t, clientOf(t, b.url, "key", "secret"), "")
	want := answers(t, b.url, token, everything...)
	var group sync.WaitGroup
	for i := range 3 {
		c := clientOf(t, b.url, "key", "secret")
		group.Go(func() {
			for n := range 20 {
				id := fmt.Sprintf("g-%d-%d", i, n)
				if _, err := c.CreateGroup(t.Context(), api.GroupCreate{ID: id, Name: api.Text{"en": id}, UserType: access.Employee, AccessControls: []string{}}); err != nil {
					t.Error(err)
				}
				if members, err := c.Members(t.Context(), "orders"); err != nil || len(members) != 1 {
					t.Errorf("got %v, %v", members, err)
				}
			}
		})
		group.Go(func() {
			for range 5 {
				if got := reset(t, b.url, token); got != http.StatusNoContent {
					t.Errorf("got %d", got)
				}
			}
		})
	}
	group.Wait()
	if got := reset(t, b.url, token); got != http.StatusNoContent {
		t.Errorf("got %d", got)
	}
	for path, got := range answers(t, b.url, token, everything...) {
		if got != want[path] {
			t.Errorf("%s: got %s, want %s", path, got, want[path])
		}
	}
}

// A seed that is wrong serves nothing, and nothing is left of it.
func TestServe_seedRefused(t *testing.T) {
	t.Parallel()
	wrong := t.TempDir()
	if err := os.WriteFile(filepath.Join(wrong, "main.tf"), []byte("locals {}\n\noutput \"x\" {}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want []string
	}{
		{[]string{"--seed", wrong, "--tenant", "acme"}, 1, []string{"serve: " + wrong + "/main.tf:1: a seed can contain only", "\nserve: " + wrong + "/main.tf:3: a seed can contain only"}},
		{[]string{"--seed", wrong}, 2, []string{"--seed needs exactly one --tenant"}},
		{[]string{"--seed", wrong, "--tenant", "acme", "--tenant", "globex"}, 2, []string{"--seed needs exactly one --tenant"}},
		{[]string{"--seed", wrong, "--tenant", "acme", "--database", "postgres://host/iam"}, 2, []string{"remove --database"}},
	} {
		stdout, stderr, code := run(t, nil, append([]string{"serve"}, c.args...)...)
		for _, want := range c.want {
			if code != c.code || stdout != "" || !strings.Contains(stderr, want) {
				t.Errorf("%q: code %d, %q, %s", c.args, code, stdout, stderr)
			}
		}
	}
}
