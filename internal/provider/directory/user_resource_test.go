package directory_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// values and State are short for what every test here writes.
type (
	values = providertest.Values
	state  = providertest.State
)

func anna() values {
	return values{"email": "Anna.Schmidt@acme.example", "first_name": "Anna", "last_name": "Schmidt"}
}

// with returns a copy of the values with some set; nil unsets.
func with(v, changes values) values {
	merged := values{}
	for _, m := range []values{v, changes} {
		for key, value := range m {
			merged[key] = value
		}
	}
	return merged
}

func TestUserResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_user", state{}, with(anna(), values{"department": "Sales"}))
		id, _ := made.Values["id"].(string)
		user, err := b.Client.User(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if user.Department != "Sales" || user.PreferredSite != "main" || made.Values["status"] != "PROVISIONED" {
			t.Errorf("got %+v in state %v", user, made.Values)
		}

		changed := p.MustApply("iam_user", made, with(anna(), values{"department": "Support", "preferred_language": "de"}))
		if user, _ = b.Client.User(t.Context(), id); user.Department != "Support" || user.PreferredLanguage != "de" {
			t.Errorf("after the update: %+v", user)
		}
		unset := p.MustApply("iam_user", changed, anna())
		if unset.Values["department"] != "Support" {
			t.Errorf("an attribute that is left out keeps what the user has, got %v", unset.Values["department"])
		}
		refreshed, d := p.Refresh("iam_user", unset)
		if len(d) > 0 || refreshed.Values["email"] != "Anna.Schmidt@acme.example" {
			t.Errorf("refresh: %v %v", refreshed.Values, d)
		}
		p.MustApply("iam_user", refreshed, nil)
		if users, _ := b.Client.Users(t.Context()); len(users) != 1 { // the owner
			t.Errorf("destroy left %d users", len(users))
		}
	})
}

func TestUserResource_emailCaseIsNoChange(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, anna())
	planned, replace, d := p.Plan("iam_user", made, with(anna(), values{"email": "anna.SCHMIDT@acme.example"}))
	if replace || d.Failed() || planned.Values["email"] != made.Values["email"] || planned.Values["status"] != made.Values["status"] {
		t.Errorf("replace %v, planned %v, %v", replace, planned.Values, d)
	}
}

// Another address is another person: the plan says what replacing means.
func TestUserResource_anotherEmail(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	made := p.MustApply("iam_user", state{}, anna())
	_, replace, d := p.Plan("iam_user", made, with(anna(), values{"email": "other@acme.example"}))
	if !replace || d.Failed() || !d.Has("warning at", "email", "User Will Be Replaced", "is removed and the new address is invited") {
		t.Errorf("replace %t, %v", replace, d)
	}
	if _, _, d := p.Plan("iam_user", made, with(anna(), values{"last_name": "Miller"})); len(d) > 0 {
		t.Errorf("another name: %v", d)
	}
}

func TestUserResource_defaults(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, with(b.Config, values{"user_defaults": values{"department": "Everywhere", "preferred_site": "main", "preferred_currency": "GBP", "preferred_language": "fr"}}))
	planned, _, d := p.Plan("iam_user", state{}, with(anna(), values{"preferred_currency": "USD"}))
	if d.Failed() || planned.Values["department"] != "Everywhere" || planned.Values["preferred_site"] != "main" ||
		planned.Values["preferred_currency"] != "USD" || planned.Values["preferred_language"] != "fr" {
		t.Errorf("planned %v, %v", planned.Values, d)
	}
}

// A default that is known after apply leaves the attribute unknown in the plan;
// to promise anything else would break the apply.
func TestUserResource_unknownDefaults(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	for _, defaults := range []any{providertest.Unknown, values{"department": providertest.Unknown}} {
		p := providertest.New(t, with(b.Config, values{"user_defaults": defaults}))
		planned, _, d := p.Plan("iam_user", state{}, with(anna(), values{"preferred_language": "fr"}))
		if d.Failed() || planned.Values["department"] != providertest.Unknown || planned.Values["preferred_language"] != "fr" {
			t.Errorf("%v: planned %v, %v", defaults, planned.Values, d)
		}
	}
}

