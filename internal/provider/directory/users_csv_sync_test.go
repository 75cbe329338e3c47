package directory_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// broken answers writes that name one of the users with 500, as long as there
// are any, and counts all requests to the API.
type broken struct {
	next     http.Handler
	requests atomic.Int32
	writes   atomic.Int32

	mu    sync.Mutex
	names []string // in the body or in the path
}

func (b *broken) set(names ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.names = names
}

func (b *broken) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if strings.HasPrefix(r.URL.Path, "/oauth") {
		b.next.ServeHTTP(w, r)
		return
	}
	b.requests.Add(1)
	if r.Method != http.MethodGet {
		b.writes.Add(1)
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		b.mu.Lock()
		names := b.names
		b.mu.Unlock()
		for _, name := range names {
			if strings.Contains(string(body)+r.URL.Path, name) {
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusInternalServerError)
				fmt.Fprint(w, `{"code":500,"status":"Internal Server Error","message":"broken on purpose"}`)
				return
			}
		}
	}
	b.next.ServeHTTP(w, r)
}

func newBroken(t *testing.T) (*broken, providertest.Backend) {
	t.Helper()
	f := &broken{}
	return f, providertest.Remote(t, servertest.Options{NoFaults: true, NoContract: true, Wrap: func(next http.Handler) http.Handler { f.next = next; return f }})
}

// What succeeded stays in the state, and the error names the others.
func TestUsersCSVResource_partialFailure(t *testing.T) {
	t.Parallel()
	f, b := newBroken(t)
	p := providertest.New(t, b.Config)
	f.set("Ben@acme.example")
	made, d := p.Apply("iam_users_csv", state{}, csvOf(staff))
	if !d.Has("error", "Unable to create users", "1 of 3", "line 3, ben@acme.example: ", "broken on purpose", "Apply again") {
		t.Errorf("got %v", d)
	}
	if made.Values["csv"] != lineOf(t, staff, "Ben@acme.example,Ben,\"Müller\",,,\n", "") {
		t.Errorf("state %v", made.Values)
	}
	f.set()
	checkRows(t, made)
	noChange(t, p, "iam_users_csv", made, with(made.Values, values{"rows": nil}))
	p.NextRun()
	made = p.MustApply("iam_users_csv", made, csvOf(staff))

	// A change, a creation and a removal fail, and others of each kind succeed.
	users := staffOf(t, b.Client)
	f.set(users["anna@acme.example"].ID, "dora@acme.example", users["clara@acme.example"].ID)
	text := lineOf(t, staff, "Anna,Schmidt", "Anna,Meier")
	text = lineOf(t, text, "clara@acme.example,Clara,Cole,Support,true,oe-viewer\n", "dora@acme.example,Dora,Doe,,,\nemil@acme.example,Emil,Ernst,,,\n")
	text = lineOf(t, text, "Müller\",,,", "Müller\",,,oe-viewer")
	p.NextRun()
	changed, d := p.Apply("iam_users_csv", made, csvOf(text))
	if !d.Has("Unable to update users", "3 of 5", "line 2, anna@acme.example", "line 4, dora@acme.example", "clara@acme.example, whose row was removed") {
		t.Errorf("got %v", d)
	}
	want := lineOf(t, text, "Anna,Meier", "Anna,Schmidt")
	want = lineOf(t, want, "dora@acme.example,Dora,Doe,,,\n", "") + "clara@acme.example,Clara,Cole,Support,true,oe-viewer\n"
	if got, _ := changed.Values["csv"].(string); !sameText(got, want) {
		t.Errorf("state\n%s, want\n%s", got, want)
	}
	checkRows(t, changed)
	p.NextRun()
	if refreshed, d := p.Refresh("iam_users_csv", changed); d.Failed() || refreshed.Values["csv"] != changed.Values["csv"] {
		t.Errorf("the state was not true: %v, %v", refreshed.Values, d)
	}
	f.set()
	changed = p.MustApply("iam_users_csv", changed, csvOf(text))
	if got := names(staffOf(t, b.Client)); got != "anna@acme.example ben@acme.example dora@acme.example emil@acme.example" {
		t.Errorf("users %s", got)
	}

	// So does a destruction.
	f.set(users["ben@acme.example"].ID)
	p.NextRun()
	left, d := p.Apply("iam_users_csv", changed, nil)
	if !d.Has("Unable to delete users", "ben@acme.example") || left.Values["csv"] != "email,first_name,last_name,department,locked,groups\nBen@acme.example,Ben,\"Müller\",,,oe-viewer\n" {
		t.Errorf("got %v, state %v", d, left.Values)
	}
	checkRows(t, left)
	f.set()
	p.MustApply("iam_users_csv", left, nil)
	if got := names(staffOf(t, b.Client)); got != "" {
		t.Errorf("users %s", got)
	}
}

// sameText reports whether two texts have the same cells, quoted or not.
func sameText(a, b string) bool {
	return strings.ReplaceAll(a, `"`, "") == strings.ReplaceAll(b, `"`, "")
}

// A group that does not exist is found before anything is written.
func TestUsersCSVResource_unknownGroup(t *testing.T) {
	t.Parallel()
	f, b := newBroken(t)
	p := providertest.New(t, b.Config)
	none, d := p.Apply("iam_users_csv", state{}, csvOf(lineOf(t, staff, "true,oe-viewer", "true,oe-viewer nowhere")))
	if !d.Has("error", "line 4, clara@acme.example: group nowhere does not exist", "No user was changed") || none.Values != nil || f.writes.Load() != 0 {
		t.Errorf("got %v, state %v, %d writes", d, none.Values, f.writes.Load())
	}
}

