package cli_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/cli"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// asCommand makes the test binary run as the program would.
const asCommand = "CLI_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) == "" {
		providertest.Main(m)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := cli.Run(ctx, cli.Env{Stdout: os.Stdout, Stderr: os.Stderr, Getenv: func(string) string { return "" }}, os.Args[1:])
	stop()
	os.Exit(code)
}

// process is a "serve" in a process of its own.
type process struct {
	*client.Client

	url    string
	cmd    *exec.Cmd
	stderr bytes.Buffer
	ended  atomic.Bool
}

// startProcess starts one over the database and waits for its ready line. It
// may be called from any goroutine.
func startProcess(t *testing.T, dsn string, flags ...string) (*process, error) {
	flags = append([]string{"serve", "--listen", "127.0.0.1:0", "--database", dsn, "--tenant", "acme", "--client", "key:secret", "--drain-delay", "0s"}, flags...)
	p := &process{cmd: exec.Command(os.Args[0], flags...)}
	p.cmd.Env = append(os.Environ(), asCommand+"=1", "GORACE=atexit_sleep_ms=0") // or each takes a second to end
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		p.end(t, syscall.SIGTERM)
		// The race detector's, if the test binary has it.
		if strings.Contains(p.stderr.String(), "DATA RACE") {
			t.Errorf("serve: %s", &p.stderr)
		}
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		return nil, fmt.Errorf("serve is not ready: %w", err)
	}
	p.url = strings.TrimPrefix(strings.TrimSpace(line), "ready: ")
	// Without retries, so that each request has the answer that it got.
	p.Client, err = client.New(client.Options{BaseURL: p.url, Tenant: "acme", ClientID: "key", ClientSecret: "secret", MaxRetries: new(0)})
	return p, err
}

// end sends the signal and waits for the end. One that was asked to end, and not
// killed, ends well.
func (p *process) end(t *testing.T, how syscall.Signal) {
	if p.ended.Swap(true) {
		return
	}
	_ = p.cmd.Process.Signal(how)
	if err := p.cmd.Wait(); err != nil && how != syscall.SIGKILL {
		t.Errorf("serve ended with %v: %s", err, &p.stderr)
	}
}

// twoProcesses starts two over one database at the same time: both make the
// tables and the tenant, or find them.
func twoProcesses(t *testing.T, dsn string, flags ...string) [2]*process {
	t.Helper()
	var two [2]*process
	var errs [2]error
	var group sync.WaitGroup
	for i := range two {
		group.Go(func() { two[i], errs[i] = startProcess(t, dsn, flags...) })
	}
	group.Wait()
	if err := errors.Join(errs[:]...); err != nil {
		t.Fatal(err)
	}
	return two
}

// race calls one function for each of 2×each callers, half of them for each
// process, all at once, and returns how many succeeded. All others must be
// refused with 409.
func race(t *testing.T, two [2]*process, each int, call func(p *process, caller int) error) (won int) {
	t.Helper()
	var group sync.WaitGroup
	var winners atomic.Int32
	start := make(chan struct{})
	for caller := range 2 * each {
		group.Go(func() {
			<-start
			switch err := call(two[caller%2], caller); {
			case err == nil:
				winners.Add(1)
			case !client.IsConflict(err):
				t.Errorf("caller %d: %v", caller, err)
			}
		})
	}
	close(start)
	group.Wait()
	return int(winners.Load())
}

// Of changes that expect one version, through two processes, exactly one wins,
// and both show it.
func TestProcesses_version(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		two := twoProcesses(t, dsn)
		if _, err := two[0].CreateGroup(t.Context(), api.GroupCreate{ID: "g", Name: api.Text{"en": "0"}, AccessControls: []string{}}); err != nil {
			t.Fatal(err)
		}
		for version := 1; version <= 50; version++ {
			var winner atomic.Value
			won := race(t, two, 4, func(p *process, caller int) error {
				name := fmt.Sprintf("%d by %d", version, caller)
				_, err := p.UpdateGroup(t.Context(), "g", api.GroupUpdate{Name: api.Text{"en": name}, Metadata: &api.Expected{Version: &version}})
				if err == nil {
					winner.Store(name)
				}
				return err
			})
			if won != 1 {
				t.Fatalf("%d changes of version %d won", won, version)
			}
			for _, p := range two {
				if g, err := p.Group(t.Context(), "g"); err != nil || g.Name["en"] != winner.Load() || g.Metadata.Version != version+1 {
					t.Fatalf("won: %v; shown: %+v, %v", winner.Load(), g, err)
				}
			}
		}
	})
}

