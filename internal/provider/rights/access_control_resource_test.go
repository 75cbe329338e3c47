package rights_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func accounting() values {
	return values{
		"id": "accounting", "name": values{"en": "Accounting", "de": "Buchhaltung"}, "description": values{"en": "Sees orders"},
		"scopes": []any{"order.order_read", "sepaexport.job_view"}, "domains": []any{"billing", "order"},
	}
}

func TestAccessControlResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		p.MustApply("iam_scope", state{}, invoices())
		made := p.MustApply("iam_access_control", state{}, accounting())
		c, err := b.Client.AccessControl(t.Context(), "accounting")
		if err != nil || c.Name["de"] != "Buchhaltung" || c.Description["en"] != "Sees orders" || len(c.Scopes) != 2 || len(c.Domains) != 2 || c.RestrictedTo != "" {
			t.Fatalf("got %+v, %v", c, err)
		}
		if made.Values["restriction_aware"] != false || made.Values["vendor_aware"] != false {
			t.Errorf("got %v", made.Values)
		}
		noChange(t, p, "iam_access_control", made, accounting())
		noChange(t, p, "iam_access_control", made, with(accounting(), values{"scopes": []any{"sepaexport.job_view", "order.order_read"}}))

		config := with(accounting(), values{"name": values{"en": "Accounts"}, "scopes": []any{"billing.invoices"}, "domains": []any{"billing"}})
		changed := p.MustApply("iam_access_control", made, config)
		if c, _ = b.Client.AccessControl(t.Context(), "accounting"); len(c.Name) != 1 || !slices.Equal(c.Scopes, []string{"billing.invoices"}) || !slices.Equal(c.Domains, []string{"billing"}) {
			t.Errorf("after the update: %+v", c)
		}
		noChange(t, p, "iam_access_control", changed, config)

		bare := values{"id": "accounting", "scopes": []any{"billing.invoices"}}
		unset := p.MustApply("iam_access_control", changed, bare)
		if c, _ = b.Client.AccessControl(t.Context(), "accounting"); c.Name != nil || c.Description != nil || c.Domains != nil {
			t.Errorf("after unsetting: %+v", c)
		}
		noChange(t, p, "iam_access_control", unset, bare)
		none := with(bare, values{"domains": []any{}})
		empty := p.MustApply("iam_access_control", unset, none)
		noChange(t, p, "iam_access_control", empty, none)

		imported, d := p.Import("iam_access_control", "accounting")
		if diff := differences(unset.Values, imported.Values); d.Failed() || len(diff) > 0 {
			t.Errorf("the imported state differs in %v: %v, %v", diff, imported.Values, d)
		}
		p.MustApply("iam_access_control", imported, nil)
		if _, err := b.Client.AccessControl(t.Context(), "accounting"); !client.IsNotFound(err) {
			t.Errorf("destroy left the access control: %v", err)
		}
		p.MustApply("iam_access_control", imported, nil) // somebody was faster
	})
}

func TestAccessControlResource_import(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	config := with(accounting(), values{"restricted_to": "EMPLOYEE"})
	made := p.MustApply("iam_access_control", state{}, config)
	imported, d := p.Import("iam_access_control", "accounting")
	if diff := differences(made.Values, imported.Values); d.Failed() || len(diff) > 0 {
		t.Errorf("the imported state differs in %v: %v, %v", diff, imported.Values, d)
	}
	noChange(t, p, "iam_access_control", imported, config)
	predefined := access.Controls()[0].ID
	if imported, d := p.Import("iam_access_control", predefined); imported.Values != nil || !d.Has("Unable to import access control", "is predefined") {
		t.Errorf("import of a predefined one: %v, %v", imported.Values, d)
	}
	if imported, d := p.Import("iam_access_control", "nothing"); imported.Values != nil || !d.Has("Unable to import access control", "nothing") {
		t.Errorf("import of nothing: %v, %v", imported.Values, d)
	}
}

