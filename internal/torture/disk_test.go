//go:build unix

package torture_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// fullDisk keeps the database on a small file system that repeatedly fills up for
// a while. Writes that do not fit are rejected, existing data can be read, and
// with space the backend continues on its own.
func fullDisk(t *testing.T, s *stage) {
	d := newDisk(t, s)
	p := serve(t, d.dsn)
	var l ledger
	l.prepare(t, connect(t, p.url, client.Options{}))
	full, refused := 0, 0
	for ; full < 1 || s.more(); full++ {
		for _, fill := range []bool{false, true} {
			if fill {
				d.fill(t)
			}
			ctx, stop := context.WithCancel(t.Context())
			wait := l.write(ctx, 6, func() *client.Client { return connect(t, p.url, client.Options{MaxRetries: new(0)}) })
			pause(300, 600)
			if fill {
				for { // until something was refused
					got := send(p.url, token(t, p.url, key), http.MethodPost, "/iam/"+tenant+"/groups", fmt.Sprintf(`{"name":{"en":"%0900d"},"accessControls":[]}`, 0))
					if got.status == http.StatusInsufficientStorage {
						refused++
						break
					}
					if got.status != http.StatusCreated || t.Context().Err() != nil {
						t.Errorf("on a full disk: %d %s %v", got.status, got.body, got.err)
						break
					}
				}
				d.readable(t, p)
			}
			stop()
			wait()
		}
		d.free(t)
		if rand.IntN(3) == 0 {
			p.signal(syscall.SIGKILL)
			p = serve(t, d.dsn)
		}
		l.check(t, connect(t, p.url, client.Options{}))
		if t.Failed() {
			break
		}
	}
	s.say("full %d times", full)
	l.say(s)
	if refused == 0 || l.writes == 0 {
		t.Errorf("%d writes were rejected on a full disk, %d were created", refused, l.writes)
	}
}

// disk is a small file system with a database.
type disk struct {
	dir, dsn string
}

// diskSize is its size, in MB.
const diskSize = 96

// newDisk mounts a disk in memory, which only root can do, and unmounts it after
// the test.
func newDisk(t *testing.T, s *stage) *disk {
	t.Helper()
	d := &disk{dir: filepath.Join(t.TempDir(), "disk")}
	must(t, os.Mkdir(d.dir, 0o700))
	if out, err := exec.CommandContext(t.Context(), "mount", "-t", "tmpfs", "-o", fmt.Sprintf("size=%dm", diskSize), "tmpfs", d.dir).CombinedOutput(); err != nil {
		s.impossible(t, "no small file system can be mounted: %.60s", out)
	}
	t.Cleanup(func() {
		if out, err := exec.CommandContext(context.Background(), "umount", "--lazy", d.dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v: %s", err, out)
		}
	})
	if d.dsn = "sqlite:" + filepath.Join(d.dir, "iam.db"); s.postgres {
		d.tablespace(t, s)
	}
	return d
}

// tablespace makes PostgreSQL store the tables there. The server must run on this
// machine, and the caller must be its superuser.
func (d *disk) tablespace(t *testing.T, s *stage) {
	t.Helper()
	db := sqltest.RawDB(t, s.dsn)
	var data, schema string
	if err := db.QueryRowContext(t.Context(), "SELECT current_setting('data_directory'), current_schema").Scan(&data, &schema); err != nil {
		s.impossible(t, "the server's folder is not known: %v", err)
	}
	about, err := os.Stat(data)
	if err != nil {
		s.impossible(t, "the server does not run here: %v", err)
	}
	owner, ok := about.Sys().(*syscall.Stat_t)
	if !ok {
		s.impossible(t, "the server's account is not known")
	}
	must(t, os.Chown(d.dir, int(owner.Uid), int(owner.Gid)))
	for dir := filepath.Dir(d.dir); dir != filepath.Clean(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
		must(t, os.Chmod(dir, 0o711)) // the server has to get there
	}
	if _, err := db.ExecContext(t.Context(), fmt.Sprintf("CREATE TABLESPACE %s LOCATION '%s'", schema, d.dir)); err != nil {
		s.impossible(t, "unable to create a tablespace: %v", err)
	}
	t.Cleanup(func() { // first of all, as tables are in it
		sqltest.Run(t, db, "DROP SCHEMA "+schema+" CASCADE", "DROP TABLESPACE "+schema)
	})
	address, err := url.Parse(s.dsn)
	must(t, err)
	options := address.Query()
	options.Set("default_tablespace", schema)
	address.RawQuery = options.Encode()
	d.dsn = address.String()
}

func (d *disk) filler() string { return filepath.Join(d.dir, "filler") }

// fill uses up the remaining space.
func (d *disk) fill(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(d.filler(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	must(t, err)
	defer f.Close()
	for size := 1 << 20; size >= 1<<12; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
}

func (d *disk) free(t *testing.T) {
	t.Helper()
	must(t, os.Remove(d.filler()))
}

// readable fails unless existing data can be read.
func (d *disk) readable(t *testing.T, p *process) {
	t.Helper()
	opened := token(t, p.url, key)
	for _, path := range []string{"/iam/" + tenant + "/groups", "/iam/" + tenant + "/users", api.PathHealth} {
		if got := send(p.url, opened, http.MethodGet, path, ""); got.status != http.StatusOK {
			t.Errorf("on a full disk %s answers %d %s %v", path, got.status, got.body, got.err)
		}
	}
}
