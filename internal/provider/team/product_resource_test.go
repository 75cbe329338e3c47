package team_test

import (
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func hub(roles ...any) values {
	config := values{"id": "service_hub", "label": "Service Hub"}
	if len(roles) > 0 {
		config["roles"] = roles
	}
	return config
}

// A new product reaches the Owner and Admins at once, and members once it is assigned to
// them, which may be planned before the product exists.
func TestProductResource(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		anna, admin := join(t, b.Client, "anna@acme.example", access.RoleMember), join(t, b.Client, "admin@acme.example", access.RoleAdmin)
		ben := join(t, b.Client, "ben@acme.example", access.RoleMember)
		config := assigned(anna, "service_hub", "viewer")
		if _, _, d := p.Plan("iam_product_assignment", state{}, config); !d.Has(`AttributeName("product"): Unknown Product`, "create an iam_product") {
			t.Errorf("without the product: %v", d)
		}
		p.NextRun()
		if _, _, d := p.Plan("iam_product", state{}, hub("editor", "viewer")); len(d) > 0 {
			t.Errorf("plan: %v", d)
		}
		if _, _, d := p.Plan("iam_product_assignment", state{}, config); len(d) > 0 {
			t.Errorf("with a planned product: %v", d)
		}
		if _, _, d := p.Plan("iam_product_assignment", state{}, assigned(ben, "service_hub", "boss")); !d.Has(`AttributeName("role"): Invalid Role`, "use one of editor, viewer") {
			t.Errorf("a role that a planned product lacks: %v", d)
		}
		made := p.MustApply("iam_product", state{}, hub("editor", "viewer"))
		assignment := p.MustApply("iam_product_assignment", state{}, config)
		noChange(t, p, "iam_product", made, hub("editor", "viewer"))
		noChange(t, p, "iam_product_assignment", assignment, config)
		if owns := products(t, b.Client, admin); owns["service_hub"] != "editor" {
			t.Errorf("an Admin holds %v", owns)
		}
		if held := products(t, b.Client, anna); held["service_hub"] != "viewer" {
			t.Errorf("the member holds %v", held)
		}
		if kept, d := p.Apply("iam_product", made, nil); kept.Values == nil || !d.Has("error: Unable to delete product", "remove it from them first") {
			t.Errorf("destroyed while assigned: %v, %v", kept.Values, d)
		}
		if _, d := p.Apply("iam_product", made, hub("editor")); !d.Has("error: Unable to update product", "is assigned to member") {
			t.Errorf("a role in use was removed: %v", d)
		}
		p.MustApply("iam_product_assignment", assignment, nil)
		p.MustApply("iam_product", made, nil)
		if owns := products(t, b.Client, admin); len(owns) != len(access.PredefinedProducts()) {
			t.Errorf("an Admin holds %v", owns)
		}
	})
}

func TestProductResource_invalid(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for want, config := range map[string]values{
		`AttributeName("id"): Predefined Product`: {"id": "bot_runner", "label": "X"},
		`AttributeName("id")`:                     {"id": "a b", "label": "X"},
		`AttributeName("label")`:                  {"id": "x", "label": ""},
		`AttributeName("roles"): Invalid Role`:    hub("editor", "editor"),
		`AttributeName("roles")`:                  {"id": "x", "label": "X", "roles": []any{}},
	} {
		if _, _, d := p.Plan("iam_product", state{}, config); !d.Has("error", want) {
			t.Errorf("%v: got %v, want %s", config, d, want)
		}
	}
	if _, d := p.Import("iam_product", "orchestrator"); !d.Has("error: Unable to import product", "predefined") {
		t.Errorf("import of a predefined product: %v", d)
	}
}

// Unattended bots need a permission.
func TestProductAssignmentResource_unattended(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	anna := join(t, b.Client, "anna@acme.example", access.RoleMember)
	permissions := func() string {
		m, err := b.Client.TeamMember(t.Context(), anna)
		if err != nil || len(m.Products) != 1 {
			t.Fatalf("got %+v, %v", m, err)
		}
		return strings.Join(m.Products[0].Permissions, " ")
	}
	attended := p.MustApply("iam_product_assignment", state{}, assigned(anna, "bot_runner", ""))
	if got := permissions(); got != "" {
		t.Errorf("without a permission: got %q", got)
	}
	config := values{"member_id": anna, "product": "bot_runner", "permissions": []any{"unattended"}}
	made := p.MustApply("iam_product_assignment", attended, config)
	noChange(t, p, "iam_product_assignment", made, config)
	if got := permissions(); got != access.PermissionUnattended {
		t.Errorf("with the permission: got %q", got)
	}
	p.MustApply("iam_product_assignment", made, assigned(anna, "bot_runner", ""))
	if got := permissions(); got != "" {
		t.Errorf("the permission is left out: got %q", got)
	}
}
