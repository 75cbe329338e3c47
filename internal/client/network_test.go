package client

import (
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// inAnotherProcess is the address that TestNetwork_child asks.
const inAnotherProcess = "IAM_CLIENT_TEST_URL"

// TestNetwork_child makes one request for TestNetwork: a process reads the
// proxies and certificate authorities of its environment once.
func TestNetwork_child(t *testing.T) {
	url := os.Getenv(inAnotherProcess)
	if url == "" {
		t.Skip("TestNetwork runs it in a process of its own")
	}
	c, err := New(Options{BaseURL: url, Tenant: "acme", AccessToken: "t0ken", MaxRetries: new(0)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Group(t.Context(), "g"); err != nil {
		t.Fatal(err)
	}
}

// Proxies and private certificate authorities are those of the environment, and
// a proxy sees where a request goes, not the request.
func TestNetwork(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("other systems keep certificate authorities in a store of their own")
	}
	server := httptest.NewUnstartedServer(answer(200, `{"id":"g"}`))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	authority := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(authority, block, 0o600); err != nil {
		t.Fatal(err)
	}
	var connected atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		connected.Add(1)
		if r.Method != http.MethodConnect || r.Host != "example.com:443" || r.Header.Get("Authorization") != "" {
			t.Errorf("the proxy got %s %s with %v", r.Method, r.Host, r.Header)
		}
		tunnel(w, server.Listener.Addr().String())
	}))
	t.Cleanup(proxy.Close)
	const name = "https://example.com" // the server's certificate is for it
	tests := map[string]struct {
		url         string
		environment []string
		proxied     int32
		want        string // in the output of a process that fails
	}{
		"proxy and authority": {name, []string{"HTTPS_PROXY=" + proxy.URL, "SSL_CERT_FILE=" + authority}, 1, ""},
		"unknown authority":   {name, []string{"HTTPS_PROXY=" + proxy.URL}, 1, "certificate signed by unknown authority"},
		"no proxy for it":     {"https://example.invalid", []string{"HTTPS_PROXY=" + proxy.URL, "NO_PROXY=example.invalid", "SSL_CERT_FILE=" + authority}, 0, "example.invalid"},
		"authority alone":     {server.URL, []string{"SSL_CERT_FILE=" + authority}, 0, ""},
	}
	for name, test := range tests {
		connected.Store(0)
		child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNetwork_child$", "-test.v") //nolint:gosec // itself
		child.Env = append([]string{inAnotherProcess + "=" + test.url}, test.environment...)
		output, err := child.CombinedOutput()
		switch {
		case test.want == "" && err != nil, test.want != "" && (err == nil || !strings.Contains(string(output), test.want)):
			t.Errorf("%s: %v, want %q:\n%s", name, err, test.want, output)
		case connected.Load() != test.proxied:
			t.Errorf("%s: %d connections through the proxy, want %d", name, connected.Load(), test.proxied)
		}
	}
}

// tunnel connects who asks with the address, until one of them ends it.
func tunnel(w http.ResponseWriter, address string) {
	w.WriteHeader(http.StatusOK)
	_ = http.NewResponseController(w).Flush()
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer near.Close()
	far, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer far.Close()
	go func() { _, _ = io.Copy(far, buffered) }()
	_, _ = io.Copy(near, far)
}
