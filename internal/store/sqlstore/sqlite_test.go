package sqlstore_test

import (
	"path/filepath"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/storetest"
)

func TestSQLite(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) (open func() store.Store) {
		file := filepath.Join(t.TempDir(), "iam.db")
		return func() store.Store { return openFile(t, file) }
	})
}

// openFile opens a database and closes it after the test.
func openFile(t *testing.T, name string) *sqlstore.Store {
	t.Helper()
	return openDSN(t, "sqlite:"+name)
}
