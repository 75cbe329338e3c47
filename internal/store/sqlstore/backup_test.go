package sqlstore_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// backedUp creates a database with the tenant acme and a backup of it, in an
// otherwise empty folder, and returns their names.
func backedUp(t *testing.T) (file, backup string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "iam.db")
	s := openFile(t, file)
	if err := errors.Join(s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}), s.Close()); err != nil {
		t.Fatal(err)
	}
	backup = filepath.Join(filepath.Dir(file), "backup")
	if _, err := sqlstore.Backup(t.Context(), "sqlite:"+file, backup, false); err != nil {
		t.Fatal(err)
	}
	return file, backup
}

// wantNames fails unless the folder has exactly these files.
func wantNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	var names []string
	for name := range snapshot(t, dir) {
		names = append(names, name)
	}
	if len(names) != len(want) {
		t.Errorf("%s has %q, want %q", dir, names, want)
	}
}

// A backup contains every write confirmed before it began, while other writes
// continue, and each transaction completely or not at all.
func TestBackup_whileWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "iam.db")
	s := openFile(t, file)
	if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	var answered [4]atomic.Int64
	var writers sync.WaitGroup
	ctx, stop := context.WithCancel(t.Context())
	defer writers.Wait()
	defer stop()
	put := func(tx store.Tx, kind string, n int64) error {
		return tx.PutDocument(ctx, store.Document{Tenant: "acme", Kind: kind, ID: fmt.Sprint(n), Body: strings.Repeat("x", 500)})
	}
	started := make(chan struct{}, len(answered))
	for w := range answered {
		kind := fmt.Sprint(w)
		writers.Go(func() {
			for n := int64(1); ctx.Err() == nil; n++ {
				err := s.InTx(ctx, store.AllTenants, func(tx store.Tx) error { return errors.Join(put(tx, kind, n), put(tx, "twin of "+kind, n)) })
				if err != nil {
					if ctx.Err() == nil {
						t.Error(err)
					}
					return
				}
				if answered[w].Store(n); n == 10 {
					started <- struct{}{}
				}
			}
		})
	}
	for range answered {
		<-started
	}
	for i := range 5 {
		var before [len(answered)]int64
		for w := range answered {
			before[w] = answered[w].Load()
		}
		backup := fmt.Sprintf("%s.%d", file, i)
		made, err := sqlstore.Backup(t.Context(), "sqlite:"+file, backup, false)
		if err != nil || made.Version == 0 || made.Tenants != 1 {
			t.Fatalf("%+v, %v", made, err)
		}
		info, err := os.Stat(backup)
		if err != nil || info.Mode() != 0o600 || info.Size() != made.Size {
			t.Errorf("%v %d, want %d (%v)", info.Mode(), info.Size(), made.Size, err)
		}
		restored := backup + ".db"
		if _, err := sqlstore.Restore(t.Context(), "sqlite:"+restored, backup); err != nil {
			t.Fatal(err)
		}
		r := openFile(t, restored)
		for w, n := range before {
			some, err := r.Documents(t.Context(), "acme", fmt.Sprint(w))
			twins, twinsErr := r.Documents(t.Context(), "acme", "twin of "+fmt.Sprint(w))
			if err := errors.Join(err, twinsErr); err != nil || int64(len(some)) < n || len(twins) != len(some) {
				t.Errorf("backup %d has %d and %d documents of the %d that writer %d had an answer for (%v)", i, len(some), len(twins), n, w, err)
			}
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

// A failed backup leaves the files as they are.
func TestBackup_refused(t *testing.T) {
	t.Parallel()
	file, backup := backedUp(t)
	dir := filepath.Dir(file)
	other := filepath.Join(dir, "other")
	for name, content := range map[string]string{"empty": "", "other": "SQLite it is not", "live": "a database", "live-wal": "and its log"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(file, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, dir)
	for _, c := range []struct {
		from, to string
		replace  bool
		want     string
	}{
		{file, backup, false, "file already exists"},
		{file, other, false, "file already exists"},
		{file, file, true, "this is the database itself"},
		{file, filepath.Join(dir, "link"), true, "this is the database itself"},
		{file, filepath.Join(dir, "live"), true, "live-wal exists next to it: the database is in use"},
		{file, filepath.Join(dir, "none", "backup"), false, "no such file or directory"},
		{filepath.Join(dir, "missing"), filepath.Join(dir, "new"), false, "no such file or directory"},
		{filepath.Join(dir, "empty"), filepath.Join(dir, "new"), false, "the file is empty"},
		{other, filepath.Join(dir, "new"), false, "another kind of file"},
	} {
		_, err := sqlstore.Backup(t.Context(), "sqlite:"+c.from, c.to, c.replace)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s to %s: got %v, want %s", c.from, c.to, err, c.want)
		}
	}
	wantUnchanged(t, before, snapshot(t, dir))
	if _, err := sqlstore.Backup(t.Context(), "sqlite:"+file, other, true); err != nil {
		t.Error(err)
	}
	if after := snapshot(t, dir); after["other"] == before["other"] || len(after) != len(before) {
		t.Errorf("%s was not replaced, or more than that was done", other)
	}
}

// Of concurrent backups to one name, one succeeds.
func TestBackup_atOnce(t *testing.T) {
	t.Parallel()
	file, _ := backedUp(t)
	dir := t.TempDir() // of its own: of several that close a database at once, none may be the last that removes its log
	var group sync.WaitGroup
	var made atomic.Int32
	for range 8 {
		group.Go(func() {
			switch _, err := sqlstore.Backup(t.Context(), "sqlite:"+file, filepath.Join(dir, "backup"), false); {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, fs.ErrExist):
				t.Error(err)
			}
		})
	}
	group.Wait()
	if made.Load() != 1 {
		t.Errorf("%d were created", made.Load())
	}
	wantNames(t, dir, "backup")
}

// A canceled backup leaves no file, and a damaged database is not backed up.
func TestBackup_leavesNothing(t *testing.T) {
	t.Parallel()
	file, backup := backedUp(t)
	dir := filepath.Dir(file)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := sqlstore.Backup(ctx, "sqlite:"+file, backup, true)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	_, err = sqlstore.Restore(ctx, "sqlite:"+file+"2", backup)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	wantNames(t, dir, "iam.db", "backup")
	execute(t, file, "PRAGMA ignore_check_constraints = 1", "INSERT INTO team_member VALUES ('acme', 'x', 'x', 'x', 'x', 'x', 0, 0)")
	_, err = sqlstore.Backup(t.Context(), "sqlite:"+file, backup+"2", false)
	if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), "CHECK constraint failed in team_member") {
		t.Errorf("got %v", err)
	}
	wantNames(t, dir, "iam.db", "backup")
}

