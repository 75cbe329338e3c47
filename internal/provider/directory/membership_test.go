package directory_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// userIDs makes users with these e-mails and returns their ids by e-mail.
func userIDs(t *testing.T, p *providertest.Provider, emails ...string) values {
	t.Helper()
	ids := values{}
	for _, email := range emails {
		ids[email] = p.MustApply("iam_user", state{}, with(anna(), values{"email": email})).Values["id"]
	}
	return ids
}

func memberIDs(t *testing.T, c *client.Client, group string) []string {
	t.Helper()
	members, err := c.Members(t.Context(), group)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, m := range members {
		ids = append(ids, m.UserID)
	}
	slices.Sort(ids)
	return ids
}

func TestGroupMembershipResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		p.MustApply("iam_group", state{}, orders())
		ids := userIDs(t, p, "a@acme.example", "b@acme.example")
		a, _ := ids["a@acme.example"].(string)
		other, _ := ids["b@acme.example"].(string)
		if err := b.Client.AssignMember(t.Context(), "orders-de", access.Employee, other); err != nil {
			t.Fatal(err)
		}
		config := values{"group_id": "orders-de", "user_id": a}
		made := p.MustApply("iam_group_membership", state{}, config)
		if made.Values["id"] != "orders-de/EMPLOYEE/"+a {
			t.Errorf("got %v", made.Values)
		}
		noChange(t, p, "iam_group_membership", made, config)
		for _, id := range []string{"orders-de/" + a, "orders-de/EMPLOYEE/" + a, "orders-de/A@acme.example", "orders-de/employee/a@acme.example"} {
			if imported, d := p.Import("iam_group_membership", id); d.Failed() || !maps.Equal(imported.Values, made.Values) {
				t.Errorf("import of %s: %v, %v", id, imported.Values, d)
			}
		}
		if _, d := p.Import("iam_group_membership", "orders-de"); !d.Has("Unable to import membership", "GROUP/USER") {
			t.Errorf("import of half an id: %v", d)
		}
		p.NextRun()
		p.MustApply("iam_group_membership", made, nil)
		if got := memberIDs(t, b.Client, "orders-de"); !slices.Equal(got, []string{other}) {
			t.Errorf("the other member must stay, got %v", got)
		}
	})
}

// A membership that already exists is adopted unchanged.
func TestGroupMembershipResource_isThere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	id, _ := userIDs(t, p, "a@acme.example")["a@acme.example"].(string)
	if err := b.Client.AssignMember(t.Context(), "oe-viewer", access.Employee, id); err != nil {
		t.Fatal(err)
	}
	config := values{"group_id": "oe-viewer", "user_id": id}
	made, d := p.Apply("iam_group_membership", state{}, config)
	if len(d) > 0 {
		t.Error(d)
	}
	noChange(t, p, "iam_group_membership", made, config)
}

func TestGroupMembershipResource_goneElsewhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_group", state{}, orders())
	ids := userIDs(t, p, "a@acme.example")
	config := values{"group_id": "orders-de", "user_id": ids["a@acme.example"]}
	made := p.MustApply("iam_group_membership", state{}, config)
	if err := b.Client.RemoveMember(t.Context(), "orders-de", ids["a@acme.example"].(string)); err != nil { //nolint:forcetypeassert // it is in the schema
		t.Fatal(err)
	}
	p.NextRun()
	gone, d := p.Refresh("iam_group_membership", made)
	if gone.Values != nil || !d.Has("warning: Membership Not Found") {
		t.Errorf("member gone: %v, %v", gone.Values, d)
	}
	again := p.MustApply("iam_group_membership", gone, config)
	if err := b.Client.DeleteGroup(t.Context(), "orders-de", true); err != nil {
		t.Fatal(err)
	}
	if gone, d = p.Refresh("iam_group_membership", again); gone.Values != nil || d.Failed() {
		t.Errorf("group gone: %v, %v", gone.Values, d)
	}
	p.NextRun()
	if _, d := p.Apply("iam_group_membership", again, nil); d.Failed() {
		t.Errorf("destroying what is gone: %v", d)
	}
}