// A key that may not write is not tried on every user.
func TestUsersCSVResource_forbidden(t *testing.T) {
	t.Parallel()
	f, b := newBroken(t)
	p := providertest.New(t, with(b.Config, values{"scope": api.ScopeUserRead + " " + api.ScopeGroupRead}))
	var text strings.Builder
	text.WriteString("email,first_name,last_name\n")
	for n := range 300 {
		fmt.Fprintf(&text, "u%d@acme.example,U,%d\n", n, n)
	}
	_, d := p.Apply("iam_users_csv", state{}, csvOf(text.String()))
	if !d.Has("Unable to create users", "iam.user_create", "not attempted after that") || f.writes.Load() > 20 {
		t.Errorf("%d writes, %v", f.writes.Load(), d)
	}
}

// Two thousand users are one value: creating, reading and planning them takes no
// requests per user except the writes.
func TestUsersCSVResource_many(t *testing.T) {
	t.Parallel()
	const users = 2000
	f, b := newBroken(t)
	p := providertest.New(t, b.Config)
	var text strings.Builder
	text.WriteString("email,first_name,last_name,groups\n")
	for n := range users {
		fmt.Fprintf(&text, "u%d@acme.example,User,%d,oe-viewer\n", n, n)
	}
	f.requests.Store(0)
	made := p.MustApply("iam_users_csv", state{}, csvOf(text.String()))
	if got := f.requests.Load(); got > users+20 {
		t.Errorf("%d requests to make %d users", got, users)
	}
	if err := b.Client.RemoveMember(t.Context(), "oe-viewer", staffOf(t, b.Client)["u7@acme.example"].ID); err != nil {
		t.Fatal(err)
	}
	p.NextRun()
	f.requests.Store(0)
	drifted, d := p.Refresh("iam_users_csv", made)
	if d.Failed() || drifted.Values["csv"] != lineOf(t, text.String(), "User,7,oe-viewer\n", "User,7,\n") {
		t.Errorf("the drift of one line does not show: %v", d)
	}
	if _, _, d := p.Plan("iam_users_csv", drifted, csvOf(text.String())); len(d) > 0 {
		t.Error(d)
	}
	if got := f.requests.Load(); got > 10 {
		t.Errorf("%d requests to plan %d users", got, users)
	}
	f.requests.Store(0)
	p.MustApply("iam_users_csv", drifted, csvOf(text.String()))
	if got := f.requests.Load(); got > 30 {
		t.Errorf("%d requests to change one of %d users", got, users)
	}
	p.NextRun()
	p.MustApply("iam_users_csv", made, nil)
	if got := len(staffOf(t, b.Client)); got != 0 {
		t.Errorf("%d users left", got)
	}
}

// Lists that lag behind, and an answer that is lost, change nothing.
func TestUsersCSVResource_lostAnswerAndLag(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		var hidden atomic.Int32 // how many looks do not show the users
		cut := &cutAfterCommit{next: next}
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/users") && cut.cut.Load() && hidden.Add(1) <= 3 {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte("[]"))
				return
			}
			cut.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	text := "email,first_name,last_name\n"
	for n := range 20 {
		text += fmt.Sprintf("u%d@acme.example,U,%d\n", n, n)
	}
	made := p.MustApply("iam_users_csv", state{}, csvOf(text))
	if made.Values["csv"] != text || len(staffOf(t, b.Client)) != 20 {
		t.Errorf("got %v and %d users", made.Values, len(staffOf(t, b.Client)))
	}
	noChange(t, p, "iam_users_csv", made, csvOf(text))
}

// Locks that the API does not have are refused in the plan, by line.
func TestUsersCSVResource_lockNotSupported(t *testing.T) {
	t.Parallel()
	_, b := newLockless(t)
	p := providertest.New(t, b.Config)
	if _, _, d := p.Plan("iam_users_csv", state{}, csvOf(staff)); !d.Has(`error at AttributeName("csv"): Locking Not Supported`, "Line 4 locks clara@acme.example") {
		t.Errorf("got %v", d)
	}
	unlocked := lineOf(t, staff, "true", "")
	if _, _, d := p.Plan("iam_users_csv", state{}, with(csvOf(unlocked), values{"on_destroy": "lock"})); !d.Has(`error at AttributeName("on_destroy"): Locking Not Supported`) {
		t.Errorf("got %v", d)
	}
	p.NextRun()
	noChange(t, p, "iam_users_csv", p.MustApply("iam_users_csv", state{}, csvOf(unlocked)), csvOf(unlocked))
}

// A list may omit users while it changes: a user who is in the list when it is read
// again is not deleted.
func TestUsersCSVResource_leftOutOfList(t *testing.T) {
	t.Parallel()
	var short atomic.Bool
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, "/users") && short.Swap(false) {
				w.Header().Set("Content-Type", "application/json")
				w.Header().Set(api.HeaderTotalCount, "0")
				_, _ = w.Write([]byte("[]"))
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_users_csv", state{}, csvOf(staff))
	p.NextRun()
	short.Store(true)
	noChange(t, p, "iam_users_csv", made, csvOf(staff))
	if short.Load() {
		t.Error("the list was not read")
	}
	// Nor does anybody keep access who was to lose it.
	p.NextRun()
	short.Store(true)
	p.MustApply("iam_users_csv", made, nil)
	if got := names(staffOf(t, b.Client)); got != "" {
		t.Errorf("left behind: %s", got)
	}
}
