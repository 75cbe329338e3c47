package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// narrowStore fails a test that reads whole lists of a tenant.
type narrowStore struct {
	wholeStore
	narrowTx
}

// wholeStore are the methods of a store that no transaction has.
type wholeStore interface {
	InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error
	Ping(ctx context.Context) error
	Backlog(ctx context.Context) (store.Backlog, error)
	WriteMetrics(w io.Writer)
	Close() error
}

// narrowTx is a transaction of a narrowStore.
type narrowTx struct {
	store.Tx

	t testing.TB
}

func (s narrowStore) InTx(ctx context.Context, tenant string, fn func(tx store.Tx) error) error {
	return s.wholeStore.InTx(ctx, tenant, func(tx store.Tx) error { return fn(narrowTx{tx, s.t}) })
}

func (x narrowTx) Groups(ctx context.Context, tenant string) ([]store.Group, error) {
	x.t.Error("all groups are read")
	return x.Tx.Groups(ctx, tenant)
}

func (x narrowTx) AccessControls(ctx context.Context, tenant string) ([]store.AccessControl, error) {
	x.t.Error("all access controls are read")
	return x.Tx.AccessControls(ctx, tenant)
}

func (x narrowTx) Templates(ctx context.Context, tenant string) ([]store.Template, error) {
	x.t.Error("all templates are read")
	return x.Tx.Templates(ctx, tenant)
}

func (x narrowTx) TeamMembers(ctx context.Context, tenant string) ([]store.TeamMember, error) {
	x.t.Error("the whole team is read")
	return x.Tx.TeamMembers(ctx, tenant)
}

// withRights fills a tenant with two users, whose groups use what the tenant defines
// itself, and many other groups. It returns the first user's id.
func withRights(t testing.TB, b *backend) (userID string) {
	t.Helper()
	b.allowRestrictions(t, "DE")
	b.withScopes(t, "own_read")
	b.check(t, exchange{method: "PUT", path: "~/access-controls/own", body: `{"scopes": ["own_read", "integromat.app_developer"]}`, status: 201, want: `{"id": "own"}`})
	b.check(t, exchange{method: "PUT", path: "~/templates/mine", body: `{"name": {"en": "Mine"}, "access": {"tax": "read"}}`, status: 201, want: `{"id": "mine"}`})
	b.create(t, "~/groups", `{"id": "one", "name": {"en": "One"}, "accessControls": ["own", "`+ordersViewer+`"], "templates": ["mine", "viewer", "oe_viewer"], "restrictions": ["DE"]}`)
	b.create(t, "~/groups", `{"id": "two", "name": {"en": "Two"}, "accessControls": ["make-scenario-editor"]}`)
	for i := range 50 {
		b.create(t, "~/groups", fmt.Sprintf(`{"id": "other-%d", "name": {"en": "Other"}, "accessControls": ["own"], "templates": ["mine"]}`, i))
	}
	b.create(t, team("/members"), `{"email": "anna@acme.example", "role": "admin"}`)
	b.create(t, "~/users", person("other@acme.example", "two"))
	return b.create(t, "~/users", person("anna@acme.example", "one", "two"))
}

// The report of one user reads the user's groups and what they carry, and is the same as in
// the report of all.
func TestReport_readsTheUsersGroups(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	id := withRights(t, filled)
	b := over(t, filled, server.Options{Now: newClock().Now, Store: narrowStore{filled.store, narrowTx{filled.store, t}}})
	var one api.UserReport
	if err := json.Unmarshal(b.send(t, exchange{path: "~/users/" + id + "/report"}).body, &one); err != nil {
		t.Fatal(err)
	}
	var all []api.UserReport
	if err := json.Unmarshal(filled.send(t, exchange{path: "~/report"}).body, &all); err != nil {
		t.Fatal(err)
	}
	if len(one.Rows) < 10 || one.TeamRole != "admin" || !reflect.DeepEqual(one.MakeRoles, []string{access.MakeAppDeveloper, access.MakeScenarioEditor}) {
		t.Errorf("got %+v", one)
	}
	if i := slices.IndexFunc(all, func(r api.UserReport) bool { return r.UserID == id }); i < 0 || !reflect.DeepEqual(one, all[i]) {
		t.Errorf("the report of all has another report than\n%+v", one)
	}
}

