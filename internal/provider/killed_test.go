package provider_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// children returns the processes that a process has started.
func children(t *testing.T, parent int) (pids []int) {
	t.Helper()
	out, err := exec.Command("ps", "-axo", "pid=,ppid=").Output()
	if err != nil {
		t.Fatalf("listing the processes: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		var pid, of int
		if n, _ := fmt.Sscan(line, &pid, &of); n == 2 && of == parent {
			pids = append(pids, pid)
		}
	}
	return pids
}

// wantEnded wants processes to end soon.
func wantEnded(t *testing.T, pids []int) {
	t.Helper()
	for start := time.Now(); ; {
		out, _ := exec.Command("ps", "-o", "pid=,stat=", "-p", strings.Trim(strings.ReplaceAll(fmt.Sprint(pids), " ", ","), "[]")).Output()
		alive := slices.DeleteFunc(strings.Split(strings.TrimSpace(string(out)), "\n"), func(line string) bool {
			return line == "" || strings.Contains(line, "Z") // ended, and nobody asks how
		})
		if len(alive) == 0 {
			return
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("the plugin is still there: %v", alive)
		}
	}
}

// held lets the first write of the provider wait until it is released.
type held struct {
	once           sync.Once
	begun, release chan struct{}
	cut            bool // the provider gave the request up
	answered       chan struct{}
}

func (h *held) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || !strings.HasSuffix(r.URL.Path, "/users") || !strings.HasPrefix(r.UserAgent(), "terraform-provider-iam/") {
			next.ServeHTTP(w, r)
			return
		}
		h.once.Do(func() {
			body, _ := io.ReadAll(r.Body) // a server looks for a broken connection behind the body
			r.Body = io.NopCloser(bytes.NewReader(body))
			close(h.begun)
			<-h.release
			select { // long enough for a broken connection to reach this
			case <-r.Context().Done():
				h.cut = true
			case <-time.After(time.Second):
			}
			defer close(h.answered)
		})
		next.ServeHTTP(w, r)
	})
}

// A CLI that is killed leaves a plugin that writes to its end what it is writing,
// and ends.
func TestAccKilledCLI_plugin(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there is no ps on Windows")
	}
	h := &held{begun: make(chan struct{}), release: make(chan struct{}), answered: make(chan struct{})}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: h.wrap})
	w := providertest.NewWorkspace(t, map[string]string{"main.tf": providertest.Source + b.HCL + `
resource "iam_user" "u" {
  email      = "anna@acme.example"
  first_name = "Anna"
  last_name  = "Arm"
}
`})
	apply := w.Command("apply", "-auto-approve", "-no-color")
	if err := apply.Start(); err != nil {
		t.Fatal(err)
	}
	<-h.begun
	plugins := children(t, apply.Process.Pid)
	_ = apply.Process.Kill()
	_ = apply.Wait()
	if len(plugins) == 0 {
		t.Error("the CLI has started no plugin")
	}
	close(h.release)
	<-h.answered
	if h.cut {
		t.Error("the plugin gave up what it was writing")
	}
	wantEnded(t, plugins)
	if _, err := b.Client.UserByEmail(t.Context(), "anna@acme.example"); err != nil {
		t.Error(err)
	}
}
