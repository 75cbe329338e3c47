package directory_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// Two resources that manage one membership in different ways are found in the
// plan, whichever of them is planned first; those that agree are left in peace.
func TestTwoOwners(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	email, _ := anna()["email"].(string)
	user, _ := p.MustApply("iam_user", state{}, anna()).Values["id"].(string)
	type planned struct {
		typeName string
		prior    state
		config   values
	}
	members := func(group string, ids ...any) planned {
		list := values{}
		for _, id := range ids {
			list[email] = id
		}
		return planned{"iam_group_members", state{}, values{"group_id": group, "members": list}}
	}
	groups := func(ids ...any) planned {
		return planned{"iam_user_groups", state{}, values{"user_id": user, "group_ids": ids}}
	}
	single := func(group string) planned {
		return planned{"iam_group_membership", state{}, values{"group_id": group, "user_id": user}}
	}
	made, d := p.Import("iam_user", user)
	if d.Failed() {
		t.Fatal(d)
	}
	ofNew := planned{"iam_user_groups", state{}, values{"user_id": providertest.Unknown, "group_ids": []any{"oe-admin"}}}
	onUser := func(ids ...any) planned { return planned{"iam_user", made, with(anna(), values{"group_ids": ids})} }
	for name, c := range map[string]struct {
		first, second planned
		want          string // in the error; none when empty
	}{
		"two lists of one group":                  {members("oe-admin", user), members("oe-admin"), "two iam_group_members list the members of group oe-admin"},
		"two lists of one group, the same":        {members("oe-admin", user), members("oe-admin", user), "two iam_group_members list the members of group oe-admin"},
		"two lists of one user":                   {groups("oe-admin"), onUser("oe-viewer"), "lists other groups of " + email},
		"two lists of one user, the same":         {groups("oe-admin"), onUser("oe-admin"), ""},
		"the group leaves out, the user lists":    {members("oe-admin"), groups("oe-admin"), "iam_group_members of group oe-admin leaves " + email},
		"the group lists, the user leaves out":    {members("oe-admin", user), onUser(), "iam_group_members of group oe-admin has " + email},
		"the group lists, and so does the user":   {members("oe-admin", user), groups("oe-admin", "oe-viewer"), ""},
		"neither of them lists":                   {members("oe-admin"), groups("oe-viewer"), ""},
		"one by one and left out by the group":    {single("oe-admin"), members("oe-admin"), "iam_group_membership adds " + email},
		"one by one and listed by the group":      {single("oe-admin"), members("oe-admin", user), ""},
		"one by one and left out by the user":     {single("oe-admin"), groups("oe-viewer"), "iam_group_membership adds " + email},
		"one by one and listed by the user":       {single("oe-admin"), onUser("oe-admin"), ""},
		"one by one in another group":             {single("oe-viewer"), members("oe-admin"), ""},
		"an empty list, and a user of this plan":  {members("oe-admin"), ofNew, "iam_group_members of group oe-admin leaves a user who is not known yet out"},
		"a list that may have a user of the plan": {members("oe-admin", providertest.Unknown), ofNew, ""},
		"a list of the group that is not known":   {members("oe-admin", providertest.Unknown), groups("oe-admin"), ""},
		"a list of the user that is not known":    {groups("oe-viewer", providertest.Unknown), members("oe-admin", user), ""},
		"a user that is not managed by its list":  {planned{"iam_user", made, anna()}, members("oe-admin", user), ""},
		"lists of other groups and another group": {members("oe-admin", user), members("oe-viewer"), ""},
	} {
		for order, pair := range map[string][2]planned{"": {c.first, c.second}, ", the other way round": {c.second, c.first}} {
			p.NextRun()
			if _, _, d := p.Plan(pair[0].typeName, pair[0].prior, pair[0].config); d.Failed() {
				t.Errorf("%s%s: the first plan: %v", name, order, d)
			}
			_, _, d := p.Plan(pair[1].typeName, pair[1].prior, pair[1].config)
			switch {
			case c.want == "" && d.Failed():
				t.Errorf("%s%s: got %v", name, order, d)
			case c.want != "" && !d.Has("error at", "Membership Managed By Two Resources"), order == "" && !d.Has(c.want) && c.want != "":
				t.Errorf("%s%s: got %v, want %s", name, order, d, c.want)
			}
		}
	}
}
