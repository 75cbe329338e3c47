package rights_test

import (
	"fmt"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/server/fault"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func clerks() values {
	return values{"id": "clerks", "name": values{"en": "Clerks"}, "role_template": "clerk"}
}

// serverAccess is what a group gives its members, by the server.
func serverAccess(t *testing.T, c *client.Client, id string) map[string]access.Level {
	t.Helper()
	g, err := c.Group(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	rights, err := c.Rights(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return rights.Access(client.AccessGroup(*g)).Map()
}

// A template and what starts from it are planned in one run, and each plan
// shows what the others will give.
func TestRoleTemplate_plannedWithItsUse(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		run := func(templateAccess, want values, made map[string]state) map[string]state {
			t.Helper()
			template := with(clerk(), values{"access": templateAccess})
			child := values{"id": "child", "name": values{"en": "Child"}, "based_on": "clerk", "access": values{"tax": "read"}}
			configs := map[string]values{
				"clerk": template, "child": child, "clerks": clerks(),
				// Takes something away, and so cannot refer to the template.
				"less": with(clerks(), values{"id": "less", "access": values{"returns": "none"}}),
				"more": with(clerks(), values{"id": "more", "role_template": "child", "access": values{"coupons": "read"}}),
			}
			wants := map[string]values{"clerk": want, "child": with(want, values{"tax": "read"}), "clerks": want, "less": with(want, nil)}
			delete(wants["less"], "returns")
			wants["more"] = with(wants["child"], values{"coupons": "read"})
			order := []struct{ id, typeName string }{
				{"clerk", "iam_role_template"}, {"child", "iam_role_template"}, {"clerks", "iam_group"}, {"less", "iam_group"}, {"more", "iam_group"},
			}
			// The plan of everything stands before the first change.
			p.NextRun()
			for _, r := range order {
				planned, _, d := p.Plan(r.typeName, made[r.id], configs[r.id])
				if d.Failed() {
					t.Fatalf("planning %s: %v", r.id, d)
				}
				wantAccess(t, planned, wants[r.id])
			}
			p.NextRun()
			next := map[string]state{}
			for _, r := range order {
				next[r.id] = p.MustApply(r.typeName, made[r.id], configs[r.id])
				wantAccess(t, next[r.id], wants[r.id])
			}
			p.NextRun()
			for _, r := range order {
				noChange(t, p, r.typeName, next[r.id], configs[r.id])
				if got := levelNames(access.FromMap(serverAccess(t, b.Client, "clerks"))); fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("the server gives %v, want %v", got, want)
				}
			}
			return next
		}
		made := run(values{"orders": "read", "sepa": "none"}, clerksAccess(), nil)
		more := with(clerksAccess(), values{"products": "manage", "prices": "manage", "availability": "manage"})
		made = run(values{"orders": "read", "sepa": "none", "products": "manage", "media": "none"}, more, made)
		run(values{"orders": "none", "sepa": "none"}, values{"customers": "read", "returns": "manage", "sites": "read", "payment_gateways": "read"}, made)

		g, err := b.Client.Group(t.Context(), "clerks")
		if err != nil || fmt.Sprint(g.Templates) != "[clerk]" || len(g.AccessControls) > 0 {
			t.Errorf("the group does not refer to the template: %+v, %v", g, err)
		}
		if g, err = b.Client.Group(t.Context(), "less"); err != nil || len(g.Templates) > 0 {
			t.Errorf("the group that takes something away refers to the template: %+v, %v", g, err)
		}
	})
}

func levelNames(a access.Access) values {
	levels := values{}
	for entity, level := range a.Map() {
		levels[entity] = level.String()
	}
	return levels
}

// Terraform plans a group before the template that it starts from when the
// group repeats the id: then the change must not pass unseen.
func TestRoleTemplate_plannedTooLate(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	template := p.MustApply("iam_role_template", state{}, clerk())
	child := p.MustApply("iam_role_template", state{}, with(clerk(), values{"id": "child", "based_on": "clerk", "access": values{}}))
	group := p.MustApply("iam_group", state{}, clerks())
	late := []string{`error at AttributeName("id"): Role Template Planned Too Late`, "uses clerk", "iam_role_template.name.id"}
	for _, first := range []struct {
		typeName string
		made     state
		config   values
	}{
		{"iam_group", group, clerks()},
		{"iam_role_template", child, with(clerk(), values{"id": "child", "based_on": "clerk", "access": values{}})},
	} {
		p.NextRun()
		if _, _, d := p.Plan(first.typeName, first.made, first.config); len(d) > 0 {
			t.Fatal(d)
		}
		for _, c := range []values{{"access": values{"orders": "manage"}}, {"access": providertest.Unknown}} {
			if _, _, d := p.Plan("iam_role_template", template, with(clerk(), c)); !d.Has(late...) {
				t.Errorf("%s first, %v: got %v", first.typeName, c, d)
			}
		}
	}
	// What leaves the levels alone does no harm, nor does a group that starts
	// from something else.
	p.NextRun()
	p.Plan("iam_group", group, with(clerks(), values{"role_template": "viewer"}))
	if _, _, d := p.Plan("iam_role_template", template, with(clerk(), values{"access": values{"orders": "manage"}})); len(d) > 0 {
		t.Errorf("got %v", d)
	}
	p.NextRun()
	p.Plan("iam_group", group, clerks())
	if _, _, d := p.Plan("iam_role_template", template, with(clerk(), values{"name": values{"en": "Other"}})); len(d) > 0 {
		t.Errorf("got %v", d)
	}
	// A group of a template that nobody has made or planned.
	p.NextRun()
	if _, _, d := p.Plan("iam_group", state{}, with(clerks(), values{"id": "others", "role_template": "later"})); !d.Has(`error at AttributeName("role_template"): Unknown Role Template`, "refer to the id of the iam_role_template") {
		t.Errorf("got %v", d)
	}
}

