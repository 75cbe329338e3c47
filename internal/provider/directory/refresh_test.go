package directory_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// The refresh of many users, of their memberships and of their groups takes
// hardly more requests than the lists have pages, and shows what drifted.
func TestRefresh_ofMany(t *testing.T) {
	t.Parallel()
	const users = 120
	var requests atomic.Int32
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/oauth") {
				requests.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
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
