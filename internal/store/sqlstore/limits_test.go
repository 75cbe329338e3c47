package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

func TestReadOnly_option(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	openFile(t, file).Close()
	wantRefused(t, "sqlite:"+file+"?mode=ro", store.ErrReadOnly, file)
}

func TestReadOnly_rights(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	protect := func(name string, mode os.FileMode) {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "iam.db")
	openFile(t, file).Close()

	protect(file, 0o400)
	wantRefused(t, "sqlite:"+file, store.ErrReadOnly, file)
	protect(file, 0o600)
	protect(dir, 0o500)
	defer protect(dir, 0o700)
	wantRefused(t, "sqlite:"+file, store.ErrReadOnly, file, dir)
	wantRefused(t, "sqlite:"+file+"2", store.ErrReadOnly, file+"2")
}

func TestFull(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	s := openFile(t, filepath.Join(t.TempDir(), "iam.db")+"?_pragma=max_page_count(80)")
	if err := s.CreateTenant(ctx, store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	put := func(key string) error {
		return s.PutSetting(ctx, store.Setting{Tenant: "acme", Key: key, Value: strings.Repeat("x", 10_000)})
	}
	stored := 0
	for ; stored < 1000; stored++ {
		if err := put(fmt.Sprint(stored)); err != nil {
			if !errors.Is(err, store.ErrFull) {
				t.Fatalf("got %v", err)
			}
			break
		}
	}
	if stored == 0 || stored == 1000 {
		t.Fatalf("%d settings were stored", stored)
	}
	// A transaction that fills the database keeps nothing, and reading goes on.
	err := s.InTx(ctx, func(tx store.Tx) error {
		for i := range stored {
			err := tx.PutSetting(ctx, store.Setting{Tenant: "acme", Key: fmt.Sprint("more ", i), Value: strings.Repeat("y", 10_000)})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Setting(ctx, "acme", "more 0"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Setting(ctx, "acme", "0"); err != nil {
		t.Error(err)
	}
	if err := s.PutSetting(ctx, store.Setting{Tenant: "acme", Key: "0", Value: "short"}); err != nil {
		t.Errorf("what makes room: %v", err)
	}
}

func TestTwoStores_seeEachOther(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	file := filepath.Join(t.TempDir(), "iam.db")
	one, two := openFile(t, file), openFile(t, file)
	for i, s := range []*sqlstore.Store{one, two, one, two} {
		name := fmt.Sprint(i)
		if err := s.CreateTenant(ctx, store.Tenant{Name: name}); err != nil {
			t.Fatal(err)
		}
		for _, s := range []*sqlstore.Store{one, two} {
			if _, err := s.Tenant(ctx, name); err != nil {
				t.Errorf("tenant %s: %v", name, err)
			}
		}
	}
	for _, s := range []*sqlstore.Store{one, two} {
		if key, err := s.SigningKey(ctx, fmt.Appendf(nil, "%p", s)); err != nil || string(key) != fmt.Sprintf("%p", one) {
			t.Errorf("got key %s, %v", key, err)
		}
	}
}

func TestTwoStores_waitForEachOther(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	stores := []*sqlstore.Store{openFile(t, file), openFile(t, file)}
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			if err := createTenants(t.Context(), stores[i%2], fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	wantTenants(t, stores[0], 8*10)
}

// createTenants makes ten.
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

// The wait for another process must end with the context, too.
func TestTwoStores_waitIsCanceled(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	one, two := openFile(t, file), openFile(t, file)
	err := one.InTx(t.Context(), func(store.Tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		start := time.Now()
		if err := two.CreateTenant(ctx, store.Tenant{Name: "acme"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if waited := time.Since(start); waited > 5*time.Second {
			t.Errorf("waited %v", waited)
		}
		_, err := two.Tenants(t.Context()) // readers do not wait
		return err
	})
	if err != nil {
		t.Error(err)
	}
	wantTenants(t, two, 0)
}

func TestManyStores_openNewFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	var group sync.WaitGroup
	for i := range 4 {
		group.Go(func() {
			if err := openAndCreate(t.Context(), file, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	wantTenants(t, openFile(t, file), 4*10)
}

func openAndCreate(ctx context.Context, file, prefix string) error {
	s, err := sqlstore.Open(ctx, "sqlite:"+file)
	if err != nil {
		return err
	}
	return errors.Join(createTenants(ctx, s, prefix), s.Close())
}

// TestManyProcesses_openNewFile runs this test binary several times.
func TestManyProcesses_openNewFile(t *testing.T) {
	t.Parallel()
	if file := os.Getenv("SQLSTORE_TEST_FILE"); file != "" {
		if err := openAndCreate(t.Context(), file, fmt.Sprint(os.Getpid())); err != nil {
			t.Fatal(err)
		}
		return
	}
	file := filepath.Join(t.TempDir(), "iam.db")
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$")
			cmd.Env = append(os.Environ(), "SQLSTORE_TEST_FILE="+file)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
	group.Wait()
	wantTenants(t, openFile(t, file), 4*10)
}