func TestGroupMembershipResource_customers(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_group", state{}, values{"id": "vip", "name": values{"en": "VIP"}, "user_type": "CUSTOMER"})
	config := values{"group_id": "vip", "user_id": "C-4711", "user_type": "CUSTOMER"}
	made := p.MustApply("iam_group_membership", state{}, config)
	noChange(t, p, "iam_group_membership", made, config)
	if _, d := p.Apply("iam_group_membership", state{}, values{"group_id": "orders-de", "user_id": "nobody"}); !d.Has(`error at AttributeName("group_id"): Unable to create membership`, "orders-de", "404") {
		t.Errorf("a group that does not exist: %v", d)
	}
	if _, d := p.Apply("iam_group_membership", state{}, values{"group_id": "oe-viewer", "user_id": "nobody"}); !d.Has(`error at AttributeName("user_id"): Unable to create membership`, "User not found") {
		t.Errorf("a user that does not exist: %v", d)
	}
	if _, d := p.Apply("iam_group_membership", state{}, values{"group_id": "oe-viewer", "user_id": "a@acme.example"}); !d.Has(`error at AttributeName("user_id")`, "not an e-mail address") {
		t.Errorf("an e-mail for an id: %v", d)
	}
	if _, d := p.Apply("iam_group_membership", state{}, values{"group_id": "oe-viewer", "user_id": "C-1", "user_type": "CUSTOMER"}); !d.Has(`error at AttributeName("user_type")`, "EMPLOYEE only") {
		t.Errorf("a customer among employees: %v", d)
	}
	if _, d := p.Import("iam_group_membership", "oe-viewer/CUSTOMER/C-1"); !d.Has("Unable to import membership", "members of type EMPLOYEE, not CUSTOMER") {
		t.Errorf("import with another type: %v", d)
	}
}

func TestGroupMembersResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		p.MustApply("iam_group", state{}, orders())
		ids := userIDs(t, p, "a@acme.example", "b@acme.example", "c@acme.example")
		listed := func(emails ...string) values {
			members := values{}
			for _, email := range emails {
				members[email] = ids[email]
			}
			return values{"group_id": "orders-de", "members": members}
		}
		want := func(emails ...string) {
			t.Helper()
			var all []string
			for _, email := range emails {
				all = append(all, ids[email].(string)) //nolint:forcetypeassert // it is in the schema
			}
			slices.Sort(all)
			if got := memberIDs(t, b.Client, "orders-de"); !slices.Equal(got, all) {
				t.Errorf("the server has %v, want %v", got, all)
			}
		}
		made := p.MustApply("iam_group_members", state{}, listed("a@acme.example", "b@acme.example"))
		want("a@acme.example", "b@acme.example")
		noChange(t, p, "iam_group_members", made, listed("a@acme.example", "b@acme.example"))

		p.NextRun()
		changed := p.MustApply("iam_group_members", made, listed("b@acme.example", "c@acme.example"))
		want("b@acme.example", "c@acme.example")

		imported, d := p.Import("iam_group_members", "orders-de")
		if diff := differences(changed.Values, imported.Values); d.Failed() || len(diff) > 0 {
			t.Errorf("import: %v differs in %v, %v", imported.Values, diff, d)
		}
		p.NextRun()
		emptied := p.MustApply("iam_group_members", changed, listed())
		want()
		p.MustApply("iam_group_members", emptied, nil)
	})
}

func TestGroupMembersResource_drift(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_group", state{}, orders())
	ids := userIDs(t, p, "a@acme.example", "b@acme.example")
	config := values{"group_id": "orders-de", "members": values{"a@acme.example": ids["a@acme.example"]}}
	made := p.MustApply("iam_group_members", state{}, config)
	a, _ := ids["a@acme.example"].(string)
	other, _ := ids["b@acme.example"].(string)
	if err := b.Client.AssignMember(t.Context(), "orders-de", access.Employee, other); err != nil {
		t.Fatal(err)
	}
	if err := b.Client.RemoveMember(t.Context(), "orders-de", a); err != nil {
		t.Fatal(err)
	}
	p.NextRun()
	drifted, d := p.Refresh("iam_group_members", made)
	if members, _ := drifted.Values["members"].(values); d.Failed() || !maps.Equal(members, values{"b@acme.example": other}) {
		t.Errorf("the drift reads %v, %v", drifted.Values, d)
	}
	p.MustApply("iam_group_members", drifted, config)
	if got := memberIDs(t, b.Client, "orders-de"); !slices.Equal(got, []string{a}) {
		t.Errorf("after the fix the server has %v", got)
	}
}