// A refresh while the provider's configuration is unknown keeps the state.
func TestUserResource_refreshWhileProviderIsUnknown(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	made := providertest.New(t, b.Config).MustApply("iam_user", state{}, anna())
	p := providertest.New(t, with(b.Config, values{"client_secret": providertest.Unknown}))
	kept, d := p.Refresh("iam_user", made)
	if diff := differences(made.Values, kept.Values); len(diff) > 0 || d.Failed() || !d.Has("warning: Object Not Refreshed") {
		t.Errorf("differs in %v, %v", diff, d)
	}
}

func TestUserResource_keepsMemberships(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, anna())
	id, _ := made.Values["id"].(string)
	if err := b.Client.AssignMember(t.Context(), "oe-viewer", "EMPLOYEE", id); err != nil {
		t.Fatal(err)
	}
	p.MustApply("iam_user", made, with(anna(), values{"department": "Support"}))
	if user, _ := b.Client.User(t.Context(), id); len(user.GroupIDs) != 1 || user.Department != "Support" {
		t.Errorf("an update dropped memberships: %+v", user)
	}
}

func TestUserResource_emailExists(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		first := p.MustApply("iam_user", state{}, anna())
		second, d := p.Apply("iam_user", state{}, with(anna(), values{"email": "anna.schmidt@ACME.example", "department": "Other"}))
		if !d.Has(`error at AttributeName("email"): User Already Exists`, "to = iam_user.NAME", `id = "anna.schmidt@ACME.example"`) {
			t.Errorf("got %v", d)
		}
		if second.Values != nil {
			t.Errorf("the state must not have a user that was not created: %v", second.Values)
		}
		imported, d := p.Import("iam_user", "anna.schmidt@ACME.example")
		if d.Failed() || imported.Values["id"] != first.Values["id"] || imported.Values["department"] != first.Values["department"] {
			t.Errorf("import by e-mail: %v %v", imported.Values, d)
		}
		byID, d := p.Import("iam_user", first.Values["id"].(string)) //nolint:forcetypeassert // it is in the schema
		if d.Failed() || byID.Values["first_name"] != "Anna" {
			t.Errorf("import by id: %v %v", byID.Values, d)
		}
	})
}

func TestUserResource_deletedElsewhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, anna())
	if err := b.Client.DeleteUser(t.Context(), made.Values["id"].(string), false); err != nil { //nolint:forcetypeassert // it is in the schema
		t.Fatal(err)
	}
	gone, d := p.Refresh("iam_user", made)
	if gone.Values != nil || !d.Has("warning: User Not Found", "Anna.Schmidt@acme.example") {
		t.Errorf("got %v %v", gone.Values, d)
	}
	if _, d := p.Apply("iam_user", made, nil); d.Failed() {
		t.Errorf("destroying a user that is gone: %v", d)
	}
}

func TestUserResource_badConfiguration(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, c := range []struct {
		changes values
		at      string
	}{
		{values{"email": "anna"}, `AttributeName("email")`},
		{values{"email": "Anna <anna@acme.example>"}, `AttributeName("email")`},
		{values{"first_name": ""}, `AttributeName("first_name")`},
		{values{"last_name": ""}, `AttributeName("last_name")`},
		{values{"last_name": " "}, `AttributeName("last_name"): White Space Around Text`},
	} {
		if _, _, d := p.Plan("iam_user", state{}, with(anna(), c.changes)); !d.Has("error at " + c.at) {
			t.Errorf("%v: got %v", c.changes, d)
		}
	}
}

// cutAfterCommit lets the first POST of users through and then drops its
// answer, as a network does that breaks at the wrong moment. While down, all
// requests break.
type cutAfterCommit struct {
	next http.Handler
	cut  atomic.Bool
	down atomic.Bool
}

func (c *cutAfterCommit) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.down.Load() {
		panic(http.ErrAbortHandler)
	}
	if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") && !c.cut.Swap(true) {
		c.next.ServeHTTP(discard{http.Header{}}, r)
		panic(http.ErrAbortHandler)
	}
	c.next.ServeHTTP(w, r)
}

// discard is an answer that nobody gets.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(p []byte) (int, error) { return len(p), nil }
func (d discard) WriteHeader(int)             {}

func TestUserResource_lostAnswerIsFoundAgain(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler { return &cutAfterCommit{next: next} }})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, anna())
	users, err := b.Client.Users(t.Context())
	if err != nil || len(users) != 2 || made.Values["id"] != users[1].ID {
		t.Errorf("want the owner and one user that is in the state, got %+v, %v, state %v", users, err, made.Values)
	}
}

