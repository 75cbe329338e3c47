//go:build unix

package sqlstore_test

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// pooled returns the address of a database behind PgBouncer, which assigns a new
// connection to each transaction.
func pooled(t *testing.T, dsn string) (by string) {
	t.Helper()
	program, err := exec.LookPath("pgbouncer")
	if err != nil {
		t.Skip("there is no pgbouncer: ", err)
	}
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	password := ""
	if config.Password != "" {
		password = fmt.Sprintf("password='%s'", config.Password)
	}
	settings := fmt.Sprintf(`[databases]
iam = host=%s port=%d dbname=%s user=%s %s connect_query='SET search_path = %s'
[pgbouncer]
unix_socket_dir = %s
listen_port = 6432
auth_type = any
pool_mode = transaction
default_pool_size = 4
`, config.Host, config.Port, config.Database, config.User, password, schemaOf(t, dsn), folder)
	file := filepath.Join(folder, "pgbouncer.ini")
	if err := os.WriteFile(file, []byte(settings), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.Chmod(filepath.Dir(folder), 0o755), os.Chmod(folder, 0o777)); err != nil {
		t.Fatal(err)
	}
	args := []string{file}
	if os.Geteuid() == 0 { // it does not run as root
		args = append(args, "-u", ownerOf(t, config.Host))
	}
	cmd := exec.Command(program, args...)
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGKILL)
		<-ended
	})
	socket := filepath.Join(folder, ".s.PGSQL.6432")
	waitFor(t, func(string) int {
		if _, err := os.Stat(socket); err == nil {
			return 1
		}
		return len(ended) * 2
	}, "a socket of pgbouncer", 1)
	return "postgres:///iam?" + url.Values{"host": {folder}, "port": {"6432"}, "application_name": {schemaOf(t, dsn)}, "default_query_exec_mode": {"exec"}}.Encode()
}

// ownerOf returns the user who can use a server's sockets, whose folder may be
// private.
func ownerOf(t *testing.T, host string) string {
	t.Helper()
	if about, err := os.Stat(host); err == nil {
		if file, ok := about.Sys().(*syscall.Stat_t); ok && file.Uid > 0 {
			owner, err := user.LookupId(strconv.Itoa(int(file.Uid)))
			if err != nil {
				t.Fatal(err)
			}
			return owner.Username
		}
	}
	return "nobody"
}

// Several processes share a database through a pooler that assigns a new
// connection to each transaction and closes connections.
func TestPostgres_pooled(t *testing.T) {
	t.Parallel()
	dsn, db := newSchema(t)
	by := pooled(t, dsn)
	stores := []*sqlstore.Store{openDSN(t, by), openDSN(t, by), openDSN(t, by)}
	const rounds, each = 2, 25
	for round := range rounds {
		var group sync.WaitGroup
		for i, s := range stores {
			group.Go(func() {
				for n := range each {
					useTenant(t, s, fmt.Sprintf("t-%d-%d-%d", round, i, n))
				}
			})
		}
		group.Wait()
		sqltest.Run(t, db, fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '%s'", schemaOf(t, dsn)))
	}
	wantTenants(t, stores[0], rounds*each*len(stores))
}

// useTenant creates a tenant in one transaction and reads it in others.
func useTenant(t *testing.T, s *sqlstore.Store, name string) {
	t.Helper()
	err := s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
		if err := tx.CreateTenant(t.Context(), store.Tenant{Name: name}); err != nil {
			return err
		}
		return tx.CreateUser(t.Context(), store.User{Tenant: name, ID: "u", Email: "u"})
	})
	if err != nil {
		t.Error(err)
	}
	if err := s.InTx(t.Context(), name, func(tx store.Tx) error { return putIn(t, tx, name, "d") }); err != nil {
		t.Error(err)
	}
	if _, err := s.Tenant(t.Context(), name); err != nil {
		t.Error(err)
	}
	if users, total, err := s.Users(t.Context(), name, store.Page{}); err != nil || len(users) != 1 || total != 1 {
		t.Errorf("got %+v, %d, %v", users, total, err)
	}
}
