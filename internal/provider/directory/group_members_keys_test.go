package directory_test

import (
	"maps"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// Plans and reviews name members by their keys, so that a key of somebody else
// is an error: in the plan, or where the id is known only then, in the apply
// before anything is written.
func TestGroupMembersResource_keysNameTheMembers(t *testing.T) {
	t.Parallel()
	var record memberships
	b := providertest.Remote(t, servertest.Options{Wrap: record.wrap})
	p := providertest.New(t, b.Config)
	ids := userIDs(t, p, "a@acme.example", "b@acme.example")
	p.MustApply("iam_group", state{}, values{"id": "vip", "name": values{"en": "VIP"}, "user_type": "CUSTOMER"})
	a, b2 := ids["a@acme.example"], ids["b@acme.example"]
	for name, c := range map[string]struct {
		config values
		want   []string
	}{
		"somebody else's address": {values{"group_id": "oe-viewer", "members": values{"b@acme.example": a}}, []string{`error at AttributeName("members").ElementKeyString("b@acme.example"): Member Under Another Key`, `use the key "a@acme.example"`}},
		"two exchanged":           {values{"group_id": "oe-viewer", "members": values{"b@acme.example": a, "a@acme.example": b2}}, []string{"Member Under Another Key", `ElementKeyString("a@acme.example")`}},
		"a name":                  {values{"group_id": "oe-viewer", "members": values{"Anna": a}}, []string{"Member Under Another Key"}},
		"an id of nobody":         {values{"group_id": "oe-viewer", "members": values{"a@acme.example": "nobody"}}, []string{`ElementKeyString("a@acme.example"): Unknown Member`, `no user with the id "nobody"`}},
		"an address for an id":    {values{"group_id": "oe-viewer", "members": values{"a@acme.example": "a@acme.example"}}, []string{"Unknown Member", "not an address"}},
		"a customer's name":       {values{"group_id": "vip", "user_type": "CUSTOMER", "members": values{"Carla": "C-1"}}, []string{"Member Under Another Key", `the key "C-1"`}},
	} {
		p.NextRun()
		if _, _, d := p.Plan("iam_group_members", state{}, c.config); !d.Has(c.want...) {
			t.Errorf("%s: %v", name, d)
		}
	}

	p.NextRun()
	unknown, _, d := p.Plan("iam_group_members", state{}, values{"group_id": "oe-viewer", "members": values{"a@acme.example": a, "b@acme.example": providertest.Unknown}})
	if d.Failed() {
		t.Fatal(d)
	}
	p.NextRun()
	record.since()
	_, d = p.ApplyPlanned("iam_group_members", state{}, unknown, values{"group_id": "oe-viewer", "members": values{"a@acme.example": a, "b@acme.example": "nobody"}})
	if calls := record.since(); !d.Has("Unknown Member") || len(calls) > 0 {
		t.Errorf("an id that turns out to be nobody's: %v, after %v", d, calls)
	}
}

// The refresh shows who really is a member, and the case of an address is no
// difference.
func TestGroupMembersResource_keysAfterARefresh(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	a := userIDs(t, p, "a@acme.example")["a@acme.example"]
	config := func(key string) values { return values{"group_id": "oe-viewer", "members": values{key: a}} }
	made := p.MustApply("iam_group_members", state{}, config("A@Acme.example"))
	noChange(t, p, "iam_group_members", made, config("A@Acme.example"))
	p.NextRun()
	if planned := mustPlan(t, p, "iam_group_members", made, config("a@acme.example")); len(differences(planned.Values, made.Values)) > 0 {
		t.Errorf("another case: %v", planned.Values)
	}
	for key, want := range map[string]string{"A@acme.example": "A@acme.example", "bob@acme.example": "a@acme.example"} {
		wrong := made
		wrong.Values = maps.Clone(made.Values)
		wrong.Values["members"] = values{key: a}
		p.NextRun()
		read, d := p.Refresh("iam_group_members", wrong)
		if members, _ := read.Values["members"].(values); d.Failed() || !maps.Equal(members, values{want: a}) {
			t.Errorf("the state with %s reads %v, %v", key, members, d)
		}
	}
}
