package cli_test

import (
	"context"
	"fmt"
	"syscall"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// Another process creates the groups that a killed process promised: none is lost,
// none is created twice.
func TestProcesses_killedWithTasks(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		two := twoProcesses(t, dsn, "--fault", "vendor-groups=100ms")
		const many = 30
		for i := range many {
			if _, err := two[i%2].CreateVendor(t.Context(), api.VendorCreate{ID: fmt.Sprint("v", i), Name: "Vendor"}); err != nil {
				t.Fatal(err)
			}
		}
		two[0].end(t, syscall.SIGKILL)
		whole := many * len(access.VendorGroups())
		_, err := client.WaitFor(t.Context(), func(ctx context.Context) (*int, error) {
			byVendor, err := vendorGroups(ctx, two[1])
			n := 0
			for _, groups := range byVendor {
				n += groups
			}
			return &n, err
		}, func(n int) bool { return n >= whole })
		if err != nil {
			t.Fatal(err)
		}
		byVendor, err := vendorGroups(t.Context(), two[1])
		if err != nil || len(byVendor) != many {
			t.Fatalf("%d vendors have groups, want %d (%v)", len(byVendor), many, err)
		}
		for id, n := range byVendor {
			if n != len(access.VendorGroups()) {
				t.Errorf("vendor %s has %d groups", id, n)
			}
		}
	})
}

// vendorGroups counts the groups of each vendor.
func vendorGroups(ctx context.Context, p *process) (map[string]int, error) {
	groups, err := p.Groups(ctx)
	byVendor := map[string]int{}
	for _, g := range groups {
		if g.VendorID != "" {
			byVendor[g.VendorID]++
		}
	}
	return byVendor, err
}
