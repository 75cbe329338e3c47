package rights_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/server/fault"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

type state = providertest.State

// with returns a copy of the values with some set; nil unsets.
func with(v, changes values) values {
	merged := maps.Clone(v)
	maps.Copy(merged, changes)
	return merged
}

// noChange refreshes and plans, and wants nothing to differ.
func noChange(t *testing.T, p *providertest.Provider, typeName string, s state, config values) {
	t.Helper()
	refreshed, d := p.Refresh(typeName, s)
	if len(d) > 0 {
		t.Errorf("refresh: %v", d)
	}
	planned, _, d := p.Plan(typeName, refreshed, config)
	if diff := differences(refreshed.Values, planned.Values); len(diff) > 0 || len(d) > 0 {
		t.Errorf("the plan changes %v: %v, %v", diff, planned.Values, d)
	}
}

// differences names the attributes in which two states differ.
func differences(a, b values) []string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		x, _ := json.Marshal(a[name])
		y, _ := json.Marshal(b[name])
		if string(x) != string(y) {
			names = append(names, name)
		}
	}
	return names
}

// meddler stands before a backend and calls do before the n-th request of the
// method; requests with side effects also count.
type meddler struct {
	method string
	n      int32
	do     func()
	seen   atomic.Int32
}

func (m *meddler) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == m.method && m.seen.Add(1) == m.n {
			m.do()
		}
		next.ServeHTTP(w, r)
	})
}

func invoices() values {
	return values{"id": "billing.invoices", "description": values{"en": "Invoices", "de": "Rechnungen"}, "domain": "billing"}
}

func TestScopeResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_scope", state{}, invoices())
		s, err := b.Client.Scope(t.Context(), "billing.invoices")
		if err != nil || s.Description["de"] != "Rechnungen" || s.Domain != "billing" || s.Predefined {
			t.Fatalf("got %+v, %v", s, err)
		}
		noChange(t, p, "iam_scope", made, invoices())

		config := with(invoices(), values{"description": values{"en": "All invoices"}, "domain": "invoice"})
		changed := p.MustApply("iam_scope", made, config)
		if s, _ = b.Client.Scope(t.Context(), "billing.invoices"); len(s.Description) != 1 || s.Description["en"] != "All invoices" || s.Domain != "invoice" {
			t.Errorf("after the update: %+v", s)
		}
		noChange(t, p, "iam_scope", changed, config)

		bare := values{"id": "billing.invoices"}
		unset := p.MustApply("iam_scope", changed, bare)
		if s, _ = b.Client.Scope(t.Context(), "billing.invoices"); s.Description != nil || s.Domain != "" || s.Metadata.Version < 3 {
			t.Errorf("after unsetting: %+v", s)
		}
		noChange(t, p, "iam_scope", unset, bare)

		imported, d := p.Import("iam_scope", "billing.invoices")
		if diff := differences(unset.Values, imported.Values); d.Failed() || len(diff) > 0 {
			t.Errorf("the imported state differs in %v: %v, %v", diff, imported.Values, d)
		}
		p.MustApply("iam_scope", imported, nil)
		if _, err := b.Client.Scope(t.Context(), "billing.invoices"); !client.IsNotFound(err) {
			t.Errorf("destroy left the scope: %v", err)
		}
		p.MustApply("iam_scope", imported, nil) // somebody was faster
	})
}

func TestScopeResource_anotherID(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_scope", state{}, invoices())
	config := with(invoices(), values{"id": "billing.Invoices"})
	if _, replace, d := p.Plan("iam_scope", made, config); !replace || d.Failed() {
		t.Errorf("another id must replace the scope: %v", d)
	}
	moved := p.MustApply("iam_scope", made, config)
	noChange(t, p, "iam_scope", moved, config)
	if _, err := b.Client.Scope(t.Context(), "billing.invoices"); !client.IsNotFound(err) {
		t.Errorf("the former scope stayed: %v", err)
	}
}

