package directory_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// newCounting starts a backend that counts the requests to its API.
func newCounting(t *testing.T) (*atomic.Int32, providertest.Backend) {
	t.Helper()
	requests := &atomic.Int32{}
	return requests, providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/oauth") {
				requests.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
}

// The refresh of many users, of their memberships and of their groups takes
// hardly more requests than the lists have pages, and shows what drifted.
func TestRefresh_ofMany(t *testing.T) {
	t.Parallel()
	const users = 120
	requests, b := newCounting(t)
	var ids []string
	for n := range users {
		id, err := b.Client.CreateUser(t.Context(), api.UserCreate{
			FirstName: "User", LastName: fmt.Sprint(n), ContactEmail: fmt.Sprintf("u%d@acme.example", n), Department: "Sales",
			PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"oe-viewer"},
		})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := b.Client.DeleteUser(t.Context(), ids[3], false); err != nil {
		t.Fatal(err)
	}
	if err := b.Client.RemoveMember(t.Context(), "oe-viewer", ids[4]); err != nil {
		t.Fatal(err)
	}
	p := providertest.New(t, b.Config)
	requests.Store(0)
	var all sync.WaitGroup
	limit := make(chan struct{}, 10) // as many at a time as Terraform refreshes
	read := func(typeName string, s state, check func(values) bool) {
		limit <- struct{}{}
		all.Go(func() {
			defer func() { <-limit }()
			if refreshed, d := p.Refresh(typeName, s); d.Failed() || !check(refreshed.Values) {
				t.Errorf("%s is %v, %v", typeName, refreshed.Values, d)
			}
		})
	}
	for n, id := range ids {
		read("iam_user", state{Values: values{
			"id": id, "email": fmt.Sprintf("u%d@acme.example", n), "first_name": "User", "last_name": fmt.Sprint(n), "department": "Sales", "status": "PROVISIONED",
			"preferred_site": "main", "preferred_currency": "EUR", "preferred_language": "en", "backoffice_user_number": id, "on_destroy": "remove",
		}}, func(v values) bool {
			return (v == nil) == (n == 3) && (v == nil || v["last_name"] == fmt.Sprint(n))
		})
		read("iam_group_membership", state{Values: values{"id": "oe-viewer/EMPLOYEE/" + id, "group_id": "oe-viewer", "user_type": "EMPLOYEE", "user_id": id}}, func(v values) bool {
			return (v == nil) == (n == 3 || n == 4)
		})
		read("iam_user_groups", state{Values: values{"user_id": id, "group_ids": []any{"oe-viewer"}}}, func(v values) bool {
			groups, _ := v["group_ids"].([]any)
			return (v == nil) == (n == 3) && (len(groups) == 0) == (n == 3 || n == 4)
		})
	}
	all.Wait()
	if got := requests.Load(); got > 10 {
		t.Errorf("%d requests for %d users", got, users)
	}
}

// Lists of memberships take one request for each group of customers, and none for groups
// of employees, whose memberships are in the list of users.
func TestMembershipLists_ofManyGroups(t *testing.T) {
	t.Parallel()
	requests, b := newCounting(t)
	var employees []string
	for n := range 40 {
		group := api.GroupCreate{ID: fmt.Sprintf("team-%02d", n), Name: api.Text{"en": fmt.Sprint("Team ", n)}, UserType: access.Employee}
		if n%20 == 0 {
			group.ID, group.UserType = fmt.Sprint("shops-", n), access.Customer
		} else {
			employees = append(employees, group.ID)
		}
		if _, err := b.Client.CreateGroup(t.Context(), group); err != nil {
			t.Fatal(err)
		}
	}
	for _, email := range []string{"Zoe@acme.example", "anna@acme.example"} {
		_, err := b.Client.CreateUser(t.Context(), api.UserCreate{
			FirstName: "A", LastName: "B", ContactEmail: email, PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: employees,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, number := range []string{"C2", "C1"} {
		if err := b.Client.AssignMember(t.Context(), "shops-20", access.Customer, number); err != nil {
			t.Fatal(err)
		}
	}
	groups, err := b.Client.Groups(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const lists = 2 // of groups and of users, a page each
	ofCustomers := int32(0)
	for _, g := range groups {
		if g.UserType == access.Customer {
			ofCustomers++
		}
	}
	p := providertest.New(t, b.Config)
	for name, c := range map[string]struct {
		filter   values
		found    int
		has      string
		requests int32
	}{
		"all":         {nil, 2*len(employees) + 2 + 1, "Zoe@acme.example in Team 1 (team-01), anna@acme.example in Team 1 (team-01), ", lists + ofCustomers}, // and the Owner's
		"one group":   {values{"group_id": "team-07"}, 2, "Zoe@acme.example in Team 7 (team-07), anna@acme.example in Team 7 (team-07)", lists},
		"customers":   {values{"group_id": "shops-20"}, 2, "C1 in Team 20 (shops-20), C2 in Team 20 (shops-20)", lists},
		"no such one": {values{"group_id": "nothing"}, 0, "", 2}, // of groups, and whether there is this one
	} {
		requests.Store(0)
		found, d := p.List("iam_group_membership", providertest.Query{Config: c.filter})
		var names []string
		for _, l := range found {
			names = append(names, l.Name)
		}
		if d.Failed() || len(found) != c.found || !strings.Contains(strings.Join(names, ", "), c.has) || requests.Load() != c.requests {
			t.Errorf("%s: %d requests, want %d; %d found, want %d: %s; %v", name, requests.Load(), c.requests, len(found), c.found, names, d)
		}
	}
	requests.Store(0)
	found, d := p.List("iam_group_members", providertest.Query{Config: values{"user_type": "EMPLOYEE"}, Include: true})
	members, _ := found[len(found)-1].Values["members"].(map[string]any)
	if d.Failed() || len(members) != 2 || members["Zoe@acme.example"] == nil || requests.Load() != lists {
		t.Errorf("%d requests for the members of employees' groups, the last with %v; %v", requests.Load(), members, d)
	}
}
