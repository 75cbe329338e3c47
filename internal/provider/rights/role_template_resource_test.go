package rights_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func clerk() values {
	return values{"id": "clerk", "name": values{"en": "Clerk"}, "based_on": "order_fulfillment_manager", "access": values{"orders": "read", "sepa": "none"}}
}

// clerksAccess is what clerk gives.
func clerksAccess() values {
	return values{"customers": "read", "orders": "read", "returns": "manage", "sites": "read", "carts": "read", "payment_gateways": "read"}
}

// wantAccess checks effective_access.
func wantAccess(t *testing.T, s state, want values) {
	t.Helper()
	if got, _ := s.Values["effective_access"].(values); !maps.Equal(got, want) {
		t.Errorf("effective_access is %v, want %v", s.Values["effective_access"], want)
	}
}

// gives is what a template gives, by the tenant's list.
func gives(t *testing.T, c *client.Client, id string) values {
	t.Helper()
	list, err := c.Templates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	levels := values{}
	for _, template := range list {
		if template.ID == id {
			for entity, level := range template.Levels().Map() {
				levels[entity] = level.String()
			}
		}
	}
	return levels
}

func TestRoleTemplateResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		config := with(clerk(), values{"description": values{"en": "Handles returns", "de": "Für Retouren"}})
		made := p.MustApply("iam_role_template", state{}, config)
		wantAccess(t, made, clerksAccess())
		if got := gives(t, b.Client, "clerk"); !maps.Equal(got, clerksAccess()) {
			t.Errorf("the server gives %v", got)
		}
		server, err := b.Client.Template(t.Context(), "clerk")
		if err != nil || server.Description["de"] != "Für Retouren" || server.BasedOn != "order_fulfillment_manager" || server.Access["sepa"] != "none" {
			t.Errorf("the server has %+v, %v", server, err)
		}
		noChange(t, p, "iam_role_template", made, config)

		// Everything optional goes; the levels stay, and something is withheld.
		config = values{"id": "clerk", "name": values{"de": "Sachbearbeiter"}, "access": values{"products": "manage", "media": "none"}}
		plain := p.MustApply("iam_role_template", made, config)
		wantAccess(t, plain, values{"products": "manage", "prices": "manage", "availability": "manage"})
		if plain.Values["description"] != nil || plain.Values["based_on"] != nil {
			t.Errorf("state after unsetting: %v", plain.Values)
		}
		if server, err = b.Client.Template(t.Context(), "clerk"); err != nil || server.Description != nil || server.BasedOn != "" || server.Metadata.Version != 2 {
			t.Errorf("the server has %+v, %v", server, err)
		}
		noChange(t, p, "iam_role_template", plain, config)
		imported, d := p.Import("iam_role_template", "clerk")
		if diff := differences(plain.Values, imported.Values); len(diff) > 0 || len(d) > 0 {
			t.Errorf("the imported state differs in %v: %v, %v", diff, imported.Values, d)
		}

		empty := p.MustApply("iam_role_template", plain, with(config, values{"access": values{}}))
		wantAccess(t, empty, values{})
		noChange(t, p, "iam_role_template", empty, with(config, values{"access": values{}}))
		p.MustApply("iam_role_template", empty, nil)
		if _, err := b.Client.Template(t.Context(), "clerk"); !client.IsNotFound(err) {
			t.Errorf("destroy left the template: %v", err)
		}
		if _, d := p.Apply("iam_role_template", empty, nil); len(d) > 0 {
			t.Errorf("destroying what is gone: %v", d)
		}
	})
}

func TestRoleTemplateResource_generatedID(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	config := with(clerk(), values{"id": nil})
	planned, _, d := p.Plan("iam_role_template", state{}, config)
	if d.Failed() || planned.Values["id"] != providertest.Unknown {
		t.Errorf("got %v, %v", planned.Values, d)
	}
	wantAccess(t, planned, clerksAccess())
	made := p.MustApply("iam_role_template", state{}, config)
	if id, _ := made.Values["id"].(string); len(id) != 36 {
		t.Errorf("the id is %v, want a UUID", made.Values["id"])
	}
	noChange(t, p, "iam_role_template", made, config)
	if _, replace, d := p.Plan("iam_role_template", made, clerk()); !replace || d.Failed() {
		t.Errorf("another id must replace the template: %v", d)
	}
}