// Restore creates a new database, and only from a complete backup.
func TestRestore_refused(t *testing.T) {
	t.Parallel()
	file, backup := backedUp(t)
	dir := filepath.Dir(file)
	bytes, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	damaged := append([]byte(nil), bytes...)
	for i := len(damaged) / 2; i < len(damaged)/2+4096; i++ {
		damaged[i] = 0xff
	}
	for name, content := range map[string][]byte{
		"cut": bytes[:len(bytes)-9000], "damaged": damaged, "newer": bytes, "none": bytes, "log": bytes, "log-wal": []byte("log"),
		"other": []byte("SQLite it is not"), "empty": nil, "left.db-wal": []byte("log"), "left2.db-journal": []byte("log"),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	execute(t, filepath.Join(dir, "newer"), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)")
	execute(t, filepath.Join(dir, "none"), "DROP TABLE goose_db_version")
	before := snapshot(t, dir)
	for _, c := range []struct{ from, to, want string }{
		{"backup", "iam.db", "the file already exists; stop the server"},
		{"backup", "other", "already exists"},
		{"backup", "left.db", "left.db-wal exists next to it"},
		{"backup", "left2.db", "left2.db-journal exists next to it"},
		{"backup", "none/iam.db", "not a directory"},
		{"missing", "new.db", "no such file or directory"},
		{"empty", "new.db", "the file is empty"},
		{"other", "new.db", "another kind of file"},
		{"cut", "new.db", "damaged"},
		{"damaged", "new.db", "damaged"},
		{"damaged", "empty", "damaged"},
		{"newer", "new.db", "tables have version 9999"},
		{"none", "new.db", "it has no tables"},
		{"log", "new.db", "so it is not a backup; run a backup of it first"},
	} {
		_, err := sqlstore.Restore(t.Context(), "sqlite:"+filepath.Join(dir, c.to), filepath.Join(dir, c.from))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s to %s: got %v, want %s", c.from, c.to, err, c.want)
		}
	}
	wantUnchanged(t, before, snapshot(t, dir))
	if _, err := sqlstore.Restore(t.Context(), "sqlite:"+filepath.Join(dir, "empty"), backup); err != nil {
		t.Errorf("into an empty file: %v", err)
	}
}

// The commands named for PostgreSQL dump and restore, into a schema that exists and
// into one that does not.
func TestBackup_postgres(t *testing.T) {
	t.Parallel()
	dsn, db := sqltest.Postgres(t)
	s := openDSN(t, dsn)
	if err := errors.Join(s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}), s.Close()); err != nil {
		t.Fatal(err)
	}
	for _, tool := range []string{"pg_dump", "pg_restore"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("the client tools of PostgreSQL are missing: %v", err)
		}
	}
	dump := filepath.Join(t.TempDir(), "it's a dump")
	shell := func(err error) {
		t.Helper()
		if err == nil {
			t.Fatal("want an error that names a command")
		}
		_, command, found := strings.Cut(err.Error(), "while the backend is serving: ")
		if !found {
			t.Fatalf("the error names no command: %v", err)
		}
		if output, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", command, err, output)
		}
	}
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	if address.User != nil {
		address.User = url.UserPassword(address.User.Username(), "hidden")
	}
	_, err = sqlstore.Backup(t.Context(), address.String(), dump, false)
	if strings.Contains(fmt.Sprint(err), "hidden") {
		t.Errorf("the password is shown: %v", err)
	}
	_, err = sqlstore.Backup(t.Context(), dsn, dump, false)
	shell(err)
	schema := address.Query().Get("search_path")
	sqltest.Run(t, db, "DROP SCHEMA "+schema+" CASCADE")
	_, err = sqlstore.Restore(t.Context(), dsn, dump)
	shell(err)
	wantTenants(t, openDSN(t, dsn), 1)
	_, err = sqlstore.Restore(t.Context(), "postgres://host/db?default_query_exec_mode=exec", "a file")
	if err == nil || !strings.Contains(err.Error(), "(with the user's schema, if its search_path names another one): pg_restore --single-transaction --schema=public --dbname='postgres://host/db' 'a file'") {
		t.Errorf("got %v", err)
	}
	if _, err = sqlstore.Backup(t.Context(), dsn, filepath.Join(t.TempDir(), "x"), true); errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
}