// A planned lock is applied after the creation, even if the answer to the creation is
// lost and the user has to be found first.
func TestUserResource_lostAnswerOfALockedUser(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler { return &cutAfterCommit{next: next} }})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, with(anna(), values{"locked": true}))
	users, err := b.Client.Users(t.Context())
	if err != nil || len(users) != 2 || made.Values["id"] != users[1].ID || !users[1].Locked() {
		t.Errorf("got %+v, %v, state %v", users, err, made.Values)
	}
}

// The API does not show yet what the request without an answer made.
func TestUserResource_lostAnswerAndLag(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		var hidden atomic.Int32 // how many looks do not show the user
		cut := &cutAfterCommit{next: next}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/users") && cut.cut.Load() && hidden.Add(1) <= 2 {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte("[]"))
				return
			}
			cut.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, anna())
	if users, err := b.Client.Users(t.Context()); err != nil || len(users) != 2 || made.Values["id"] != users[1].ID {
		t.Errorf("want the owner and one user that is in the state, got %+v, %v, state %v", users, err, made.Values)
	}
}

func TestUserResource_lostAnswerAndServerDown(t *testing.T) {
	t.Parallel()
	var fault *cutAfterCommit
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		fault = &cutAfterCommit{next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r)
			if _, nobody := w.(discard); nobody {
				fault.down.Store(true) // it stays away after this
			}
		})}
		return fault
	}})
	p := providertest.New(t, with(b.Config, values{"max_retries": 0}))
	half, d := p.Apply("iam_user", state{}, anna())
	if !d.Has("error: Unable to create user", "may have been created all the same") || half.Values["email"] == nil || half.Values["id"] != nil {
		t.Fatalf("got %v %v", half.Values, d)
	}
	fault.down.Store(false)
	found, d := p.Refresh("iam_user", half)
	if d.Failed() || found.Values["id"] == nil {
		t.Fatalf("the next refresh did not find the user: %v %v", found.Values, d)
	}
	if d := destroyed(p, found); d.Failed() {
		t.Errorf("replacing the half-made user: %v", d)
	}
	p.MustApply("iam_user", state{}, anna())
	if users, _ := b.Client.Users(t.Context()); len(users) != 2 {
		t.Errorf("want the owner and one user, got %d", len(users))
	}
}

func destroyed(p *providertest.Provider, s state) providertest.Diagnostics {
	_, d := p.Apply("iam_user", s, nil)
	return d
}

// A user that was created is in the state even if it could not be read back: otherwise
// the next apply would create it again and be refused.
func TestUserResource_notReadBack(t *testing.T) {
	t.Parallel()
	var broken atomic.Bool
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if broken.Load() && r.Method == http.MethodGet {
				http.Error(w, "broken", http.StatusInternalServerError)
				return
			}
			next.ServeHTTP(w, r)
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") {
				broken.Store(true)
			}
		})
	}})
	p := providertest.New(t, b.Config)
	made, d := p.Apply("iam_user", state{}, anna())
	if d.Failed() || !d.Has("warning: Unable to read user after creation", "Anna.Schmidt@acme.example was created and is in the state") {
		t.Fatalf("got %v, %v", made.Values, d)
	}
	broken.Store(false)
	noChange(t, p, "iam_user", made, anna())
}

// A user of the same e-mail that somebody else made is never taken over.
func TestUserResource_lostAnswerAndAnotherUser(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	if _, err := b.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Another", LastName: "Person", ContactEmail: "anna.schmidt@acme.example", GroupIDs: []string{}}); err != nil {
		t.Fatal(err)
	}
	p := providertest.New(t, b.Config)
	half := state{Values: with(anna(), values{"department": "", "preferred_site": "main", "preferred_currency": "EUR", "preferred_language": "en"})}
	if gone, d := p.Refresh("iam_user", half); gone.Values != nil || len(d) > 0 {
		t.Errorf("got %v %v", gone.Values, d)
	}
}

