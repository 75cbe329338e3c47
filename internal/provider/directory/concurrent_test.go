package directory_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// before runs a function once before the backend handles a request: the changes of
// others between the provider's read and its write.
type before struct {
	armed  atomic.Bool // also for requests of the function itself
	method string
	path   string // how the path ends
	do     func(r *http.Request)
}

func (b *before) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == b.method && strings.HasSuffix(r.URL.Path, b.path) && b.armed.Swap(false) {
			b.do(r)
		}
		next.ServeHTTP(w, r)
	})
}

// An update of a user writes all memberships, those that it read before. It
// must not drop one that another resource adds in between.
func TestUserResource_keepsMembershipAddedMeanwhile(t *testing.T) {
	t.Parallel()
	held := before{method: http.MethodPut}
	b := providertest.Remote(t, servertest.Options{Wrap: held.wrap})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_user", state{}, anna())
	id, _ := made.Values["id"].(string)

	joined := make(chan providertest.Diagnostics, 1)
	held.path = "/users/" + id
	held.do = func(*http.Request) {
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, d := p.Apply("iam_group_membership", state{}, values{"group_id": "oe-viewer", "user_id": id})
			joined <- d
		}()
		select {
		case <-done: // in the group before the update is written, which does not know
		case <-time.After(300 * time.Millisecond): // it waits for the update, as it should
		}
	}
	held.armed.Store(true)
	p.MustApply("iam_user", made, with(anna(), values{"department": "Support"}))
	if d := <-joined; d.Failed() {
		t.Fatal(d)
	}
	user, err := b.Client.User(t.Context(), id)
	if err != nil || user.Department != "Support" || !slices.Equal(user.GroupIDs, []string{"oe-viewer"}) {
		t.Errorf("got %+v, %v", user, err)
	}
}

// What somebody else writes between the read and the write of an update stays.
func TestGroupResource_keepsWhatIsWrittenMeanwhile(t *testing.T) {
	t.Parallel()
	between := before{method: http.MethodPut, path: "/groups/orders-de"}
	b := providertest.Remote(t, servertest.Options{Wrap: between.wrap})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_group", state{}, orders())
	between.do = func(r *http.Request) {
		g, err := b.Client.Group(r.Context(), "orders-de")
		if err == nil {
			_, err = b.Client.UpdateGroup(r.Context(), g.ID, api.GroupUpdate{
				Name: g.Name, UserType: g.UserType, Templates: g.Templates, AccessControls: g.AccessControls,
				Mixins: map[string]json.RawMessage{"cost": json.RawMessage(`{"center":7}`)},
			})
		}
		if err != nil {
			t.Errorf("the other's write: %v", err)
		}
	}
	between.armed.Store(true)
	changed, d := p.Apply("iam_group", made, with(orders(), values{"name": values{"en": "Orders"}}))
	if len(d) > 0 || between.armed.Load() {
		t.Errorf("the conflict shows in %v", d)
	}
	g, err := b.Client.Group(t.Context(), "orders-de")
	if err != nil || string(g.Mixins["cost"]) != `{"center":7}` || g.Name["en"] != "Orders" {
		t.Errorf("got %+v, %v", g, err)
	}
	noChange(t, p, "iam_group", changed, with(orders(), values{"name": values{"en": "Orders"}}))
}

// Where every try meets another write, the update gives up and says so.
func TestGroupResource_neverTheOnlyWriter(t *testing.T) {
	t.Parallel()
	var puts atomic.Int32
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				puts.Add(1)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(http.StatusConflict)
				_, _ = w.Write([]byte(`{"code":409,"status":"Conflict","message":"The group was changed by someone else"}`))
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_group", state{}, orders())
	kept, d := p.Apply("iam_group", made, with(orders(), values{"name": values{"en": "Orders"}}))
	if !d.Has("error: Unable to update group", "changed by someone else") || puts.Load() != 3 {
		t.Errorf("got %v after %d tries", d, puts.Load())
	}
	if diff := differences(made.Values, kept.Values); len(diff) > 0 {
		t.Errorf("the state differs in %v", diff)
	}
}

