package team_test

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func assigned(member, product, role string) values {
	config := values{"member_id": member, "product": product}
	if role != "" {
		config["role"] = role
	}
	return config
}

// products are the products that a member holds, each with its role.
func products(t *testing.T, c *client.Client, member string) map[string]string {
	t.Helper()
	m, err := c.TeamMember(t.Context(), member)
	if err != nil {
		t.Fatal(err)
	}
	held := map[string]string{}
	for _, p := range m.Products {
		held[p.Product] = p.Role
	}
	return held
}

func TestProductAssignmentResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		anna := join(t, b.Client, "anna@acme.example", access.RoleMember)
		want := func(held map[string]string) {
			t.Helper()
			if got := products(t, b.Client, anna); !maps.Equal(got, held) {
				t.Errorf("the member holds %v, want %v", got, held)
			}
		}
		planned, _, d := p.Plan("iam_product_assignment", state{}, assigned(anna, "orchestrator", "analyst"))
		if len(d) > 0 || planned.Values["id"] != anna+"/orchestrator" {
			t.Errorf("planned %v, %v", planned.Values, d)
		}
		made := p.MustApply("iam_product_assignment", state{}, assigned(anna, "orchestrator", "analyst"))
		other := p.MustApply("iam_product_assignment", state{}, assigned(anna, "studio_pro", ""))
		want(map[string]string{"orchestrator": "analyst", "studio_pro": ""})
		noChange(t, p, "iam_product_assignment", made, assigned(anna, "orchestrator", "analyst"))
		noChange(t, p, "iam_product_assignment", other, assigned(anna, "studio_pro", ""))

		changed := p.MustApply("iam_product_assignment", made, assigned(anna, "orchestrator", "admin"))
		want(map[string]string{"orchestrator": "admin", "studio_pro": ""})
		for _, id := range []string{anna + "/orchestrator", "ANNA@acme.example/orchestrator"} {
			if imported, d := p.Import("iam_product_assignment", id); d.Failed() || !maps.Equal(imported.Values, changed.Values) {
				t.Errorf("import of %s: %v, %v", id, imported.Values, d)
			}
		}
		moved := p.MustApply("iam_product_assignment", other, assigned(anna, "bot_runner", ""))
		want(map[string]string{"orchestrator": "admin", "bot_runner": ""})
		p.MustApply("iam_product_assignment", moved, nil)
		p.MustApply("iam_product_assignment", changed, nil)
		want(map[string]string{})
	})
}

func TestProductAssignmentResource_import(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	join(t, b.Client, "anna@acme.example", access.RoleMember)
	for id, want := range map[string]string{
		"anna@acme.example":              "The import id must be MEMBER/PRODUCT",
		"/bot_runner":                    "The import id must be MEMBER/PRODUCT",
		"anna@acme.example/excel":        `Unknown product "excel"`,
		"nobody@acme.example/bot_runner": "nobody@acme.example",
		"owner@acme.example/bot_runner":  "The Owner already holds every product",
	} {
		if _, d := p.Import("iam_product_assignment", id); !d.Has("error: Unable to import product assignment", want) {
			t.Errorf("%s: got %v, want %s", id, d, want)
		}
	}
	if none, d := p.Import("iam_product_assignment", "anna@acme.example/bot_runner"); none.Values != nil || !d.Has("warning: Product assignment Not Found") {
		t.Errorf("what is not assigned: %v, %v", none.Values, d)
	}
}

func TestProductAssignmentResource_elsewhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	anna := join(t, b.Client, "anna@acme.example", access.RoleMember)
	config := assigned(anna, "orchestrator", "analyst")
	made := p.MustApply("iam_product_assignment", state{}, config)
	if none, d := p.Apply("iam_product_assignment", state{}, assigned(anna, "orchestrator", "admin")); none.Values != nil || !d.Has(`error at AttributeName("member_id"): Product Assignment Already Exists`, `id = "`+anna+`/orchestrator"`) {
		t.Errorf("assigned already: %v, %v", none.Values, d)
	}
	must(t, b.Client.AssignProduct(t.Context(), anna, "orchestrator", api.ProductAssignment{Role: "admin"}))
	drifted, d := p.Refresh("iam_product_assignment", made)
	if len(d) > 0 || drifted.Values["role"] != "admin" {
		t.Errorf("the drift reads %v, %v", drifted.Values, d)
	}
	mended := p.MustApply("iam_product_assignment", drifted, config)
	must(t, b.Client.UnassignProduct(t.Context(), anna, "orchestrator"))
	gone, d := p.Refresh("iam_product_assignment", mended)
	if gone.Values != nil || !d.Has("warning: Product assignment Not Found", anna+"/orchestrator") {
		t.Errorf("taken away: %v, %v", gone.Values, d)
	}
	if _, d := p.Apply("iam_product_assignment", mended, nil); d.Failed() {
		t.Errorf("destroying what is gone: %v", d)
	}
	again := p.MustApply("iam_product_assignment", gone, config)
	must(t, b.Client.RemoveTeamMember(t.Context(), anna))
	if gone, d := p.Refresh("iam_product_assignment", again); gone.Values != nil || d.Failed() {
		t.Errorf("member gone: %v, %v", gone.Values, d)
	}
	if _, d := p.Apply("iam_product_assignment", again, nil); d.Failed() {
		t.Errorf("destroying with the member gone: %v", d)
	}
}

