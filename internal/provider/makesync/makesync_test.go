package makesync_test

import (
	"context"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// values and state are short for what every test here writes.
type (
	values = providertest.Values
	state  = providertest.State
)

// keyed configures an organization of a Make elsewhere.
func keyed(url, key string) values {
	return values{"organization_id": "7", "api_url": url, "api_key_wo": key, "api_key_wo_version": 1}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// noChange refreshes the organization and wants the plan after it empty and
// silent.
func noChange(t *testing.T, p *providertest.Provider, s state, config values) {
	t.Helper()
	refreshed, d := p.Refresh("iam_make_organization", s)
	if len(d) > 0 {
		t.Errorf("refresh: %v", d)
	}
	planned, replace, d := p.Plan("iam_make_organization", refreshed, config)
	if !maps.Equal(refreshed.Values, planned.Values) || replace || len(d) > 0 {
		t.Errorf("the plan changes %v to %v: %v", refreshed.Values, planned.Values, d)
	}
}

// user makes a user in groups, past Terraform.
func user(t *testing.T, c *client.Client, email string, groups ...string) string {
	t.Helper()
	id, err := c.CreateUser(t.Context(), api.UserCreate{
		FirstName: "U", LastName: "U", ContactEmail: email, Department: "D", PreferredSite: "main", PreferredCurrency: "EUR", PreferredLanguage: "en",
		GroupIDs: append([]string{}, groups...),
	})
	must(t, err)
	return id
}

// members reads the data source, as "email status: pending", in its order.
func members(t *testing.T, p *providertest.Provider, config values) string {
	t.Helper()
	read, d := p.ReadData("iam_make_members", config)
	if len(d) > 0 {
		t.Fatal(d)
	}
	var list []string
	all, _ := read["members"].([]any)
	for _, element := range all {
		m, _ := element.(values)
		text := m["email"].(string) + " " + m["status"].(string)
		if m["pending"] != nil {
			text += ": " + m["pending"].(string)
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

func TestOrganization_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		id := user(t, b.Client, "anna@acme.example", "oe-editor")
		config := values{"organization_id": "7"}
		made := p.MustApply("iam_make_organization", state{}, config)
		if made.Values["sync"] != true || made.Values["prune_stale"] != false || made.Values["api_url"] != nil {
			t.Errorf("got %v", made.Values)
		}
		noChange(t, p, made, config)
		if got := members(t, p, values{}); got != "anna@acme.example synced" {
			t.Errorf("there are %q", got)
		}
		_, d := p.Apply("iam_make_organization", state{}, values{"organization_id": "8"})
		if !d.Has(`error at AttributeName("organization_id"): Make Organization Already Exists`, "to = iam_make_organization.NAME", `id = "acme"`) {
			t.Errorf("a second one: %v", d)
		}

		must(t, b.Client.RemoveMember(t.Context(), "oe-editor", id))
		if got := members(t, p, values{"status": "stale"}); got != "anna@acme.example stale" {
			t.Errorf("after the loss there are %q", got)
		}
		config = values{"organization_id": "7", "sync": true, "prune_stale": true}
		changed := p.MustApply("iam_make_organization", made, config)
		noChange(t, p, changed, config)
		if got := members(t, p, values{}); got != "" {
			t.Errorf("after the pruning there are %q", got)
		}
		config = values{"organization_id": "7"} // both unset
		changed = p.MustApply("iam_make_organization", changed, config)
		if changed.Values["prune_stale"] != false {
			t.Errorf("unset it is %v", changed.Values)
		}
		noChange(t, p, changed, config)

		for _, by := range []string{"7", servertest.Tenant} {
			imported, d := p.Import("iam_make_organization", by)
			if len(d) > 0 || !maps.Equal(imported.Values, changed.Values) {
				t.Errorf("imported by %s: %v, want %v; %v", by, imported.Values, changed.Values, d)
			}
		}
		if _, d := p.Import("iam_make_organization", "8"); !d.Has("Unable to import Make organization", "organization is 7: import by that id") {
			t.Errorf("imported by another id: %v", d)
		}

		_, err := b.Client.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "9", Sync: false})
		must(t, err)
		refreshed, _ := p.Refresh("iam_make_organization", changed)
		if refreshed.Values["organization_id"] != "9" || refreshed.Values["sync"] != false {
			t.Errorf("changed behind our back: %v", refreshed.Values)
		}
		must(t, b.Client.DeleteMakeOrganization(t.Context()))
		gone, d := p.Refresh("iam_make_organization", changed)
		if gone.Values != nil || !d.Has("warning: Make organization Not Found") {
			t.Errorf("deleted behind our back: %v, %v", gone.Values, d)
		}
		p.MustApply("iam_make_organization", changed, nil) // nothing to delete is no error
	})
}

