package main

import (
	"bufio"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	tenant       = "acme"
	clientID     = "bench"
	clientSecret = "bench-secret"
)

// backend is a "serve" process with a new SQLite database, behind a proxy that
// counts requests and can delay them.
type backend struct {
	cmd      *exec.Cmd
	proxy    *httptest.Server
	requests atomic.Int64
}

// startBackend starts a backend and waits until it is ready.
func startBackend(ctx context.Context, binary, dir string, delay time.Duration) (*backend, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	b := &backend{}
	b.cmd = exec.CommandContext(ctx, binary, "serve", "--listen", "127.0.0.1:0", "--database", "sqlite:"+filepath.Join(dir, "iam.db"),
		"--tenant", tenant, "--client", clientID+":"+clientSecret)
	b.cmd.Cancel = func() error { return b.cmd.Process.Signal(os.Interrupt) }
	output, err := b.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := b.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(output)
	for lines.Scan() {
		if text, ok := strings.CutPrefix(lines.Text(), "ready: "); ok {
			address, err := url.Parse(text)
			if err != nil {
				return nil, err
			}
			b.proxy = httptest.NewServer(b.counting(address, delay))
			return b, nil
		}
	}
	return nil, errors.Join(errors.New("the backend exited before it was ready"), b.cmd.Wait())
}

func (b *backend) counting(address *url.URL, delay time.Duration) http.Handler {
	proxy := httputil.NewSingleHostReverseProxy(address)
	proxy.Transport = &http.Transport{MaxIdleConnsPerHost: 100}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b.requests.Add(1)
		time.Sleep(delay)
		proxy.ServeHTTP(w, r)
	})
}

// spent returns the requests and resources used so far; zero without a backend.
func (b *backend) spent() (requests int64, u usage) {
	if b == nil {
		return 0, u
	}
	u, _ = usageOf(strconv.Itoa(b.cmd.Process.Pid))
	return b.requests.Load(), u
}

// stop ends the backend.
func (b *backend) stop() error {
	b.proxy.Close()
	if err := b.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return b.cmd.Wait()
}
