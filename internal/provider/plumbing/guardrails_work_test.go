package plumbing

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Each of many removals that break a limit takes as much memory as one of a few: the users who
// lose access are counted, and the most affected are known. The test is alone, as it measures
// memory.
func TestCheckImpact_work(t *testing.T) {
	none := int64(0)
	for name, g := range map[string]Guardrails{
		"losing":    {MaxUsersLosingAccess: &none},
		"admins":    {KeepAdmins: 1 << 20},
		"protected": {ProtectUsers: []string{"7@acme.example"}},
	} {
		few, many := removals(t, g, 250), removals(t, g, 2000)
		if many > 2*few {
			t.Errorf("%s: %d bytes for each of many removals, %d for each of few", name, many, few)
		}
	}
}

// removals removes users one by one and returns the bytes that each takes.
func removals(t *testing.T, g Guardrails, n int) (each uint64) {
	t.Helper()
	s := access.State{Groups: []access.Group{{ID: "admins", Templates: []string{"admin"}}}}
	for i := range n {
		s.Users = append(s.Users, access.StateUser{ID: fmt.Sprint(i), Email: fmt.Sprint(i, "@acme.example"), GroupIDs: []string{"admins"}})
	}
	d := &Data{Guardrails: g, Client: &client.Client{}}
	d.forecast.Forecast = access.NewForecast(s)
	allocated := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.TotalAlloc
	}
	before := allocated()
	for i, u := range s.Users {
		diags := d.CheckImpact(t.Context(), func(t *access.Tenant) { t.RemoveUser(u) })
		if rest := fmt.Sprintf("and %d more", i-9); i > 10 && len(g.ProtectUsers) == 0 && (len(diags) != 1 || !strings.Contains(diags[0].Detail(), rest)) {
			t.Fatalf("removal %d: got %v, want %q", i, diags, rest)
		}
	}
	return (allocated() - before) / uint64(n) //nolint:gosec // positive
}