func TestGroupMembersResource_namesWhoItWillRemove(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_group", state{}, orders())
	ids := userIDs(t, p, "a@acme.example", "b@acme.example")
	if err := b.Client.AssignMember(t.Context(), "orders-de", access.Employee, ids["b@acme.example"].(string)); err != nil { //nolint:forcetypeassert // it is in the schema
		t.Fatal(err)
	}
	config := values{"group_id": "orders-de", "members": values{"a@acme.example": ids["a@acme.example"]}}
	if _, _, d := p.Plan("iam_group_members", state{}, config); !d.Has("warning at", "Members Will Be Removed", "b@acme.example") {
		t.Errorf("got %v", d)
	}
}

// A user who stays, or changes groups, never loses access on the way: lists add before
// they remove.
func TestMembershipLists_addBeforeTheyRemove(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var writes []string
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet && strings.Contains(r.URL.Path, "/groups/") {
				mu.Lock()
				writes = append(writes, r.Method)
				mu.Unlock()
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	ids := userIDs(t, p, "a@acme.example", "b@acme.example", "c@acme.example", "d@acme.example")
	list := func(emails ...string) values {
		members := values{}
		for _, email := range emails {
			members[email] = ids[email]
		}
		return values{"group_id": "oe-viewer", "members": members}
	}
	groups := func(of ...any) values { return values{"user_id": ids["a@acme.example"], "group_ids": of} }
	for _, c := range []struct {
		typeName      string
		first, second values
	}{
		{"iam_group_members", list("a@acme.example", "b@acme.example"), list("c@acme.example", "d@acme.example")},
		{"iam_user_groups", groups("oe-editor", "oe-manager"), groups("oe-admin", "oe-viewer")},
	} {
		p.NextRun()
		made := p.MustApply(c.typeName, state{}, c.first)
		p.NextRun()
		writes = nil
		p.MustApply(c.typeName, made, c.second)
		if !slices.Equal(writes, []string{http.MethodPut, http.MethodPut, http.MethodDelete, http.MethodDelete}) {
			t.Errorf("%s made the requests %v", c.typeName, writes)
		}
	}
}

// The user may be in groups that no state knows: those that a new resource
// takes away are named before.
func TestUserGroupsResource_namesWhatItWillLeave(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	id, _ := userIDs(t, p, "a@acme.example")["a@acme.example"].(string)
	for _, group := range []string{"oe-viewer", "oe-admin"} {
		if err := b.Client.AssignMember(t.Context(), group, access.Employee, id); err != nil {
			t.Fatal(err)
		}
	}
	p.NextRun()
	config := values{"user_id": id, "group_ids": []any{"oe-viewer"}}
	if _, _, d := p.Plan("iam_user_groups", state{}, config); len(d) != 1 || !d.Has(`warning at AttributeName("group_ids")`, "Groups Will Be Left", "The apply removes a@acme.example from groups that are not listed: oe-admin.") {
		t.Errorf("got %v", d)
	}
	// The same goes for a user whose groups were not managed until now.
	p.NextRun()
	imported, d := p.Import("iam_user", id)
	if d.Failed() {
		t.Fatal(d)
	}
	all := with(anna(), values{"email": "a@acme.example", "group_ids": []any{"oe-viewer", "oe-admin"}})
	if _, _, d := p.Plan("iam_user", imported, all); len(d) > 0 {
		t.Errorf("nothing goes: %v", d)
	}
	p.NextRun()
	if _, _, d := p.Plan("iam_user", imported, with(all, values{"group_ids": []any{}})); len(d) != 1 || !d.Has("Groups Will Be Left", ": oe-admin, oe-viewer.") {
		t.Errorf("got %v", d)
	}
	p.NextRun()
	managed := p.MustApply("iam_user", imported, all)
	p.NextRun()
	if _, _, d := p.Plan("iam_user", managed, with(all, values{"group_ids": []any{}})); len(d) > 0 {
		t.Errorf("what is managed: %v", d)
	}
	p.NextRun()
	for name, config := range map[string]values{
		"nothing goes":   {"user_id": id, "group_ids": []any{"oe-viewer", "oe-admin"}},
		"unknown groups": {"user_id": id, "group_ids": []any{providertest.Unknown}},
		"unknown user":   {"user_id": providertest.Unknown, "group_ids": []any{}},
		"no such user":   {"user_id": "nobody", "group_ids": []any{}},
	} {
		p.NextRun()
		if _, _, d := p.Plan("iam_user_groups", state{}, config); len(d) > 0 {
			t.Errorf("%s: %v", name, d)
		}
	}
}

func TestUserGroupsResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		p.MustApply("iam_group", state{}, orders())
		id, _ := userIDs(t, p, "a@acme.example")["a@acme.example"].(string)
		in := func(groups ...any) values { return values{"user_id": id, "group_ids": groups} }
		want := func(groups ...string) {
			t.Helper()
			user, err := b.Client.User(t.Context(), id)
			if err != nil || !slices.Equal(slices.Sorted(slices.Values(user.GroupIDs)), groups) {
				t.Errorf("the server has %v, %v; want %v", user.GroupIDs, err, groups)
			}
		}
		if err := b.Client.AssignMember(t.Context(), "oe-admin", access.Employee, id); err != nil {
			t.Fatal(err)
		}
		made := p.MustApply("iam_user_groups", state{}, in("orders-de", "oe-viewer"))
		want("oe-viewer", "orders-de")
		noChange(t, p, "iam_user_groups", made, in("orders-de", "oe-viewer"))
		imported, d := p.Import("iam_user_groups", "A@acme.example")
		if diff := differences(made.Values, imported.Values); d.Failed() || len(diff) > 0 {
			t.Errorf("import: %v, %v", imported.Values, d)
		}
		if err := b.Client.AssignMember(t.Context(), "oe-admin", access.Employee, id); err != nil {
			t.Fatal(err)
		}
		drifted, _ := p.Refresh("iam_user_groups", made)
		if groups, _ := drifted.Values["group_ids"].([]any); len(groups) != 3 {
			t.Errorf("the drift reads %v", groups)
		}
		p.NextRun()
		fixed := p.MustApply("iam_user_groups", drifted, in("oe-viewer"))
		want("oe-viewer")
		p.NextRun()
		if _, d := p.Apply("iam_user_groups", fixed, in("oe-viewer", "nowhere")); !d.Has(`error at AttributeName("group_ids"): Unable to update groups of user`, "Joining nowhere", "404", "is not an id") {
			t.Errorf("a group that does not exist: %v", d)
		}
		p.NextRun()
		none := p.MustApply("iam_user_groups", fixed, in())
		want()
		noChange(t, p, "iam_user_groups", none, in())
		p.MustApply("iam_user_groups", none, nil)
		if err := b.Client.DeleteUser(t.Context(), id, false); err != nil {
			t.Fatal(err)
		}
		if gone, d := p.Refresh("iam_user_groups", none); gone.Values != nil || !d.Has("warning: User Not Found") {
			t.Errorf("user gone: %v, %v", gone.Values, d)
		}
	})
}