func TestOrganization_validators(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	p := providertest.New(t, values{"api_url": b.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	for name, c := range map[string]struct {
		config values
		want   string
	}{
		"an empty id":      {values{"organization_id": ""}, `AttributeName("organization_id")`},
		"a path":           {values{"organization_id": "7/8"}, `AttributeName("organization_id")`},
		"an address alone": {values{"organization_id": "7", "api_url": "https://eu1.make.com"}, `AttributeName("api_key_wo"): Missing API Key`},
		"a key alone":      {values{"organization_id": "7", "api_key_wo": "k", "api_key_wo_version": 1}, `AttributeName("api_key_wo")`},
		"no version":       {values{"organization_id": "7", "api_url": "https://eu1.make.com", "api_key_wo": "k"}, `AttributeName("api_key_wo")`},
		"a version alone":  {values{"organization_id": "7", "api_key_wo_version": 1}, `AttributeName("api_key_wo_version")`},
		"no address":       {keyed("eu1.make.com", "k"), "must be an address such as"},
		"a trailing slash": {keyed("https://eu1.make.com/", "k"), "without a trailing slash"},
	} {
		if _, _, d := p.Plan("iam_make_organization", state{}, c.config); !d.Has("error", c.want) {
			t.Errorf("%s: %v", name, d)
		}
	}
	if _, d := p.ReadData("iam_make_members", values{"status": "gone"}); !d.Has(`AttributeName("status")`) {
		t.Errorf("a status that is none: %v", d)
	}
	unknown := values{"organization_id": providertest.Unknown, "sync": providertest.Unknown, "prune_stale": providertest.Unknown, "api_url": providertest.Unknown, "api_key_wo": providertest.Unknown, "api_key_wo_version": providertest.Unknown}
	if _, _, d := p.Plan("iam_make_organization", state{}, unknown); len(d) > 0 {
		t.Errorf("nothing is known: %v", d)
	}
}

// A Make that fails for a while leaves its members pending, with what it said,
// and the sync goes on by itself.
func TestMembers_makeIsDown(t *testing.T) {
	t.Parallel()
	elsewhere := servertest.New(t, servertest.Options{})
	var up atomic.Bool
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		elsewhere.Server.ServeHTTP(w, r)
	}))
	t.Cleanup(front.Close)
	b := servertest.New(t, servertest.Options{})
	p := providertest.New(t, values{"api_url": b.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	config := keyed(front.URL, servertest.ClientID+":"+servertest.ClientSecret)
	made := p.MustApply("iam_make_organization", state{}, config)
	noChange(t, p, made, config)
	user(t, b.Client, "ben@acme.example", "oe-manager")
	user(t, b.Client, "Anna@acme.example", "oe-editor")
	const toAdd = ": to be added to the Make organization"
	if got := members(t, p, values{"status": "pending"}); got != "Anna@acme.example pending"+toAdd+", ben@acme.example pending"+toAdd {
		t.Errorf("there are %q", got)
	}
	read, _ := p.ReadData("iam_make_members", values{})
	first, _ := read["members"].([]any)[0].(values)
	if cause, _ := first["last_error"].(string); !strings.HasPrefix(cause, "Make answered 500") || first["present"] != false {
		t.Errorf("got %v", first)
	}
	if state, err := b.Client.State(t.Context()); err != nil || len(state.Make.Members) > 0 {
		t.Errorf("a user to be added is already a member: %+v, %v", state.Make.Members, err)
	}
	up.Store(true)
	must(t, b.Client.SyncMake(t.Context())) // or wait
	_, err := client.WaitFor(t.Context(), func(ctx context.Context) (*[]api.MakeMember, error) {
		list, err := b.Client.MakeMembers(ctx)
		return &list, err
	}, func(list []api.MakeMember) bool {
		return !slices.ContainsFunc(list, func(m api.MakeMember) bool { return m.Status != api.MakeSynced })
	})
	must(t, err)
	if got := members(t, p, values{"status": "synced"}); got != "Anna@acme.example synced, ben@acme.example synced" {
		t.Errorf("there are %q", got)
	}
	config = values{"organization_id": "7"} // back to the reference Make
	changed := p.MustApply("iam_make_organization", made, config)
	noChange(t, p, changed, config)
	if got := members(t, p, values{}); got != "Anna@acme.example synced, ben@acme.example synced" {
		t.Errorf("there are %q", got)
	}
}

// Stale members are among the findings of a review, and the roles in a report.
func TestReview_staleMember(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	p := providertest.New(t, values{"api_url": b.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	p.MustApply("iam_group", state{}, values{"id": "builders", "name": values{"en": "B"}, "access_control_ids": []any{"make-scenario-editor"}})
	id := user(t, b.Client, "anna@acme.example", "builders")
	gone := user(t, b.Client, "gone@acme.example", "oe-editor")
	p.MustApply("iam_make_organization", state{}, values{"organization_id": "7"})
	if got := members(t, p, values{}); got != "anna@acme.example synced, gone@acme.example synced" {
		t.Fatalf("there are %q", got)
	}
	report, d := p.ReadData("iam_user_permissions", values{"email": "anna@acme.example"})
	if roles, _ := report["make_roles"].([]any); d.Failed() || !slices.Equal(roles, []any{"integromat.scenario_edit"}) {
		t.Errorf("the report has the roles %v; %v", report["make_roles"], d)
	}
	stale := func() (found []string) {
		t.Helper()
		review, d := p.ReadData("iam_access_review", values{})
		if d.Failed() {
			t.Fatal(d)
		}
		all, _ := review["findings"].([]any)
		for _, element := range all {
			if f, _ := element.(values); f["kind"] == "stale_make_member" {
				found = append(found, f["user_id"].(string))
			}
		}
		return found
	}
	if got := stale(); len(got) != 0 {
		t.Errorf("nobody is stale, but %v", got)
	}
	must(t, b.Client.RemoveMember(t.Context(), "builders", id))
	must(t, b.Client.DeleteUser(t.Context(), gone, false))
	if got := stale(); !slices.Equal(got, []string{id, gone}) {
		t.Errorf("stale are %v, want %v", got, []string{id, gone})
	}
}

// withoutMake answers as an API without Make organizations does.
func withoutMake(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/make/") {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"fault":{"faultstring":"Unable to identify proxy","detail":{"errorcode":"messaging.adaptors.http.flow.ApplicationNotFound"}}}`))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// An API without Make organizations says so in the plan.
func TestOrganization_publicAPI(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{NoFaults: true, Wrap: withoutMake})
	p := providertest.New(t, values{"api_url": b.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	const lacks = "this API has no Make organizations. They need the reference backend"
	if _, _, d := p.Plan("iam_make_organization", state{}, values{"organization_id": "7"}); !d.Has("Unable to plan Make organization", "his API has no Make organizations. They need the reference backend") {
		t.Errorf("plan: %v, want %s", d, lacks)
	}
	if _, d := p.ReadData("iam_make_members", values{}); !d.Has("Unable to read Make members", "They need the reference backend") {
		t.Errorf("data source: %v", d)
	}
	if _, d := p.ReadData("iam_access_review", values{}); d.Failed() {
		t.Errorf("a review goes without: %v", d)
	}
}

// What was written is waited for: an API that shows the former organization for a
// while leads to no drift.
func TestOrganization_lag(t *testing.T) {
	t.Parallel()
	var stale atomic.Int32 // how many looks show the former organization
	var former atomic.Pointer[httptest.ResponseRecorder]
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/make/") || !strings.HasSuffix(r.URL.Path, "/organization") {
				next.ServeHTTP(w, r)
				return
			}
			switch was := former.Load(); {
			case r.Method == http.MethodPut:
				now := httptest.NewRecorder()
				look := r.Clone(r.Context())
				look.Method, look.Body, look.ContentLength = http.MethodGet, http.NoBody, 0
				next.ServeHTTP(now, look)
				next.ServeHTTP(w, r)
				former.Store(now)
				stale.Store(2)
			case r.Method == http.MethodGet && was != nil && stale.Add(-1) >= 0:
				maps.Copy(w.Header(), was.Header())
				w.WriteHeader(was.Code)
				_, _ = w.Write(was.Body.Bytes())
			default:
				next.ServeHTTP(w, r)
			}
		})
	}})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_make_organization", state{}, values{"organization_id": "7"})
	noChange(t, p, made, values{"organization_id": "7"})
	for _, config := range []values{{"organization_id": "7", "prune_stale": true}, {"organization_id": "7", "sync": false}, {"organization_id": "8"}} {
		made = p.MustApply("iam_make_organization", made, config)
		noChange(t, p, made, config)
	}
}
