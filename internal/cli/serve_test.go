package cli

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server"
)

// Requests under way are answered before serve ends.
func TestAnswer_drains(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/late" {
			return
		}
		close(started)
		<-ctx.Done() // the signal to end comes while this request is under way
		_, _ = io.WriteString(w, "whole answer")
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	leave := func() { // a balancer has not looked yet
		resp, err := http.Get("http://" + listener.Addr().String() + "/late")
		if err != nil {
			t.Error(err)
			return
		}
		resp.Body.Close()
	}
	go func() { ended <- answer(ctx, Env{Stdout: io.Discard}, &http.Server{Handler: slow}, listener, leave) }()
	answered := make(chan string, 1)
	go func() {
		resp, err := http.Get("http://" + listener.Addr().String())
		if err != nil {
			answered <- err.Error()
			return
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		answered <- string(body)
	}()
	<-started
	cancel()
	if got := <-answered; got != "whole answer" {
		t.Errorf("got %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("serve ended with %v", err)
	}
}

// A key is shown once: not by a start that comes to nothing.
func TestServe_addressInUse(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	var stdout, stderr bytes.Buffer
	env := Env{Stdout: &stdout, Stderr: &stderr, Getenv: func(string) string { return "" }}
	code := Run(t.Context(), env, []string{"serve", "--tenant", "acme", "--listen", listener.Addr().String(), "--database", "sqlite:" + filepath.Join(t.TempDir(), "iam.db")})
	if code != 1 || stdout.Len() > 0 || !strings.Contains(stderr.String(), "choose another address with --listen") {
		t.Errorf("got %d, %q, %q", code, &stdout, &stderr)
	}
}

// Whoever serves others without TLS is warned.
func TestLoopback(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"127.0.0.1:80": true, "127.1.2.3:80": true, "[::1]:80": true, "0.0.0.0:80": false, "[::]:80": false, "192.0.2.1:80": false} {
		if got := loopback(net.TCPAddrFromAddrPort(netip.MustParseAddrPort(text))); got != want {
			t.Errorf("%s: got %t", text, got)
		}
	}
	if loopback(&net.UnixAddr{Name: "x"}) {
		t.Error("a path is the address of this computer")
	}
}

// warned is what serve prints on stderr before it is ready.
func warned(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var stderr bytes.Buffer
	env := Env{Stdout: ready(cancel), Stderr: &stderr, Getenv: func(string) string { return "" }}
	if code := Run(ctx, env, append([]string{"serve", "--tenant", "acme", "--client", "a:b", "--database", "sqlite:" + filepath.Join(t.TempDir(), "iam.db")}, args...)); code != 0 {
		t.Fatalf("got %d, %s", code, &stderr)
	}
	return stderr.String()
}

// ready ends serve as soon as it says that it is ready.
type ready context.CancelFunc

func (r ready) Write(p []byte) (int, error) {
	r()
	return len(p), nil
}

func TestServe_warnings(t *testing.T) {
	t.Parallel()
	const plain = "serving without TLS beyond this computer"
	if got := warned(t, "--listen", "0.0.0.0:0"); !strings.Contains(got, plain) {
		t.Errorf("got %q", got)
	}
	if got := warned(t, "--listen", "127.0.0.1:0"); strings.Contains(got, plain) {
		t.Errorf("on this computer: got %q", got)
	}
	const open = "secrets in the database are not encrypted"
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte(strings.Repeat("A", 43)+"="), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := warned(t, "--listen", "127.0.0.1:0"); !strings.Contains(got, open) {
		t.Errorf("without a key: got %q", got)
	}
	if got := warned(t, "--listen", "127.0.0.1:0", "--key-file", file); strings.Contains(got, open) {
		t.Errorf("with a key: got %q", got)
	}
}

// Some faults are options of the server.
func TestServe_faultsOfServer(t *testing.T) {
	t.Parallel()
	for fault, want := range map[string]server.Options{
		"":                    {},
		"vendor-groups=500ms": {VendorGroupDelay: 500 * time.Millisecond},
		"lenient-language":    {LenientLanguage: true},
		"one-key-maps":        {OneKeyMaps: true},
	} {
		got := serveOptions{fault: fault, legacy: true}.complete(server.Options{})
		if got.VendorGroupDelay != want.VendorGroupDelay || got.LenientLanguage != want.LenientLanguage || got.OneKeyMaps != want.OneKeyMaps {
			t.Errorf("%q: got %+v", fault, got)
		}
	}
}

// With --metrics-listen, metrics are served at that address only.
func TestServe_metricsListen(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	status := func(url string) int {
		resp, err := http.Get(url)
		if err != nil {
			t.Error(err)
			return 0
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	var stderr bytes.Buffer
	asked := func(line string) {
		defer cancel()
		base := strings.TrimSpace(strings.TrimPrefix(line, "ready: "))
		_, metrics, _ := strings.Cut(stderr.String(), "url=")
		metrics, _, _ = strings.Cut(metrics, "\n")
		if got := status(metrics); got != 200 || !strings.HasSuffix(metrics, "/metrics") {
			t.Errorf("%q answers %d", metrics, got)
		}
		if got := status(base + "/metrics"); got != 404 {
			t.Errorf("the API answers %d", got)
		}
		if got := status(base + "/healthz"); got != 200 {
			t.Errorf("it is %d", got)
		}
	}
	env := Env{Stdout: readyLine(asked), Stderr: &stderr, Getenv: func(string) string { return "" }}
	code := Run(ctx, env, []string{"serve", "--tenant", "acme", "--client", "a:b", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--drain-delay", "0s", "--database", "sqlite:" + filepath.Join(t.TempDir(), "iam.db")})
	if code != 0 {
		t.Errorf("got %d, %s", code, &stderr)
	}
}

// readyLine is called with the line that says where serve is ready.
type readyLine func(line string)

func (r readyLine) Write(p []byte) (int, error) {
	r(string(p))
	return len(p), nil
}