// A change of a user's groups reads these groups and what they carry for the sync with Make.
func TestIntegromat_readsTheUsersGroups(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	id := withRights(t, filled)
	filled.check(t, exchange{method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "7", "sync": true}`, status: 201, want: `{}`})
	b := over(t, filled, server.Options{Now: newClock().Now, Store: narrowStore{filled.store, narrowTx{filled.store, t}}})
	for _, step := range []struct {
		exchange exchange
		want     []string
	}{
		{exchange{method: "DELETE", path: "~/groups/two/users/" + id, status: 204}, []string{access.MakeAppDeveloper}},
		{exchange{method: "DELETE", path: "~/groups/one/users/" + id, status: 204}, nil},
	} {
		b.check(t, step.exchange)
		m, err := b.store.MakeMember(t.Context(), servertest.Tenant, id)
		if err != nil || !slices.Equal(m.Roles, step.want) {
			t.Errorf("%s: got %v, %v, want %v", step.exchange.path, m.Roles, err, step.want)
		}
	}
}

// manyUsers is a store with users that it makes up, and that may fail after some of them.
type manyUsers struct {
	store.Store

	t     testing.TB
	users int
	err   error
}

func (s manyUsers) Users(ctx context.Context, tenant string, page store.Page) ([]store.User, int, error) {
	if page.Limit != 1 {
		s.t.Errorf("users are listed by %+v", page)
	}
	list, _, err := s.Store.Users(ctx, tenant, page)
	return list, s.users, err
}

func (s manyUsers) EachUser(_ context.Context, tenant string, fn func(u store.User, groupIDs []string) error) error {
	for i := range s.users {
		id := fmt.Sprintf("user-%031d", i)
		u := store.User{Tenant: tenant, ID: id, Email: id + "@acme.example", FirstName: "Anna", LastName: "Kowalska", Department: "Sales"}
		if err := fn(u, []string{"everyone", fmt.Sprint("group ", i%2000)}); err != nil {
			return err
		}
	}
	return s.err
}

// A report of all users is written one by one: what is in memory for a user is less than what
// is reserved. The test is alone, as it measures memory.
func TestReport_large(t *testing.T) {
	const users = 50_000
	filled := newBackend(t)
	filled.create(t, "~/groups", `{"id": "everyone", "name": {"en": "E"}, "accessControls": ["`+ordersViewer+`"]}`)
	b := over(t, filled, server.Options{Now: newClock().Now, Store: manyUsers{Store: filled.store, t: t, users: users}})
	inUse := func() int64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc) //nolint:gosec // far from overflowing
	}
	before := inUse()
	for _, accept := range []string{"text/csv", "application/json"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.url+"/iam/acme/report", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+b.token)
		r.Header.Set("Accept", accept)
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer got.Body.Close()
		lines := bufio.NewReader(got.Body)
		if _, err := lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
		if grown := inUse() - before; grown > users*server.ReportCost {
			t.Errorf("%s: %d bytes for each user are in memory", accept, grown/users)
		}
		rest, err := io.ReadAll(lines)
		if n := 1 + bytes.Count(rest, []byte("\n")); err != nil || n != users+1 { // with the header, or the last bracket
			t.Errorf("%s: got %d lines, %v", accept, n, err)
		}
	}
}

// Whoever asks for a report gets all of it or an error.
func TestReport_readingFails(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	b := over(t, filled, server.Options{Now: newClock().Now, Store: manyUsers{Store: filled.store, t: t, users: 5000, err: store.ErrUnavailable}})
	for _, accept := range []string{"text/csv", "application/json"} {
		b.check(t, exchange{path: "~/report", header: map[string]string{"Accept": accept}, status: 503, want: `{"code": 503}`})
	}
}
