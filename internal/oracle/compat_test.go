package oracle_test

import "slices"

// readLeniently fills in what reviews before the present format did not say.
func (r *trial) readLeniently(rev *review) {
	if len(rev.Tenants) > 0 || rev.Text == "" {
		return
	}
	rev.Tenants = []string{"acme"}
	for i := range rev.Users {
		rev.Users[i].Tenant = "acme"
		for j := range rev.Users[i].Changes {
			c := &rev.Users[i].Changes[j]
			c.Loss = c.Loss || slices.Contains([]string{"lost", "lowered", "restricted"}, c.Kind)
		}
	}
	for i := range rev.Unresolved {
		rev.Unresolved[i].Tenant = "acme"
	}
}
