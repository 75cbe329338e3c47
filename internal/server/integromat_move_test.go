package server_test

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/server"
)

// A tenant that changes to another organization, while a user is being added to the
// former one, has all users in the new one: those of the former one, and the one who
// was added meanwhile.
func TestIntegromat_moveMeanwhile(t *testing.T) {
	t.Parallel()
	front := newIntegromatFront(t)
	s := newSynced(t, server.Options{})
	s.organization(t, 201, front.elsewhere())
	s.create(t, "~/users", person("anna@acme.example", "oe-editor"))
	s.become(t, "anna@acme.example synced")
	move := sync.OnceFunc(func() {
		s.check(t, exchange{method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "8", ` + front.elsewhere() + `}`, status: 204})
	})
	front.breakWith(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/7/invite") {
			move()
		}
		next.ServeHTTP(w, r)
	})
	s.create(t, "~/users", person("carl@acme.example", "oe-editor"))
	s.become(t, "anna@acme.example synced, carl@acme.example synced")
	front.mu.Lock()
	defer front.mu.Unlock()
	slices.Sort(front.invites)
	if got := strings.Join(front.invites, ", "); strings.Count(got, "/7/") != 2 || strings.Count(got, "/8/") != 2 {
		t.Errorf("there were the invitations %s", got)
	}
}

// A user who gets a role again while being removed is invited again: the list that was
// read before the removal says nothing any more.
func TestIntegromat_againAfterRemoval(t *testing.T) {
	t.Parallel()
	front := newIntegromatFront(t)
	s := newSynced(t, server.Options{})
	s.organization(t, 201, front.elsewhere()+`, "pruneStale": true`)
	id := s.create(t, "~/users", person("anna@acme.example", "oe-editor"))
	s.become(t, "anna@acme.example synced")
	var had atomic.Bool
	again := sync.OnceFunc(func() {
		s.putGroups(t, id, "oe-editor")
		had.Store(true)
	})
	front.breakWith(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		next.ServeHTTP(w, r)
		if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "/user-organization-roles/") {
			again()
		}
	})
	s.putGroups(t, id)
	s.db.until(t, func() bool { return had.Load() && s.members(t) == "anna@acme.example synced" })
	if n := front.invited(); n != 2 {
		t.Errorf("there were %d invitations", n)
	}
}