// A member that becomes an Admin or the Owner holds the product anyhow: there is
// nothing to change, and the assignment counts again later. A billing contact
// loses it.
func TestProductAssignmentResource_memberChanges(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	first, anna := ownerID(t, b.Client), join(t, b.Client, "anna@acme.example", access.RoleMember)
	config := assigned(anna, "orchestrator", "analyst")
	made := p.MustApply("iam_product_assignment", state{}, config)
	for _, change := range []func() error{
		func() error { return b.Client.ChangeTeamRole(t.Context(), anna, access.RoleAdmin) },
		func() error { return b.Client.TransferTeam(t.Context(), api.TeamTransfer{MemberID: anna}) },
		func() error { return b.Client.TransferTeam(t.Context(), api.TeamTransfer{MemberID: first}) },
		func() error { return b.Client.ChangeTeamRole(t.Context(), anna, access.RoleMember) },
	} {
		must(t, change())
		noChange(t, p, "iam_product_assignment", made, config)
	}
	must(t, b.Client.ChangeTeamRole(t.Context(), anna, access.RoleBillingContact))
	if gone, d := p.Refresh("iam_product_assignment", made); gone.Values != nil || d.Failed() {
		t.Errorf("a billing contact: %v, %v", gone.Values, d)
	}
}

func TestProductAssignmentResource_invalid(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	member, billing := join(t, b.Client, "m@acme.example", access.RoleMember), join(t, b.Client, "b@acme.example", access.RoleBillingContact)
	admin, owner := join(t, b.Client, "a@acme.example", access.RoleAdmin), ownerID(t, b.Client)
	const cannot = `error at AttributeName("member_id"): Product Cannot Be Assigned`
	for _, c := range []struct {
		config values
		want   []string
	}{
		{assigned(member, "excel", ""), []string{`AttributeName("product"): Unknown Product`, "studio_pro, bot_runner, orchestrator", "create an iam_product"}},
		{assigned(member, "orchestrator", ""), []string{`AttributeName("role"): Invalid Role`, "needs a role", "admin, analyst"}},
		{assigned(member, "orchestrator", "owner"), []string{`AttributeName("role"): Invalid Role`, `has no role "owner"`}},
		{assigned(member, "studio_pro", "admin"), []string{`AttributeName("role"): Invalid Role`, "Studio Pro has no roles"}},
		{values{"member_id": member, "product": "bot_runner", "role": ""}, []string{`AttributeName("role"): Invalid Role`, "leave it out"}},
		{values{"member_id": member, "product": "bot_runner", "permissions": []any{"fly"}}, []string{`AttributeName("permissions"): Invalid Permission`, `has no permission "fly": use one of unattended`}},
		{values{"member_id": member, "product": "studio_pro", "permissions": []any{"unattended"}}, []string{`AttributeName("permissions"): Invalid Permission`, "Studio Pro has no permissions"}},
		{values{"member_id": member, "product": "bot_runner", "permissions": []any{}}, []string{`AttributeName("permissions"): Empty Set`}},
		{assigned(admin, "bot_runner", ""), []string{cannot, "An Admin already holds every product"}},
		{assigned(owner, "bot_runner", ""), []string{cannot, "The Owner already holds every product"}},
		{assigned(billing, "bot_runner", ""), []string{cannot, "Billing contacts see only billing", "change the role to member first"}},
		{assigned("nobody", "bot_runner", ""), []string{`error at AttributeName("member_id"): Unable to assign product`, "invite the person first"}},
		{assigned("m@acme.example", "bot_runner", ""), []string{`error at AttributeName("member_id")`, "not an e-mail address"}},
	} {
		if _, _, d := p.Plan("iam_product_assignment", state{}, c.config); !d.Has(c.want...) {
			t.Errorf("%v: got %v", c.config, d)
		}
	}
	for _, config := range []values{
		{"member_id": providertest.Unknown, "product": "orchestrator", "role": "admin"},
		{"member_id": member, "product": providertest.Unknown, "role": "admin"},
		{"member_id": member, "product": "orchestrator", "role": providertest.Unknown},
		{"member_id": member, "product": "studio_pro", "role": providertest.Unknown},
	} {
		planned, _, d := p.Plan("iam_product_assignment", state{}, config)
		if known := config["member_id"] == member && config["product"] != providertest.Unknown; len(d) > 0 || known == (planned.Values["id"] == providertest.Unknown) {
			t.Errorf("%v: planned %v, %v", config, planned.Values, d)
		}
	}
}

