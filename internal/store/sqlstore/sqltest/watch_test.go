package sqltest_test

import (
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// A Watch must detect writes, since tests use it to show that nothing was
// written.
func TestWatch(t *testing.T) {
	t.Parallel()
	sqltest.Each(t, func(t *testing.T, dsn string) {
		s, err := sqlstore.Open(t.Context(), dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		w, err := sqltest.NewWatch(dsn)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		want := func(want bool) {
			t.Helper()
			if got, err := w.Changed(); got != want || err != nil {
				t.Errorf("got %t, %v", got, err)
			}
		}
		want(false)
		for range 2 {
			if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err == nil {
				want(true)
			}
			want(false)
		}
		if err := s.PutDocument(t.Context(), store.Document{Tenant: "acme", Kind: "k", ID: "d", Body: "{}"}); err != nil {
			t.Fatal(err)
		}
		want(true)
		if err := s.DeleteDocument(t.Context(), "acme", "k", "d"); err != nil {
			t.Fatal(err)
		}
		want(true)
	})
}