// Somebody deletes the group between the read and the write of an update: the
// API makes it again, and its members are gone.
func TestGroupResource_deletedMeanwhile(t *testing.T) {
	t.Parallel()
	between := before{method: http.MethodPut, path: "/groups/orders-de"}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: between.wrap})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_group", state{}, orders())
	between.do = func(r *http.Request) {
		if err := b.Client.DeleteGroup(r.Context(), "orders-de", false); err != nil {
			t.Errorf("the other's deletion: %v", err)
		}
	}
	config := with(orders(), values{"name": values{"en": "Orders"}})
	if _, d := p.Apply("iam_group", made, config); len(d) > 0 {
		t.Errorf("an update of an existing group warns: %v", d)
	}
	between.armed.Store(true)
	changed, d := p.Apply("iam_group", made, orders())
	if d.Failed() || !d.Has("warning: Group Created Again", "orders-de was deleted by someone else", "without its members") {
		t.Errorf("got %v", d)
	}
	noChange(t, p, "iam_group", changed, orders())
}

// The answer to a creation is lost, and another group has the id when the creation is
// repeated: that group is never adopted.
func TestGroupResource_lostAnswerAndAnothersGroup(t *testing.T) {
	t.Parallel()
	viewer, _ := access.TemplateByID("viewer")
	for name, others := range map[string]api.GroupCreate{
		"another name":   {Name: api.Text{"en": "Not Orders DE"}, Templates: []string{"order_fulfillment_manager"}},
		"another access": {Name: api.Text{"en": "Orders DE"}, AccessControls: access.ControlIDs(access.Expand(viewer.Access, nil))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			others.ID, others.UserType = "orders-de", access.Employee
			var b providertest.Backend
			first := before{method: http.MethodPost, path: "/groups", do: func(r *http.Request) {
				if _, err := b.Client.CreateGroup(r.Context(), others); err != nil {
					t.Errorf("the other's creation: %v", err)
				}
				panic(http.ErrAbortHandler)
			}}
			b = providertest.Remote(t, servertest.Options{Wrap: first.wrap})
			p := providertest.New(t, b.Config)
			first.armed.Store(true)
			none, d := p.Apply("iam_group", state{}, orders())
			if none.Values != nil || !d.Has(`error at AttributeName("id"): Unable to create group`, "already exists in the tenant") {
				t.Errorf("got %v, %v", none.Values, d)
			}
			if g, err := b.Client.Group(t.Context(), "orders-de"); err != nil || g.Name["en"] != others.Name["en"] || g.Metadata.Version != 1 {
				t.Errorf("the other's group: %+v, %v", g, err)
			}
		})
	}
}

// The answer to a creation is lost and the server stays away: the group is in
// the state under the id that was chosen for it, and the next refresh finds it.
func TestGroupResource_lostAnswerAndServerDown(t *testing.T) {
	t.Parallel()
	var armed, down atomic.Bool
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/groups") && armed.Swap(false) {
				next.ServeHTTP(discard{http.Header{}}, r)
				down.Store(true)
			}
			if down.Load() {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, with(b.Config, values{"max_retries": 0}))
	config := with(orders(), values{"id": nil})
	armed.Store(true)
	half, d := p.Apply("iam_group", state{}, config)
	id, _ := half.Values["id"].(string)
	if !d.Has("error: Unable to create group", "may have been created all the same") || id == "" {
		t.Fatalf("got %v, %v", half.Values, d)
	}
	down.Store(false)
	noChange(t, p, "iam_group", half, config)
	p.MustApply("iam_group", half, nil) // what Terraform does with a tainted resource
	if _, err := b.Client.Group(t.Context(), id); !client.IsNotFound(err) {
		t.Errorf("the half-made group stayed: %v", err)
	}
	// A creation that never came through is no group, and the refresh says so.
	if gone, d := p.Refresh("iam_group", half); gone.Values != nil || d.Failed() {
		t.Errorf("got %v, %v", gone.Values, d)
	}
}