// The same, when the creation that was cut off is on record.
func TestUserResource_lostAnswerButAnothersUser(t *testing.T) {
	t.Parallel()
	var armed, down atomic.Bool
	armed.Store(true)
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") && armed.Swap(false) {
				down.Store(true)
			}
			if down.Load() {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, with(b.Config, values{"max_retries": 0}))
	half, d := p.Apply("iam_user", state{}, anna())
	if !d.Has("may have been created all the same") || half.Values == nil || len(half.Private) == 0 {
		t.Fatalf("got %v, %v", half.Values, d)
	}
	down.Store(false)
	if _, err := b.Client.CreateUser(t.Context(), api.UserCreate{FirstName: "Another", LastName: "Person", ContactEmail: "anna.schmidt@acme.example", GroupIDs: []string{}}); err != nil {
		t.Fatal(err)
	}
	if gone, d := p.Refresh("iam_user", half); gone.Values != nil || d.Failed() {
		t.Errorf("another's user was taken over: %v, %v", gone.Values, d)
	}
}

// A gateway that is busy for a while does not say whether it let the request
// through: the user is looked for each time, and made once.
func TestUserResource_busyGateway(t *testing.T) {
	t.Parallel()
	var posts atomic.Int32
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") && posts.Add(1) < 5 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, anna())
	if users, err := b.Client.Users(t.Context()); err != nil || len(users) != 2 || made.Values["id"] != users[1].ID || posts.Load() != 5 {
		t.Errorf("after %d requests got %+v, %v, state %v", posts.Load(), users, err, made.Values)
	}
}

// An answer is lost, and another client has just created a user with the same name.
func TestUserResource_lostAnswerAndAnothersNewUser(t *testing.T) {
	t.Parallel()
	var busy atomic.Bool
	var b providertest.Backend
	b = providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/users") && busy.Swap(false) {
				if _, err := b.Client.CreateUser(r.Context(), api.UserCreate{FirstName: "Another", LastName: "Person", ContactEmail: "anna.schmidt@acme.example", GroupIDs: []string{}}); err != nil {
					t.Errorf("the other's creation: %v", err)
				}
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	busy.Store(true)
	none, d := p.Apply("iam_user", state{}, with(anna(), values{"department": "Other"}))
	if none.Values != nil || !d.Has(`error at AttributeName("email"): Unable to create user`, "already exists in the tenant") || busy.Load() {
		t.Errorf("got %v, %v", none.Values, d)
	}
}

func TestUserResource_groups(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		config := with(anna(), values{"group_ids": []any{"oe-viewer", "oe-editor"}})
		made := p.MustApply("iam_user", state{}, config)
		noChange(t, p, "iam_user", made, config)
		id, _ := made.Values["id"].(string)
		if err := b.Client.AssignMember(t.Context(), "oe-admin", "EMPLOYEE", id); err != nil {
			t.Fatal(err)
		}
		drifted, _ := p.Refresh("iam_user", made)
		if diff := differences(made.Values, drifted.Values); !slices.Equal(diff, []string{"group_ids"}) {
			t.Errorf("the drift shows in %v", diff)
		}
		p.NextRun()
		none := p.MustApply("iam_user", drifted, with(anna(), values{"group_ids": []any{}}))
		if user, _ := b.Client.User(t.Context(), id); len(user.GroupIDs) != 0 {
			t.Errorf("got %v", user.GroupIDs)
		}
		if err := b.Client.AssignMember(t.Context(), "oe-admin", "EMPLOYEE", id); err != nil {
			t.Fatal(err)
		}
		p.NextRun()
		p.MustApply("iam_user", none, with(anna(), values{"department": "X"}))
		if user, _ := b.Client.User(t.Context(), id); len(user.GroupIDs) != 1 {
			t.Errorf("memberships that are not managed must stay, got %v", user.GroupIDs)
		}
	})
}

func TestUserResource_onDestroy(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, with(anna(), values{"on_destroy": "delete"}))
	kept, d := p.Apply("iam_user", made, nil)
	if !d.Has("error: Unable to delete user", "developer portal") || kept.Values == nil {
		t.Errorf("got %v, %v", kept.Values, d)
	}
	removed := p.MustApply("iam_user", made, anna())
	p.MustApply("iam_user", removed, nil)
	// The account stayed, and nobody has accepted an invitation to it.
	if again := p.MustApply("iam_user", state{}, anna()); again.Values["status"] != "PROVISIONED" || again.Values["id"] != made.Values["id"] {
		t.Errorf("got %v", again.Values)
	}
}
