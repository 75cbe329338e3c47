package sqlstore

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	sqlite3 "modernc.org/sqlite/lib"
)

// A quota, a file size limit and a file truncated under a reader need special
// file systems to reproduce: these are SQLite's codes for them.
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

// PgBouncer closes connections with one code: the server may have committed
// before that.
func TestPostgresFault_ofAPooler(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		severity, code, message string
		want                    fault
		refused                 bool
	}{
		{"FATAL", "08P01", "server login has been failing, try again later (server_login_retry)", faultGone, false},
		{"FATAL", "08P01", "server conn crashed?", faultGone, false},
		{"FATAL", "08P01", "unsupported startup parameter: search_path", faultOther, false},
		{"ERROR", "08P01", "bind message has 6 result formats but query has 1 columns", faultOther, true},
		{"FATAL", "57P01", "terminating connection due to administrator command", faultGone, false},
		{"ERROR", "53100", "could not extend file", faultFull, true},
	} {
		err := fmt.Errorf("commit: %w", &pgconn.PgError{Severity: c.severity, Code: c.code, Message: c.message})
		if got, no := faultOf(err), refused(err); got != c.want || no != c.refused {
			t.Errorf("%s: got %d, %t", c.message, got, no)
		}
	}
}
