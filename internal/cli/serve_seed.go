package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
	"github.com/access-config/terraform-provider-iam/internal/server/seal"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// served is a backend that serve runs.
type served interface {
	http.Handler
	Drain()
	Metrics() http.Handler
	Close() error

	OwnerLink(ctx context.Context, tenant string) (email, url string, err error)
	SignInAs(ctx context.Context, tenant, email string) (token api.Token, userID string, err error)

	// ensure creates missing tenants and API keys, prints new secrets, and returns the
	// tenants that it created.
	ensure(ctx context.Context, env Env) (created []string, err error)
}

// plain is the backend with the database that the flags name.
type plain struct {
	*server.Server
	db *sqlstore.Store
	o  serveOptions
}

func (o serveOptions) open(ctx context.Context, options server.Options) (served, error) {
	if o.seed != "" {
		return o.openSeeded(ctx, options)
	}
	db, err := sqlstore.Open(ctx, o.database)
	if err != nil {
		return nil, err
	}
	if kept := db.MigrationBackup(); kept != "" {
		options.Logger.InfoContext(ctx, "the tables were migrated; a file has the previous database", "backup", kept)
	}
	options.Store = db
	backend, err := o.start(ctx, options)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return plain{backend, db, o}, nil
}

func (p plain) ensure(ctx context.Context, env Env) (created []string, err error) {
	return p.o.ensureAll(ctx, env, p.Server, p.db)
}

func (p plain) Close() error {
	p.Server.Close()
	return p.db.Close()
}

// seeded is the backend with copies of a database that a seed filled. They are
// removed when the process ends.
type seeded struct {
	*embedded.Resettable
	scratch string       // folder of the copies
	tenants []string     // of the seed: they are new with each start
	printed bytes.Buffer // new secrets, printed by ensure
}

func (o serveOptions) openSeeded(ctx context.Context, options server.Options) (s *seeded, err error) {
	scratch, err := os.MkdirTemp("", "iam-seed-*")
	if err != nil {
		return nil, fmt.Errorf("creating a folder for the seed: %w", err)
	}
	s = &seeded{scratch: scratch, tenants: o.tenants}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(scratch))
		}
	}()
	file := filepath.Join(scratch, "seed.db")
	if err := provider.Seed(ctx, o.seed, embedded.Options{Path: file, Tenant: o.tenants[0], Owner: o.owner, PrivateIntegromat: o.limits.privateMake}); err != nil {
		return nil, err
	}
	if err := o.addKeys(ctx, file, options.Encryption, &s.printed); err != nil {
		return nil, err
	}
	s.Resettable, err = embedded.OpenResettable(ctx, file, o.complete(options))
	return s, err
}

// addKeys creates the API keys of a seeded database, so that each copy has them, and
// encrypts its secrets.
func (o serveOptions) addKeys(ctx context.Context, file string, encryption *seal.Keys, printed io.Writer) error {
	o.seed, o.database = "", "sqlite:"+file
	backend, err := o.open(ctx, server.Options{Logger: slog.New(slog.DiscardHandler), Encryption: encryption})
	if err != nil {
		return err
	}
	_, err = backend.ensure(ctx, Env{Stdout: printed})
	return errors.Join(err, backend.Close())
}

func (s *seeded) ensure(_ context.Context, env Env) (created []string, err error) {
	_, err = s.printed.WriteTo(env.Stdout)
	return s.tenants, err
}

func (s *seeded) Close() error { return errors.Join(s.Resettable.Close(), os.RemoveAll(s.scratch)) }
