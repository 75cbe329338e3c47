package cli

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// Requests under way are answered before serve ends.
func TestAnswer_drains(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	started := make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(started)
		<-ctx.Done() // the signal to end comes while this request is under way
		_, _ = io.WriteString(w, "whole answer")
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- answer(ctx, Env{Stdout: io.Discard}, &http.Server{Handler: slow}, listener) }()
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
