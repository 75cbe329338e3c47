package sqlstore_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// outage is a proxy to a server that can be cut off.
type outage struct {
	refused chan struct{} // has an item for each connection that was refused

	mu   sync.Mutex
	away bool
	open []net.Conn
}

// newOutage returns a proxy and the address of the database through it.
func newOutage(t *testing.T, dsn string) (o *outage, by string) {
	t.Helper()
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	if config.TLSConfig != nil {
		t.Skip("the server's certificate is not for the address of a proxy")
	}
	network, address := pgconn.NetworkAddress(config.Host, config.Port)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o = &outage{refused: make(chan struct{}, 1000)}
	t.Cleanup(func() { _ = listener.Close(); o.set(true) })
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			o.serve(near, network, address)
		}
	}()
	host, port, _ := net.SplitHostPort(listener.Addr().String())
	return o, withOption(t, withOption(t, dsn, "host", host), "port", port)
}

func (o *outage) serve(near net.Conn, network, address string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.away {
		_ = near.Close()
		o.refused <- struct{}{}
		return
	}
	far, err := net.Dial(network, address)
	if err != nil {
		_ = near.Close()
		return
	}
	o.open = append(o.open, near, far)
	for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
		go func() {
			_, _ = io.Copy(pair[0], pair[1])
			_ = pair[0].Close()
		}()
	}
}

// set closes every connection and rejects new ones, or ends that.
func (o *outage) set(away bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.away = away
	for _, c := range o.open {
		_ = c.Close()
	}
	o.open = nil
}

// A caller waits while the server is unreachable, instead of failing.
func TestPostgres_outage(t *testing.T) {
	t.Parallel()
	dsn, _ := newSchema(t)
	o, by := newOutage(t, dsn)
	s := openDSN(t, by)
	if err := s.CreateTenant(t.Context(), store.Tenant{Name: "acme"}); err != nil {
		t.Fatal(err)
	}
	for name, call := range map[string]func() error{
		"a write":     func() error { return s.CreateTenant(t.Context(), store.Tenant{Name: "globex"}) },
		"a read":      func() error { _, err := s.Tenant(t.Context(), "acme"); return err },
		"a view":      func() error { _, _, err := s.Users(t.Context(), "acme", store.Page{}); return err },
		"a readiness": func() error { return s.Ping(t.Context()) },
	} {
		o.set(true)
		done := make(chan error)
		go func() { done <- call() }()
		<-o.refused
		o.set(false)
		if err := <-done; err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantTenants(t, s, 2)
}

// A transaction whose connection broke before the commit runs again, once.
func TestPostgres_outageOnTheWay(t *testing.T) {
	t.Parallel()
	dsn, _ := newSchema(t)
	o, by := newOutage(t, dsn)
	s := openDSN(t, by)
	runs := 0
	err := s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
		runs++
		if err := tx.CreateTenant(t.Context(), store.Tenant{Name: "acme" + strconv.Itoa(runs)}); err != nil {
			return err
		}
		if runs == 1 {
			o.set(false)
		}
		return tx.CreateTenant(t.Context(), store.Tenant{Name: "globex"})
	})
	if err != nil || runs != 2 {
		t.Errorf("ran %d times: %v", runs, err)
	}
	wantTenants(t, s, 2)
}

// newTenants opens stores on a new database with the tenants acme and globex.
func newTenants(t *testing.T) (one, two *sqlstore.Store) {
	t.Helper()
	dsn, _ := newSchema(t)
	one, two = openDSN(t, dsn), openDSN(t, dsn)
	if err := errors.Join(one.CreateTenant(t.Context(), store.Tenant{Name: "acme"}), one.CreateTenant(t.Context(), store.Tenant{Name: "globex"})); err != nil {
		t.Fatal(err)
	}
	return one, two
}

func putIn(t *testing.T, tx store.Tx, tenant, id string) error {
	return tx.PutDocument(t.Context(), store.Document{Tenant: tenant, Kind: "k", ID: id, Body: "{}"})
}

// A process that hangs while it holds a lock blocks the others for only a few
// seconds, and repeats its transaction when it resumes.
func TestPostgres_standsStill(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ still, other string }{
		{store.AllTenants, store.AllTenants},
		{store.AllTenants, "acme"},
		{"acme", store.AllTenants},
		{"acme", "acme"},
	} {
		t.Run(c.still+" before "+c.other, func(t *testing.T) {
			t.Parallel()
			still, other := newTenants(t)
			runs := 0
			err := still.InTx(t.Context(), c.still, func(tx store.Tx) error {
				runs++
				if runs == 1 {
					err := other.InTx(t.Context(), c.other, func(tx store.Tx) error { return putIn(t, tx, "acme", "other") })
					if err != nil {
						return err
					}
				}
				return putIn(t, tx, "acme", fmt.Sprint("still ", runs))
			})
			if err != nil || runs != 2 {
				t.Errorf("ran %d times: %v", runs, err)
			}
			if list, err := other.Documents(t.Context(), "acme", "k"); len(list) != 2 || err != nil {
				t.Errorf("kept %+v, %v", list, err)
			}
		})
	}
}

// A transaction of one tenant, even of a process that hangs, does not block the
// other tenants. If it did, the server would end it, and it would run again.
func TestPostgres_tenantsDoNotWait(t *testing.T) {
	t.Parallel()
	one, two := newTenants(t)
	runs := 0
	err := one.InTx(t.Context(), "acme", func(tx store.Tx) error {
		runs++
		return errors.Join(putIn(t, one, "globex", "one"), putIn(t, two, "globex", "two"), putIn(t, tx, "acme", "d"))
	})
	if err != nil || runs != 1 {
		t.Errorf("ran %d times: %v", runs, err)
	}
}

// A connection closed by the server does not mean that the operation is
// impossible.
func TestPostgres_connectionsEnded(t *testing.T) {
	t.Parallel()
	dsn, db := newSchema(t)
	name := schemaOf(t, dsn)
	s := openDSN(t, withOption(t, dsn, "application_name", name))
	runs := 0
	err := s.InTx(t.Context(), store.AllTenants, func(tx store.Tx) error {
		if runs++; runs == 1 {
			sqltest.Run(t, db, fmt.Sprintf("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '%s'", name))
		}
		return tx.CreateTenant(t.Context(), store.Tenant{Name: "acme"})
	})
	if err != nil || runs != 2 {
		t.Errorf("ran %d times: %v", runs, err)
	}
	wantTenants(t, s, 1)
}