func TestScopeResource_badConfiguration(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, c := range []struct {
		changes values
		want    []string
	}{
		{values{"id": nil}, []string{`id`, "required"}},
		{values{"id": ""}, []string{`error at AttributeName("id"): Empty Scope`}},
		{values{"id": ".."}, []string{`error at AttributeName("id"): Invalid Scope`}},
		{values{"id": "two words"}, []string{`error at AttributeName("id"): Invalid Scope`, `"two words" must have`}},
		{values{"id": "a/b"}, []string{`error at AttributeName("id"): Invalid Scope`}},
		{values{"id": strings.Repeat("x", 256)}, []string{`error at AttributeName("id"): Invalid Scope`}},
		{values{"description": values{}}, []string{`error at AttributeName("description")`}},
		{values{"description": values{"English": "x"}}, []string{`error at AttributeName("description")`, "language tag"}},
		{values{"description": values{"en": ""}}, []string{`error at AttributeName("description")`}},
		{values{"description": values{"en": nil}}, []string{`error at AttributeName("description").ElementKeyString("en"): Null Element`}},
		{values{"domain": ""}, []string{`error at AttributeName("domain")`}},
		{values{"id": "iam.user_read"}, []string{`error at AttributeName("id"): Predefined Scope`, "Choose another id"}},
	} {
		if _, _, d := p.Plan("iam_scope", state{}, with(invoices(), c.changes)); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.changes, d)
		}
	}
	if _, _, d := p.Plan("iam_scope", state{}, with(invoices(), values{"description": values{"it": "Fatture"}})); !d.Has(`error at AttributeName("description").ElementKeyString("it"): Unknown Language`, `does not have the language "it"; it has en, de, fr`) {
		t.Errorf("a language that the tenant lacks: %v", d)
	}
}

// An id of the platform's is possible and worth one word, when it is created.
func TestScopeResource_reservedID(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	config := values{"id": "custom.document_read"}
	made, d := p.Apply("iam_scope", state{}, config)
	if d.Failed() || !d.Has(`warning at AttributeName("id"): Reserved Scope Id`, "custom.TYPE_manage_own") {
		t.Fatalf("got %v", d)
	}
	noChange(t, p, "iam_scope", made, config)
}

func TestScopeResource_unknown(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, name := range []string{"id", "description", "domain"} {
		config := with(invoices(), values{name: providertest.Unknown})
		if planned, _, d := p.Plan("iam_scope", state{}, config); len(d) > 0 || planned.Values[name] != providertest.Unknown {
			t.Errorf("%s: got %v, %v", name, planned.Values, d)
		}
	}
	offline := providertest.New(t, values{"api_url": providertest.Unknown, "tenant": "acme", "client_id": "a", "client_secret": "b"})
	if _, _, d := offline.Plan("iam_scope", state{}, invoices()); len(d) > 0 {
		t.Errorf("while the provider is unknown: %v", d)
	}
	made := p.MustApply("iam_scope", state{}, invoices())
	if kept, d := offline.Refresh("iam_scope", made); kept.Values == nil || !d.Has("warning: Object Not Refreshed") {
		t.Errorf("refresh while the provider is unknown: %v, %v", kept.Values, d)
	}
}

func TestScopeResource_idExists(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_scope", state{}, invoices())
	second, d := p.Apply("iam_scope", state{}, with(invoices(), values{"domain": "other"}))
	if second.Values != nil || !d.Has(`error at AttributeName("id"): Scope Already Exists`, "Scope billing.invoices already exists", "to = iam_scope.NAME", `id = "billing.invoices"`) {
		t.Errorf("got %v, %v", second.Values, d)
	}
	if s, err := b.Client.Scope(t.Context(), "billing.invoices"); err != nil || s.Domain != "billing" {
		t.Errorf("it was not left as it was: %+v, %v", s, err)
	}
	if _, d := p.Apply("iam_scope", state{}, values{"id": "iam.user_read"}); !d.Has(`error at AttributeName("id")`, "The scope iam.user_read is predefined", "data source iam_scopes") {
		t.Errorf("a predefined id: %v", d)
	}
	if imported, d := p.Import("iam_scope", "iam.user_read"); imported.Values != nil || !d.Has("Unable to import scope", "is predefined") {
		t.Errorf("import of a predefined scope: %v, %v", imported.Values, d)
	}
	if imported, d := p.Import("iam_scope", "no.such"); imported.Values != nil || !d.Has("Unable to import scope", "no.such") {
		t.Errorf("import of nothing: %v, %v", imported.Values, d)
	}
}

