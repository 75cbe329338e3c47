package access_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// designRights has a role template of the tenant, the predefined ones that a tenant lists, and
// an access control of its own.
func designRights() access.Rights {
	viewer, _ := access.TemplateByID("viewer")
	return access.Rights{
		Templates: map[string][]string{
			"mine":   access.ControlIDs(access.Expand(access.Access{}, map[string]access.Level{"orders": access.Manage, "products": access.Read})),
			"viewer": access.ControlIDs(access.Expand(viewer.Access, nil)),
		},
		Controls: map[string]access.OwnControl{"own": {Scopes: []string{"order.order_manage", "order.order_read"}}},
	}
}

// grantsSame reports whether members of both groups may do the same.
func grantsSame(r access.Rights, a, b access.Group) bool {
	return len(access.CompareSubjects(access.User{Groups: []access.Group{a}, Rights: r}.Subject(), access.User{Groups: []access.Group{b}, Rights: r}.Subject())) == 0
}

// A group that is written from its design grants the same: nothing is lost that no level
// represents, such as single access controls of a level.
func TestDesign_losesNothing(t *testing.T) {
	t.Parallel()
	r, random := designRights(), rand.New(rand.NewPCG(1, 2))
	var groups []access.Group
	for _, g := range access.PredefinedGroups() {
		groups = append(groups, access.Group{ID: g.ID, Controls: g.Controls})
	}
	for _, g := range access.VendorGroups() {
		groups = append(groups, access.Group{ID: g.Kind, Controls: g.Controls, VendorID: "v"})
	}
	all := access.Controls()
	for range 500 {
		g := access.Group{ID: "g", Templates: [][]string{nil, {"mine"}, {"viewer"}, {"admin"}}[random.IntN(4)], VendorID: []string{"", "v"}[random.IntN(2)]}
		for range random.IntN(8) {
			g.Controls = append(g.Controls, all[random.IntN(len(all))].ID)
		}
		if random.IntN(3) == 0 {
			g.Controls = append(g.Controls, "own")
		}
		slices.Sort(g.Controls)
		g.Controls = slices.Compact(g.Controls)
		groups = append(groups, g)
	}
	for _, g := range groups {
		d := r.Design(g)
		if got := r.Apply(d, g); !grantsSame(r, g, got) {
			t.Errorf("%+v, as %+v, becomes %+v", g, d, got)
		}
	}
}

// What a design says is what the group that is made of it has, and reads as the same.
func TestDesign_isWhatWasWritten(t *testing.T) {
	t.Parallel()
	r := designRights()
	for _, d := range []access.Design{
		{Own: map[string]access.Level{"orders": access.Manage}},
		{Template: "viewer", Own: map[string]access.Level{"orders": access.Manage, "brands": access.None}},
		{Template: "mine", Own: map[string]access.Level{"labels": access.Read}},
		{Template: "mine", Own: map[string]access.Level{"orders": access.Read}},
		{Template: "oe_editor", Own: map[string]access.Level{"forms": access.Manage}},
		{Template: access.VendorRole, Own: map[string]access.Level{"products": access.Manage, "prices": access.Read}},
	} {
		g := r.Apply(d, access.Group{ID: "g", VendorID: "v"})
		got := r.Apply(r.Design(g), g)
		if !grantsSame(r, g, got) || len(g.Controls)+len(g.Templates) == 0 {
			t.Errorf("%+v: %+v becomes %+v", d, g, got)
		}
		levels := r.Access(g)
		if d.Template == access.VendorRole {
			levels = r.VendorAccess(g)
		}
		for code, level := range d.Own {
			if levels.Of(code) != level {
				t.Errorf("%+v: %s has %s", d, code, levels.Of(code))
			}
		}
	}
	if g := r.Apply(access.Design{Template: "mine", Own: map[string]access.Level{"labels": access.Read}}, access.Group{}); !slices.Equal(g.Templates, []string{"mine"}) {
		t.Errorf("the template is not referred to: %+v", g)
	}
}

func TestRights_SourceOf(t *testing.T) {
	t.Parallel()
	r := designRights()
	d := access.Design{Template: "order_fulfillment_manager", Own: map[string]access.Level{"sepa": access.None, "forms": access.Edit}}
	for entity, want := range map[string][2]string{
		"orders": {"template", ""}, "carts": {"derived", "orders"}, "sepa": {"access", ""}, "prices": {"derived", "products"}, "labels": {"", ""},
		"task_inbox": {"correlated", "forms"}, "schedules": {"", ""},
	} {
		source, follows := r.SourceOf(d, entity)
		if string(source) != want[0] || follows != want[1] {
			t.Errorf("%s: got %q %q", entity, source, follows)
		}
	}
}