// Of creations of one id or e-mail, through two processes, exactly one wins.
func TestProcesses_create(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		two := twoProcesses(t, dsn)
		const rounds = 20
		for round := range rounds {
			id := fmt.Sprint("g", round)
			if won := race(t, two, 3, func(p *process, _ int) error {
				_, err := p.CreateGroup(t.Context(), api.GroupCreate{ID: id, Name: api.Text{"en": "G"}, AccessControls: []string{}})
				return err
			}); won != 1 {
				t.Errorf("%d groups %s were created", won, id)
			}
			if won := race(t, two, 3, func(p *process, caller int) error {
				email := fmt.Sprintf("ada%d@acme.example", round)
				if caller > 2 {
					email = strings.ToUpper(email)
				}
				_, err := p.CreateUser(t.Context(), person(email, id))
				return err
			}); won != 1 {
				t.Errorf("%d users with one e-mail address were created", won)
			}
		}
		for _, p := range two {
			groups, err := p.Groups(t.Context())
			made := slices.DeleteFunc(groups, func(g api.Group) bool { return g.Code != "" || strings.HasPrefix(g.ID, "oe-") })
			if err != nil || len(made) != rounds {
				t.Errorf("there are %d groups (%v): %+v", len(made), err, made)
			}
			if users := allUsers(t, p); len(users) != rounds+1 {
				t.Errorf("there are %d users", len(users))
			}
		}
	})
}

func person(email, group string) api.UserCreate {
	return api.UserCreate{
		FirstName: "Ada", LastName: "Lovelace", ContactEmail: email, Department: "Engines",
		PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{group},
	}
}

// allUsers are the users by id.
func allUsers(t *testing.T, p *process) map[string]api.User {
	t.Helper()
	list, err := p.Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	users := map[string]api.User{}
	for _, u := range list {
		users[u.ID] = u
	}
	return users
}

// A token that one process issued is also valid for the other.
func TestProcesses_token(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		two := twoProcesses(t, dsn)
		for i, p := range two {
			resp, err := http.PostForm(p.url+api.PathToken, url.Values{"grant_type": {"client_credentials"}, "client_id": {"key"}, "client_secret": {"secret"}})
			if err != nil {
				t.Fatal(err)
			}
			var issued api.Token
			err = json.NewDecoder(resp.Body).Decode(&issued)
			_ = resp.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			other, err := client.New(client.Options{BaseURL: two[1-i].url, Tenant: "acme", AccessToken: issued.AccessToken})
			if err != nil {
				t.Fatal(err)
			}
			if users, err := other.Users(t.Context()); err != nil || len(users) != 1 {
				t.Errorf("got %+v, %v", users, err)
			}
		}
	})
}

// A process that is killed in the middle of writes loses nothing that it has
// answered, leaves nothing half made, and does not hold up the other.
func TestProcesses_killed(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		two := twoProcesses(t, dsn)
		if _, err := two[0].CreateGroup(t.Context(), api.GroupCreate{ID: "g", Name: api.Text{"en": "G"}, AccessControls: []string{}}); err != nil {
			t.Fatal(err)
		}
		const before, after = 40, 40 // users made through the one that is killed, and through the other when it is
		var made sync.Map            // ids that were answered
		var first, last atomic.Int64
		halfway, reached := context.WithCancel(t.Context())
		defer reached()
		var group sync.WaitGroup
		for writer := range 6 {
			p := two[writer%2]
			group.Go(func() {
				for n := 0; last.Load() < after; n++ {
					id, err := p.CreateUser(t.Context(), person(fmt.Sprintf("u%d-%d@acme.example", writer, n), "g"))
					dead := two[0].ended.Load()
					switch {
					case err != nil && p == two[0] && dead:
						return
					case err != nil:
						t.Errorf("a process that lives: %v", err)
						reached()
						return
					case p == two[0] && first.Add(1) == before:
						reached()
					case p == two[1] && dead:
						last.Add(1)
					}
					made.Store(id, true)
				}
			})
		}
		<-halfway.Done()
		two[0].end(t, syscall.SIGKILL)
		group.Wait()

		again, err := startProcess(t, dsn)
		if err != nil {
			t.Fatal(err)
		}
		for name, p := range map[string]*process{"the other": two[1], "the new one": again} {
			users := allUsers(t, p)
			made.Range(func(id, _ any) bool {
				if _, ok := users[id.(string)]; !ok {
					t.Errorf("%s lost the user %s", name, id)
				}
				return true
			})
			members, err := p.Members(t.Context(), "g")
			if err != nil || len(members) != len(users)-1 { // all but the owner
				t.Errorf("%s: of %d users %d are members of the group (%v)", name, len(users), len(members), err)
			}
			for _, u := range users {
				if u.ContactEmail != "owner@acme.example" && !slices.Equal(u.GroupIDs, []string{"g"}) {
					t.Errorf("%s: a user was half made: %+v", name, u)
				}
			}
		}
	})
}
