package cli_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// keyOf is the text of a key that has one letter everywhere.
func keyOf(letter string) string {
	return base64.StdEncoding.EncodeToString([]byte(strings.Repeat(letter, seal.KeyBytes)))
}

// keyFile returns the path of a file with keys.
func keyFile(t *testing.T, letters ...string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "keys")
	var text strings.Builder
	for _, letter := range letters {
		text.WriteString(keyOf(letter) + "\n")
	}
	if err := os.WriteFile(path, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// fakeMake is a Make that knows nobody, and notes the keys that it is called with.
type fakeMake struct {
	mutex sync.Mutex
	keys  []string
}

func (m *fakeMake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.keys = append(m.keys, r.Header.Get("Authorization"))
	w.WriteHeader(http.StatusTeapot)
}

// seen are the keys, each once.
func (m *fakeMake) seen() []string {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	slices.Sort(m.keys)
	return slices.Clone(slices.Compact(m.keys))
}

func (m *fakeMake) forget() {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	m.keys = nil
}

// synced makes a user whom the sync has to bring to the Make at the address.
func synced(t *testing.T, c *client.Client, url, key string) {
	t.Helper()
	ctx := t.Context()
	_, err := c.PutMakeOrganization(ctx, api.MakeOrganizationUpdate{OrganizationID: "7", Sync: true, APIURL: url, APIKey: key})
	if err == nil {
		_, err = c.PutAccessControl(ctx, "ours", api.AccessControlUpdate{Scopes: []string{"integromat.scenario_edit"}})
	}
	if err == nil {
		_, err = c.CreateGroup(ctx, api.GroupCreate{ID: "builders", Name: api.Text{"en": "Builders"}, AccessControls: []string{"ours"}})
	}
	if err == nil {
		_, err = c.CreateUser(ctx, api.UserCreate{
			FirstName: "Anna", LastName: "Arm", ContactEmail: "anna@acme.example", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en",
			GroupIDs: []string{"builders"},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// signingSecrets are the signing keys as they are stored.
func signingSecrets(t *testing.T, database string) (all []string) {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	keys, err := db.SigningKeys(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range keys {
		all = append(all, k.Secret)
	}
	return all
}

// wantNowhere wants none of the texts in the files of a folder.
func wantNowhere(t *testing.T, folder string, texts ...string) {
	t.Helper()
	files, err := os.ReadDir(folder)
	if err != nil || len(files) == 0 {
		t.Fatalf("got %v, %v", files, err)
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if bytes.Contains(content, []byte(text)) {
				t.Errorf("%s holds %s", file.Name(), text)
			}
		}
	}
}

// Secrets are used, and stand nowhere: neither in the database, in which they were
// plain before, nor in a backup of it, its audit events, or what export writes.
func TestKeys_atRest(t *testing.T) {
	t.Parallel()
	const secret = "m4ke-s3cret"
	elsewhere := &fakeMake{}
	listener := httptest.NewServer(elsewhere)
	t.Cleanup(listener.Close)
	folder := t.TempDir()
	database := "sqlite:" + filepath.Join(folder, "iam.db")
	flags := []string{"--database", database, "--tenant", "acme", "--client", "key:chosen-secret", "--allow-private-make"}
	b := serve(t, flags...)
	synced(t, clientOf(t, b.url, "key", "chosen-secret"), listener.URL, secret)
	if code := b.stop(); code != 0 {
		t.Fatalf("serve ended with %d", code)
	}
	plain := signingSecrets(t, database)
	b = serveIn(t, map[string]string{"IAM_ENCRYPTION_KEY": keyOf("A")}, flags...)
	c := clientOf(t, b.url, "key", "chosen-secret")
	elsewhere.forget()
	if err := c.SyncMake(t.Context()); err != nil {
		t.Fatal(err)
	}
	seen := elsewhere.seen()
	for ; len(seen) == 0; seen = elsewhere.seen() {
		runtime.Gosched()
	}
	if seen[0] != "Token "+secret {
		t.Fatalf("Make was called with %q", seen)
	}
	events, err := c.AuditEvents(t.Context(), client.AuditFilter{})
	if err != nil || len(events) == 0 {
		t.Fatalf("got %d events, %v", len(events), err)
	}
	for _, e := range events {
		if text := string(e.Before) + string(e.After); strings.Contains(text, secret) || strings.Contains(text, plain[0]) {
			t.Errorf("an event shows %s", text)
		}
	}
	output := filepath.Join(t.TempDir(), "export")
	environment := map[string]string{"IAM_API_URL": b.url, "IAM_TENANT": "acme", "IAM_CLIENT_ID": "key", "IAM_CLIENT_SECRET": "chosen-secret"}
	if _, stderr, code := run(t, environment, "export", "--output", output); code != 0 {
		t.Fatalf("export ended with %d: %s", code, stderr)
	}
	wantNowhere(t, output, secret, plain[0], seal.IDOf(signingSecrets(t, database)[0]))
	if _, stderr, code := run(t, nil, "backup", "--database", database, "--output", filepath.Join(folder, "backup.db")); code != 0 {
		t.Fatalf("backup ended with %d: %s", code, stderr)
	}
	if code := b.stop(); code != 0 {
		t.Errorf("serve ended with %d", code)
	}
	wantNowhere(t, folder, secret, plain[0])
	for _, args := range [][]string{{"keys", "list", "--database", database}, {"report", "--embedded", filepath.Join(folder, "iam.db"), "--tenant", "acme", "--email", "anna@acme.example"}} {
		if _, stderr, code := run(t, nil, args...); code != 1 || !strings.Contains(stderr, "it is encrypted, and no key is given") {
			t.Errorf("%v without the key: code %d, %s", args, code, stderr)
		}
		if _, stderr, code := run(t, map[string]string{"IAM_ENCRYPTION_KEY": keyOf("B") + "\n" + keyOf("A")}, args...); code != 0 {
			t.Errorf("%v: code %d, %s", args, code, stderr)
		}
	}
}

// A start with wrong keys ends, and says why.
func TestKeys_refused(t *testing.T) {
	t.Parallel()
	database := sqltest.New(t)
	serve(t, "--database", database, "--tenant", "acme", "--client", "key:secret", "--key-file", keyFile(t, "A")).stop()
	open, short := keyFile(t, "A"), filepath.Join(t.TempDir(), "short")
	if err := errors.Join(os.Chmod(open, 0o644), os.WriteFile(short, []byte("c2hvcnQ=\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	before := signingSecrets(t, database)
	for _, c := range []struct {
		file, variable, says string
	}{
		{"", "", "it is encrypted, and no key is given"},
		{keyFile(t, "B"), keyOf("A"), "under another key than the ones given"},
		{"", keyOf("B"), "under another key than the ones given"},
		{open, "", "reading --key-file: " + open + " has mode 0644, so other users can access it"},
		{short, "", "a key has 32 bytes, and this one has 5: make a key with openssl rand -base64 32"},
		{short + "-none", "", "no such file"},
		{"", "short", "reading IAM_ENCRYPTION_KEY: line 1: a key is base64"},
	} {
		stdout, stderr, code := run(t, map[string]string{"IAM_ENCRYPTION_KEY": c.variable}, "serve", "--database", database, "--listen", "127.0.0.1:0", "--key-file", c.file)
		if code != 1 || stdout != "" || !strings.Contains(stderr, c.says) {
			t.Errorf("%q %q: code %d, %q, %q", c.file, c.variable, code, stdout, stderr)
		}
	}
	if after := signingSecrets(t, database); !slices.Equal(after, before) {
		t.Errorf("stored %q, was %q", after, before)
	}
}

// Keys are listed and made while the database is served, which takes the new ones.
func TestKeys(t *testing.T) {
	t.Parallel()
	database, file := sqltest.New(t), keyFile(t, "A")
	b := serve(t, "--database", database, "--tenant", "acme", "--client", "key:secret", "--key-file", file)
	c := clientOf(t, b.url, "key", "secret")
	keys := func(args ...string) string {
		t.Helper()
		stdout, stderr, code := run(t, nil, append(append([]string{"keys"}, args...), "--database", database, "--key-file", file)...)
		if code != 0 {
			t.Fatalf("%v: code %d, %s", args, code, stderr)
		}
		return stdout
	}
	if _, err := c.Users(t.Context()); err != nil {
		t.Fatal(err)
	}
	rotated := regexp.MustCompile(`^Created the key (\S+)\. It signs tokens in two minutes`).FindStringSubmatch(keys("rotate"))
	list := regexp.MustCompile(`^KEY_ID +CREATED +VERIFIES UNTIL +ENCRYPTED UNDER\n\S+ +\S+Z +\S+Z +(\w+)\n(\S+) +\S+Z +\(the next one\) +(\w+)\n$`).FindStringSubmatch(keys("list"))
	if rotated == nil || list == nil || list[2] != rotated[1] || list[1] != list[3] {
		t.Fatalf("rotated %q, listed %q", rotated, list)
	}
	if _, err := c.Users(t.Context()); err != nil {
		t.Errorf("after a rotation: %v", err)
	}
	if text := keys("rotate", "--end-tokens"); !strings.Contains(text, "It signs tokens from now on. All other tokens end within a minute") {
		t.Errorf("got %q", text)
	}
	if text := keys("list"); strings.Count(text, "\n") != 2 {
		t.Errorf("got %q", text)
	}
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{nil, 2, "", "keys list|rotate"},
		{[]string{"-h"}, 0, "keys list|rotate", ""},
		{[]string{"fly"}, 2, "", "keys list|rotate"},
		{[]string{"rotate", "-h"}, 0, "end-tokens", ""},
		{[]string{"list", "--end-tokens"}, 2, "", "unknown flag --end-tokens"},
		{[]string{"list", "--key-file", file + "-none"}, 1, "", "reading --key-file"},
		{[]string{"list", "--key-file", file, "--database", "sqlite:" + file + "-none"}, 1, "", "no such database"},
	} {
		stdout, stderr, code := run(t, nil, append([]string{"keys"}, c.args...)...)
		if code != c.code || (stdout == "") != (c.stdout == "") || (stderr == "") != (c.stderr == "") || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%v: code %d, stdout %q, stderr %q", c.args, code, stdout, stderr)
		}
	}
}
