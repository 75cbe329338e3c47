//go:build unix

package torture_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/client"
)

// balancer passes requests to random live processes. It does not notice that one
// hangs: it gives up after some seconds.
type balancer struct {
	mu        sync.Mutex
	processes []*process
	transport *http.Transport
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	p := b.processes[rand.IntN(len(b.processes))]
	b.mu.Unlock()
	target, err := url.Parse(p.url)
	if err != nil {
		panic(err) // serve said it
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = b.transport
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	proxy.ServeHTTP(w, r)
}

// replace replaces a process that has ended.
func (b *balancer) replace(i int, p *process) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.processes[i] = p
}

// replicas runs several processes on one database, kills some, suspends others
// for a while (only on PostgreSQL: a SQLite file has one lock, which cannot be
// taken from a suspended process), and lets callers retry like the provider.
func replicas(t *testing.T, s *stage) {
	b := &balancer{transport: &http.Transport{ResponseHeaderTimeout: 5 * time.Second, MaxIdleConnsPerHost: 16}}
	for range 3 {
		b.processes = append(b.processes, serve(t, s.dsn))
	}
	front := httptest.NewServer(b)
	t.Cleanup(front.Close)
	t.Cleanup(b.transport.CloseIdleConnections)
	var l ledger
	l.prepare(t, connect(t, front.URL, client.Options{}))
	kills, stops := 0, 0
	for rounds := 0; rounds < 2 || s.more(); rounds++ {
		ctx, stop := context.WithCancel(t.Context())
		wait := l.write(ctx, 6, func() *client.Client { return connect(t, front.URL, client.Options{}) })
		i := rand.IntN(len(b.processes))
		pause(300, 600)
		if s.postgres && s.long && rounds%3 == 2 {
			stops++
			stand(t, b.processes[i])
		} else {
			kills++
			b.processes[i].signal(syscall.SIGKILL)
			b.replace(i, serve(t, s.dsn))
		}
		pause(300, 600)
		stop()
		wait()
		for _, p := range b.processes { // each of them shows the same
			l.check(t, connect(t, p.url, client.Options{}))
		}
		if t.Failed() {
			break
		}
	}
	s.say("%d kills", kills)
	s.say("%d standstills", stops)
	l.say(s)
	s.say("longest write %.1f s", l.longest.Seconds())
}

// stand suspends a process.
func stand(t *testing.T, p *process) {
	t.Helper()
	must(t, p.cmd.Process.Signal(syscall.SIGSTOP))
	pause(2000, 12_000)
	must(t, p.cmd.Process.Signal(syscall.SIGCONT))
}

// pause waits some milliseconds in which others work.
func pause(least, most int) {
	<-time.After(time.Duration(least+rand.IntN(most-least)) * time.Millisecond)
}