func TestGroupMembersResource_badMembers(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	for _, c := range []struct {
		members values
		want    []string
	}{
		{values{"a@acme.example": ""}, []string{`ElementKeyString("a@acme.example"): Invalid Member`, "has no user id"}},
		{values{"": "1"}, []string{`error at AttributeName("members").ElementKeyString(""): Empty Key`}},
		{values{"a@acme.example": "1", "A@acme.example": "2"}, []string{"same e-mail address"}},
		{values{"a@acme.example": "1", "b@acme.example": "1"}, []string{"same user, 1"}},
	} {
		if _, _, d := p.Plan("iam_group_members", state{}, values{"group_id": "oe-viewer", "members": c.members}); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.members, d)
		}
	}
	owner, _ := b.Client.UserByEmail(t.Context(), "owner@acme.example")
	if err := b.Client.AssignMember(t.Context(), "oe-viewer", access.Employee, owner.ID); err != nil {
		t.Fatal(err)
	}
	for _, members := range []any{providertest.Unknown, values{"OWNER@acme.example": providertest.Unknown}} {
		p.NextRun()
		if _, _, d := p.Plan("iam_group_members", state{}, values{"group_id": "oe-viewer", "members": members}); len(d) > 0 {
			t.Errorf("%v: got %v", members, d)
		}
	}
}