func TestScopeResource_elsewhere(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_scope", state{}, invoices())
		if _, err := b.Client.PutScope(t.Context(), "billing.invoices", api.ScopeUpdate{Description: api.Text{"en": "Invoices"}}); err != nil {
			t.Fatal(err)
		}
		drifted, d := p.Refresh("iam_scope", made)
		if diff := differences(made.Values, drifted.Values); len(d) > 0 || !slices.Equal(diff, []string{"description", "domain"}) {
			t.Errorf("the drift shows in %v, %v", diff, d)
		}
		mended := p.MustApply("iam_scope", drifted, invoices())
		noChange(t, p, "iam_scope", mended, invoices())
		if err := b.Client.DeleteScope(t.Context(), "billing.invoices"); err != nil {
			t.Fatal(err)
		}
		gone, d := p.Refresh("iam_scope", mended)
		if gone.Values != nil || !d.Has("warning: Scope Not Found", "billing.invoices no longer exists") {
			t.Errorf("got %v, %v", gone.Values, d)
		}
		p.MustApply("iam_scope", gone, invoices())
	})
}

// Someone else writes between the read and the write of an update: it is
// created again over what they wrote. Or they delete the scope: then it exists
// again.
func TestScopeResource_changedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, elsewhere := range map[string]func(ctx context.Context, c *client.Client) error{
		"changed": func(ctx context.Context, c *client.Client) error {
			_, err := c.PutScope(ctx, "billing.invoices", api.ScopeUpdate{Domain: "theirs"})
			return err
		},
		"deleted": func(ctx context.Context, c *client.Client) error { return c.DeleteScope(ctx, "billing.invoices") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &meddler{method: http.MethodPut, n: 2} // the first one makes it
			b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: m.wrap})
			m.do = func() {
				if err := elsewhere(t.Context(), b.Client); err != nil {
					t.Error(err)
				}
			}
			p := providertest.New(t, b.Config)
			made := p.MustApply("iam_scope", state{}, invoices())
			config := with(invoices(), values{"domain": "mine"})
			changed, d := p.Apply("iam_scope", made, config)
			if s, err := b.Client.Scope(t.Context(), "billing.invoices"); err != nil || s.Domain != "mine" || d.Failed() {
				t.Errorf("got %+v, %v, %v", s, err, d)
			}
			if name == "deleted" && !d.Has("warning: Scope Created Again") {
				t.Errorf("got %v", d)
			}
			noChange(t, p, "iam_scope", changed, config)
		})
	}
}

// Against someone who never stops writing, an update gives up in the end.
func TestScopeResource_changedAllTheTime(t *testing.T) {
	t.Parallel()
	var b providertest.Backend
	var made, tries atomic.Int32
	b = providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if fromProvider := strings.HasSuffix(r.UserAgent(), "/test"); r.Method == http.MethodPut && fromProvider && made.Load() > 0 {
				tries.Add(1)
				if _, err := b.Client.PutScope(r.Context(), "billing.invoices", api.ScopeUpdate{Domain: "theirs"}); err != nil {
					t.Error(err)
				}
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	before := p.MustApply("iam_scope", state{}, invoices())
	made.Store(1)
	kept, d := p.Apply("iam_scope", before, with(invoices(), values{"domain": "mine"}))
	if diff := differences(before.Values, kept.Values); len(diff) > 0 || tries.Load() != 3 || !d.Has("error: Unable to update scope", "409 Conflict") {
		t.Errorf("after %d tries: %v, %v", tries.Load(), kept.Values, d)
	}
}

// An API that shows writes late, and breaks off answers, is waited for.
func TestScopeResource_badDay(t *testing.T) {
	t.Parallel()
	faults, err := fault.Parse("lag=60ms,shuffle,429=0.1,drop=0.2,tolerant-deletes,seed=3")
	if err != nil {
		t.Fatal(err)
	}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: faults.Wrap})
	p := providertest.New(t, with(b.Config, values{"max_retries": 20}))
	made := p.MustApply("iam_scope", state{}, invoices())
	config := with(invoices(), values{"description": nil})
	// Somebody else writes just before, and reads do not show it yet.
	if _, err := b.Client.PutScope(t.Context(), "billing.invoices", api.ScopeUpdate{Domain: "theirs"}); err != nil {
		t.Fatal(err)
	}
	changed := p.MustApply("iam_scope", made, config)
	control := values{"id": "c", "scopes": []any{"billing.invoices", "iam.user_read"}, "domains": []any{"b", "a"}, "restricted_to": "EMPLOYEE"}
	granted := p.MustApply("iam_access_control", state{}, control)
	// Made again under the same id, which the API still shows for a while.
	control = with(control, values{"restricted_to": "CUSTOMER"})
	granted = p.MustApply("iam_access_control", granted, control)
	noChange(t, p, "iam_access_control", granted, control)
	p.MustApply("iam_access_control", granted, nil)
	noChange(t, p, "iam_scope", changed, config)
	p.MustApply("iam_scope", changed, nil)
}
