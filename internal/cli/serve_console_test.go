package cli

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/server"
)

// --dev gives everyone who reaches the console every right, so only this computer may.
func TestServe_devRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		code int
		want string
	}{
		"all addresses": {[]string{"--listen", "0.0.0.0:0"}, 1, "use 127.0.0.1"},
		"a public URL":  {[]string{"--public-url", "https://iam.example.com"}, 2, "remove --public-url"},
		"a proxy":       {[]string{"--trusted-proxy", "127.0.0.1"}, 2, "remove --public-url and --trusted-proxy"},
	} {
		var stdout, stderr strings.Builder
		env := Env{Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }}
		file := filepath.Join(t.TempDir(), "iam.db")
		code := Run(t.Context(), env, append([]string{"serve", "--tenant", "acme", "--dev", "--database", "sqlite:" + file}, c.args...))
		if code != c.code || stdout.Len() > 0 || !strings.Contains(stderr.String(), c.want) {
			t.Errorf("%s: got %d, %q, %q", name, code, &stdout, &stderr)
		}
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%s: a database was created", name)
		}
	}
}

// With --dev, the console signs in as anyone, under a name of this computer; without, as nobody.
func TestServe_dev(t *testing.T) {
	t.Parallel()
	seed := t.TempDir()
	if err := os.WriteFile(filepath.Join(seed, "main.tf"), []byte("# nothing but the Owner\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--dev"}, {}, {"--dev", "--seed", seed}} {
		ctx, cancel := context.WithCancel(t.Context())
		ready, ended := make(announced, 1), make(chan int, 1)
		var stderr strings.Builder
		all := append([]string{"serve", "--tenant", "acme", "--client", "ci:secret", "--listen", "127.0.0.1:0", "--drain-delay", "0s"}, args...)
		if len(args) < 2 {
			all = append(all, "--database", "sqlite:"+filepath.Join(t.TempDir(), "iam.db"))
		}
		go func() {
			ended <- Run(ctx, Env{Stdout: ready, Stderr: &stderr, Getenv: func(string) string { return "" }}, all)
		}()
		var base string
		select {
		case base = <-ready:
		case code := <-ended:
			t.Fatalf("%v: ended with %d: %s", args, code, &stderr)
		}
		browser := &http.Client{}
		browser.Jar, _ = cookiejar.New(nil)
		post := func(host string) (status int, page string) {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/console/acme/sign-in-as", strings.NewReader(url.Values{"email": {"owner@acme.example"}}.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Host = host
			response, err := browser.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			body, _ := io.ReadAll(response.Body)
			return response.StatusCode, string(body)
		}
		dev := len(args) > 0
		if status, page := post(""); (status == 200 && strings.Contains(page, "Tenant Owner")) != dev {
			t.Errorf("%v: got %d %s", args, status, page)
		}
		if status, _ := post("evil.example"); dev && status != http.StatusMisdirectedRequest {
			t.Errorf("%v under another name: got %d", args, status)
		}
		cancel()
		if code := <-ended; code != 0 {
			t.Errorf("%v: serve ended with %d: %s", args, code, &stderr)
		}
	}
}

var ownerLink = regexp.MustCompile(`Console of acme: (http://127\.0\.0\.1:\d+/console/acme/sign-in/\S{22}) \(for boss@acme\.example, once, 15 minutes\)`)

// A terminal shows a link of the Owner of a new tenant, once. A log never has one.
func TestServe_ownerLink(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	start := func(show func(string)) (log string) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var stderr strings.Builder
		o := serveOptions{tenants: list{"acme"}, owner: "boss@acme.example", clients: list{"a:b"}, database: "sqlite:" + file}
		options := server.Options{Logger: slog.New(slog.NewTextHandler(&stderr, nil)), Print: show, PublicURL: "http://127.0.0.1:8080"}
		backend, err := o.open(ctx, options)
		if err == nil {
			err = o.ensureShown(ctx, Env{Stdout: io.Discard, Stderr: &stderr}, backend, options)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := backend.Close(); err != nil {
			t.Fatal(err)
		}
		return stderr.String()
	}
	var lines []string
	show := func(line string) { lines = append(lines, line) }
	log := start(show)
	if len(lines) != 1 || !ownerLink.MatchString(lines[0]) || strings.Contains(log, "/sign-in/") {
		t.Fatalf("got %q, %s", lines, log)
	}
	if start(show); len(lines) != 1 {
		t.Errorf("again: got %q", lines)
	}
	file = filepath.Join(t.TempDir(), "other.db")
	if log := start(nil); !strings.Contains(log, "start serve in a terminal or with --smtp") || strings.Contains(log, "/sign-in/") {
		t.Errorf("without a terminal: got %s", log)
	}
}