// Somebody else adds a member while the members are written: that is for the
// next plan to show, and no error now.
func TestGroupMembersResource_otherWriter(t *testing.T) {
	t.Parallel()
	var b providertest.Backend
	var other string
	var done atomic.Bool // also for the request of the wrapper itself
	b = providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/groups/orders-de/users/") && !done.Swap(true) {
				_ = b.Client.AssignMember(r.Context(), "orders-de", access.Employee, other)
			}
		})
	}})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_group", state{}, orders())
	ids := userIDs(t, p, "a@acme.example", "b@acme.example")
	other, _ = ids["b@acme.example"].(string)
	config := values{"group_id": "orders-de", "members": values{"a@acme.example": ids["a@acme.example"]}}
	made := p.MustApply("iam_group_members", state{}, config)
	drifted, _ := p.Refresh("iam_group_members", made)
	if members, _ := drifted.Values["members"].(values); len(members) != 2 {
		t.Errorf("the next refresh shows %v", members)
	}
}

// An addition fails halfway: the state has those who are members now.
func TestGroupMembersResource_halfDone(t *testing.T) {
	t.Parallel()
	var left atomic.Int32 // how many additions work
	left.Store(2)
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut && strings.Contains(r.URL.Path, "/groups/orders-de/users/") && left.Add(-1) < 0 {
				http.Error(w, "broken", http.StatusInternalServerError)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_group", state{}, orders())
	ids := userIDs(t, p, "a@acme.example", "b@acme.example", "c@acme.example")
	made := p.MustApply("iam_group_members", state{}, values{"group_id": "orders-de", "members": values{"a@acme.example": ids["a@acme.example"]}})
	config := values{"group_id": "orders-de", "members": values{"b@acme.example": ids["b@acme.example"], "c@acme.example": ids["c@acme.example"]}}
	p.NextRun()
	half, d := p.Apply("iam_group_members", made, config)
	if !d.Has("error: Unable to update members of group", "Adding ", "500") {
		t.Errorf("got %v", d)
	}
	// One came, and nobody has left yet.
	members, _ := half.Values["members"].(values)
	var kept []string
	for email, id := range members {
		if id != ids[email] {
			t.Errorf("%s has the id %v, want %v", email, id, ids[email])
		}
		kept = append(kept, id.(string)) //nolint:forcetypeassert // it is in the schema
	}
	slices.Sort(kept)
	if got := memberIDs(t, b.Client, "orders-de"); len(got) != 2 || !slices.Equal(kept, got) || members["a@acme.example"] == nil {
		t.Errorf("the state has %v, the server %v", members, got)
	}
	left.Store(1)
	noChange(t, p, "iam_group_members", p.MustApply("iam_group_members", half, config), config)
}

func TestGroupMembershipResource_customerGoneElsewhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_group", state{}, values{"id": "vip", "name": values{"en": "VIP"}, "user_type": "CUSTOMER"})
	join := func(customer string) state {
		return p.MustApply("iam_group_membership", state{}, values{"group_id": "vip", "user_id": customer, "user_type": "CUSTOMER"})
	}
	made, other := join("C-4711"), join("C-4712")
	if err := b.Client.RemoveMember(t.Context(), "vip", "C-4711"); err != nil {
		t.Fatal(err)
	}
	if gone, d := p.Refresh("iam_group_membership", made); gone.Values != nil || !d.Has("warning: Membership Not Found", "vip/CUSTOMER/C-4711") {
		t.Errorf("customer gone: %v, %v", gone.Values, d)
	}
	if kept, d := p.Refresh("iam_group_membership", other); kept.Values == nil || len(d) > 0 {
		t.Errorf("the other customer: %v, %v", kept.Values, d)
	}
	if err := b.Client.DeleteGroup(t.Context(), "vip", true); err != nil {
		t.Fatal(err)
	}
	if gone, d := p.Refresh("iam_group_membership", other); gone.Values != nil || d.Failed() {
		t.Errorf("group gone: %v, %v", gone.Values, d)
	}
}
