package access_test

import (
	"slices"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// holdersState is a tenant in which people hold orders in each way.
func holdersState() access.State {
	vendor := access.VendorGroups()[2]
	return access.State{
		Groups: []access.Group{
			{ID: "all", Controls: access.ControlIDs(access.Access{}), Templates: []string{"viewer"}},
			{ID: "de", Controls: access.ControlIDs(access.Expand(access.Access{}, map[string]access.Level{"orders": access.Manage})), Restrictions: []string{"DE"}},
			{ID: "shop", VendorID: "v1", Controls: vendor.Controls},
		},
		Users: []access.StateUser{
			{ID: "1", Email: "z@acme.example", GroupIDs: []string{"all", "de"}},
			{ID: "2", Email: "B@acme.example", GroupIDs: []string{"de"}},
			{ID: "3", Email: "c@acme.example", GroupIDs: []string{"all", "de"}, Locked: true},
			{ID: "4", Email: "d@acme.example", GroupIDs: []string{"shop"}},
			{ID: "5", Email: "e@acme.example"},
			{ID: "6", Email: "a@acme.example", GroupIDs: []string{"all"}},
			{ID: "7", Email: "t@acme.example", GroupIDs: []string{"all", "de"}, Outside: true},
		},
	}
}

func TestHolders(t *testing.T) {
	t.Parallel()
	de, us := "DE", "US"
	for _, c := range []struct {
		level   access.Level
		records *access.Records
		want    []string
	}{
		{access.Read, nil, []string{"6", "2", "4", "1"}},
		{access.Manage, nil, []string{"2", "4", "1"}},
		{access.Read, &access.Records{}, []string{"6", "1"}},
		{access.Manage, &access.Records{Restriction: &de}, []string{"2", "1"}},
		{access.Manage, &access.Records{Restriction: &us}, nil},
		{access.Manage, &access.Records{VendorID: "v1"}, []string{"4"}},
		{access.Edit, nil, nil},
	} {
		var got []string
		for h := range access.Holders(holdersState(), "orders", c.level, c.records) {
			got = append(got, h.User.ID)
			if h.Decision.Reason == "" || len(h.Rows) == 0 && c.records == nil {
				t.Errorf("%s: no reason: %+v", h.User.ID, h)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s on %+v: got %v, want %v", c.level, c.records, got, c.want)
		}
	}
}

// Whoever holds a level is whoever a decision allows it, for every entity and level.
func TestHolders_areThoseOfDecisions(t *testing.T) {
	t.Parallel()
	s := holdersState()
	values := []string{"DE", "US"}
	records := []*access.Records{nil, {}, {VendorID: "v1"}, {Restriction: &values[0]}, {Restriction: &values[1]}}
	for _, e := range access.Entities() {
		for _, level := range e.Product.Levels()[1:] {
			for _, on := range records {
				got := map[string]bool{}
				for h := range access.Holders(s, e.Code, level, on) {
					got[h.User.ID] = true
				}
				for u := range s.ByEmail() {
					want := false
					for _, possible := range records[1:] {
						if on == nil || on == possible {
							want = want || s.Rights.Compile(s.Groups).Subject(u.Locked, u.GroupIDs...).Decide(e.Code, level, *possible).Allowed
						}
					}
					if got[u.ID] != want {
						t.Errorf("%s on %s, %+v: user %s: got %t, want %t", level, e.Code, on, u.ID, got[u.ID], want)
					}
				}
			}
		}
	}
}
