package rights_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

type (
	step        = providertest.Step
	diagnostics = providertest.Diagnostics
)

func remote(t testing.TB) providertest.Backend {
	return providertest.Remote(t, servertest.Options{})
}

// carrier is a group with a member that carries the access control.
func carrier(p *providertest.Provider, b providertest.Backend, t *testing.T) state {
	t.Helper()
	made := p.MustApply("iam_group", state{}, values{"id": "g", "name": values{"en": "G"}, "access": values{"tax": "read"}, "access_control_ids": []any{"accounting"}})
	_, err := b.Client.CreateUser(t.Context(), api.UserCreate{
		FirstName: "Ann", LastName: "Lee", ContactEmail: "ann@acme.example", Department: "Sales", PreferredSite: "main",
		PreferredCurrency: "EUR", PreferredLanguage: "en", GroupIDs: []string{"g"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// An access control goes with its use, in one apply, in whatever order Terraform
// plans and applies both; and the plan names who loses it as far as it can know.
func TestAccessControlResource_destroyedWithUse(t *testing.T) {
	t.Parallel()
	group := values{"id": "g", "name": values{"en": "G"}, "access": values{"tax": "read"}}
	for name, c := range map[string]struct {
		config values
		known  bool // that the group gives it up, once it was planned
	}{
		"listed no longer": {with(group, values{"access_control_ids": []any{}}), true},
		"left out":         {group, false},
		"not known":        {with(group, values{"access_control_ids": providertest.Unknown}), false},
		"destroyed":        {nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.EachOrder(t, remote, func(p *providertest.Provider, b providertest.Backend) []step {
				control := p.MustApply("iam_access_control", state{}, accounting())
				made, known := carrier(p, b, t), c.config
				if name == "not known" {
					known = with(group, values{"access_control_ids": []any{}})
				}
				return []step{{Type: "iam_access_control", Prior: control}, {Type: "iam_group", Prior: made, Config: c.config, Known: known}}
			}, func(t *testing.T, b providertest.Backend, first step, planned, applied diagnostics) {
				told := planned.Has("warning: Access Control In Use: accounting", `group g ("G") with ann@acme.example`)
				if want := first.Type == "iam_access_control" || !c.known; told != want || planned.Failed() {
					t.Errorf("the plan says %v", planned)
				}
				if name == "destroyed" && applied.Has("Unable to delete group") {
					applied = nil // for it has a member
				}
				g, err := b.Client.Group(t.Context(), "g")
				if _, gone := b.Client.AccessControl(t.Context(), "accounting"); !client.IsNotFound(gone) || applied.Failed() || err != nil || slices.Contains(g.AccessControls, "accounting") || len(g.AccessControls) == 0 {
					t.Errorf("got %v, %+v, %v, %v", gone, g, err, applied)
				}
			})
		})
	}
}

// A group that goes on listing an access control which the same plan destroys is
// refused, whichever is planned first.
func TestAccessControlResource_destroyedAndListed(t *testing.T) {
	t.Parallel()
	providertest.EachOrder(t, remote, func(p *providertest.Provider, b providertest.Backend) []step {
		control := p.MustApply("iam_access_control", state{}, accounting())
		return []step{
			{Type: "iam_access_control", Prior: control},
			{Type: "iam_group", Prior: carrier(p, b, t), Config: values{"id": "g", "name": values{"en": "Other"}, "access_control_ids": []any{"accounting"}}},
		}
	}, func(t *testing.T, _ providertest.Backend, first step, planned, _ diagnostics) {
		want := []string{"error: Unable to delete access control", "Group 'g' carries it", "access_control_ids"}
		if first.Type == "iam_access_control" {
			want = []string{"access_control_ids", "error", "Access Control Destroyed And Used", "This plan destroys access control accounting, but group g lists it"}
		}
		if !planned.Has(want...) {
			t.Errorf("got %v", planned)
		}
	})
}

// A group that has begun to carry the access control since the plan is not touched.
func TestAccessControlResource_carriedSincePlan(t *testing.T) {
	t.Parallel()
	b := remote(t)
	p := providertest.New(t, b.Config)
	control := p.MustApply("iam_access_control", state{}, accounting())
	p.NextRun()
	planned, _, d := p.Plan("iam_access_control", control, nil)
	if len(d) > 0 {
		t.Error(d)
	}
	if _, err := b.Client.CreateGroup(t.Context(), api.GroupCreate{ID: "g", Name: api.Text{"en": "G"}, AccessControls: []string{"accounting"}}); err != nil {
		t.Fatal(err)
	}
	kept, d := p.ApplyStep(step{Type: "iam_access_control", Prior: control}, planned)
	if kept.Values == nil || !d.Has("error: Unable to delete access control", "Group 'g' carries it") {
		t.Errorf("got %v, %v", kept.Values, d)
	}
	if g, err := b.Client.Group(t.Context(), "g"); err != nil || !slices.Contains(g.AccessControls, "accounting") {
		t.Errorf("got %+v, %v", g, err)
	}
}

// A role template goes with its use in one apply. What the same plan does not
// change has the same access as before, only written out.
func TestRoleTemplateResource_destroyedWithUse(t *testing.T) {
	t.Parallel()
	definition := with(clerk(), values{"access": values{"products": "manage", "media": "none", "orders": "read"}})
	for name, config := range map[string]values{
		"another template": with(clerks(), values{"role_template": "viewer"}),
		"none":             with(clerks(), values{"role_template": nil, "access": values{"tax": "read"}}),
		"destroyed":        nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			before := map[string]access.Level{}
			providertest.EachOrder(t, remote, func(p *providertest.Provider, b providertest.Backend) []step {
				template := p.MustApply("iam_role_template", state{}, definition)
				p.MustApply("iam_role_template", state{}, values{"id": "child", "name": values{"en": "Child"}, "based_on": "clerk", "access": values{"tax": "read"}})
				made := p.MustApply("iam_group", state{}, clerks())
				p.MustApply("iam_group", state{}, with(clerks(), values{"id": "elsewhere"}))
				before = serverAccess(t, b.Client, "elsewhere")
				return []step{{Type: "iam_role_template", Prior: template}, {Type: "iam_group", Prior: made, Config: config}}
			}, func(t *testing.T, b providertest.Backend, first step, planned, applied diagnostics) {
				if !planned.Has("warning: Role Template In Use: clerk", "group elsewhere", "role template child", "nobody gains or loses") || planned.Failed() || applied.Failed() {
					t.Errorf("got %v, %v", planned, applied)
				}
				if told := planned.Has("group clerks"); told != (first.Type == "iam_role_template") {
					t.Errorf("the plan says %v", planned)
				}
				if _, err := b.Client.Template(t.Context(), "clerk"); !client.IsNotFound(err) {
					t.Errorf("the template exists: %v", err)
				}
				after := serverAccess(t, b.Client, "elsewhere")
				if len(before) == 0 || fmt.Sprint(after) != fmt.Sprint(before) {
					t.Errorf("the access was %v and is %v", before, after)
				}
				child, err := b.Client.Template(t.Context(), "child")
				if want := child.Levels().Map(); err != nil || child.BasedOn != "" || want["media"] != access.None || want["tax"] != access.Read || len(want) != len(before)+1 {
					t.Errorf("got %+v, %v", child, err)
				}
			})
		})
	}
}

// What goes on starting from a template which the same plan destroys is refused,
// whichever is planned first.
func TestRoleTemplateResource_destroyedAndUsed(t *testing.T) {
	t.Parallel()
	for _, user := range []struct {
		typeName    string
		made        values
		early, late string
	}{
		{"iam_group", clerks(), "Group 'clerks' refers to it", `AttributeName("role_template"): Role Template Destroyed And Used`},
		{"iam_role_template", with(clerk(), values{"id": "child", "based_on": "clerk"}), "Template 'child' is based on it", `AttributeName("based_on"): Role Template Destroyed And Used`},
	} {
		t.Run(user.typeName, func(t *testing.T) {
			t.Parallel()
			providertest.EachOrder(t, remote, func(p *providertest.Provider, _ providertest.Backend) []step {
				template := p.MustApply("iam_role_template", state{}, clerk())
				return []step{
					{Type: "iam_role_template", Prior: template},
					{Type: user.typeName, Prior: p.MustApply(user.typeName, state{}, user.made), Config: user.made},
				}
			}, func(t *testing.T, _ providertest.Backend, first step, planned, _ diagnostics) {
				want := []string{"error: Unable to delete role template", user.early}
				if first.Config == nil {
					want = []string{"error", user.late, "This plan destroys role template clerk"}
				}
				if !planned.Has(want...) {
					t.Errorf("got %v", planned)
				}
			})
		})
	}
}

// A scope that goes tells who has it; an access control that is changed and goes on
// holding it is refused.
func TestScopeResource_destroyedInUse(t *testing.T) {
	t.Parallel()
	export := values{"id": "billing.invoice_export"}
	holds := with(accounting(), values{"scopes": []any{"billing.invoice_export", "order.order_read"}})
	for name, c := range map[string]struct {
		config values
		want   func(first step, d diagnostics) bool
	}{
		"given up": {accounting(), func(first step, d diagnostics) bool {
			return !d.Failed() && (first.Type == "iam_scope") == d.Has("warning: Scope In Use: billing.invoice_export", "access control accounting", `carried by group g ("G") with ann@acme.example`)
		}},
		"kept": {holds, func(_ step, d diagnostics) bool { return !d.Failed() && d.Has("warning: Scope In Use") }},
		"kept in a change": {with(holds, values{"name": values{"en": "Other"}}), func(first step, d diagnostics) bool {
			if first.Type == "iam_scope" {
				return d.Has("error at", "Scope Destroyed And Held", "access control accounting holds it")
			}
			return d.Has("error: Unable to delete scope", "Access control 'accounting' is changed and still holds it")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			providertest.EachOrder(t, remote, func(p *providertest.Provider, b providertest.Backend) []step {
				scope := p.MustApply("iam_scope", state{}, export)
				control := p.MustApply("iam_access_control", state{}, holds)
				carrier(p, b, t)
				return []step{{Type: "iam_scope", Prior: scope}, {Type: "iam_access_control", Prior: control, Config: c.config}}
			}, func(t *testing.T, _ providertest.Backend, first step, planned, applied diagnostics) {
				if !c.want(first, planned) {
					t.Errorf("got %v", planned)
				}
				if name == "given up" && applied.Failed() {
					t.Errorf("got %v", applied)
				}
			})
		})
	}
}
