package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

const (
	postgresVariable = "IAM_TEST_POSTGRES_DSN"
	postgresCallers  = 32
	// roundTrip is the time to a database in another zone of a region, and back.
	roundTrip = 2 * time.Millisecond
)

// measurePostgres measures creating users over PostgreSQL: in one tenant and in
// many, by one process and by several on the same database.
func measurePostgres(ctx context.Context, _ options, _ string, r *results) error {
	dsn := os.Getenv(postgresVariable)
	if dsn == "" {
		log.Printf("%s names no PostgreSQL database, which is not measured", postgresVariable)
		return nil
	}
	near, closeNear, err := delayed(dsn, 0)
	if err != nil {
		return err
	}
	defer closeNear()
	far, closeFar, err := delayed(dsn, roundTrip/2)
	if err != nil {
		return err
	}
	defer closeFar()
	if err := measureReplicas(ctx, near, near, 0, r); err != nil {
		return err
	}
	return measureReplicas(ctx, near, far, roundTrip, r)
}

func measureReplicas(ctx context.Context, near, by string, trip time.Duration, r *results) error {
	for _, replicas := range []int{1, 3} {
		for _, tenants := range []int{1, postgresCallers} {
			inserted, created, err := postgresRates(ctx, near, by, replicas, tenants)
			if err != nil {
				return err
			}
			figure := fmt.Sprintf("users created, %d processes, round trip %v", replicas, trip)
			r.against(row{part: "backend over PostgreSQL, tenants", size: tenants, figure: figure, value: created, unit: "/s"}, "inserts of one connection", inserted)
		}
	}
	return nil
}

// postgresRates returns the rates of inserts by one connection, and of users
// created by processes on a new schema.
func postgresRates(ctx context.Context, near, far string, replicas, tenants int) (inserted, created float64, err error) {
	db, err := sql.Open("pgx", near)
	if err != nil {
		return 0, 0, err
	}
	defer db.Close()
	schema := fmt.Sprintf("iam_bench_%016x", rand.Uint64())
	if _, err := db.ExecContext(ctx, "CREATE SCHEMA "+schema); err != nil {
		return 0, 0, err
	}
	defer func() {
		_, dropped := db.ExecContext(ctx, "DROP SCHEMA "+schema+" CASCADE")
		err = errors.Join(err, dropped)
	}()
	near, far = near+"&search_path="+schema, far+"&search_path="+schema
	// Creating tenants far away takes longer than everything else.
	first, err := serveTenants(ctx, near, tenants)
	if err != nil {
		return 0, 0, err
	}
	first.close()
	var processes []*tenantServer
	for range replicas {
		s, err := serveTenants(ctx, far, tenants)
		if err != nil {
			return 0, 0, err
		}
		defer s.close()
		processes = append(processes, s)
	}
	if inserted, err = insertRate(ctx, far); err != nil {
		return 0, 0, err
	}
	created, err = rate(postgresCallers, func(n int64) error {
		return processes[int(n)%replicas].createUser(ctx, int(n/int64(replicas))%tenants, n)
	})
	return inserted, created, err
}

// insertRate is the rate of inserts that each wait for the one before.
func insertRate(ctx context.Context, dsn string) (float64, error) {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return 0, err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, bareTable); err != nil {
		return 0, err
	}
	return rate(1, func(n int64) error {
		u := user(n)
		_, err := db.ExecContext(ctx, bareInsert, u.Tenant, u.ID, u.FirstName, u.LastName, u.Email, u.Email, u.Department, u.PreferredSite,
			u.PreferredCurrency, u.PreferredLanguage, u.BackofficeNumber, u.Status, u.Locked, u.CreatedAt.UnixMilli(), 0)
		return err
	})
}

// tenantServer is a backend of several tenants, without a port.
type tenantServer struct {
	server *server.Server
	tokens []string
	close  func()
}

func tenantName(i int) string { return fmt.Sprintf("tenant%d", i) }

func serveTenants(ctx context.Context, dsn string, tenants int) (*tenantServer, error) {
	db, err := sqlstore.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	s, err := server.New(ctx, server.Options{Store: db})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	t := &tenantServer{server: s, close: func() { s.Close(); _ = db.Close() }}
	for i := range tenants {
		if _, err = s.EnsureTenant(ctx, tenantName(i), ""); err != nil {
			break
		}
		var token string
		if token, err = s.IssueToken(clientID, tenantName(i), api.AllScopes()); err != nil {
			break
		}
		t.tokens = append(t.tokens, token)
	}
	if err != nil {
		t.close()
		return nil, err
	}
	return t, nil
}

// createUser creates the n-th user in a tenant.
func (t *tenantServer) createUser(ctx context.Context, tenant int, n int64) error {
	body := fmt.Sprintf(`{"firstName": "First", "lastName": "Last", "contactEmail": "n%d@acme.example", "department": "", "preferredSite": "main", "preferredCurrency": "EUR", "preferredLanguage": "en", "groupIds": []}`, n)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://localhost/iam/"+tenantName(tenant)+"/users", strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", "Bearer "+t.tokens[tenant])
	answer, err := t.server.RoundTrip(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusCreated {
		text, err := io.ReadAll(answer.Body)
		return errors.Join(fmt.Errorf("POST %s: %s: %s", r.URL.Path, answer.Status, text), err)
	}
	return nil
}

// delayed returns the address of a proxy to a database, which delays what it passes
// on in each direction.
func delayed(dsn string, delay time.Duration) (by string, end func(), err error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return "", nil, err
	}
	host, port := cmp.Or(u.Query().Get("host"), u.Hostname()), cmp.Or(u.Query().Get("port"), u.Port(), "5432")
	network, address := "tcp", net.JoinHostPort(host, port)
	if filepath.IsAbs(host) {
		network, address = "unix", filepath.Join(host, ".s.PGSQL."+port)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return // closed
			}
			far, err := net.Dial(network, address)
			if err != nil {
				_ = near.Close()
				continue
			}
			go passOn(near, far, delay)
			go passOn(far, near, delay)
		}
	}()
	u.Host, u.RawQuery = listener.Addr().String(), "sslmode=disable"
	return u.String(), func() { _ = listener.Close() }, nil
}

// passOn copies from one connection to another. What comes while it waits does not
// wait longer.
func passOn(from, to net.Conn, delay time.Duration) {
	type piece struct {
		data []byte
		at   time.Time
	}
	pieces := make(chan piece, 1000)
	go func() {
		defer to.Close()
		for p := range pieces {
			time.Sleep(time.Until(p.at))
			if _, err := to.Write(p.data); err != nil {
				_ = from.Close() // ends the reading
			}
		}
	}()
	defer close(pieces)
	for {
		data := make([]byte, 32<<10)
		n, err := from.Read(data)
		if err != nil {
			return
		}
		pieces <- piece{data[:n], time.Now().Add(delay)}
	}
}
