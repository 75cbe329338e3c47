package provider_test

import (
	"bufio"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// process is a "serve" in a process of its own, as on another machine.
type process struct {
	cmd *exec.Cmd
	url string
}

// startServe starts the binary over the database and waits for its ready line.
func startServe(t *testing.T, database string) *process {
	t.Helper()
	binary, err := providertest.Binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(binary, "serve", "--listen", "127.0.0.1:0", "--database", database, "--tenant", "acme", "--client", "key:secret")}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("serve is not ready: %v", err)
	}
	p.url = strings.TrimPrefix(strings.TrimSpace(line), "ready: ")
	return p
}

// kill ends the process at once, as kill -9 does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

func (p *process) client(t *testing.T) *client.Client {
	t.Helper()
	c, err := client.New(client.Options{BaseURL: p.url, Tenant: "acme", ClientID: "key", ClientSecret: "secret"})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (p *process) hcl() string {
	return fmt.Sprintf("%sprovider \"iam\" {\n  api_url = %q\n  tenant = \"acme\"\n  client_id = \"key\"\n  client_secret = \"secret\"\n}\n", providertest.Source, p.url)
}

// TestAccRemoteDrift applies a configuration over HTTP, changes the tenant
// behind Terraform's back, and wants the next plan to show exactly that.
func TestAccRemoteDrift(t *testing.T) {
	t.Parallel()
	w := providertest.NewWorkspace(t, nil)
	s := startServe(t, sqltest.New(t))
	for file, text := range examples(t, "scenarios/quickstart/*.tf") {
		name := filepath.Base(file)
		if name == "terraform.tf" {
			text = s.hcl()
		}
		w.Write(name, text)
	}
	w.Apply()
	w.NoChanges()

	c := s.client(t)
	group, err := c.Group(t.Context(), "pricing")
	if err != nil {
		t.Fatal(err)
	}
	brands := access.ControlIDs(access.FromMap(map[string]access.Level{"brands": access.Manage}))
	if _, err := c.UpdateGroup(t.Context(), "pricing", api.GroupUpdate{Name: group.Name, UserType: group.UserType, Templates: group.Templates, AccessControls: append(group.AccessControls, brands...)}); err != nil {
		t.Fatal(err)
	}
	noah, err := c.UserByEmail(t.Context(), "noah.wilson@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.AssignMember(t.Context(), "administrators", access.Employee, noah.ID); err != nil {
		t.Fatal(err)
	}

	changed := map[string]providertest.Change{}
	for _, r := range w.Plan().ResourceChanges {
		if !slices.Equal(r.Change.Actions, []string{"no-op"}) && !slices.Equal(r.Change.Actions, []string{"read"}) {
			changed[r.Address] = r.Change
		}
	}
	if got, want := slices.Sorted(maps.Keys(changed)), []string{"iam_group.pricing", `iam_group_members.this["administrators"]`}; !slices.Equal(got, want) {
		t.Fatalf("the plan changes %v, want %v", got, want)
	}
	pricing := changed["iam_group.pricing"]
	if got := fmt.Sprint(differing(pricing.Before, pricing.After)); got != "[access effective_access]" {
		t.Errorf("the plan changes %s of the group", got)
	}
	if drift, _ := pricing.Before["access"].(map[string]any); !maps.Equal(drift, map[string]any{"brands": "manage"}) {
		t.Errorf("the group's drift reads %v", drift)
	}
	admins := changed[`iam_group_members.this["administrators"]`]
	before, _ := admins.Before["members"].(map[string]any)
	after, _ := admins.After["members"].(map[string]any)
	if got := differing(before, after); !slices.Equal(got, []string{"noah.wilson@acme.example"}) {
		t.Errorf("the plan changes the members %v", got)
	}
	w.Apply()
	w.NoChanges()
}

// differing names the keys in which two objects differ.
func differing(a, b map[string]any) []string {
	keys := map[string]bool{}
	for key := range a {
		keys[key] = fmt.Sprint(a[key]) != fmt.Sprint(b[key])
	}
	for key := range b {
		keys[key] = fmt.Sprint(a[key]) != fmt.Sprint(b[key])
	}
	maps.DeleteFunc(keys, func(_ string, differs bool) bool { return !differs })
	return slices.Sorted(maps.Keys(keys))
}

// TestAccKilledServer kills the server in the middle of an apply of 500 users,
// starts it again and applies again: the apply converges, no user exists twice,
// and none that Terraform recorded is missing.
func TestAccKilledServer(t *testing.T) {
	t.Parallel()
	const users = 500
	database := sqltest.New(t)
	w := providertest.NewWorkspace(t, nil)
	write := func(s *process) {
		// Few retries: while the server is dead, each of them only takes time.
		block := strings.Replace(s.hcl(), "tenant =", "max_retries = 1\n  tenant =", 1)
		w.Write("main.tf", block+fmt.Sprintf(`
resource "iam_user" "u" {
  count      = %d
  email      = "user${count.index}@acme.example"
  first_name = "User"
  last_name  = tostring(count.index)
}
`, users))
	}
	s := startServe(t, database)
	write(s)

	killed := make(chan int, 1)
	c := s.client(t)
	go func() {
		made := 0
		for made < users/4 {
			all, err := c.Users(t.Context())
			if err != nil {
				break
			}
			made = len(all)
		}
		s.kill()
		killed <- made
	}()
	// Terraform 1.16 crashes, and loses its state, if a create fails with a
	// partial state while another one ends.
	parallelism := "-parallelism=20"
	if strings.Contains(w.MustRun("version"), "Terraform v1.16.") {
		parallelism = "-parallelism=1"
	}
	out, code := w.Run("apply", "-auto-approve", "-no-color", parallelism)
	made := <-killed
	if code == 0 || made >= users {
		t.Fatalf("the server should have been killed in the middle, after %d users; the apply ended with %d:\n%s", made, code, out)
	}
	recorded := strings.Count(out, "Creation complete")
	t.Logf("killed after %d users; Terraform recorded %d, of %d it does not know", made, recorded, strings.Count(out, "may have been"))

	s = startServe(t, database) // on another port: a parallel test may have taken the one it had
	write(s)
	c = s.client(t)
	present := map[string]bool{}
	for _, u := range allUsers(t, c) {
		present[u.ID] = true
	}
	for _, line := range strings.Split(out, "\n") {
		if _, id, ok := strings.Cut(line, "Creation complete after"); ok {
			_, id, _ = strings.Cut(id, "[id=")
			if id = strings.TrimSuffix(id, "]"); !present[id] {
				t.Errorf("Terraform recorded user %s, and the server lost it", id)
			}
		}
	}
	w.Apply()
	w.NoChanges()
	emails := map[string]int{}
	for _, u := range allUsers(t, c) {
		emails[u.ContactEmail]++
	}
	if len(emails) != users+1 { // and the owner
		t.Errorf("there are %d e-mails, want %d", len(emails), users+1)
	}
	for email, n := range emails {
		if n > 1 {
			t.Errorf("%s exists %d times", email, n)
		}
	}
}

func allUsers(t *testing.T, c *client.Client) []api.User {
	t.Helper()
	users, err := c.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return users
}