func TestAccessControlResource_badConfiguration(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, c := range []struct {
		changes values
		want    []string
	}{
		{values{"id": nil}, []string{`id`, "required"}},
		{values{"id": "a/b"}, []string{`error at AttributeName("id"): Invalid Id`}},
		{values{"id": strings.Repeat("x", 67)}, []string{`error at AttributeName("id"): Invalid Id`}},
		{values{"scopes": nil}, []string{`scopes`, "required"}},
		{values{"scopes": []any{}}, []string{`error at AttributeName("scopes"): Empty Set`, "at least one"}},
		{values{"scopes": []any{nil}}, []string{`error at AttributeName("scopes")`, "null"}},
		{values{"scopes": []any{"order.order_read", "two words"}}, []string{`error at AttributeName("scopes").ElementKeyValue`, `The scope "two words" must have`}},
		{values{"domains": []any{""}}, []string{`error at AttributeName("domains")`}},
		{values{"domains": []any{nil}}, []string{`error at AttributeName("domains")`}},
		{values{"restricted_to": "employee"}, []string{`error at AttributeName("restricted_to")`, `"EMPLOYEE"`}},
		{values{"name": values{}}, []string{`error at AttributeName("name")`}},
		{values{"name": values{"English": "x"}}, []string{`error at AttributeName("name")`, "language tag"}},
		{values{"description": values{"en": ""}}, []string{`error at AttributeName("description")`}},
	} {
		if _, _, d := p.Plan("iam_access_control", state{}, with(accounting(), c.changes)); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.changes, d)
		}
	}
	// What only the tenant knows.
	unknown := with(accounting(), values{"scopes": []any{"order.order_read", "no.such_scope"}})
	if _, _, d := p.Plan("iam_access_control", state{}, unknown); len(d) != 1 || !d.Has(`error at AttributeName("scopes").ElementKeyValue`, `Unknown Scope: The tenant has no scope "no.such_scope"`, "iam_scope") {
		t.Errorf("an unknown scope: %v", d)
	}
	if _, _, d := p.Plan("iam_access_control", state{}, with(accounting(), values{"name": values{"it": "x"}})); !d.Has(`error at AttributeName("name").ElementKeyString("it"): Unknown Language`, `does not have the language "it"; it has en, de, fr`) {
		t.Errorf("a language that the tenant lacks: %v", d)
	}
	made := p.MustApply("iam_access_control", state{}, accounting())
	if _, _, d := p.Plan("iam_access_control", made, unknown); !d.Has("Unknown Scope", "no.such_scope") {
		t.Errorf("an unknown scope, later: %v", d)
	}
	noChange(t, p, "iam_access_control", made, accounting())
}

// A scope that the same plan creates is known before it exists. Where the token may
// not read scopes, the API says which does not exist.
func TestAccessControlResource_unknownScope(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	config := with(accounting(), values{"scopes": []any{"order.order_read", "no.such_scope"}})
	p := providertest.New(t, b.Config)
	p.NextRun()
	for _, planned := range []struct {
		typeName string
		config   values
	}{{"iam_scope", values{"id": "no.such_scope"}}, {"iam_access_control", config}} {
		if _, _, d := p.Plan(planned.typeName, state{}, planned.config); len(d) > 0 {
			t.Errorf("%s: %v", planned.typeName, d)
		}
	}
	blind := providertest.New(t, with(b.Config, values{"scope": "iam.access_read iam.access_manage"}))
	if made, d := blind.Apply("iam_access_control", state{}, config); made.Values != nil || !d.Has(`error at AttributeName("scopes"): Unable to create access control`, "'no.such_scope' does not exist", "iam_scope") {
		t.Errorf("created: %v, %v", made.Values, d)
	}
	made := blind.MustApply("iam_access_control", state{}, accounting())
	if kept, d := blind.Apply("iam_access_control", made, config); len(differences(made.Values, kept.Values)) > 0 || !d.Has(`error at AttributeName("scopes"): Unable to update access control`) {
		t.Errorf("updated: %v, %v", kept.Values, d)
	}
}

func TestAccessControlResource_unknown(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, c := range []values{
		{"id": providertest.Unknown},
		{"name": providertest.Unknown},
		{"description": providertest.Unknown},
		{"scopes": providertest.Unknown},
		{"scopes": []any{"order.order_read", providertest.Unknown}},
		{"domains": providertest.Unknown},
		{"restricted_to": providertest.Unknown},
	} {
		if _, _, d := p.Plan("iam_access_control", state{}, with(accounting(), c)); len(d) > 0 {
			t.Errorf("%v: %v", c, d)
		}
	}
}

