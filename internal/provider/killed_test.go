package provider_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// running returns the parent of each process that runs. One that has ended does
// not run, even if its parent does not know yet.
func running(t *testing.T) map[int]int {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	parents := map[int]int{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		// "7 (a name) S 1 …", and the name can contain anything.
		name := bytes.LastIndexByte(text, ')')
		var pid, parent int
		var state string
		if _, err := fmt.Sscan(string(text), &pid); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(string(text[name+1:]), &state, &parent); err != nil {
			t.Fatal(err)
		}
		if state != "Z" {
			parents[pid] = parent
		}
	}
	return parents
}

// children returns the processes that a process has started.
func children(t *testing.T, parent int) (pids []int) {
	t.Helper()
	for pid, of := range running(t) {
		if of == parent {
			pids = append(pids, pid)
		}
	}
	return pids
}

// wantEnded wants processes to end soon.
func wantEnded(t *testing.T, pids []int) {
	t.Helper()
	start := time.Now()
	for range time.Tick(20 * time.Millisecond) {
		all := running(t)
		alive := slices.DeleteFunc(slices.Clone(pids), func(pid int) bool { _, ok := all[pid]; return !ok })
		if len(alive) == 0 {
			return
		}
		if time.Since(start) > time.Minute {
			t.Fatalf("the plugin is still there: %v", alive)
		}
	}
}

// needsProc skips a test where processes cannot be listed.
func needsProc(t *testing.T) {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("processes are listed from /proc, which only Linux has")
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
	needsProc(t)
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

// kill is a trial: the apply of people, groups and memberships in a tenant, and
// who is killed in its middle.
type kill struct {
	cli, plugin bool
	people      int
	w           *providertest.Workspace
	show        func() []string // what the tenant has, once nobody writes
}

// hcl is a configuration of people, of a group for ten of them, and of who is in
// one.
func (k kill) hcl() string {
	return fmt.Sprintf(`
locals {
  people = toset([for i in range(%d) : tostring(i)])
}

resource "iam_user" "u" {
  for_each   = local.people
  email      = "p${each.key}@acme.example"
  first_name = "P"
  last_name  = each.key
}

resource "iam_group" "g" {
  for_each = toset([for i in range(%d) : tostring(i)])
  id       = "g${each.key}"
  name     = { en = "G${each.key}" }
}

resource "iam_group_membership" "m" {
  for_each = local.people
  group_id = iam_group.g[tostring(floor(tonumber(each.key) / 10))].id
  user_id  = iam_user.u[each.key].id
}
`, k.people, (k.people+9)/10)
}

// interrupt applies, and kills when so many objects are recorded. It returns
// once nobody writes any more.
func (k kill) interrupt(t *testing.T, recorded int) {
	t.Helper()
	apply := k.w.Command("apply", "-auto-approve", "-no-color")
	out, err := apply.StdoutPipe()
	if err == nil {
		err = apply.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for seen := 0; seen < recorded && lines.Scan(); {
		if strings.Contains(lines.Text(), "Creation complete") {
			seen++
		}
	}
	plugins := children(t, apply.Process.Pid)
	if len(plugins) == 0 {
		t.Error("the CLI has no plugin")
	}
	if k.cli {
		_ = apply.Process.Kill()
	}
	for _, pid := range plugins {
		if p, err := os.FindProcess(pid); k.plugin && err == nil {
			_ = p.Kill()
		}
	}
	_, _ = io.Copy(io.Discard, out)
	_ = apply.Wait()
	wantEnded(t, plugins)
}

// again wants the plan after that to say what to do, before anything is written,
// and adopt_existing to do it.
func (k kill) again(t *testing.T) {
	t.Helper()
	before := k.show()
	state, _ := k.w.Run("state", "list") // fails where there is no state at all
	lost := len(k.of(before, "user ")) + len(k.of(before, "group ")) - strings.Count(state, "iam_user.u[") - strings.Count(state, "iam_group.g[")
	t.Logf("%d objects are in no state", lost)
	out, code := k.w.Run("apply", "-auto-approve", "-no-color")
	if lost > 0 && code == 0 {
		t.Errorf("what no state has is created again:\n%s", out)
	}
	if code != 0 {
		if !strings.Contains(out, "import {") || strings.Contains(out, "Creating...") {
			t.Errorf("the plan says no import block, or something was written:\n%s", out)
		}
		if more := differences(k.show(), before); more != "" {
			t.Errorf("the refused apply has written\n%s", more)
		}
	}
	k.w.Setenv("IAM_ADOPT_EXISTING", "1")
	k.w.Apply()
	k.w.NoChanges()
	k.w.Setenv("IAM_ADOPT_EXISTING", "0")
	k.w.NoChanges()
	after := k.show()
	if users, members := len(k.of(after, "user ")), len(k.of(after, "member of g")); users != k.people || members != k.people {
		t.Errorf("of %d people the tenant has %d, and %d are in a group", k.people, users, members)
	}
}

// of returns the lines of a dump that are about what the configuration has.
func (k kill) of(dump []string, what string) []string {
	ours := regexp.MustCompile(`"(contactEmail":"p|id":"g)\d+["@]|"<p\d+@`)
	return slices.DeleteFunc(slices.Clone(dump), func(line string) bool {
		return !strings.HasPrefix(line, what) || !ours.MatchString(line)
	})
}

// The CLI, the plugin and both are killed in the middle of an apply, over a
// backend elsewhere and inside the plugin. IAM_TEST_KILLS is how often.
func TestAccKilled(t *testing.T) {
	t.Parallel()
	needsProc(t)
	times, people := runs(t, "IAM_TEST_KILLS"), 100
	few := times == 0
	if few {
		times, people = 1, 20
	}
	for i, who := range []kill{{cli: true}, {plugin: true}, {cli: true, plugin: true}} {
		for j, where := range []string{"remote", "embedded"} {
			if few && i%2 != j {
				continue
			}
			t.Run(fmt.Sprintf("cli %t, plugin %t, %s", who.cli, who.plugin, where), func(t *testing.T) {
				t.Parallel()
				for range times {
					k := who
					k.people = people
					k.start(t, where == "embedded")
					recorded := 1 + rand.IntN(people+people/2) // users, groups, and half of the memberships
					t.Logf("killed after %d of %d objects", recorded, 2*people+(people+9)/10)
					k.interrupt(t, recorded)
					k.again(t)
				}
			})
		}
	}
}

// start makes the tenant and the workspace.
func (k *kill) start(t *testing.T, inside bool) {
	t.Helper()
	b := providertest.Remote(t, servertest.Options{NoContract: true})
	k.show = func() []string { return dumpOf(t, b.Client, false) }
	hcl := b.HCL
	if inside {
		path := filepath.Join(t.TempDir(), "iam.db")
		hcl = fmt.Sprintf("provider \"iam\" {\n  tenant   = %q\n  embedded = { path = %q }\n}\n", servertest.Tenant, path)
		k.show = func() []string { return dumpOf(t, providertest.Opened(t, path), false) }
	}
	k.w = providertest.NewWorkspace(t, map[string]string{"main.tf": providertest.Source + hcl + k.hcl()})
}
