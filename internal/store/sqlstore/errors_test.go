package sqlstore

import (
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

// A quota and the limit of a file's size need a file system of their own, and so
// does a file that ends too soon under a reader: these are SQLite's codes for them.
func TestSQLiteFault_ofTheDisk(t *testing.T) {
	t.Parallel()
	for code, want := range map[int]fault{
		sqlite3.SQLITE_IOERR_WRITE: faultFull, sqlite3.SQLITE_IOERR_TRUNCATE: faultFull, sqlite3.SQLITE_IOERR_SHMSIZE: faultFull,
		sqlite3.SQLITE_IOERR_SHORT_READ: faultDamaged, sqlite3.SQLITE_IOERR_READ: faultOther,
	} {
		if got := sqliteFault(code); got != want {
			t.Errorf("%d: got %d, want %d", code, got, want)
		}
	}
}
