package client

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

func TestAccessGroup(t *testing.T) {
	t.Parallel()
	tax := access.FromMap(map[string]access.Level{"tax": access.Read})
	orders := access.FromMap(map[string]access.Level{"orders": access.Manage})
	g := AccessGroup(api.Group{
		ID: "sales", Name: api.Text{"de": "Verkauf", "en": "Sales"}, AccessControls: access.ControlIDs(orders),
		Templates: []string{"t"}, Restrictions: []string{"DE"}, VendorID: "v",
	})
	rights := access.Rights{Templates: map[string][]string{"t": access.ControlIDs(tax), "other": access.ControlIDs(orders)}}
	if g.VendorID != "v" || g.ID != "sales" || g.Name != "Sales" || len(g.Restrictions) != 1 || g.Restrictions[0] != "DE" {
		t.Errorf("got %+v", g)
	}
	if got, want := rights.Access(g), access.Merge(tax, orders); got != want {
		t.Errorf("got %v, want %v", got.Map(), want.Map())
	}
	for _, c := range []struct {
		name api.Text
		want string
	}{{nil, ""}, {api.Text{"fr": "Ventes", "de": "Verkauf"}, "Verkauf"}, {api.Text{"": "Plain"}, "Plain"}} {
		if got := AccessGroup(api.Group{Name: c.name}).Name; got != c.want {
			t.Errorf("%v: got %q, want %q", c.name, got, c.want)
		}
	}
}