// What the API decides is known while the scopes stay, and follows them.
func TestAccessControlResource_vendorAware(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	config := values{"id": "v", "scopes": []any{"order.order_read_by_vendor"}}
	planned, _, _ := p.Plan("iam_access_control", state{}, config)
	if planned.Values["vendor_aware"] != providertest.Unknown || planned.Values["restriction_aware"] != providertest.Unknown {
		t.Errorf("a new one: %v", planned.Values)
	}
	made := p.MustApply("iam_access_control", state{}, config)
	if made.Values["vendor_aware"] != true {
		t.Errorf("got %v", made.Values)
	}
	if planned, _, _ = p.Plan("iam_access_control", made, with(config, values{"name": values{"en": "V"}})); planned.Values["vendor_aware"] != true || planned.Values["restriction_aware"] != false {
		t.Errorf("another name: %v", planned.Values)
	}
	more := with(config, values{"scopes": []any{"order.order_read_by_vendor", "order.order_read"}})
	if planned, _, _ = p.Plan("iam_access_control", made, more); planned.Values["vendor_aware"] != providertest.Unknown {
		t.Errorf("other scopes: %v", planned.Values)
	}
	if changed := p.MustApply("iam_access_control", made, more); changed.Values["vendor_aware"] != false {
		t.Errorf("got %v", changed.Values)
	}
}

func TestAccessControlResource_replace(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_access_control", state{}, accounting())
	for _, changes := range []values{{"id": "accounts"}, {"restricted_to": "EMPLOYEE"}} {
		if _, replace, d := p.Plan("iam_access_control", made, with(accounting(), changes)); !replace || d.Failed() {
			t.Errorf("%v must replace the access control: %v", changes, d)
		}
	}
	config := with(accounting(), values{"restricted_to": "EMPLOYEE"})
	replaced := p.MustApply("iam_access_control", made, config)
	if c, err := b.Client.AccessControl(t.Context(), "accounting"); err != nil || c.RestrictedTo != access.Employee || c.Metadata.Version != 1 {
		t.Errorf("got %+v, %v", c, err)
	}
	noChange(t, p, "iam_access_control", replaced, config)
}

func TestAccessControlResource_idExists(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_access_control", state{}, accounting())
	second, d := p.Apply("iam_access_control", state{}, with(accounting(), values{"scopes": []any{"iam.user_read"}}))
	if second.Values != nil || !d.Has(`error at AttributeName("id"): Access Control Already Exists`, "to = iam_access_control.NAME", `id = "accounting"`, "terraform import iam_access_control.NAME accounting") {
		t.Errorf("got %v, %v", second.Values, d)
	}
	if c, err := b.Client.AccessControl(t.Context(), "accounting"); err != nil || len(c.Scopes) != 2 {
		t.Errorf("it was not left as it was: %+v, %v", c, err)
	}
	predefined := access.Controls()[0].ID
	if _, d := p.Apply("iam_access_control", state{}, with(accounting(), values{"id": predefined})); !d.Has(`error at AttributeName("id")`, "The access control "+predefined+" is predefined", "data source iam_access_controls") {
		t.Errorf("a predefined id: %v", d)
	}
}

func TestAccessControlResource_elsewhere(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		made := p.MustApply("iam_access_control", state{}, accounting())
		if _, err := b.Client.PutAccessControl(t.Context(), "accounting", api.AccessControlUpdate{
			Name: api.Text{"en": "Accounting"}, Description: api.Text{"en": "Other"}, Scopes: []string{"iam.user_read"},
		}); err != nil {
			t.Fatal(err)
		}
		drifted, d := p.Refresh("iam_access_control", made)
		if diff := differences(made.Values, drifted.Values); len(d) > 0 || !slices.Equal(diff, []string{"description", "domains", "name", "scopes"}) {
			t.Errorf("the drift shows in %v, %v", diff, d)
		}
		mended := p.MustApply("iam_access_control", drifted, accounting())
		noChange(t, p, "iam_access_control", mended, accounting())
		if err := b.Client.DeleteAccessControl(t.Context(), "accounting"); err != nil {
			t.Fatal(err)
		}
		gone, d := p.Refresh("iam_access_control", mended)
		if gone.Values != nil || !d.Has("warning: Access Control Not Found", "accounting no longer exists") {
			t.Errorf("got %v, %v", gone.Values, d)
		}
		p.MustApply("iam_access_control", gone, accounting())
	})
}

