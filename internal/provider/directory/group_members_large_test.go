package directory_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// large answers for a group with so many members.
func large(members int) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, "/groups/large/users") {
				next.ServeHTTP(w, r)
				return
			}
			size, _ := strconv.Atoi(r.URL.Query().Get("pageSize"))
			number, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
			page := []api.Assignment{}
			for n := (number - 1) * size; n < min(number*size, members); n++ {
				page = append(page, api.Assignment{ID: fmt.Sprint("a", n), UserID: memberID(n), UserType: access.Employee})
			}
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set(api.HeaderTotalCount, strconv.Itoa(members))
			_ = json.NewEncoder(w).Encode(page)
		})
	}
}

func memberID(n int) string { return fmt.Sprintf("%08d-4c0e-4a55-9f0e-0123456789ab", n) }

// The time per entry is to stay the same whatever the number of entries.
func BenchmarkGroupMembers(b *testing.B) {
	for _, members := range []int{2000, 20000} {
		backend := providertest.Remote(b, servertest.Options{Wrap: large(members)})
		p := providertest.New(b, backend.Config)
		listed := values{}
		for n := range members {
			listed[fmt.Sprintf("user%d@acme.example", n)] = memberID(n)
		}
		config := values{"group_id": "large", "members": listed, "user_type": "EMPLOYEE"}
		for step, do := range map[string]func(){
			"plan": func() {
				if _, _, d := p.Plan("iam_group_members", state{Values: config}, config); d.Failed() {
					b.Fatal(d)
				}
			},
			"refresh": func() {
				if s, d := p.Refresh("iam_group_members", state{Values: config}); d.Failed() || len(s.Values["members"].(values)) != members {
					b.Fatal(d)
				}
			},
			"apply": func() {
				p.MustApply("iam_group_members", state{Values: config}, config)
			},
		} {
			b.Run(fmt.Sprintf("%s/%d", step, members), func(b *testing.B) {
				for b.Loop() {
					do()
				}
				b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*members), "µs/entry")
			})
		}
	}
}

// Members come and go several at a time: the first waits here for the second.
func TestGroupMembersResource_severalAtATime(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	writes, second := 0, make(chan struct{})
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/oe-viewer/users/") {
				mu.Lock()
				writes++
				if writes == 2 {
					close(second)
				}
				mu.Unlock()
				select {
				case <-second:
				case <-r.Context().Done():
				}
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, with(b.Config, values{"request_timeout": "5s", "max_retries": 0}))
	ids := userIDs(t, p, "a@acme.example", "b@acme.example", "c@acme.example")
	config := values{"group_id": "oe-viewer", "members": ids}
	made := p.MustApply("iam_group_members", state{}, config)
	noChange(t, p, "iam_group_members", made, config)
	p.NextRun()
	p.MustApply("iam_group_members", made, nil)
	if got := memberIDs(t, b.Client, "oe-viewer"); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}
