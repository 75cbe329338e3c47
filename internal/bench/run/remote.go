package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"sync"
)

// stateServer keeps the states of workspaces in memory, as a team's remote state
// does on a server.
type stateServer struct {
	*httptest.Server

	mu     sync.Mutex
	states map[string][]byte
}

func newStateServer() *stateServer {
	s := &stateServer{states: map[string][]byte{}}
	s.Server = httptest.NewServer(s)
	return s
}

// ServeHTTP implements the protocol of the backend "http", without locks.
func (s *stateServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.Method {
	case http.MethodGet:
		state, ok := s.states[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = w.Write(state) // the CLI notices a cut state
	case http.MethodPost:
		state, err := io.ReadAll(r.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		s.states[r.URL.Path] = state
	case http.MethodDelete:
		delete(s.states, r.URL.Path)
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// mirrored is the version of the provider in a mirror.
const mirrored = "1.0.0"

// remoteState moves the state of a new workspace to the server. That needs an init,
// which takes the provider from a mirror: it does not know dev_overrides.
func (w workspace) remoteState(ctx context.Context, s *stateServer, binaries string) error {
	mirror := filepath.Join(w.dir, "mirror")
	folder := filepath.Join(mirror, filepath.FromSlash(source), mirrored, runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	if err := os.Symlink(filepath.Join(binaries, "terraform-provider-iam"), filepath.Join(folder, "terraform-provider-iam_v"+mirrored)); err != nil {
		return err
	}
	written := files{
		"cli.tfrc": fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror),
		"state.tf": fmt.Sprintf("terraform {\n  backend \"http\" {\n    address = %q\n  }\n}\n", s.URL+"/"+filepath.Base(w.dir)),
	}
	for name, text := range written {
		if err := os.WriteFile(filepath.Join(w.dir, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	_, err := w.run(ctx, "init", "init", "-no-color")
	return err
}
