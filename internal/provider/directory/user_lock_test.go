package directory_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func TestUserResource_locked(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		config := func(locked any) values {
			return with(anna(), values{"locked": locked, "group_ids": []any{"oe-viewer"}})
		}
		made := p.MustApply("iam_user", state{}, config(nil))
		id, _ := made.Values["id"].(string)
		is := func(after string, s state, attribute any, locked bool, status string) {
			t.Helper()
			user, err := b.Client.User(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if user.Locked() != locked || string(user.Status) != status || len(user.GroupIDs) != 1 {
				t.Errorf("%s the user is %+v", after, user)
			}
			if s.Values["locked"] != attribute || s.Values["status"] != status {
				t.Errorf("%s the state has locked = %v, status = %v", after, s.Values["locked"], s.Values["status"])
			}
		}
		is("unset", made, nil, false, "PROVISIONED")
		locked := p.MustApply("iam_user", made, config(true))
		is("after the lock", locked, true, true, "INACTIVE")
		noChange(t, p, "iam_user", locked, config(true))
		changed := p.MustApply("iam_user", locked, with(config(true), values{"department": "Gone"}))
		is("after an update", changed, true, true, "INACTIVE")
		unset := p.MustApply("iam_user", changed, config(nil))
		is("not managed any more", unset, nil, true, "INACTIVE")
		noChange(t, p, "iam_user", unset, config(nil))
		free := p.MustApply("iam_user", unset, config(false))
		is("unlocked", free, false, false, "PROVISIONED")
		noChange(t, p, "iam_user", free, config(false))
	})
}

func TestUserResource_createdLocked(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	config := with(anna(), values{"locked": true})
	made := p.MustApply("iam_user", state{}, config)
	id, _ := made.Values["id"].(string)
	if user, err := b.Client.User(t.Context(), id); err != nil || !user.Locked() || made.Values["status"] != "INACTIVE" {
		t.Errorf("got %+v, %v, state %v", user, err, made.Values)
	}
	noChange(t, p, "iam_user", made, config)
	imported, d := p.Import("iam_user", id)
	if d.Failed() || imported.Values["locked"] != nil {
		t.Errorf("a lock that nobody asked for is managed: %v, %v", imported.Values, d)
	}
	if taken := p.MustApply("iam_user", imported, config); taken.Values["locked"] != true || taken.Values["status"] != "INACTIVE" {
		t.Errorf("got %v", taken.Values)
	}
}

func TestUserResource_lockedElsewhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, with(anna(), values{"locked": false}))
	id, _ := made.Values["id"].(string)
	if err := b.Client.LockUser(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	drifted, d := p.Refresh("iam_user", made)
	if diff := differences(made.Values, drifted.Values); d.Failed() || strings.Join(diff, " ") != "locked status" {
		t.Errorf("the drift shows in %v, %v", diff, d)
	}
	mended := p.MustApply("iam_user", drifted, with(anna(), values{"locked": false}))
	if user, _ := b.Client.User(t.Context(), id); user.Locked() || mended.Values["status"] != "PROVISIONED" {
		t.Errorf("got %+v, state %v", user, mended.Values)
	}
	// Where locks are not managed, one is no drift.
	left := p.MustApply("iam_user", mended, anna())
	if err := b.Client.LockUser(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	refreshed, _ := p.Refresh("iam_user", left)
	if planned, _, d := p.Plan("iam_user", refreshed, anna()); len(d) > 0 || len(differences(refreshed.Values, planned.Values)) > 0 {
		t.Errorf("the plan is %v, %v", planned.Values, d)
	}
}

func TestUserResource_lockUnknownAtPlan(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, with(anna(), values{"locked": false}))
	planned, _, d := p.Plan("iam_user", made, with(anna(), values{"locked": providertest.Unknown}))
	if d.Failed() || planned.Values["locked"] != providertest.Unknown || planned.Values["status"] != providertest.Unknown {
		t.Errorf("got %v, %v", planned.Values, d)
	}
	planned, _, d = p.Plan("iam_user", made, with(anna(), values{"locked": false, "department": "X"}))
	if d.Failed() || planned.Values["status"] != "PROVISIONED" {
		t.Errorf("without a change of the lock the status is known: %v, %v", planned.Values, d)
	}
}