// A template that changed elsewhere changes the groups that refer to it. One
// that has it written out stays behind, and its plan brings it up to date.
func TestRoleTemplate_changedElsewhereInUse(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_role_template", state{}, clerk())
	refers := p.MustApply("iam_group", state{}, clerks())
	less := with(clerks(), values{"id": "less", "access": values{"returns": "none"}})
	written := p.MustApply("iam_group", state{}, less)
	_, err := b.Client.PutTemplate(t.Context(), "clerk", api.TemplateUpdate{Name: api.Text{"en": "Clerk"}, Access: map[string]string{"products": "read", "media": "none", "returns": "read"}})
	if err != nil {
		t.Fatal(err)
	}
	p.NextRun()
	want := values{"products": "read", "prices": "read", "availability": "read", "returns": "read"}
	drifted, d := p.Refresh("iam_group", refers)
	if diff := differences(refers.Values, drifted.Values); len(d) > 0 || fmt.Sprint(diff) != "[effective_access unmet_dependencies]" {
		t.Errorf("the change shows in %v, %v", diff, d)
	}
	wantAccess(t, drifted, want)
	noChange(t, p, "iam_group", drifted, clerks())

	drifted, d = p.Refresh("iam_group", written)
	if diff := differences(written.Values, drifted.Values); len(d) > 0 || fmt.Sprint(diff) != "[access]" {
		t.Errorf("what stayed behind shows in %v, %v", diff, d)
	}
	mended := p.MustApply("iam_group", drifted, less)
	delete(want, "returns")
	wantAccess(t, mended, want)
	noChange(t, p, "iam_group", mended, less)
	imported, d := p.Import("iam_group", "clerks")
	if len(d) > 0 || imported.Values["role_template"] != "clerk" || imported.Values["access"] != nil {
		t.Errorf("imported: got %v, %v", imported.Values, d)
	}
}

// The report of a user and the data sources of groups tell of templates what
// iam_role_template does.
func TestRoleTemplate_withheldShowsEverywhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	p.MustApply("iam_role_template", state{}, values{"id": "clerk", "name": values{"en": "Clerk"}, "access": values{"products": "manage", "media": "none"}})
	p.MustApply("iam_group", state{}, clerks())
	owner, err := b.Client.UserByEmail(t.Context(), "owner@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	user := p.MustApply("iam_user", state{}, values{"email": "c@acme.example", "first_name": "C", "last_name": "C", "group_ids": []any{"clerks"}, "preferred_site": owner.PreferredSite})
	group, d := p.ReadData("iam_group", values{"id": "clerks"})
	if levels, _ := group["effective_access"].(values); d.Failed() || levels["products"] != "manage" || levels["media"] != nil || len(levels) != 3 {
		t.Errorf("data source: got %v, %v", levels, d)
	}
	report, d := p.ReadData("iam_user_permissions", values{"user_id": user.Values["id"]})
	rows, _ := report["rows"].([]any)
	if d.Failed() || len(rows) != 3 {
		t.Errorf("report: got %v, %v", rows, d)
	}
}

// An API that shows writes late, and breaks off answers, is waited for: the
// group planned after a template uses what the template gives now.
func TestRoleTemplate_badDay(t *testing.T) {
	t.Parallel()
	faults, err := fault.Parse("lag=60ms,shuffle,429=0.1,drop=0.2,tolerant-deletes,seed=3")
	if err != nil {
		t.Fatal(err)
	}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: faults.Wrap})
	p := providertest.New(t, with(b.Config, values{"max_retries": 20}))
	base := values{"id": "base", "name": values{"en": "Base"}, "access": values{"tax": "read"}}
	config := with(clerk(), values{"based_on": "base"})
	var madeBase, made, group state
	for _, tax := range []string{"read", "manage", "none"} {
		p.NextRun()
		base["access"] = values{"tax": tax}
		madeBase = p.MustApply("iam_role_template", madeBase, base)
		made = p.MustApply("iam_role_template", made, config)
		group = p.MustApply("iam_group", group, clerks())
		want := values{"orders": "read", "carts": "read", "tax": tax}
		if tax == "none" {
			delete(want, "tax")
		}
		wantAccess(t, made, want)
		wantAccess(t, group, want)
		noChange(t, p, "iam_group", group, clerks())
		if g, err := b.Client.Group(t.Context(), "clerks"); err != nil || fmt.Sprint(g.Templates) != "[clerk]" {
			t.Errorf("the group does not refer to the template: %+v, %v", g, err)
		}
	}
	p.MustApply("iam_group", group, nil)
	p.MustApply("iam_role_template", made, nil)
	p.MustApply("iam_role_template", madeBase, nil)
}
