//go:build unix

package torture_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

const (
	tenant = "acme"
	key    = "key"
	secret = "secret"
)

// process is a running "serve".
type process struct {
	url    string
	cmd    *exec.Cmd
	stderr tail
	ended  sync.Once
}

// serve starts one and waits for its ready line.
func serve(t *testing.T, dsn string, flags ...string) *process {
	t.Helper()
	p, err := start(dsn, flags...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.signal(syscall.SIGKILL) })
	return p
}

func start(dsn string, flags ...string) (*process, error) {
	binary, err := providertest.Binary()
	if err != nil {
		return nil, err
	}
	flags = append([]string{"serve", "--listen", "127.0.0.1:0", "--database", dsn, "--tenant", tenant, "--client", key + ":" + secret, "--drain-delay", "0s"}, flags...)
	p := &process{cmd: exec.Command(binary, flags...)}
	p.cmd.Env = append(os.Environ(), "GOGC=") // its memory is measured as users have it
	p.cmd.Stderr = &p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		p.signal(syscall.SIGKILL)
		return nil, fmt.Errorf("serve is not ready: %w: %s", err, &p.stderr)
	}
	p.url = strings.TrimPrefix(strings.TrimSpace(line), "ready: ")
	return p, nil
}

// signal ends the process with a signal and waits for the end.
func (p *process) signal(how syscall.Signal) {
	p.ended.Do(func() {
		_ = p.cmd.Process.Signal(how)
		_ = p.cmd.Wait()
	})
}

// alive reports whether the process has not ended by itself.
func (p *process) alive() bool { return p.cmd.Process.Signal(syscall.Signal(0)) == nil }

// memory returns the resident memory of the process in MB, or 0 on systems that
// do not report it.
func (p *process) memory() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			kb, _ := strconv.Atoi(fields[1])
			return kb >> 10
		}
	}
	return 0
}

// connect returns a client of the tenant at the address. It does not retry, so
// each call returns the response it got.
func connect(t *testing.T, address string, o client.Options) *client.Client {
	t.Helper()
	o.BaseURL, o.Tenant = address, tenant
	if o.AccessToken == "" {
		o.ClientID, o.ClientSecret = key, secret
	}
	c, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// token returns an access token of an API key.
func token(t *testing.T, address, id string) string {
	t.Helper()
	resp, err := http.PostForm(address+api.PathToken, url.Values{"grant_type": {"client_credentials"}, "client_id": {id}, "client_secret": {secret}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var issued api.Token
	if err := json.NewDecoder(resp.Body).Decode(&issued); err != nil || issued.AccessToken == "" {
		t.Fatalf("no token: %s %v", resp.Status, err)
	}
	return issued.AccessToken
}

// patient is longer than any response may take.
const patient = 20 * time.Second

// answer is the response to a request; status 0 means none.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error
}

// elsewhere is the address that send claims to call from, for a backend that
// trusts it: its wrong secrets do not block anyone here.
const elsewhere = "203.0.113.7"

// send sends one request with the token.
func send(address, token, method, path, body string) answer {
	ctx, cancel := context.WithTimeout(context.Background(), patient)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, address+path, strings.NewReader(body))
	if err != nil {
		return answer{err: err}
	}
	r.Header = http.Header{"Accept-Language": {"*"}, "Content-Language": {"*"}, "Content-Type": {"application/json"}, api.HeaderTenant: {tenant}, "X-Forwarded-For": {elsewhere}}
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	return do(http.DefaultClient, r)
}

func do(c *http.Client, r *http.Request) answer {
	resp, err := c.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, text, err}
}

// tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text bytes.Buffer
}

const tailSize = 64 << 10

func (l *tail) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Write(p)
	if over := l.text.Len() - tailSize; over > tailSize {
		l.text.Next(over)
	}
	return len(p), nil
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