// lockless is an API without locks: its path is unknown. While hidden, it shows
// only when a lock is tried.
type lockless struct {
	next   http.Handler
	hidden atomic.Bool
	asked  atomic.Int32
}

func (l *lockless) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/lock") {
		l.next.ServeHTTP(w, r)
		return
	}
	l.asked.Add(1)
	status := http.StatusNotFound
	if r.Method == http.MethodGet && l.hidden.Load() {
		status = http.StatusMethodNotAllowed
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"code": %d, "status": "X", "message": "Unknown path"}`, status)
}

func newLockless(t *testing.T) (*lockless, providertest.Backend) {
	t.Helper()
	l := &lockless{}
	return l, providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler { l.next = next; return l }})
}

// The plan refuses locks that the API does not support, before anything is created.
func TestUserResource_lockNotSupported(t *testing.T) {
	t.Parallel()
	l, b := newLockless(t)
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, with(anna(), values{"locked": false}))
	noChange(t, p, "iam_user", made, with(anna(), values{"locked": false}))
	if n := l.asked.Load(); n != 0 {
		t.Errorf("who locks nobody must not ask for it: %d requests", n)
	}
	p.NextRun()
	for _, prior := range []state{{}, made} {
		for attribute, value := range map[string]any{"locked": true, "on_destroy": "lock"} {
			config := with(anna(), values{attribute: value})
			if prior.Values == nil {
				config["email"] = attribute + "@acme.example"
			}
			_, _, d := p.Plan("iam_user", prior, config)
			if !d.Has(`error at AttributeName("`+attribute+`"): Locking Not Supported`, "only the reference backend can") {
				t.Errorf("%s: got %v", attribute, d)
			}
		}
	}
	if n := l.asked.Load(); n != 1 {
		t.Errorf("the API was asked %d times, want once per run", n)
	}
}

// Where the plan could not see it, the attempt fails on the attribute.
func TestUserResource_lockFails(t *testing.T) {
	t.Parallel()
	l, b := newLockless(t)
	l.hidden.Store(true)
	p := providertest.New(t, b.Config)
	half, d := p.Apply("iam_user", state{}, with(anna(), values{"locked": true}))
	if !d.Has(`error at AttributeName("locked"): Unable to lock user`, "They need the reference backend", "terraform untaint") || half.Values["id"] == nil || half.Values["locked"] != false {
		t.Errorf("got %v, %v", half.Values, d)
	}
	noChange(t, p, "iam_user", half, with(anna(), values{"locked": false}))
	if _, d := p.Apply("iam_user", half, with(anna(), values{"locked": true})); !d.Has(`error at AttributeName("locked"): Unable to update user`, "They need the reference backend") {
		t.Errorf("got %v", d)
	}
	lasting := p.MustApply("iam_user", half, with(anna(), values{"on_destroy": "lock"}))
	kept, d := p.Apply("iam_user", lasting, nil)
	if !d.Has(`error at AttributeName("on_destroy"): Unable to delete user`, "They need the reference backend") || kept.Values == nil {
		t.Errorf("got %v, %v", kept.Values, d)
	}
	if users, _ := b.Client.Users(t.Context()); len(users) != 2 {
		t.Errorf("want the owner and the user, got %+v", users)
	}
}

// Another failure of the lock leaves the user in the state as well.
func TestUserResource_lockForbidden(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/lock") {
				http.Error(w, `{"code": 403, "message": "No", "details": ["Required scope(s): [iam.user_update]"]}`, http.StatusForbidden)
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	half, d := p.Apply("iam_user", state{}, with(anna(), values{"locked": true}))
	if !d.Has(`error at AttributeName("locked"): Unable to lock user`, "lacks the scope iam.user_update") || half.Values["status"] != "PROVISIONED" {
		t.Errorf("got %v, %v", half.Values, d)
	}
	if _, d := p.Apply("iam_user", half, with(anna(), values{"locked": true})); !d.Has("error: Unable to update user", "lacks the scope iam.user_update") {
		t.Errorf("got %v", d)
	}
}

func TestUserResource_onDestroyLock(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		config := with(anna(), values{"on_destroy": "lock", "department": "Sales", "group_ids": []any{"oe-viewer"}})
		made := p.MustApply("iam_user", state{}, config)
		noChange(t, p, "iam_user", made, config)
		id, _ := made.Values["id"].(string)
		if err := b.Client.AssignMember(t.Context(), "oe-admin", access.Employee, id); err != nil {
			t.Fatal(err)
		}
		p.MustApply("iam_user", made, nil)
		user, err := b.Client.User(t.Context(), id)
		if err != nil || !user.Locked() || len(user.GroupIDs) != 0 || user.Department != "Sales" {
			t.Fatalf("got %+v, %v", user, err)
		}
		if _, d := p.Apply("iam_user", state{}, config); !d.Has(`error at AttributeName("email")`, "to = iam_user.NAME") {
			t.Errorf("got %v", d)
		}
		imported, _ := p.Import("iam_user", "anna.schmidt@acme.example")
		back := p.MustApply("iam_user", imported, with(config, values{"locked": false}))
		if user, _ := b.Client.User(t.Context(), id); user.Locked() || user.Status != api.UserProvisioned || back.Values["status"] != "PROVISIONED" {
			t.Errorf("got %+v, state %v", user, back.Values)
		}
		if err := b.Client.DeleteUser(t.Context(), id, false); err != nil {
			t.Fatal(err)
		}
		if _, d := p.Apply("iam_user", back, nil); d.Failed() {
			t.Errorf("destroying a user that is gone: %v", d)
		}
	})
}

func TestUserResource_onDestroyUnknown(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	if _, _, d := p.Plan("iam_user", state{}, with(anna(), values{"on_destroy": "explode"})); !d.Has(`error at AttributeName("on_destroy")`, `"lock"`) {
		t.Errorf("got %v", d)
	}
}

// On the public API users who are active have the flag of locked ones.
func TestUserResource_flagOfTheActive(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			a := httptest.NewRecorder()
			next.ServeHTTP(a, r)
			for name, list := range a.Header() {
				w.Header()[name] = list
			}
			w.WriteHeader(a.Code)
			_, _ = io.Copy(w, bytes.NewReader(bytes.ReplaceAll(a.Body.Bytes(), []byte(`"isAccountLocked":false`), []byte(`"isAccountLocked":true`))))
		})
	}})
	p := providertest.New(t, b.Config)
	config := with(anna(), values{"locked": false, "group_ids": []any{"oe-viewer"}})
	made := p.MustApply("iam_user", state{}, config)
	noChange(t, p, "iam_user", made, config)
	id := made.Values["id"]
	if user, _ := b.Client.User(t.Context(), id.(string)); !user.IsAccountLocked { //nolint:forcetypeassert // it is in the schema
		t.Fatal("the flag is not set")
	}
	if one, d := p.ReadData("iam_user", values{"id": id}); d.Failed() || one["locked"] != false {
		t.Errorf("got %v, %v", one, d)
	}
	if report, d := p.ReadData("iam_user_permissions", values{"user_id": id}); d.Failed() || report["locked"] != false || report["status"] != "PROVISIONED" || fmt.Sprint(report["rows"]) == "[]" {
		t.Errorf("got %v, %v", report, d)
	}
}

func TestUserDataSource_locked(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	id := p.MustApply("iam_user", state{}, with(anna(), values{"locked": true, "group_ids": []any{"oe-viewer"}})).Values["id"]
	if one, d := p.ReadData("iam_user", values{"id": id}); d.Failed() || one["locked"] != true || one["status"] != "INACTIVE" {
		t.Errorf("got %v, %v", one, d)
	}
	if got, d := p.ReadData("iam_users", values{"status": "inactive"}); d.Failed() || emailsOf(got) != "Anna.Schmidt" {
		t.Errorf("got %v, %v", got, d)
	}
	if report, d := p.ReadData("iam_user_permissions", values{"user_id": id}); d.Failed() || report["locked"] != true || report["status"] != "INACTIVE" || fmt.Sprint(report["rows"]) != "[]" || fmt.Sprint(report["groups"]) != "[oe-viewer]" {
		t.Errorf("got %v, %v", report, d)
	}
}
