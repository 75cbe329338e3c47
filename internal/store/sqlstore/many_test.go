package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// Several processes can open a new database at once.
func TestOpen_manyStores(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		var group sync.WaitGroup
		for i := range 4 {
			group.Go(func() {
				if err := openAndCreate(t.Context(), dsn, fmt.Sprint(i)); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		wantTenants(t, openDSN(t, dsn), 4*10)
	})
}

// processDSN is set for the processes that TestOpen_manyProcesses starts.
const processDSN = "SQLSTORE_TEST_DSN"

// TestOpen_manyProcesses runs this test binary several times.
func TestOpen_manyProcesses(t *testing.T) {
	t.Parallel()
	if dsn := os.Getenv(processDSN); dsn != "" {
		if err := openAndCreate(t.Context(), dsn, fmt.Sprint(os.Getpid())); err != nil {
			t.Fatal(err)
		}
		return
	}
	sqltest.Each(t, func(t *testing.T, dsn string) {
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestOpen_manyProcesses$")
				cmd.Env = append(os.Environ(), processDSN+"="+dsn)
				if out, err := cmd.CombinedOutput(); err != nil {
					t.Errorf("%v: %s", err, out)
				}
			})
		}
		group.Wait()
		wantTenants(t, openDSN(t, dsn), 4*10)
	})
}

func openAndCreate(ctx context.Context, dsn, prefix string) error {
	s, err := sqlstore.Open(ctx, dsn)
	if err != nil {
		return err
	}
	return errors.Join(createTenants(ctx, s, prefix), s.Close())
}

// createTenants creates ten tenants.
func createTenants(ctx context.Context, s *sqlstore.Store, prefix string) error {
	for i := range 10 {
		if err := s.CreateTenant(ctx, store.Tenant{Name: fmt.Sprint(prefix, " ", i)}); err != nil {
			return err
		}
	}
	return nil
}

func wantTenants(t *testing.T, s *sqlstore.Store, want int) {
	t.Helper()
	list, err := s.Tenants(t.Context())
	if err != nil || len(list) != want {
		t.Errorf("got %d tenants, want %d (%v)", len(list), want, err)
	}
}
