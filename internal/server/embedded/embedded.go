// Package embedded runs the reference backend inside a process, over a SQLite file and
// without a port: for the provider's embedded mode and the commands that read such a
// file. It combines server and sqlstore, which do not know each other.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// BaseURL is the address for clients of an embedded backend. It is never dialed.
const BaseURL = "http://embedded.invalid"

// Options configure Open.
type Options struct {
	Path   string // of the database file, created if missing
	Tenant string // created if missing
	Owner  string // e-mail of a new tenant's Owner; owner@TENANT.example if empty

	// PrivateIntegromat allows every address of a Make.
	PrivateIntegromat bool

	// EncryptionKey has the keys that encrypt secrets, in the form of
	// IAM_ENCRYPTION_KEY. Empty stores secrets plain.
	EncryptionKey string

	// MustExist refuses a missing file or tenant instead of creating it.
	MustExist bool
}

// File is the name of the database file: Path without options for SQLite.
func (o Options) File() string {
	file, _, _ := strings.Cut(o.Path, "?")
	return file
}

// Backend is a reference backend in this process.
type Backend struct {
	store  *sqlstore.Store
	server *server.Server
	token  string
}

// Open opens the database. It creates the file and the tenant, unless they must exist.
func Open(ctx context.Context, o Options) (*Backend, error) {
	dsn := "sqlite:" + o.Path
	if o.MustExist {
		var err error
		if dsn, err = Existing(o.Path); err != nil {
			return nil, err
		}
	}
	db, err := sqlstore.Open(ctx, dsn)
	if err != nil {
		return nil, err
	}
	b := &Backend{store: db}
	if err := b.start(ctx, o); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Existing returns the address of a database file, and an error if it does not exist.
func Existing(path string) (dsn string, err error) {
	if err := checkFile(path); err != nil {
		return "", err
	}
	return withoutMaking("sqlite:" + path), nil
}

// checkFile refuses a missing file, and an empty one, which would become a database.
func checkFile(path string) error {
	file := Options{Path: path}.File()
	switch info, err := os.Stat(file); {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("no such database %s", file)
	case err != nil:
		return fmt.Errorf("looking for the database: %w", err)
	case info.Size() == 0:
		return fmt.Errorf("no such database %s: the file is empty", file)
	}
	return nil
}

// withoutMaking returns the address that does not create a missing file, in case the
// file vanishes after checkFile.
func withoutMaking(dsn string) string {
	if strings.Contains(dsn, "?") {
		return dsn + "&mode=rw"
	}
	return dsn + "?mode=rw"
}

func (b *Backend) start(ctx context.Context, o Options) (err error) {
	options := server.Options{Store: b.store, PrivateIntegromat: o.PrivateIntegromat}
	if o.EncryptionKey != "" {
		if options.Encryption, err = seal.Parse(o.EncryptionKey); err != nil {
			return fmt.Errorf("reading IAM_ENCRYPTION_KEY: %w", err)
		}
	}
	if o.MustExist {
		// Before the server, which would give a new database its signing key.
		if err := b.findTenant(ctx, o); err != nil {
			return err
		}
	}
	if b.server, err = server.New(ctx, options); err != nil {
		return err
	}
	if !o.MustExist {
		if _, err = b.server.EnsureTenant(ctx, o.Tenant, o.Owner); err != nil {
			return err
		}
	}
	b.token, err = b.server.IssueToken("embedded", o.Tenant, api.AllScopes())
	return err
}

// findTenant returns an error that names the existing tenants if the requested one is
// not among them.
func (b *Backend) findTenant(ctx context.Context, o Options) error {
	if _, err := b.store.Tenant(ctx, o.Tenant); err == nil {
		return nil
	} else if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("looking for tenant %q: %w", o.Tenant, err)
	}
	all, err := b.store.Tenants(ctx)
	if err != nil {
		return fmt.Errorf("listing the tenants: %w", err)
	}
	if len(all) == 0 {
		return fmt.Errorf("database %s has no tenant", o.Path)
	}
	names := make([]string, len(all))
	for i, t := range all {
		names[i] = t.Name
	}
	if o.Tenant == "" {
		return fmt.Errorf("no tenant of database %s is named; it has: %s", o.Path, strings.Join(names, ", "))
	}
	return fmt.Errorf("database %s has no tenant %q; it has: %s", o.Path, o.Tenant, strings.Join(names, ", "))
}

// MigrationBackup returns the backup of the database from before its migration, or "" if there
// was none.
func (b *Backend) MigrationBackup() (path string) { return b.store.MigrationBackup() }

// Token returns an access token for the tenant.
func (b *Backend) Token() string { return b.token }

// Close stops the backend. It does not delete the database.
func (b *Backend) Close() error {
	if b.server != nil { // else it could not start
		b.server.Close()
	}
	return b.store.Close()
}

// RoundTrip answers a request with the backend's handler, without a network.
func (b *Backend) RoundTrip(r *http.Request) (*http.Response, error) { return b.server.RoundTrip(r) }
