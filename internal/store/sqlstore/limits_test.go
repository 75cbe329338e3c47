package sqlstore_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
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
	s := openFile(t, filepath.Join(t.TempDir(), "iam.db")+"?_pragma=max_page_count(100)")
	if err := s.CreateTenant(ctx, store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	put := func(key string) error {
		return s.PutDocument(ctx, store.Document{Tenant: "acme", Kind: "k", ID: key, Body: strings.Repeat("x", 10_000)})
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
		t.Fatalf("%d documents were stored", stored)
	}
	// A transaction that fills the database stores nothing, and reads still work.
	err := s.InTx(ctx, store.AllTenants, func(tx store.Tx) error {
		for i := range stored {
			err := tx.PutDocument(ctx, store.Document{Tenant: "acme", Kind: "k", ID: fmt.Sprint("more ", i), Body: strings.Repeat("y", 10_000)})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if !errors.Is(err, store.ErrFull) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Document(ctx, "acme", "k", "more 0"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("got %v", err)
	}
	if _, err := s.Document(ctx, "acme", "k", "0"); err != nil {
		t.Error(err)
	}
	if err := s.PutDocument(ctx, store.Document{Tenant: "acme", Kind: "k", ID: "0", Body: "short"}); err != nil {
		t.Errorf("what makes room: %v", err)
	}
}