// A role that is known only in the apply is checked there.
func TestProductAssignmentResource_lateRole(t *testing.T) {
	t.Parallel()
	bad := once{method: http.MethodPut}
	b := providertest.Remote(t, servertest.Options{Wrap: bad.wrap, NoFaults: true})
	p := providertest.New(t, b.Config)
	anna := join(t, b.Client, "anna@acme.example", access.RoleMember)
	bad.path = "/members/" + anna + "/products/orchestrator"
	bad.do = func(w http.ResponseWriter, r *http.Request, next http.Handler) {
		r.Body = io.NopCloser(strings.NewReader(`{"role": "owner"}`))
		next.ServeHTTP(w, r)
	}
	bad.armed.Store(true)
	if none, d := p.Apply("iam_product_assignment", state{}, assigned(anna, "orchestrator", "admin")); none.Values != nil || !d.Has(`error at AttributeName("role"): Unable to assign product`, "use one of admin, analyst") {
		t.Errorf("got %v, %v", none.Values, d)
	}
}

// A role that the same plan gives counts, not the one that the member has now.
func TestProductAssignmentResource_plannedRole(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_team_member", state{}, anna("admin"))
	id := idOf(made)
	accept(t, b.Client, id)
	plan := func() providertest.Diagnostics {
		_, _, d := p.Plan("iam_product_assignment", state{}, assigned(id, "bot_runner", ""))
		return d
	}
	for _, c := range []struct {
		role string
		ok   bool
	}{{"admin", false}, {"member", true}, {"billing_contact", false}} {
		p.NextRun()
		if _, _, d := p.Plan("iam_team_member", made, anna(c.role)); d.Failed() {
			t.Fatal(d)
		}
		if d := plan(); d.Failed() == c.ok {
			t.Errorf("to be %s: got %v", c.role, d)
		}
	}
	p.NextRun()
	member := p.MustApply("iam_team_member", made, anna("member"))
	p.NextRun()
	if _, _, d := p.Plan("iam_team_owner", state{}, owning(id)); d.Failed() {
		t.Fatal(d)
	}
	if d := plan(); !d.Has("The Owner already holds every product") {
		t.Errorf("to be the Owner: got %v", d)
	}
	noChange(t, p, "iam_team_member", member, anna("member"))
}

// Another member gets the product before the former one loses it, and one who
// has it already keeps what is assigned there.
func TestProductAssignmentResource_anotherMember(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	one, two := join(t, b.Client, "one@acme.example", access.RoleMember), join(t, b.Client, "two@acme.example", access.RoleMember)
	of := func(member string) values { return assigned(member, "orchestrator", "analyst") }
	role := func(member string) string { return products(t, b.Client, member)["orchestrator"] }
	made := p.MustApply("iam_product_assignment", state{}, of(one))
	must(t, b.Client.AssignProduct(t.Context(), two, "orchestrator", api.ProductAssignment{Role: "admin"}))
	p.NextRun()
	if kept, d := p.Apply("iam_product_assignment", made, of(two)); !d.Has("error", "import") || kept.Values["member_id"] != one || role(one) != "analyst" || role(two) != "admin" {
		t.Errorf("to a member who has it: %v, %v", kept.Values, d)
	}
	must(t, b.Client.UnassignProduct(t.Context(), two, "orchestrator"))
	p.NextRun()
	moved := p.MustApply("iam_product_assignment", made, of(two))
	if moved.Values["id"] != two+"/orchestrator" || role(one) != "" || role(two) != "analyst" {
		t.Errorf("moved: %v", moved.Values)
	}
	p.NextRun()
	noChange(t, p, "iam_product_assignment", moved, of(two))
}