func TestRoleTemplateResource_unknown(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	for _, c := range []values{
		{"based_on": providertest.Unknown},
		{"access": providertest.Unknown},
		{"access": values{"orders": providertest.Unknown}},
	} {
		p.NextRun()
		if planned, _, d := p.Plan("iam_role_template", state{}, with(clerk(), c)); d.Failed() || planned.Values["effective_access"] != providertest.Unknown {
			t.Errorf("%v: got %v, %v; want unknown", c, planned.Values["effective_access"], d)
		}
		// So is what starts from it.
		group := values{"name": values{"en": "G"}, "role_template": "clerk"}
		child := with(clerk(), values{"id": "child", "based_on": "clerk"})
		for typeName, config := range map[string]values{"iam_group": group, "iam_role_template": child} {
			if planned, _, d := p.Plan(typeName, state{}, config); d.Failed() || planned.Values["effective_access"] != providertest.Unknown {
				t.Errorf("%v, %s: got %v, %v; want unknown", c, typeName, planned.Values["effective_access"], d)
			}
		}
	}
	p.NextRun()
	if planned, _, d := p.Plan("iam_role_template", state{}, with(clerk(), values{"name": providertest.Unknown, "id": providertest.Unknown})); d.Failed() {
		t.Error(d)
	} else {
		wantAccess(t, planned, clerksAccess())
	}

	// Without a provider to ask, only what starts from nothing is known.
	p = providertest.New(t, with(b.Config, values{"client_secret": providertest.Unknown}))
	if planned, _, d := p.Plan("iam_role_template", state{}, clerk()); d.Failed() || planned.Values["effective_access"] != providertest.Unknown {
		t.Errorf("got %v, %v", planned.Values, d)
	}
	planned, _, d := p.Plan("iam_role_template", state{}, with(clerk(), values{"based_on": nil}))
	if d.Failed() {
		t.Error(d)
	}
	wantAccess(t, planned, values{"orders": "read", "carts": "read"})
}

func TestRoleTemplateResource_badConfiguration(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, c := range []struct {
		changes values
		want    []string
	}{
		{values{"id": "a/b"}, []string{`error at AttributeName("id"): Invalid Id`}},
		{values{"id": "viewer"}, []string{`error at AttributeName("id"): Predefined Role Template`, "Choose another id"}},
		{values{"name": values{}}, []string{`error at AttributeName("name")`}},
		{values{"name": values{"English": "Clerk"}}, []string{`error at AttributeName("name")`, "language tag"}},
		{values{"description": values{"en": ""}}, []string{`error at AttributeName("description")`}},
		{values{"based_on": ""}, []string{`error at AttributeName("based_on")`}},
		{values{"based_on": "clerk"}, []string{`error at AttributeName("based_on"): Role Template Based On Itself`}},
		{values{"based_on": "boss"}, []string{`error at AttributeName("based_on"): Unknown Role Template`, `"boss"`, "refer to the id of the iam_role_template"}},
		{values{"access": nil}, []string{`error at AttributeName("access")`}},
		{values{"access": values{"order": "read"}}, []string{`error at AttributeName("access").ElementKeyString("order")`, "did you mean orders?"}},
		{values{"access": values{"orders": "edit"}}, []string{`error at AttributeName("access").ElementKeyString("orders")`, `The entity orders has no level "edit"`}},
		{values{"access": values{"orders": nil}}, []string{`error at AttributeName("access").ElementKeyString("orders")`, "Null Element"}},
	} {
		if _, _, d := p.Plan("iam_role_template", state{}, with(clerk(), c.changes)); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.changes, d)
		}
	}
	if _, _, d := p.Plan("iam_role_template", state{}, with(clerk(), values{"name": values{"it": "Impiegato"}})); !d.Has(`error at AttributeName("name").ElementKeyString("it"): Unknown Language`, `does not have the language "it"; it has en, de, fr`) {
		t.Errorf("a language that the tenant does not have: %v", d)
	}
}

