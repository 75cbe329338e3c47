package directory_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A user who is replaced under the same address keeps the groups and the lock that
// others gave, whoever asked for the replacement and in either order.
func TestUserResource_replacedKeepsWhatOthersGave(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]providertest.Replacement{
		"tainted": {}, "forced": {Forced: true}, "tainted, new one first": {CreateFirst: true}, "forced, new one first": {Forced: true, CreateFirst: true},
	} {
		for _, onDestroy := range []string{"remove", "lock"} {
			t.Run(name+", "+onDestroy, func(t *testing.T) {
				t.Parallel()
				b := providertest.Remote(t, servertest.Options{})
				p := providertest.New(t, b.Config)
				config := with(anna(), values{"on_destroy": onDestroy})
				made := p.MustApply("iam_user", state{}, config)
				id, _ := made.Values["id"].(string)
				must(t, b.Client.AssignMember(t.Context(), "oe-viewer", access.Employee, id))
				must(t, b.Client.LockUser(t.Context(), id))
				made, left, d := p.Replace("iam_user", made, config, how)
				if d.Failed() || left.Values != nil {
					t.Fatalf("%v, left %v", d, left.Values)
				}
				user, err := b.Client.UserByEmail(t.Context(), "anna.schmidt@acme.example")
				if err != nil || !slices.Equal(user.GroupIDs, []string{"oe-viewer"}) || !user.Locked() || user.ID != made.Values["id"] {
					t.Errorf("got %+v, %v, state %v", user, err, made.Values)
				}
				if said := d.Has("warning", "User Not Replaced: Anna.Schmidt@acme.example", "create_before_destroy"); said != how.CreateFirst {
					t.Errorf("got %v", d)
				}
				p.NextRun()
				kept, _ := p.Refresh("iam_user", made)
				noChange(t, p, "iam_user", kept, config)
			})
		}
	}
}

// What this resource manages itself is what the configuration says.
func TestUserResource_replacedWithItsOwnGroups(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	config := with(anna(), values{"group_ids": []any{"oe-viewer"}, "locked": false})
	made := p.MustApply("iam_user", state{}, config)
	id, _ := made.Values["id"].(string)
	must(t, b.Client.AssignMember(t.Context(), "oe-admin", access.Employee, id))
	must(t, b.Client.LockUser(t.Context(), id))
	if _, _, d := p.Replace("iam_user", made, config, providertest.Replacement{Forced: true}); d.Failed() {
		t.Fatal(d)
	}
	user, err := b.Client.UserByEmail(t.Context(), "anna.schmidt@acme.example")
	if err != nil || !slices.Equal(user.GroupIDs, []string{"oe-viewer"}) || user.Locked() {
		t.Errorf("got %+v, %v", user, err)
	}
}

// A group that is replaced under the same id has its members again, employees and
// customers. Where it is for others then, it has none.
func TestGroupResource_replacedKeepsMembers(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	user, _ := p.MustApply("iam_user", state{}, anna()).Values["id"].(string)
	for userType, member := range map[string]string{"EMPLOYEE": user, "CUSTOMER": "C1000"} {
		id := strings.ToLower(userType)
		config := values{"id": id, "name": values{"en": "G"}, "user_type": userType, "force_delete": true}
		made := p.MustApply("iam_group", state{}, config)
		must(t, b.Client.AssignMember(t.Context(), id, access.UserType(userType), member))
		for _, how := range []providertest.Replacement{{Forced: true}, {}, {Forced: true, CreateFirst: true}} {
			replaced, left, d := p.Replace("iam_group", made, config, how)
			members, err := b.Client.Members(t.Context(), id)
			if d.Failed() || left.Values != nil || err != nil || len(members) != 1 || members[0].UserID != member {
				t.Errorf("%s, %+v: %v, %v, members %v", userType, how, d, err, members)
			}
			made = replaced
		}
		other := "CUSTOMER"
		if userType == other {
			other = "EMPLOYEE"
		}
		p.MustApply("iam_group", made, with(config, values{"user_type": other}))
		if members, err := b.Client.Members(t.Context(), id); err != nil || len(members) != 0 {
			t.Errorf("for %s instead: %v, %v", other, members, err)
		}
	}
}

// A replacement is a removal for the guardrails: the plan refuses it, however
// Terraform comes to it. A user of no state is created, and is none.
func TestGuardrails_replacement(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, anna())
	id, _ := made.Values["id"].(string)
	must(t, b.Client.AssignMember(t.Context(), "oe-admin", access.Employee, id))
	for want, limits := range map[string]values{
		"Protected Users Lose Access": {"protect_users": []any{"anna.schmidt@acme.example"}},
		"Too Many Users Lose Access":  {"max_users_losing_access": 0},
	} {
		p := providertest.New(t, with(b.Config, values{"guardrails": limits}))
		for name, how := range map[string]providertest.Replacement{"tainted": {}, "forced": {Forced: true}} {
			none, left, d := p.Replace("iam_user", made, anna(), how)
			if !d.Has("error: "+want, "Anna.Schmidt@acme.example") || none.Values != nil || left.Values == nil {
				t.Errorf("%s: %v", name, d)
			}
		}
		// Under -refresh=false the state is only upgraded.
		p.NextRun()
		p.Upgrade("iam_user", 0, []byte(`{"id": "`+id+`", "email": "Anna.Schmidt@acme.example"}`))
		if _, _, d := p.Plan("iam_user", state{}, anna()); !d.Has("error: " + want) {
			t.Errorf("not refreshed: %v", d)
		}
		if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"email": "new@acme.example"})); d.Failed() {
			t.Errorf("a new user: %v", d)
		}
		noChange(t, p, "iam_user", made, anna())
	}
	if user, err := b.Client.User(t.Context(), id); err != nil || len(user.GroupIDs) != 1 {
		t.Errorf("got %+v, %v", user, err)
	}
}

