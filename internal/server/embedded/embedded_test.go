package embedded_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// open opens a backend that closes with the test.
func open(t *testing.T, path string) *embedded.Backend {
	t.Helper()
	b, err := embedded.Open(t.Context(), embedded.Options{Path: path, Tenant: "acme"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("closing: %v", err)
		}
	})
	return b
}

// ask makes a request as a client would, and returns status and body.
func ask(t *testing.T, b *embedded.Backend, method, path, body string) (int, string) {
	t.Helper()
	var content io.Reader
	if body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, embedded.BaseURL+"/iam/acme"+path, content)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.Token())
	r.Header.Set("Content-Language", "en")
	client := http.Client{Transport: b}
	response, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.ContentLength != int64(len(text)) || response.Header.Get(api.HeaderRequestID) == "" {
		t.Errorf("%s %s: length %d of %d, headers %v", method, path, response.ContentLength, len(text), response.Header)
	}
	return response.StatusCode, string(text)
}

func TestOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "iam.db")
	b := open(t, path)
	if status, body := ask(t, b, "GET", "/users", ""); status != 200 || !strings.Contains(body, "owner@acme.example") {
		t.Errorf("users: got %d %s", status, body)
	}
	for _, c := range []struct {
		method, path, body string
		status             int
	}{
		{"PUT", "/groups/g%201", `{"name": "x"}`, 400},
		{"PUT", "/groups/g", `{"name": "Sales"}`, 201},
		{"PUT", "/groups/g", `{"name": "Sales"}`, 204},
		{"GET", "/groups/nothing", "", 404},
		{"POST", "/groups", "", 400},
	} {
		if status, body := ask(t, b, c.method, c.path, c.body); status != c.status || (status == 204) != (body == "") {
			t.Errorf("%s %s: got %d %s, want %d", c.method, c.path, status, body, c.status)
		}
	}
	// Another backend over the same file sees it, and accepts its token.
	second := open(t, path)
	if status, body := ask(t, second, "GET", "/groups/g", ""); status != 200 || !strings.Contains(body, "Sales") {
		t.Errorf("over the same file: got %d %s", status, body)
	}
}

func TestOpen_owner(t *testing.T) {
	t.Parallel()
	b, err := embedded.Open(t.Context(), embedded.Options{Path: filepath.Join(t.TempDir(), "iam.db"), Tenant: "acme", Owner: "boss@acme.example"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	var users []api.User
	if _, body := ask(t, b, "GET", "/users", ""); json.Unmarshal([]byte(body), &users) != nil || len(users) != 1 || users[0].ContactEmail != "boss@acme.example" {
		t.Errorf("got %s", body)
	}
}

func TestOpen_refused(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	notes := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(notes, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]embedded.Options{
		"no such folder":    {Path: filepath.Join(folder, "nowhere", "iam.db"), Tenant: "acme"},
		"not a database":    {Path: notes, Tenant: "acme"},
		"name of a tenant":  {Path: filepath.Join(folder, "a.db"), Tenant: "Acme Inc"},
		"no name of tenant": {Path: filepath.Join(folder, "b.db")},
	} {
		if b, err := embedded.Open(t.Context(), o); err == nil {
			t.Errorf("%s: no error", name)
			_ = b.Close()
		}
	}
}

func TestOpen_mustExist(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	path := func(name string) string { return filepath.Join(folder, name) }
	if err := os.WriteFile(path("empty.db"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	bare, err := sqlstore.Open(t.Context(), "sqlite:"+path("bare.db"))
	if err != nil {
		t.Fatal(err)
	}
	if err := bare.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tenant := range []string{"globex", "acme"} {
		b, err := embedded.Open(t.Context(), embedded.Options{Path: path("iam.db"), Tenant: tenant})
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ name, tenant, want string }{
		{"missing.db", "acme", "no such database " + path("missing.db")},
		{"missing.db?_timeout=1", "acme", "no such database " + path("missing.db")},
		{"empty.db", "acme", "the file is empty"},
		{"bare.db", "acme", "has no tenant"},
		{"iam.db", "amce", `has no tenant "amce"; it has: acme, globex`},
		{"iam.db", "", "is named; it has: acme, globex"},
		{"iam.db", "acme", ""},
		{"iam.db?_timeout=1", "globex", ""},
	} {
		file, _, _ := strings.Cut(path(c.name), "?")
		before, _ := os.ReadFile(file)
		b, err := embedded.Open(t.Context(), embedded.Options{Path: path(c.name), Tenant: c.tenant, MustExist: true})
		if err == nil {
			if status, body := ask(t, b, "GET", "/users", ""); c.tenant == "acme" && status != 200 {
				t.Errorf("%s: got %d %s", c.name, status, body)
			}
			err = b.Close()
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s, tenant %q: got %v, want %q", c.name, c.tenant, err, c.want)
		}
		if after, _ := os.ReadFile(file); !bytes.Equal(before, after) {
			t.Errorf("%s, tenant %q: the file changed", c.name, c.tenant)
		}
	}
	if _, err := os.Stat(path("missing.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the missing file was created: %v", err)
	}
}

// What net/http promises of a transport holds here.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	b := open(t, filepath.Join(t.TempDir(), "iam.db"))
	done, cancel := context.WithCancel(t.Context())
	cancel()
	r, err := http.NewRequestWithContext(done, http.MethodGet, embedded.BaseURL+"/iam/acme/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+b.Token())
	if response, err := b.RoundTrip(r); !errors.Is(err, context.Canceled) {
		t.Errorf("a canceled request: got %v, %v", response, err)
		if err == nil {
			response.Body.Close()
		}
	}
	body := &closing{Reader: strings.NewReader(`{"name": "x"}`)}
	if r, err = http.NewRequestWithContext(t.Context(), http.MethodPut, embedded.BaseURL+"/iam/acme/groups/g", body); err != nil {
		t.Fatal(err)
	}
	response, err := b.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusUnauthorized || response.Request != r || !body.closed {
		t.Errorf("without a token: got %s for %v, body closed: %t", response.Status, response.Request, body.closed)
	}
}

// closing notes that it was closed.
type closing struct {
	io.Reader

	closed bool
}

func (c *closing) Close() error {
	c.closed = true
	return nil
}

func TestRoundTrip_together(t *testing.T) {
	t.Parallel()
	b := open(t, filepath.Join(t.TempDir(), "iam.db"))
	var running sync.WaitGroup
	for range 8 {
		running.Go(func() {
			if status, body := ask(t, b, "POST", "/groups", `{"name": "x"}`); status != 201 {
				t.Errorf("got %d %s", status, body)
			}
			if status, _ := ask(t, b, "GET", "/groups", ""); status != 200 {
				t.Errorf("got %d", status)
			}
		})
	}
	running.Wait()
	if _, body := ask(t, b, "GET", "/groups?q=name:x", ""); strings.Count(body, `"createdAt"`) != 8 {
		t.Errorf("want eight groups, got %s", body)
	}
}
