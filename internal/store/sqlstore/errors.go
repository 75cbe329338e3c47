package sqlstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/access-config/terraform-provider-iam/internal/store"
)

// errDamaged is what a database answers that was overwritten or cut.
var errDamaged = errors.New("the database file is damaged: restore it from a backup")

// fault says why a driver refused, in words that every engine has.
type fault int

const (
	faultOther fault = iota
	faultDuplicate
	faultReference
	faultBusy
	faultFull
	faultReadOnly
	faultDamaged
	faultCannotOpen
)

// faultOf goes by the driver's code: the text differs between versions.
func faultOf(err error) fault {
	if driver, ok := errors.AsType[*sqlite.Error](err); ok {
		return sqliteFault(driver.Code())
	}
	return faultOther
}

func sqliteFault(code int) fault {
	switch code {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return faultDuplicate
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return faultReference
	case sqlite3.SQLITE_IOERR_SHMSIZE:
		// The index of the write-ahead log cannot grow. A full disk shows as
		// SQLITE_FULL everywhere else.
		return faultFull
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

// translate turns a driver's error into one of package store where there is
// one. A broken reference means different things to different statements:
// reference says what it means to this one.
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
	case faultFull:
		answer = store.ErrFull
	case faultReadOnly:
		answer = store.ErrReadOnly
	case faultDamaged:
		answer = errDamaged
	}
	if answer == nil {
		return err
	}
	return fmt.Errorf("%w: %w", answer, err)
}

// How long a writer waits while another process writes.
const (
	busyLimit = 30 * time.Second
	busyPause = 5 * time.Millisecond
)

// waitBusy calls fn until the database is free. SQLite can wait by itself, but
// then the end of the context does not wake it.
func waitBusy(ctx context.Context, fn func() error) error {
	limit := time.Now().Add(busyLimit)
	for {
		err := fn()
		if faultOf(err) != faultBusy || time.Now().After(limit) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(busyPause):
		}
	}
}