func TestRoleTemplateResource_idExists(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	p.MustApply("iam_role_template", state{}, clerk())
	second, d := p.Apply("iam_role_template", state{}, with(clerk(), values{"name": values{"en": "Another"}}))
	if !d.Has(`error at AttributeName("id"): Role Template Already Exists`, "to = iam_role_template.NAME", `id = "clerk"`) || second.Values != nil {
		t.Errorf("got %v, %v", second.Values, d)
	}
	if imported, d := p.Import("iam_role_template", "viewer"); imported.Values != nil || !d.Has("Unable to import role template", "viewer is predefined") {
		t.Errorf("import of a predefined template: %v, %v", imported.Values, d)
	}
	if imported, d := p.Import("iam_role_template", "nothing"); imported.Values != nil || !d.Has("Unable to import role template", "nothing") {
		t.Errorf("import of what does not exist: %v, %v", imported.Values, d)
	}
}

func TestRoleTemplateResource_changedElsewhere(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		config := with(clerk(), values{"based_on": "base"})
		put := func(id string, body api.TemplateUpdate) {
			t.Helper()
			body.Name = api.Text{"en": "Clerk"}
			if _, err := b.Client.PutTemplate(t.Context(), id, body); err != nil {
				t.Fatal(err)
			}
		}
		put("base", api.TemplateUpdate{Access: map[string]string{"tax": "read"}})
		made := p.MustApply("iam_role_template", state{}, config)
		wantAccess(t, made, values{"orders": "read", "carts": "read", "tax": "read"})

		put("clerk", api.TemplateUpdate{BasedOn: "base", Access: map[string]string{"orders": "manage", "sepa": "none"}})
		drifted, d := p.Refresh("iam_role_template", made)
		if diff := differences(made.Values, drifted.Values); len(d) > 0 || fmt.Sprint(diff) != "[access effective_access]" {
			t.Errorf("the drift shows in %v, %v", diff, d)
		}
		p.NextRun()
		mended := p.MustApply("iam_role_template", drifted, config)
		noChange(t, p, "iam_role_template", mended, config)

		// What the base gives is not for this template to fix.
		put("base", api.TemplateUpdate{Access: map[string]string{"tax": "manage"}})
		p.NextRun()
		drifted, d = p.Refresh("iam_role_template", mended)
		if diff := differences(mended.Values, drifted.Values); len(d) > 0 || fmt.Sprint(diff) != "[effective_access]" {
			t.Errorf("a change of the base shows in %v, %v", diff, d)
		}
		noChange(t, p, "iam_role_template", drifted, config)

		if err := b.Client.DeleteTemplate(t.Context(), "clerk"); err != nil {
			t.Fatal(err)
		}
		gone, d := p.Refresh("iam_role_template", drifted)
		if gone.Values != nil || !d.Has("warning: Role Template Not Found", "clerk no longer exists") {
			t.Errorf("got %v, %v", gone.Values, d)
		}
		// It may also vanish between plan and apply.
		if _, d := p.Apply("iam_role_template", drifted, with(config, values{"name": values{"en": "Other"}})); !d.Has("warning: Role Template Created Again") || d.Failed() {
			t.Errorf("got %v", d)
		}
	})
}

func TestRoleTemplateResource_inUse(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_role_template", state{}, clerk())
	childs := with(clerk(), values{"id": "child", "based_on": "clerk"})
	child := p.MustApply("iam_role_template", state{}, childs)
	clerks := values{"id": "clerks", "name": values{"en": "Clerks"}, "role_template": "clerk"}
	group := p.MustApply("iam_group", state{}, clerks)
	// Both stay in the configuration.
	p.NextRun()
	p.Plan("iam_role_template", child, childs)
	p.Plan("iam_group", group, clerks)
	planned, _, _ := p.Plan("iam_role_template", made, nil)
	kept, d := p.ApplyPlanned("iam_role_template", made, planned, nil)
	if !d.Has("error: Unable to delete role template", "Group 'clerks' refers to it", "Template 'child' is based on it", "create_before_destroy") || kept.Values == nil {
		t.Errorf("got %v, %v", kept.Values, d)
	}
}

