package embedded_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// A reset that cannot be done leaves the backend as it is, and nothing behind.
func TestResettable_failed(t *testing.T) {
	t.Parallel()
	pristine := filepath.Join(t.TempDir(), "iam.db")
	open(t, pristine).Close()
	r, err := embedded.OpenResettable(t.Context(), pristine, server.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(pristine, pristine+".gone"); err != nil {
		t.Fatal(err)
	}
	if err := r.Reset(t.Context()); err == nil {
		t.Error("it was reset to nothing")
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/readyz", nil))
	if w.Code != http.StatusOK {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	entries, err := os.ReadDir(filepath.Dir(pristine))
	if err != nil || len(entries) != 1 {
		t.Errorf("%v is left, %v", entries, err)
	}
}

// BenchmarkReset is a reset of ten thousand users. The copies are how many times
// their database file could be copied meanwhile.
func BenchmarkReset(b *testing.B) {
	pristine := filepath.Join(b.TempDir(), "iam.db")
	db, err := sqlstore.Open(b.Context(), "sqlite:"+pristine)
	if err != nil {
		b.Fatal(err)
	}
	err = db.InTx(b.Context(), store.AllTenants, func(tx store.Tx) error {
		if err := tx.CreateTenant(b.Context(), store.Tenant{Name: "acme"}); err != nil {
			return err
		}
		for i := range 10_000 {
			name := fmt.Sprintf("user%d", i)
			u := store.User{Tenant: "acme", ID: name, FirstName: name, LastName: name, Email: name + "@acme.example", BackofficeNumber: name, Status: "PROVISIONED"}
			if err := tx.CreateUser(b.Context(), u); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, db.Close()); err != nil {
		b.Fatal(err)
	}
	r, err := embedded.OpenResettable(b.Context(), pristine, server.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer r.Close()
	var copying time.Duration
	for b.Loop() {
		if err := r.Reset(b.Context()); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		start := time.Now()
		if err := copyOnce(pristine, pristine+".copy"); err != nil {
			b.Fatal(err)
		}
		copying += time.Since(start)
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed())/float64(copying), "copies/op")
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N), "ms/op")
}

func copyOnce(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.Create(to)
	if err != nil {
		return err
	}
	defer target.Close()
	_, err = io.Copy(target, source)
	return err
}
