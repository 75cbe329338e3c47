package sqlstore_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// The groups of a user are found by the user in either engine, without reading all
// groups of the tenant.
func TestGroupIDs_useIndex(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		s, ctx := openDSN(t, dsn), t.Context()
		if err := s.CreateTenant(ctx, store.Tenant{Name: "acme"}); err != nil {
			t.Fatal(err)
		}
		err := s.InTx(ctx, "acme", func(tx store.Tx) error {
			for i := range 2000 {
				id := fmt.Sprint("group ", i)
				if err := tx.CreateGroup(ctx, store.Group{Tenant: "acme", ID: id}); err != nil {
					return err
				}
				if err := tx.CreateAssignment(ctx, store.Assignment{Tenant: "acme", ID: id, GroupID: id, UserID: id}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		db, explain := sqltest.RawDB(t, dsn), "EXPLAIN QUERY PLAN "
		if !strings.HasPrefix(dsn, "sqlite:") {
			explain = "EXPLAIN "
			sqltest.Run(t, db, "ANALYZE assignment", "ANALYZE user_group")
		}
		statement, args := sqlstore.GroupIDsQuery("acme", "group 7", "group 8")
		rows, err := db.QueryContext(ctx, explain+statement, args...)
		if err != nil {
			t.Fatal(err)
		}
		if plan := explained(t, rows); !strings.Contains(plan, "assignment_of_user") || strings.Contains(plan, "user_group_in_order") || strings.Contains(plan, "Seq Scan") {
			t.Errorf("got\n%s", plan)
		}
	})
}
