package provider_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A group that others rename keeps its id: who is in it does not change, and the
// group itself is renamed back.
func TestResources_groupRenamedElsewhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	ids := parents(t, b.Client)
	configs := map[string]values{
		"iam_group":            {"id": "own", "name": values{"en": "Own"}},
		"iam_group_membership": {"group_id": ids["group"], "user_id": ids["user"]},
		"iam_group_members":    {"group_id": ids["group"], "members": values{"parent@acme.example": ids["user"]}},
		"iam_user_groups":      {"user_id": ids["user"], "group_ids": []any{ids["group"]}},
	}
	made := map[string]providertest.State{}
	for name, config := range configs {
		made[name] = p.MustApply(name, providertest.State{}, config)
		p.NextRun() // they manage the same membership, one at a time
	}
	for _, id := range []any{"own", ids["group"]} {
		g, err := b.Client.Group(t.Context(), fmt.Sprint(id))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Client.UpdateGroup(t.Context(), g.ID, api.GroupUpdate{Name: api.Text{"en": "Renamed"}, UserType: g.UserType, AccessControls: append([]string{}, g.AccessControls...), Metadata: g.Metadata.Expected()}); err != nil {
			t.Fatal(err)
		}
	}
	for name, config := range configs {
		p.NextRun()
		refreshed, d := p.Refresh(name, made[name])
		planned, replace, dd := p.Plan(name, refreshed, config)
		if replace || len(d)+len(dd) > 0 {
			t.Errorf("%s: replaced %t, %v %v", name, replace, d, dd)
		}
		same := func(a, b values) bool { return reflect.DeepEqual(a, b) }
		switch {
		case name == "iam_group" && (same(refreshed.Values, planned.Values) || planned.Values["name"].(values)["en"] != "Own"):
			t.Errorf("the group is planned as %v", planned.Values)
		case name != "iam_group" && (!same(made[name].Values, refreshed.Values) || !same(refreshed.Values, planned.Values)):
			t.Errorf("%s was %v, is %v and becomes %v", name, made[name].Values, refreshed.Values, planned.Values)
		}
	}
}
