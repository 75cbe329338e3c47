package servertest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// seeds are SQLite databases that hold Tenant and its API key, by the moment at
// which they were filled. To copy one takes a tenth of the time of migrating and
// filling an empty database.
var (
	seedsMu sync.Mutex
	seeds   = map[time.Time][]byte{}
)

// copySeed writes a database with Tenant and its API key to the file of dsn, and
// reports whether it did: only SQLite has files. Everything in it is as old as
// the first reading of the clock; a nil clock is the real one.
func copySeed(t testing.TB, dsn string, now func() time.Time) bool {
	t.Helper()
	file, sqlite := strings.CutPrefix(dsn, "sqlite:")
	if !sqlite {
		return false
	}
	var at time.Time
	if now != nil {
		at = now()
	}
	seedsMu.Lock()
	defer seedsMu.Unlock()
	seed, found := seeds[at]
	if !found {
		var err error
		if seed, err = newSeed(t.Context(), at); err != nil {
			t.Fatalf("filling a database: %v", err)
		}
		seeds[at] = seed
	}
	if err := os.WriteFile(file, seed, 0o600); err != nil {
		t.Fatal(err)
	}
	return true
}

// newSeed returns the file of a database that was filled at a moment, or now.
func newSeed(ctx context.Context, at time.Time) (seed []byte, err error) {
	folder, err := os.MkdirTemp("", "iam-seed-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	file := filepath.Join(folder, "iam.db")
	db, err := sqlstore.Open(ctx, "sqlite:"+file)
	if err != nil {
		return nil, err
	}
	o := server.Options{Store: db}
	if !at.IsZero() {
		o.Now = func() time.Time { return at }
	}
	s, err := server.New(ctx, o)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	err = fill(ctx, s)
	s.Close()
	if err = errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

// fill creates Tenant and its API key.
func fill(ctx context.Context, s *server.Server) error {
	if _, err := s.EnsureTenant(ctx, Tenant, ""); err != nil {
		return err
	}
	return s.EnsureClient(ctx, Tenant, ClientID, ClientSecret)
}
