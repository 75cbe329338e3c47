package cli_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/cli"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// run runs a command to its end.
func run(t *testing.T, environment map[string]string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	env := cli.Env{Stdout: &out, Stderr: &errs, Getenv: func(name string) string { return environment[name] }, Version: "1.2.3", Commit: "abc"}
	code = cli.Run(t.Context(), env, args)
	return out.String(), errs.String(), code
}

func TestRun(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args           []string
		code           int
		stdout, stderr string
	}{
		{[]string{"version"}, 0, "terraform-provider-iam 1.2.3 (commit abc, go1", ""},
		{[]string{"help"}, 0, "", "run the reference backend"},
		{[]string{"--help"}, 0, "", "run the reference backend"},
		{[]string{"fly"}, 2, "", `There is no command "fly"`},
		{[]string{"version", "now"}, 2, "", "takes flags only"},
		{[]string{"serve", "--wat"}, 2, "", "flag provided but not defined"},
		{[]string{"serve", "-h"}, 0, "", "Usage: terraform-provider-iam serve"},
		{[]string{"serve", "--client", "id:secret"}, 2, "", "name each tenant with --tenant"},
		{[]string{"serve", "--tenant", "acme", "--client", "secret"}, 2, "", "ID:SECRET"},
		{[]string{"serve", "--tls-cert", "x"}, 2, "", "go together"},
		{[]string{"serve", "--log-format", "xml"}, 2, "", "text or json"},
		{[]string{"serve", "--fault", "429=2"}, 2, "", "a share is a number from 0 to 1"},
		{[]string{"serve", "--fault", "gremlins"}, 2, "", "tolerant-deletes"},
		{[]string{"serve", "--database", "mysql://x"}, 1, "", "sqlite:"},
		{[]string{"serve", "--database", "sqlite:" + t.TempDir() + "/iam.db", "--tenant", "A"}, 1, "", "3 to 16"},
		{[]string{"serve", "--database", "sqlite:" + t.TempDir() + "/iam.db", "--listen", "256.0.0.1:1"}, 1, "", "--listen"},
		{[]string{"report", "--email", "a@acme.example"}, 1, "", "base URL is empty"},
		{[]string{"report", "--embedded", t.TempDir() + "/iam.db", "--tenant", "acme"}, 2, "", "--email or --user-id"},
		{[]string{"report", "--embedded", t.TempDir() + "/iam.db", "--tenant", "acme", "--email", "nobody@acme.example"}, 1, "", "nobody@acme.example"},
	} {
		stdout, stderr, code := run(t, nil, c.args...)
		if code != c.code || !strings.Contains(stdout, c.stdout) || !strings.Contains(stderr, c.stderr) {
			t.Errorf("%v: code %d, stdout %q, stderr %q", c.args, code, stdout, stderr)
		}
	}
}

// backend is a "serve" that runs until stop is called.
type backend struct {
	url  string
	made string // what it printed before the ready line
	stop func() (code int)
}

var readyLine = regexp.MustCompile(`(?m)^ready: (\S+)\n`)

// serve starts the backend and waits for its ready line.
func serve(t *testing.T, args ...string) backend {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	reader, writer := io.Pipe()
	done := make(chan int, 1)
	go func() {
		env := cli.Env{Stdout: writer, Stderr: io.Discard, Getenv: func(string) string { return "" }}
		code := cli.Run(ctx, env, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...))
		_ = writer.Close()
		done <- code
	}()
	var printed []byte
	buffer := make([]byte, 4096)
	for !readyLine.Match(printed) {
		n, err := reader.Read(buffer)
		if err != nil {
			cancel()
			t.Fatalf("serve ended with %d before it was ready: %s", <-done, printed)
		}
		printed = append(printed, buffer[:n]...)
	}
	b := backend{url: string(readyLine.FindSubmatch(printed)[1]), made: readyLine.ReplaceAllString(string(printed), "")}
	b.stop = func() int { cancel(); code := <-done; done <- code; return code }
	t.Cleanup(func() { b.stop() })
	return b
}

func TestServe(t *testing.T) {
	t.Parallel()
	database := "sqlite:" + filepath.Join(t.TempDir(), "iam.db")
	b := serve(t, "--database", database, "--tenant", "acme", "--tenant", "globex", "--client", "key:secret", "--owner", "boss@corp.example")

	key := regexp.MustCompile(`tenant globex, shown only once:\n  client_id     = (\S+)\n  client_secret = (\S+)\n`).FindStringSubmatch(b.made)
	if key == nil {
		t.Fatalf("no API key was made for the second tenant: %q", b.made)
	}
	for tenant, credentials := range map[string][]string{"acme": {"key", "secret"}, "globex": key[1:]} {
		c, err := client.New(client.Options{BaseURL: b.url, Tenant: tenant, ClientID: credentials[0], ClientSecret: credentials[1]})
		if err != nil {
			t.Fatal(err)
		}
		users, err := c.Users(t.Context())
		if err != nil || len(users) != 1 || users[0].ContactEmail != "boss@corp.example" {
			t.Errorf("tenant %s: got %+v, %v", tenant, users, err)
		}
	}
	resp, err := http.Get(b.url + api.PathReady)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("readyz answers %d", resp.StatusCode)
	}
	if code := b.stop(); code != 0 {
		t.Errorf("serve ended with %d", code)
	}

	again := serve(t, "--database", database, "--tenant", "acme", "--tenant", "globex", "--client", "key:secret")
	if again.made != "" {
		t.Errorf("the second start printed %q: a key is shown only once", again.made)
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "iam.db")
	database := []string{"report", "--embedded", path, "--tenant", "acme", "--email", "owner@acme.example"}
	text, _, code := run(t, nil, database...)
	for _, want := range []string{"Tenant Owner <owner@acme.example>, Administration, active", "CATEGORY", "Users and Groups", "manage", "derived"} {
		if code != 0 || !strings.Contains(text, want) {
			t.Errorf("code %d, the text lacks %q:\n%s", code, want, text)
		}
	}
	csv, _, _ := run(t, nil, append(database, "--format", "csv")...)
	if !strings.HasPrefix(csv, "category,entity,") || !strings.Contains(csv, "Orders,orders,Orders,manage,,true,") {
		t.Errorf("csv: %s", csv)
	}
	document, _, _ := run(t, nil, append(database, "--format", "json")...)
	var parsed struct {
		Email string
		Rows  []struct{ Entity, Level string }
	}
	if err := json.Unmarshal([]byte(document), &parsed); err != nil || parsed.Email != "owner@acme.example" || len(parsed.Rows) != 36 {
		t.Errorf("json: %v, %+v", err, parsed)
	}
	if _, stderr, code := run(t, nil, append(database, "--format", "pdf")...); code != 1 || !strings.Contains(stderr, "text, csv or json") {
		t.Errorf("unknown format: %d, %s", code, stderr)
	}

	b := serve(t, "--database", "sqlite:"+path, "--tenant", "acme", "--client", "key:secret")
	remote, _, code := run(t, map[string]string{"IAM_API_URL": b.url, "IAM_TENANT": "acme", "IAM_CLIENT_ID": "key", "IAM_CLIENT_SECRET": "secret"}, "report", "--email", "owner@acme.example")
	if code != 0 || remote != text {
		t.Errorf("over HTTP: code %d\n%s", code, remote)
	}
}
