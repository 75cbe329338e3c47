package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// fault classifies a driver's error in the same way for every engine.
type fault int

const (
	faultOther fault = iota
	faultDuplicate
	faultReference
	faultBusy
	faultConflict
	faultFull
	faultReadOnly
	faultDamaged
	faultTables
	faultDenied      // the user lacks a privilege
	faultGone        // the connection is lost, with everything uncommitted
	faultUnavailable // the server temporarily cannot do it
	faultCannotOpen
	faultInvalid
)

// faultOf classifies by the driver's code, since texts differ between versions.
func faultOf(err error) fault {
	if answer, ok := errors.AsType[*sqlite.Error](err); ok {
		// SQLite has a single code for all errors in a statement, and our statements
		// have none.
		if text := answer.Error(); strings.Contains(text, "no such table") || strings.Contains(text, "no such column") {
			return faultTables
		}
		return sqliteFault(answer.Code())
	}
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		if fromPooler(answer) && !ofSettings(answer) {
			return faultGone
		}
		return postgresFault(answer.Code)
	}
	_, network := errors.AsType[*net.OpError](err)
	if network || pgconn.SafeToRetry(err) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return faultGone
	}
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return faultGone
	}
	return faultOther
}

// refused reports whether an error of a commit means that the engine committed
// nothing. If the connection was lost, that is unknown.
func refused(err error) bool {
	if answer, ok := errors.AsType[*pgconn.PgError](err); ok {
		// The server is shutting down, or a pooler lost it, which may be after the
		// commit.
		return !strings.HasPrefix(answer.Code, "57P") && !fromPooler(answer)
	}
	_, ok := errors.AsType[*sqlite.Error](err)
	return ok || errors.Is(err, sql.ErrTxDone) || errors.Is(err, pgx.ErrTxCommitRollback)
}

func sqliteFault(code int) fault {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return faultDuplicate
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return faultReference
	case sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_TRUNCATE:
		// The index of the write-ahead log cannot grow, or a quota or file size limit
		// is reached. A full disk is reported as SQLITE_FULL otherwise.
		return faultFull
	case sqlite3.SQLITE_IOERR_SHORT_READ:
		return faultDamaged
	}
	switch code & 0xff { // the rest of the code is a detail
	case sqlite3.SQLITE_BUSY:
		return faultBusy
	case sqlite3.SQLITE_FULL:
		return faultFull
	case sqlite3.SQLITE_READONLY:
		return faultReadOnly
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return faultDamaged
	case sqlite3.SQLITE_CANTOPEN:
		return faultCannotOpen
	}
	return faultOther
}

func postgresFault(code string) fault {
	switch code {
	case "23505": // unique_violation
		return faultDuplicate
	case "23503": // foreign_key_violation
		return faultReference
	case "40001", "40P01": // serialization_failure, deadlock_detected
		return faultConflict
	case "53100": // disk_full
		return faultFull
	case "25006": // read_only_sql_transaction
		return faultReadOnly
	case "42P01", "42703": // undefined_table, undefined_column
		return faultTables
	case "42501": // insufficient_privilege
		return faultDenied
	case "57P01", "57P02", "57P03", "57P05", "25P03", "53300":
		// The server is stopping, starting, has closed the connection because it was
		// idle for too long, or has too many connections.
		return faultGone
	case "55P03": // lock_not_available
		return faultBusy
	case "57014", "53200", "53400": // query_canceled, out_of_memory, configuration_limit_exceeded
		return faultUnavailable
	case "22021", "54000": // character_not_in_repertoire, program_limit_exceeded
		return faultInvalid
	}
	return faultOther
}

// translate wraps a driver's error in an error of package store, if there is one
// for it. reference is the error for a broken reference, which depends on the
// statement.
func translate(ctx context.Context, err, reference error) error {
	if err == nil {
		return nil
	}
	if done := ctx.Err(); done != nil {
		return done // drivers say "interrupted" and the like
	}
	var answer error
	switch faultOf(err) {
	case faultDuplicate:
		answer = store.ErrExists
	case faultReference:
		answer = reference
	case faultConflict:
		answer = store.ErrConflict
	case faultFull:
		answer = store.ErrFull
	case faultInvalid:
		answer = store.ErrInvalid
	case faultReadOnly:
		answer = store.ErrReadOnly
	case faultGone, faultBusy, faultUnavailable:
		answer = store.ErrUnavailable
	case faultDamaged:
		answer = store.ErrDamaged
	case faultTables:
		answer = store.ErrTables
		if strings.Contains(err.Error(), lockTable) {
			answer = store.ErrSuperseded
		}
	}
	if answer == nil {
		return explainPooler(err)
	}
	return fmt.Errorf("%w: %w", answer, err)
}

// How long a writer waits while another process writes, and how long any caller
// waits for an unreachable server.
const (
	busyLimit = 30 * time.Second
	busyPause = 5 * time.Millisecond

	outageLimit = 15 * time.Second
	outagePause = 100 * time.Millisecond
)

// waitBusy calls fn until the database is free and reachable. fn must change
// nothing if it fails. SQLite can wait on its own, but the end of the context
// would not wake it.
func waitBusy(ctx context.Context, fn func() error) error {
	start := time.Now()
	for {
		err := fn()
		limit, pause := busyLimit, busyPause
		switch faultOf(err) {
		case faultBusy:
		case faultGone:
			limit, pause = outageLimit, outagePause
		default:
			return err
		}
		if time.Since(start) > limit {
			return err
		}
		if !sleep(ctx, pause) {
			return ctx.Err()
		}
	}
}

// sleep waits, and reports whether the context did not end.
func sleep(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}
