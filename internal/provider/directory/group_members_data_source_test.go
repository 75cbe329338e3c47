package directory_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

func TestGroupMembersDataSource(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	ids := people(t, b, p)
	p.MustApply("iam_group", state{}, values{"id": "vip", "name": values{"en": "VIP"}, "user_type": "CUSTOMER"})
	if err := b.Client.AssignMember(t.Context(), "vip", access.Customer, "C-4711"); err != nil {
		t.Fatal(err)
	}
	for group, want := range map[string]values{
		"oe-editor": {"user_id": ids["c@acme.example"], "user_type": "EMPLOYEE", "email": "c@acme.example", "first_name": "Carl", "last_name": "Abel"},
		"vip":       {"user_id": "C-4711", "user_type": "CUSTOMER", "email": nil, "first_name": nil, "last_name": nil},
	} {
		got, d := p.ReadData("iam_group_members", values{"group_id": group})
		members, _ := got["members"].([]any)
		if d.Failed() || len(members) != 1 || len(differences(members[0].(values), want)) > 0 { //nolint:forcetypeassert // it is in the schema
			t.Errorf("%s: got %v, %v; want %v", group, members, d, want)
		}
	}
	if got, d := p.ReadData("iam_group_members", values{"group_id": "oe-viewer"}); d.Failed() || got["members"] == nil {
		t.Errorf("a group without members: got %v, %v", got, d)
	}
	if _, d := p.ReadData("iam_group_members", values{"group_id": "nowhere"}); !d.Has("group_id", "Unable to list members of group", "404") {
		t.Errorf("no such group: %v", d)
	}
}
