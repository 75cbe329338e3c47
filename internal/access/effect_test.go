package access

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// With more users than are shown, those with the most changes are known after each change, if
// asked for or not, also when a user is affected less than before or no longer.
func TestForecast_mostAffectedOfMany(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	codes := []string{"orders", "tax", "sites", "products", "companies", "quotes"}
	s := State{}
	for _, code := range codes {
		s.Groups = append(s.Groups, Group{ID: code, Controls: ControlIDs(Expand(Access{}, map[string]Level{code: Read}))})
	}
	for i := range 3 * ShownAffected {
		s.Users = append(s.Users, StateUser{ID: fmt.Sprint(i), Email: fmt.Sprint(i, "@acme.example"), GroupIDs: codes[:3]})
	}
	f := NewForecast(s)
	for n := range 1000 {
		u, group := s.Users[random.IntN(len(s.Users))], codes[random.IntN(len(codes))]
		f.Change(func(t *Tenant) {
			if random.IntN(2) == 0 {
				t.Join(group, u)
			} else {
				t.Leave(group, u)
			}
		})
		if n%3 > 0 {
			continue
		}
		for e := range effects {
			var want []UserChange
			for _, i := range slices.SortedFunc(maps.Keys(f.totals), f.compareAffected) {
				if e.has(f.totals[i]) {
					want = append(want, f.totals[i])
				}
			}
			most, all := f.MostAffected(e)
			if all != len(want) || len(want) > 0 && !reflect.DeepEqual(most, want[:min(len(want), ShownAffected)]) {
				t.Fatalf("step %d, effect %d: got %d with\n%+v\nwant\n%+v", n, e, all, most, want)
			}
		}
	}
}