// Users of a configuration who change places are destroyed and created under one
// address each, in whatever order they are planned.
func TestUserResource_changePlaces(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	user := func(n int) values { return with(anna(), values{"email": fmt.Sprintf("u%d@acme.example", n)}) }
	var made []state
	for n := range 3 {
		made = append(made, p.MustApply("iam_user", state{}, user(n)))
	}
	// The first of a list by count was taken out.
	plans := []func() providertest.Diagnostics{
		func() providertest.Diagnostics { _, _, d := p.Plan("iam_user", made[0], user(1)); return d },
		func() providertest.Diagnostics { _, _, d := p.Plan("iam_user", made[1], user(2)); return d },
		func() providertest.Diagnostics { _, _, d := p.Plan("iam_user", made[2], nil); return d },
	}
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}} {
		p.NextRun()
		var said providertest.Diagnostics
		for _, i := range order {
			said = append(said, plans[i]()...)
		}
		for _, email := range []string{"u1@acme.example", "u2@acme.example"} {
			if !said.Has("error at", "User Destroyed And Created", email, "moved {", "count or for_each") {
				t.Errorf("%v: %s: %v", order, email, said)
			}
		}
	}
}

// An adoption says what it changes, and guardrails judge what it takes.
func TestAdoptExisting(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_group", state{}, values{"id": "clerks", "name": values{"en": "Clerks"}, "access": values{"orders": "manage", "carts": "manage"}, "restrictions": nil})
	p.MustApply("iam_user", state{}, with(anna(), values{"department": "Sales", "group_ids": []any{"clerks"}}))
	fewer := values{"id": "clerks", "name": values{"en": "Clerks"}, "description": values{"en": "New"}, "access": values{"orders": "read"}}
	adopts := with(b.Config, values{"adopt_existing": true})

	p = providertest.New(t, adopts)
	if _, _, d := p.Plan("iam_group", state{}, fewer); d.Failed() || !d.Has("warning", "Group Adopted: clerks", "effective_access.orders: \"manage\" → \"read\"", "effective_access.carts: \"manage\" → ", "description.en: none → \"New\"") || d.Has("role_template") {
		t.Errorf("a group with fewer rights: %v", d)
	}
	if _, _, d := p.Plan("iam_group", state{}, with(fewer, values{"access": nil, "user_type": "CUSTOMER"})); !d.Has(`error at AttributeName("user_type"): Group Cannot Be Adopted`, "EMPLOYEE") {
		t.Errorf("a group for others: %v", d)
	}
	limited := providertest.New(t, with(adopts, values{"guardrails": values{"max_users_losing_access": 0}}))
	if _, _, d := limited.Plan("iam_group", state{}, fewer); !d.Has("error: Too Many Users Lose Access", "Anna.Schmidt@acme.example") {
		t.Errorf("against a limit: %v", d)
	}
	if _, _, d := limited.Plan("iam_user", state{}, anna()); d.Failed() {
		t.Errorf("a user who stays in the groups: %v", d)
	}
	if _, _, d := limited.Plan("iam_user", state{}, with(anna(), values{"group_ids": []any{}})); !d.Has("error: Too Many Users Lose Access") {
		t.Errorf("a user who leaves a group: %v", d)
	}

	user, d := p.Apply("iam_user", state{}, with(anna(), values{"last_name": "Meyer"}))
	if d.Failed() || !d.Has("User Adopted: Anna.Schmidt@acme.example", `last_name: "Schmidt" → "Meyer"`) || d.Has("department") {
		t.Fatalf("got %v", d)
	}
	found, err := b.Client.UserByEmail(t.Context(), "anna.schmidt@acme.example")
	if err != nil || found.LastName != "Meyer" || found.Department != "Sales" || len(found.GroupIDs) != 1 || found.ID != user.Values["id"] {
		t.Errorf("got %+v, %v", found, err)
	}
	noChange(t, p, "iam_user", user, with(anna(), values{"last_name": "Meyer"}))
}

// Looking for what exists costs no request for each object.
func TestUserResource_existingCostsOneList(t *testing.T) {
	t.Parallel()
	var lists atomic.Int32
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/users") {
				lists.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	p.NextRun()
	for n := range 100 {
		if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"email": fmt.Sprintf("u%d@acme.example", n)})); len(d) > 0 {
			t.Fatal(d)
		}
	}
	if n := lists.Load(); n != 1 {
		t.Errorf("the plan listed the users %d times", n)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// A plan that replaces an object and is thrown away leaves nothing behind by which a
// later creation would take over what exists: the next run that reads the object, as
// one that only forgets it does, ends what the plan remembered.
func TestReplacement_thrownAway(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	made := p.MustApply("iam_user", state{}, anna())
	throwAway := func() {
		t.Helper()
		p.NextRun()
		first, _, d := p.Plan("iam_user", made, anna())
		if d.Failed() {
			t.Fatal(d)
		}
		if _, _, d := p.Plan("iam_user", state{Private: first.Private}, anna()); d.Failed() {
			t.Fatal(d)
		}
		p.NextRun()
	}
	for name, later := range map[string]func(){
		"read":      func() { p.Refresh("iam_user", made) },
		"kept":      func() { p.Plan("iam_user", made, anna()) },
		"destroyed": func() { p.Plan("iam_user", made, nil) },
	} {
		throwAway()
		later()
		p.NextRun()
		if _, _, d := p.Plan("iam_user", state{}, anna()); !d.Has("error", "User Already Exists") {
			t.Errorf("%s: %v", name, d)
		}
	}
}
