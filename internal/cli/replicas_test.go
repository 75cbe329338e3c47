package cli_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// balancer gives requests to two processes in turn, as long as they live. After
// so many creations it kills the first in the middle of one.
type balancer struct {
	t        *testing.T
	two      [2]*process
	proxies  [2]*httputil.ReverseProxy
	requests atomic.Int64
	created  atomic.Int64
	killAt   int64
}

func newBalancer(t *testing.T, two [2]*process, killAt int64) *balancer {
	t.Helper()
	b := &balancer{t: t, two: two, killAt: killAt}
	for i, p := range two {
		target, err := url.Parse(p.url)
		if err != nil {
			t.Fatal(err)
		}
		b.proxies[i] = httputil.NewSingleHostReverseProxy(target)
		b.proxies[i].ErrorHandler = func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) }
	}
	return b
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") && b.created.Add(1) == b.killAt {
		go b.two[0].end(b.t, syscall.SIGKILL)
	}
	to := b.requests.Add(1) % 2
	if b.two[0].ended.Load() {
		to = 1
	}
	b.proxies[to].ServeHTTP(w, r)
}

// One of two processes behind one address is killed in the middle of an apply:
// it ends well, or does when it is run again, and nobody is lost or there twice.
func TestAccReplicas_killed(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		const users = 120
		two := twoProcesses(t, dsn)
		front := httptest.NewServer(newBalancer(t, two, users/2))
		t.Cleanup(front.Close)
		w := providertest.NewWorkspace(t, map[string]string{"main.tf": providertest.Source + fmt.Sprintf(`
provider "iam" {
  api_url       = %q
  tenant        = "acme"
  client_id     = "key"
  client_secret = "secret"
}
resource "iam_group" "all" {
  id   = "all"
  name = { en = "All" }
}
resource "iam_user" "each" {
  count      = %d
  email      = "user${count.index}@acme.example"
  first_name = "First"
  last_name  = "Last"
}
resource "iam_group_membership" "each" {
  count    = %[2]d
  group_id = iam_group.all.id
  user_id  = iam_user.each[count.index].id
}
`, front.URL, users)})
		applied := false
		for run := 1; run <= 3 && !applied; run++ {
			output, code := w.Run("apply", "-auto-approve", "-no-color")
			applied = code == 0
			if !applied {
				t.Logf("apply %d:\n%s", run, output)
			}
		}
		if !applied || !two[0].ended.Load() {
			t.Fatalf("applied: %t, killed: %t", applied, two[0].ended.Load())
		}
		w.NoChanges()
		there := allUsers(t, two[1])
		members, err := two[1].Members(t.Context(), "all")
		if err != nil || len(there) != users+1 || len(members) != users {
			t.Errorf("there are %d users and %d members, want %d and the owner (%v)", len(there), len(members), users, err)
		}
	})
}
