package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// integromatPath is a path below the tenant's Make.
func integromatPath(path string) string { return "/make/" + servertest.Tenant + path }

// synced is a backend with a clock, of which every write tells. Nobody but its
// own worker syncs.
type synced struct {
	*backend
	clock *clock
	db    *watchedStore
}

func newSynced(t *testing.T, o server.Options) synced {
	t.Helper()
	filled := newBackend(t)
	filled.server.Close()
	s := synced{clock: newClock(), db: watched(filled.store)}
	o.Store, o.Now, o.PrivateIntegromat = s.db, s.clock.Now, true
	if o.Mail == nil {
		o.Mail = accepted
	}
	s.backend = over(t, filled, o)
	return s
}

// accepted is a mail server that accepts every e-mail.
func accepted(context.Context, server.Mail) error { return nil }

// organization says which organization the tenant has.
func (s synced) organization(t *testing.T, status int, members string) {
	t.Helper()
	want := ""
	if status == 201 {
		want = `{}`
	}
	s.check(t, exchange{method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "7", ` + members + `}`, status: status, want: want})
}

// members are the members of Make as "email status", in the order of e-mails.
func (s synced) members(t *testing.T) string {
	t.Helper()
	var list []string
	for _, m := range read[[]api.MakeMember](t, s.backend, integromatPath("/members")) {
		list = append(list, m.Email+" "+string(m.Status))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

// become waits until the members are these.
func (s synced) become(t *testing.T, want string) {
	t.Helper()
	s.db.until(t, func() bool { return s.members(t) == want })
}

// notices waits until e-mails are sent, and others wait for Make, as "email change".
func (s synced) notices(t *testing.T, sent, waiting []string) {
	t.Helper()
	s.db.until(t, func() bool {
		var got [2][]string
		for _, n := range read[[]api.MakeNotice](t, s.backend, integromatPath("/notices")) {
			i := 0
			if n.SentAt == "" {
				i = 1
			}
			got[i] = append(got[i], n.Email+" "+n.Change)
		}
		return slices.Equal(got[0], sent) && slices.Equal(got[1], waiting)
	})
}

// inIntegromat asks the reference Make who is in the organization, as "email role".
func (s synced) inIntegromat(t *testing.T) string {
	t.Helper()
	token := map[string]string{"Authorization": "Token " + servertest.ClientID + ":" + servertest.ClientSecret}
	users := decoded[api.MakeUserList](t, s.send(t, exchange{path: "/api/v2/users?organizationId=7", header: token}))
	roles := decoded[api.MakeUserRoleList](t, s.send(t, exchange{path: "/api/v2/organizations/7/user-organization-roles", header: token}))
	roleOf := map[int64]int{}
	for _, r := range roles.UserOrganizationRoles {
		roleOf[r.UserID] = r.UsersRoleID
	}
	if len(roleOf) != len(users.Users) {
		t.Fatalf("got %+v and %+v", users, roles)
	}
	var list []string
	for _, u := range users.Users {
		list = append(list, fmt.Sprint(u.Email, " ", roleOf[u.ID]))
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func decoded[T any](t *testing.T, a answer) T {
	t.Helper()
	var v T
	err := json.Unmarshal(a.body, &v)
	if err != nil || a.status != http.StatusOK {
		t.Fatalf("got %d %s: %v", a.status, a.body, err)
	}
	return v
}

func (s synced) putGroups(t *testing.T, id string, groups ...string) {
	t.Helper()
	s.check(t, exchange{method: "PUT", path: "~/users/" + id, body: changed(id, groups...), status: 204})
}

func TestIntegromat_life(t *testing.T) {
	t.Parallel()
	var o server.Options
	o.PollEvery(time.Hour) // each change wakes the worker up
	s := newSynced(t, o)
	const anna, ben = "anna@acme.example", "ben@acme.example"
	id := s.create(t, "~/users", person(anna, "oe-editor"))
	s.create(t, "~/users", person(ben, "oe-viewer"))
	s.check(t, exchange{path: integromatPath("/organization"), status: 404, want: `{"message": "Error while getting the Make organization"}`})
	s.organization(t, 201, `"sync": true`)
	s.become(t, anna+" synced") // the scan finds her
	s.check(t, exchange{path: integromatPath("/organization"), status: 200, want: `{"organizationId": "7", "sync": true, "pruneStale": false, "hasApiKey": false}`})
	if got := s.inIntegromat(t); got != anna+" 13" {
		t.Fatalf("in Make are %q", got)
	}
	sent := func(changes ...string) {
		t.Helper()
		for i, change := range changes {
			changes[i] = anna + " " + change
		}
		s.notices(t, changes, nil)
	}
	sent("joined")
	s.putGroups(t, id, "oe-editor") // no change of groups
	sent("joined")
	s.putGroups(t, id, "oe-editor", "1gr5e52e-6e27-4ac5-9471-2467d3fb7501")
	s.become(t, anna+" synced")
	sent("joined", "changed")
	s.check(t, exchange{
		path: integromatPath("/members?status=synced"), header: total, status: 200, wantHeader: totalIs("1"),
		want: `[{"userId": "` + id + `", "email": "` + anna + `", "present": true, "roles": ["integromat.app_developer", "integromat.scenario_edit"], "attempts": 0, "pending": "` + absent + `", "lastError": "` + absent + `"}]`,
	})

	s.putGroups(t, id, "oe-viewer")
	if got := s.members(t); got != anna+" stale" { // at once: nothing is pending
		t.Errorf("after the loss there are %q", got)
	}
	sent("joined", "changed", "lost")
	if got := s.inIntegromat(t); got != anna+" 13" {
		t.Errorf("in Make are %q: who loses the roles keeps access", got)
	}
	s.organization(t, 204, `"sync": true, "pruneStale": true`)
	s.become(t, "")
	if got := s.inIntegromat(t); got != "" {
		t.Errorf("in Make are %q after the pruning", got)
	}
	sent("joined", "changed", "lost") // the groups did not change
	s.putGroups(t, id, "oe-admin")
	s.become(t, anna+" synced")
	sent("joined", "changed", "lost", "joined")
	s.putGroups(t, id, "oe-viewer")
	s.become(t, "")
	sent("joined", "changed", "lost", "joined", "removed")
	s.putGroups(t, id, "1gr5e52e-6e27-4ac5-9471-2467d3fb7501") // a change of a user who is not in Make
	s.putGroups(t, id, "oe-admin")
	s.become(t, anna+" synced")
	sent("joined", "changed", "lost", "joined", "removed", "joined")
	s.check(t, exchange{method: "DELETE", path: integromatPath("/organization"), status: 204})
	if got := s.members(t); got != "" || s.inIntegromat(t) != anna+" 13" {
		t.Errorf("without an organization there are %q, and in Make %q", got, s.inIntegromat(t))
	}
	s.check(t, exchange{method: "DELETE", path: integromatPath("/organization"), status: 404, want: `{}`})
}

// Each way in which a user gains or loses the roles.
func TestIntegromat_triggers(t *testing.T) {
	t.Parallel()
	const email = "anna@acme.example"
	plain := func(controls string) string {
		return `{"name": {"en": "G"}, "userType": "EMPLOYEE", "accessControls": [` + controls + `]}`
	}
	for name, c := range map[string]struct{ before, gain, lose []exchange }{
		"membership": {
			gain: []exchange{{method: "PUT", path: "~/groups/oe-editor/users/EMPLOYEE/{id}", status: 201, want: `{}`}},
			lose: []exchange{{method: "DELETE", path: "~/groups/oe-editor/users/{id}", status: 204}},
		},
		"all members": {
			gain: []exchange{{method: "POST", path: "~/groups/oe-manager/users", body: `{"userId": "{id}"}`, status: 201, want: `{}`}},
			lose: []exchange{{method: "DELETE", path: "~/groups/oe-manager/users", status: 204}},
		},
		"all groups": {
			gain: []exchange{{method: "PUT", path: "~/groups/oe-admin/users/EMPLOYEE/{id}", status: 201, want: `{}`}},
			lose: []exchange{{method: "DELETE", path: "~/users/{id}/groups", status: 204}},
		},
		"lock": {
			before: []exchange{{method: "PUT", path: "~/users/{id}/lock", status: 204}, {method: "PUT", path: "~/groups/oe-editor/users/EMPLOYEE/{id}", status: 201, want: `{}`}},
			gain:   []exchange{{method: "DELETE", path: "~/users/{id}/lock", status: 204}},
			lose:   []exchange{{method: "PUT", path: "~/users/{id}/lock", status: 204}},
		},
		"a user who leaves": {
			gain: []exchange{{method: "PUT", path: "~/groups/oe-editor/users/EMPLOYEE/{id}", status: 201, want: `{}`}},
			lose: []exchange{{method: "DELETE", path: "~/users/{id}", status: 204}},
		},
		"a group's access controls": {
			before: []exchange{
				{method: "PUT", path: "~/groups/g", body: plain(``), status: 201, want: `{}`},
				{method: "PUT", path: "~/groups/g/users/EMPLOYEE/{id}", status: 201, want: `{}`},
			},
			gain: []exchange{{method: "PUT", path: "~/groups/g", body: plain(`"make-app-developer"`), status: 204}},
			lose: []exchange{{method: "PUT", path: "~/groups/g", body: plain(`"make-member"`), status: 204}},
		},
		"a group that is deleted": {
			before: []exchange{{method: "PUT", path: "~/groups/g", body: plain(`"make-scenario-editor"`), status: 201, want: `{}`}},
			gain:   []exchange{{method: "PUT", path: "~/groups/g/users/EMPLOYEE/{id}", status: 201, want: `{}`}},
			lose:   []exchange{{method: "DELETE", path: "~/groups/g?forceDelete=true", status: 204}},
		},
		"an access control's scopes": {
			before: []exchange{
				{method: "PUT", path: "~/access-controls/ours", body: `{"name": {"en": "Ours"}, "scopes": ["order.order_read"], "domains": []}`, status: 201, want: `{}`},
				{method: "PUT", path: "~/groups/g", body: plain(`"ours"`), status: 201, want: `{}`},
				{method: "PUT", path: "~/groups/g/users/EMPLOYEE/{id}", status: 201, want: `{}`},
			},
			gain: []exchange{{method: "PUT", path: "~/access-controls/ours", body: `{"name": {"en": "Ours"}, "scopes": ["integromat.scenario_edit"], "domains": []}`, status: 204}},
			lose: []exchange{{method: "PUT", path: "~/access-controls/ours", body: `{"name": {"en": "Ours"}, "scopes": ["order.order_read"], "domains": []}`, status: 204}},
		},
		// Only groups of the Orchestration Engine carry the role.
		"a group's product": {
			before: []exchange{
				{method: "PUT", path: "~/groups/g", body: plain(`"make-scenario-editor", "` + ordersViewer + `"`), status: 201, want: `{}`},
				{method: "PUT", path: "~/groups/g/users/EMPLOYEE/{id}", status: 201, want: `{}`},
			},
			gain: []exchange{{method: "PUT", path: "~/groups/g", body: plain(`"make-scenario-editor", "oe-datastore-viewer"`), status: 204}},
			lose: []exchange{{method: "PUT", path: "~/groups/g", body: plain(`"make-scenario-editor", "` + ordersViewer + `"`), status: 204}},
		},
		"a role template's product": {
			before: []exchange{
				{method: "PUT", path: "~/templates/base", body: `{"name": {"en": "B"}, "access": {"orders": "read"}}`, status: 201, want: `{}`},
				{method: "PUT", path: "~/templates/t", body: `{"name": {"en": "T"}, "basedOn": "base", "access": {}}`, status: 201, want: `{}`},
				{method: "PUT", path: "~/groups/g", body: `{"name": {"en": "G"}, "userType": "EMPLOYEE", "accessControls": ["make-scenario-editor"], "templates": ["t"]}`, status: 201, want: `{}`},
				{method: "PUT", path: "~/groups/g/users/EMPLOYEE/{id}", status: 201, want: `{}`},
			},
			gain: []exchange{{method: "PUT", path: "~/templates/base", body: `{"name": {"en": "B"}, "access": {"forms": "read"}}`, status: 204}},
			lose: []exchange{{method: "PUT", path: "~/templates/base", body: `{"name": {"en": "B"}, "access": {"orders": "read"}}`, status: 204}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSynced(t, server.Options{})
			id := s.create(t, "~/users", person(email))
			s.organization(t, 201, `"sync": true`)
			run := func(list []exchange) {
				t.Helper()
				for _, e := range list {
					e.path, e.body = strings.ReplaceAll(e.path, "{id}", id), strings.ReplaceAll(e.body, "{id}", id)
					s.check(t, e)
				}
			}
			run(c.before)
			if got := s.members(t); got != "" {
				t.Fatalf("there is %q already", got)
			}
			run(c.gain)
			s.become(t, email+" synced")
			run(c.lose)
			if got := s.members(t); got != email+" stale" {
				t.Errorf("after the loss there is %q", got)
			}
		})
	}
}

// integromatFront stands before a Make and lets tests break it.
type integromatFront struct {
	url string

	mu      sync.Mutex
	invites []string
	broken  func(w http.ResponseWriter, r *http.Request, next http.Handler) // nil: it works
}

// newIntegromatFront stands before the Make of another backend.
func newIntegromatFront(t *testing.T) *integromatFront {
	t.Helper()
	next := newBackend(t).server
	f := &integromatFront{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		broken := f.broken
		if strings.HasSuffix(r.URL.Path, "/invite") {
			f.invites = append(f.invites, r.URL.Path)
		}
		f.mu.Unlock()
		if broken != nil {
			broken(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	f.url = s.URL
	return f
}

func (f *integromatFront) breakWith(broken func(w http.ResponseWriter, r *http.Request, next http.Handler)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = broken
}

func (f *integromatFront) invited() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.invites)
}

// elsewhere are the members of an organization at the Make behind the front.
func (f *integromatFront) elsewhere() string {
	return `"sync": true, "apiUrl": "` + f.url + `", "apiKey": "` + servertest.ClientID + ":" + servertest.ClientSecret + `"`
}

// A Make that answers 500 for long is asked again and again; the change waits,
// and is done when it answers again.
func TestIntegromat_down(t *testing.T) {
	t.Parallel()
	front := newIntegromatFront(t)
	front.breakWith(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.WriteHeader(http.StatusInternalServerError)
		_, _ = w.Write([]byte(`{"message": "Make is \u0000 down"}`))
	})
	s := newSynced(t, server.Options{})
	const anna, ben = "anna@acme.example", "ben@acme.example"
	s.organization(t, 201, front.elsewhere())
	id := s.create(t, "~/users", person(anna, "oe-editor"))
	s.create(t, "~/users", person(ben, "oe-manager"))
	for range 12 {
		s.clock.advance(10 * time.Minute)
		if err := s.server.SyncMembers(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	both := anna + " pending, " + ben + " pending"
	list := read[[]api.MakeMember](t, s.backend, integromatPath("/members?status=pending"))
	if got := s.members(t); got != both || len(list) != 2 {
		t.Fatalf("there are %q", got)
	}
	for _, m := range list {
		if m.Present || m.Attempts < 12 || m.Pending != "to be added to the Make organization" || !strings.HasPrefix(m.LastError, `Make answered 500 Internal Server Error Make is \u{0} down`) {
			t.Errorf("got %+v", m)
		}
	}
	s.putGroups(t, id, "oe-editor", "oe-viewer") // changes meanwhile wait as well
	s.notices(t, nil, []string{anna + " joined", ben + " joined", anna + " changed"})
	front.breakWith(nil)
	s.db.until(t, func() bool {
		// The worker may be about to note one more failure. What is due sooner
		// than after one is under way.
		if next, err := s.store.NextMakeMember(t.Context()); err == nil && next.DueAt.Sub(s.clock.Now()) > 2*time.Minute {
			s.clock.advance(10 * time.Minute)
		}
		if err := s.server.SyncMembers(t.Context()); err != nil {
			t.Fatal(err)
		}
		return s.members(t) == anna+" synced, "+ben+" synced"
	})
	s.notices(t, []string{anna + " joined", ben + " joined", anna + " changed"}, nil)
	if front.invited() != 2 {
		t.Errorf("there were %d invitations", front.invited())
	}
}

// Running the sync does not wait for the next attempt.
func TestIntegromat_syncNow(t *testing.T) {
	t.Parallel()
	front := newIntegromatFront(t)
	refused := make(chan struct{}, 100)
	front.breakWith(func(w http.ResponseWriter, _ *http.Request, _ http.Handler) {
		w.WriteHeader(http.StatusBadGateway)
		refused <- struct{}{}
	})
	s := newSynced(t, server.Options{})
	sync := exchange{method: "POST", path: integromatPath("/sync"), status: 404, want: `{"message": "Error while getting the Make organization"}`}
	s.check(t, sync)
	s.organization(t, 201, `"sync": false`)
	sync.status, sync.want = 409, `{"message": "The sync is off"}`
	s.check(t, sync)
	s.organization(t, 204, front.elsewhere())
	s.create(t, "~/users", person("anna@acme.example", "oe-editor"))
	<-refused
	s.db.until(t, func() bool {
		return strings.Contains(fmt.Sprint(read[[]api.MakeMember](t, s.backend, integromatPath("/members"))), "Make answered 502")
	})
	front.breakWith(nil)
	sync.status, sync.want = 204, ""
	s.check(t, sync)
	s.become(t, "anna@acme.example synced")
}

// A process that ends before Make is called, or after Make has done what it was
// asked and before that is noted, leaves the rest to the next one: nobody is
// invited twice, nor forgotten.
func TestIntegromat_cutOff(t *testing.T) {
	t.Parallel()
	for name, done := range map[string]bool{"before": false, "after": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			front := newIntegromatFront(t)
			reached := make(chan struct{}, 1)
			front.breakWith(func(_ http.ResponseWriter, r *http.Request, next http.Handler) {
				if !done || strings.HasSuffix(r.URL.Path, "/invite") {
					if done {
						next.ServeHTTP(httptest.NewRecorder(), r)
					}
					reached <- struct{}{}
					<-r.Context().Done()
				}
			})
			if done { // lists are answered
				inner := front.broken
				front.breakWith(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
					if r.Method == http.MethodGet {
						next.ServeHTTP(w, r)
						return
					}
					inner(w, r, next)
				})
			}
			s := newSynced(t, server.Options{})
			s.organization(t, 201, front.elsewhere())
			s.create(t, "~/users", person("anna@acme.example", "oe-editor"))
			<-reached
			s.server.Close()
			if got := s.members(t); got != "anna@acme.example pending" {
				t.Errorf("there is %q", got)
			}
			front.breakWith(nil)
			next := synced{clock: s.clock, db: watched(s.store)}
			next.backend = over(t, s.backend, server.Options{Store: next.db, Now: s.clock.Now, PrivateIntegromat: true, Mail: accepted})
			next.become(t, "anna@acme.example synced")
			next.notices(t, []string{"anna@acme.example joined"}, nil)
			if front.invited() != 1 {
				t.Errorf("there were %d invitations", front.invited())
			}
		})
	}
}

// Two processes on one database invite nobody twice.
func TestIntegromat_twoServers(t *testing.T) {
	t.Parallel()
	front := newIntegromatFront(t)
	s := newSynced(t, server.Options{})
	second := over(t, s.backend, server.Options{Store: s.db, Now: s.clock.Now, PrivateIntegromat: true})
	s.organization(t, 201, front.elsewhere())
	const made = 6
	want := make([]string, made)
	var running sync.WaitGroup
	for i := range made {
		email := fmt.Sprintf("u%d@acme.example", i)
		s.create(t, "~/users", person(email, "oe-editor"))
		want[i] = email + " synced"
		for _, b := range []*backend{s.backend, second} {
			running.Go(func() {
				if err := b.server.SyncMembers(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
	}
	running.Wait()
	s.become(t, strings.Join(want, ", "))
	if n := front.invited(); n != made {
		t.Errorf("there were %d invitations of %d users", n, made)
	}
}

// A refusal of one user does not keep the others waiting; one who is more than
// a Member is left alone.
func TestIntegromat_single(t *testing.T) {
	t.Parallel()
	front := newIntegromatFront(t)
	s := newSynced(t, server.Options{})
	front.breakWith(func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		if strings.HasSuffix(r.URL.Path, "/invite") && front.invited() == 1 {
			w.WriteHeader(http.StatusUnprocessableEntity)
			return
		}
		next.ServeHTTP(w, r)
	})
	s.organization(t, 201, front.elsewhere())
	s.create(t, "~/users", person("anna@acme.example", "oe-editor"))
	s.db.until(t, func() bool {
		return strings.Contains(fmt.Sprint(read[[]api.MakeMember](t, s.backend, integromatPath("/members"))), "Make answered 422")
	})
	ben := s.create(t, "~/users", person("ben@acme.example", "oe-editor"))
	s.db.until(t, func() bool { return strings.Contains(s.members(t), "ben@acme.example synced") })
	key := map[string]string{"Authorization": "Token " + servertest.ClientID + ":" + servertest.ClientSecret}
	behind := &backend{url: front.url}
	var benInIntegromat int64
	for _, u := range decoded[api.MakeUserList](t, behind.send(t, exchange{path: "/api/v2/users?organizationId=7", header: key})).Users {
		if u.Email == "ben@acme.example" {
			benInIntegromat = u.ID
		}
	}
	behind.check(t, exchange{method: "POST", path: fmt.Sprintf("/api/v2/users/%d/user-organization-roles/7", benInIntegromat), header: key, body: `{"usersRoleId": 12}`, status: 200, want: `{"userOrganizationRole": {"usersRoleId": 12}}`})
	s.organization(t, 204, front.elsewhere()+`, "pruneStale": true`)
	s.putGroups(t, ben)
	s.db.until(t, func() bool { return strings.Contains(s.members(t), "ben@acme.example stale") })
	for _, m := range read[[]api.MakeMember](t, s.backend, integromatPath("/members?status=stale")) {
		if !strings.Contains(m.LastError, "more than a Member") {
			t.Errorf("got %+v", m)
		}
	}
}

func TestIntegromat_refusals(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	put := func(name, body, message string) exchange {
		return exchange{name: name, method: "PUT", path: integromatPath("/organization"), body: body, status: 400, want: `{"message": "` + message + `"}`}
	}
	key := map[string]string{"Authorization": "Token " + servertest.ClientID + ":" + servertest.ClientSecret}
	invite := func(name, body string, status int) exchange {
		want := `{"userOrganizationRole": {"usersRoleId": 13, "organizationId": 7, "invitation": "pending"}}`
		if status != 200 {
			want = makeError(status)
		}
		return exchange{name: name, method: "POST", path: "/api/v2/organizations/7/invite", header: key, body: body, status: status, want: want}
	}
	const address = "apiUrl must be the address of a Make, such as https://eu1.make.com"
	b.play(
		t,
		put("no id", `{}`, "The body is incomplete"),
		put("an empty id", `{"organizationId": ""}`, "organizationId must be the id of a Make organization, such as 12345"),
		put("a path", `{"organizationId": "7/8"}`, "organizationId must be the id of a Make organization, such as 12345"),
		put("no switch", `{"organizationId": "7", "sync": "yes"}`, "The body has a member of the wrong type"),
		put("no address", `{"organizationId": "7", "apiUrl": "eu1.make.com", "apiKey": "k"}`, address),
		put("another scheme", `{"organizationId": "7", "apiUrl": "ftp://eu1.make.com", "apiKey": "k"}`, address),
		put("a key in the address", `{"organizationId": "7", "apiUrl": "https://k:s@eu1.make.com", "apiKey": "k"}`, address),
		put("no key", `{"organizationId": "7", "apiUrl": "https://eu1.make.com"}`, "apiUrl requires apiKey, which must be printable ASCII without spaces"),
		put("a key of two lines", `{"organizationId": "7", "apiUrl": "https://eu1.make.com", "apiKey": "a\nb"}`, "apiUrl requires apiKey, which must be printable ASCII without spaces"),
		put("a key for nothing", `{"organizationId": "7", "apiKey": "k"}`, "apiKey requires apiUrl: the reference Make needs no key"),
		exchange{name: "still none", path: integromatPath("/organization"), status: 404, want: `{}`},
		exchange{name: "no such status", path: integromatPath("/members?status=gone"), status: 400, want: `{"message": "status must be synced, pending or stale, not \"gone\""}`},
		exchange{name: "nobody", path: integromatPath("/members"), status: 200, want: `[]`},
		exchange{name: "no notice", path: integromatPath("/notices"), status: 200, want: `[]`},

		exchange{name: "a Make elsewhere", method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "7", "apiUrl": "https://eu1.make.com/", "apiKey": "k"}`, status: 201, want: `{"id": "7"}`},
		exchange{name: "its key is kept", method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "8", "apiUrl": "https://eu1.make.com"}`, status: 204},
		exchange{name: "and not shown", path: integromatPath("/organization"), status: 200, want: `{"organizationId": "8", "apiUrl": "https://eu1.make.com", "hasApiKey": true, "apiKey": "` + absent + `"}`},
		put("not for another address", `{"organizationId": "8", "apiUrl": "https://eu2.make.com"}`, "apiUrl requires apiKey, which must be printable ASCII without spaces"),

		exchange{name: "Make without a key", path: "/api/v2/users/roles", header: map[string]string{"Authorization": ""}, status: 401, want: makeError(401)},
		exchange{name: "Make with a wrong key", path: "/api/v2/users/roles", header: map[string]string{"Authorization": "Token acme-key:wrong"}, status: 401, want: makeError(401)},
		exchange{name: "Make with a forged key", path: "/api/v2/users/roles", header: map[string]string{"Authorization": "Token acme:00"}, status: 401, want: makeError(401)},
		exchange{name: "Make with a token", path: "/api/v2/users/roles", status: 401, want: makeError(401)},
		exchange{name: "roles", path: "/api/v2/users/roles?category=organization", header: key, status: 200, want: `{"usersRoles": [{"id": 11, "name": "Owner"}, {"id": 12, "name": "Admin"}, {"id": 13, "name": "Member", "category": "` + absent + `"}, {"id": 14}], "pg": {"sortBy": "id", "sortDir": "asc", "limit": 10000, "offset": 0}}`},
		exchange{name: "users of nothing", path: "/api/v2/users", header: key, status: 400, want: `{"detail": "Send organizationId, and not teamId: the reference Make has no teams", "message": "Bad Request", "code": "SC400"}`},
		invite("no e-mail", `{"email": "anna", "name": "Anna"}`, 400),
		invite("the Owner", `{"email": "anna@acme.example", "name": "Anna", "usersRoleId": 11}`, 400),
		invite("a role of teams", `{"email": "anna@acme.example", "name": "Anna", "usersRoleId": 3}`, 400),
		invite("someone", `{"email": "anna@acme.example", "name": "Anna"}`, 200),
		exchange{name: "nobody's role", path: "/api/v2/users/1/user-organization-roles/7", header: key, status: 404, want: makeError(404)},
		exchange{name: "nobody to remove", method: "POST", path: "/api/v2/users/1/user-organization-roles/7", header: key, status: 404, want: makeError(404)},
	)
}

// Neither the organization of a tenant, nor who is in it, nor what happened, is
// seen or reached from another.
func TestIntegromat_isolation(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	if _, err := b.server.EnsureTenant(t.Context(), "other", ""); err != nil {
		t.Fatal(err)
	}
	if err := b.server.EnsureClient(t.Context(), "other", "other-key", "secret"); err != nil {
		t.Fatal(err)
	}
	key := map[string]string{"Authorization": "Token " + servertest.ClientID + ":" + servertest.ClientSecret}
	b.check(t, exchange{method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "7"}`, status: 201, want: `{}`})
	anna := decoded[api.MakeUserRoleAnswer](t, b.send(t, exchange{
		method: "POST", path: "/api/v2/organizations/7/invite", header: key, body: `{"email": "anna@acme.example", "name": "Anna"}`,
	})).UserOrganizationRole.UserID
	before := string(b.send(t, exchange{path: auditEvents}).body)
	header, otherKey := bearer(b.issue(t, "other", api.AllScopes()...)), map[string]string{"Authorization": "Token other-key:secret"}
	b.play(
		t,
		exchange{name: "events", path: "/iam/other/audit-events?object=7/" + fmt.Sprint(anna), header: header, status: 200, want: `[]`},
		exchange{name: "not with its token", path: auditEvents, header: header, status: 401, want: `{"fault": {}}`},
		exchange{name: "organization", path: "/make/other/organization", header: header, status: 404, want: `{}`},
		exchange{name: "delete the organization", method: "DELETE", path: "/make/other/organization", header: header, status: 404, want: `{}`},
		exchange{name: "sync", method: "POST", path: "/make/other/sync", header: header, status: 404, want: `{}`},
		exchange{name: "members", path: "/make/other/members", header: header, status: 200, want: `[]`},
		exchange{name: "notices", path: "/make/other/notices", header: header, status: 200, want: `[]`},
		exchange{name: "users of Make", path: "/api/v2/users?organizationId=7", header: otherKey, status: 200, want: `{"users": []}`},
		exchange{name: "roles in Make", path: "/api/v2/organizations/7/user-organization-roles", header: otherKey, status: 200, want: `{"userOrganizationRoles": []}`},
		exchange{name: "remove", method: "POST", path: fmt.Sprintf("/api/v2/users/%d/user-organization-roles/7", anna), header: otherKey, status: 404, want: makeError(404)},
	)
	if after := string(b.send(t, exchange{path: auditEvents}).body); after != before {
		t.Errorf("the events were %s, and are %s", before, after)
	}
	if made := read[[]api.AuditEvent](t, b, "~/audit-events?kind=make-user"); len(made) != 1 || made[0].Actor != servertest.ClientID {
		t.Errorf("who invited: got %+v", made)
	}
}

// A change of somebody whom another process has begun with waits for its end.
func TestIntegromat_changeUnderLease(t *testing.T) {
	t.Parallel()
	s := newSynced(t, server.Options{})
	id := s.create(t, "~/users", person("anna@acme.example", "oe-editor"))
	s.organization(t, 201, `"sync": true`)
	s.become(t, "anna@acme.example synced")
	due := s.clock.Now().Add(30 * time.Second).Truncate(time.Millisecond)
	err := s.db.UpdateMakeMember(t.Context(), servertest.Tenant, id, func(m *store.MakeMember) error {
		m.Pending, m.DueAt = true, due
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.putGroups(t, id, "oe-manager")
	m, err := s.db.MakeMember(t.Context(), servertest.Tenant, id)
	if err != nil || !m.Pending || !m.DueAt.Equal(due) || m.Change < 2 {
		t.Errorf("got %+v, %v", m, err)
	}
	s.clock.advance(time.Minute)
	s.putGroups(t, id, "oe-admin") // wakes the worker
	s.become(t, "anna@acme.example synced")
}