// The public API has no role templates of one's own, which the plan says. One
// that cannot be asked says it at the latest when the template must be created.
func TestRoleTemplateResource_publicAPI(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		body    string
		methods string
	}{
		"no such path":         {404, `{"code": 404, "status": "Not Found", "message": "Unknown path"}`, "GET PUT"},
		"no such path, a page": {404, "<html>", "GET PUT"},
		"no such method":       {405, `{}`, "GET PUT"},
		"said late":            {404, `{"fault": {"faultstring": "Unable to identify proxy"}}`, "PUT"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !strings.Contains(r.URL.Path, "/templates/") || !strings.Contains(c.methods, r.Method) {
						next.ServeHTTP(w, r)
						return
					}
					if strings.HasPrefix(c.body, "<") {
						w.Header().Set("Content-Type", "text/html")
					}
					w.WriteHeader(c.status)
					_, _ = w.Write([]byte(c.body))
				})
			}})
			p := providertest.New(t, b.Config)
			const say = "no custom role templates. They need the reference backend"
			made, d := p.Apply("iam_role_template", state{}, clerk())
			if !d.Has("error: Unable to create role template", say, "access of each iam_group") || made.Values != nil {
				t.Errorf("apply: got %v, %v", made.Values, d)
			}
			if c.methods == "PUT" {
				return
			}
			if _, _, d := p.Plan("iam_role_template", state{}, clerk()); !d.Has(say) {
				t.Errorf("plan: got %v", d)
			}
			present := state{Values: with(clerk(), values{"effective_access": clerksAccess(), "description": nil})}
			if kept, d := p.Refresh("iam_role_template", present); kept.Values == nil || !d.Has("error: Unable to read role template", say) {
				t.Errorf("refresh: got %v, %v", kept.Values, d)
			}
			// Whatever needs no template of one's own goes on.
			if _, d := p.Apply("iam_group", state{}, values{"name": values{"en": "G"}, "role_template": "viewer"}); d.Failed() {
				t.Errorf("a group: %v", d)
			}
		})
	}
}

// A template whose answer is lost for good is kept in the state, to be removed
// and made again.
func TestRoleTemplateResource_lostAnswer(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut {
				panic(http.ErrAbortHandler)
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, with(b.Config, values{"max_retries": 0}))
	kept, d := p.Apply("iam_role_template", state{}, with(clerk(), values{"id": nil}))
	if id, _ := kept.Values["id"].(string); !d.Has("error: Unable to create role template", "may still have been created") || len(id) != 36 {
		t.Errorf("got %v, %v", kept.Values, d)
	}
	if _, d := p.Apply("iam_role_template", kept, nil); len(d) > 0 {
		t.Errorf("removing it: %v", d)
	}
}

func TestRoleTemplateResource_missingScope(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	scopes := slices.DeleteFunc(api.AllScopes(), func(s string) bool { return s == api.ScopeTemplateManage })
	p := providertest.Start(t, nil)
	// An API that has no such scope is no reason for a warning.
	if d := p.Configure(with(b.Config, values{"scope": strings.Join(scopes, " ")})); len(d) > 0 {
		t.Errorf("got %v", d)
	}
	if _, d := p.Apply("iam_role_template", state{}, clerk()); !d.Has("error: Unable to create role template", "lacks the scope iam.template_manage") {
		t.Errorf("got %v", d)
	}
	if d := p.Configure(with(b.Config, values{"scope": api.ScopeUserRead})); !d.Has("Scopes Missing", "iam.template_manage: needed to create, update and delete iam_role_template") {
		t.Errorf("got %v", d)
	}
}

// Templates of the tenant's own show in the data sources with what they give.
func TestRoleTemplateDataSources_custom(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	p.MustApply("iam_role_template", state{}, with(clerk(), values{"access": values{"orders": "read", "carts": "none"}}))
	want := with(clerksAccess(), values{"sepa": "manage"})
	delete(want, "carts")
	single, d := p.ReadData("iam_role_template", values{"id": "clerk"})
	if d.Failed() || single["kind"] != "custom" || !maps.Equal(single["effective_access"].(values), want) { //nolint:forcetypeassert // it is in the schema
		t.Errorf("got %v, %v", single, d)
	}
	all, d := p.ReadData("iam_role_templates", values{})
	list, _ := all["templates"].([]any)
	if d.Failed() || len(list) != len(access.Templates())+1 || list[len(list)-1].(values)["id"] != "clerk" { //nolint:forcetypeassert // it is in the schema
		t.Errorf("got %v, %v", list, d)
	}
}