func TestAccessControlResource_changedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, elsewhere := range map[string]func(ctx context.Context, c *client.Client) error{
		"changed": func(ctx context.Context, c *client.Client) error {
			_, err := c.PutAccessControl(ctx, "accounting", api.AccessControlUpdate{Scopes: []string{"iam.user_read"}})
			return err
		},
		"deleted": func(ctx context.Context, c *client.Client) error { return c.DeleteAccessControl(ctx, "accounting") },
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
			made := p.MustApply("iam_access_control", state{}, accounting())
			config := with(accounting(), values{"scopes": []any{"site.site_read"}})
			changed, d := p.Apply("iam_access_control", made, config)
			if c, err := b.Client.AccessControl(t.Context(), "accounting"); err != nil || !slices.Equal(c.Scopes, []string{"site.site_read"}) || d.Failed() {
				t.Errorf("got %+v, %v, %v", c, err, d)
			}
			if name == "deleted" && !d.Has("warning: Access Control Created Again") {
				t.Errorf("got %v", d)
			}
			noChange(t, p, "iam_access_control", changed, config)
		})
	}
}

func TestAccessControlResource_carried(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_access_control", state{}, accounting())
	group := values{"id": "g", "name": values{"en": "G"}, "access_control_ids": []any{"accounting"}}
	carrier := p.MustApply("iam_group", state{}, group)
	// It stays in the configuration.
	p.NextRun()
	p.Plan("iam_group", carrier, group)
	planned, _, _ := p.Plan("iam_access_control", made, nil)
	kept, d := p.ApplyPlanned("iam_access_control", made, planned, nil)
	if kept.Values == nil || !d.Has("error: Unable to delete access control", "Group 'g' carries it", "create_before_destroy") {
		t.Errorf("got %v, %v", kept.Values, d)
	}
	p.MustApply("iam_group", carrier, with(group, values{"access_control_ids": []any{}}))
	p.MustApply("iam_access_control", made, nil)
}

// silent takes members out of the access controls that a backend answers with,
// as the public API does.
func silent(path string, members ...string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			held := httptest.NewRecorder()
			next.ServeHTTP(held, r)
			body := held.Body.Bytes()
			if r.Method == http.MethodGet && held.Code == http.StatusOK && strings.Contains(r.URL.Path, path) {
				var list []map[string]any
				var one map[string]any
				if json.Unmarshal(body, &list) == nil {
					for _, item := range list {
						drop(item, members)
					}
					body, _ = json.Marshal(list)
				} else if json.Unmarshal(body, &one) == nil {
					drop(one, members)
					body, _ = json.Marshal(one)
				}
			}
			for name, value := range held.Header() {
				w.Header()[name] = value
			}
			w.WriteHeader(held.Code)
			_, _ = bytes.NewReader(body).WriteTo(w)
		})
	}
}

func drop(item map[string]any, members []string) {
	for _, name := range members {
		delete(item, name)
	}
}

// The public API takes descriptions and returns none: they stay as they are
// written.
func TestAccessControlResource_descriptionNotReturned(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{Wrap: silent("/access-controls/", "description")}).Config)
	made := p.MustApply("iam_access_control", state{}, accounting())
	if got := fmt.Sprint(made.Values["description"]); got != "map[en:Sees orders]" {
		t.Errorf("the state has %s", got)
	}
	noChange(t, p, "iam_access_control", made, accounting())
	config := with(accounting(), values{"description": values{"en": "Other"}})
	changed := p.MustApply("iam_access_control", made, config)
	noChange(t, p, "iam_access_control", changed, config)
	config = with(accounting(), values{"description": nil})
	unset := p.MustApply("iam_access_control", changed, config)
	noChange(t, p, "iam_access_control", unset, config)
}
