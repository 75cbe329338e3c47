package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sync"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// Resettable is a backend over a copy of a database. Reset replaces it with another
// copy. It is an http.Handler and safe for concurrent use.
type Resettable struct {
	pristine string // the database file that is copied and never changed
	options  server.Options

	resets sync.Mutex // one at a time
	copies int        // so far

	mu      sync.Mutex
	current *running
	ended   sync.WaitGroup // of replaced backends
}

// running is a backend over one of the copies.
type running struct {
	server   *server.Server
	store    *sqlstore.Store
	file     string
	requests sync.WaitGroup
}

// OpenResettable starts a backend over a copy of the database in a file, beside it. It
// sets Store and Reset of the options.
func OpenResettable(ctx context.Context, pristine string, o server.Options) (*Resettable, error) {
	r := &Resettable{pristine: pristine, options: o}
	r.options.Reset = r.Reset
	var err error
	r.current, err = r.start(ctx)
	return r, err
}

// Reset restores the backend to its start: later requests see no earlier change.
// Requests in progress finish on the former copy, and their changes are lost with it.
// API keys and the key that signs tokens are those of the start, so tokens from before
// and after are valid.
func (r *Resettable) Reset(ctx context.Context) error {
	r.resets.Lock()
	defer r.resets.Unlock()
	next, err := r.start(ctx)
	if err != nil {
		return err
	}
	r.mu.Lock()
	former := r.current
	r.current = next
	r.mu.Unlock()
	r.ended.Go(func() {
		former.requests.Wait() // the one that asks for the reset is among them
		_ = former.close()     // its data is no longer needed
	})
	return nil
}

func (r *Resettable) start(ctx context.Context) (*running, error) {
	r.copies++
	next := &running{file: filepath.Join(filepath.Dir(r.pristine), fmt.Sprintf("copy-%d.db", r.copies))}
	err := copyFile(r.pristine, next.file)
	if err == nil {
		next.store, err = sqlstore.Open(ctx, "sqlite:"+next.file+"?durable=false") // it ends with the process
	}
	if err == nil {
		o := r.options
		o.Store = next.store
		next.server, err = server.New(ctx, o)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("starting over a copy of the seed: %w", err), next.close())
	}
	return next, nil
}

// close stops the backend and removes its database.
func (b *running) close() error {
	if b.server != nil {
		b.server.Close()
	}
	var err error
	if b.store != nil {
		err = b.store.Close()
	}
	return errors.Join(err, os.RemoveAll(b.file))
}

func copyFile(from, to string) (err error) {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.Close()) }()
	_, err = io.Copy(target, source)
	return err
}

// enter returns the backend for a request. Call requests.Done after the request.
func (r *Resettable) enter() *running {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current.requests.Add(1)
	return r.current
}

// ServeHTTP answers one request, with the copy before or after a reset.
func (r *Resettable) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	b := r.enter()
	defer b.requests.Done()
	b.server.ServeHTTP(w, req)
}

// OwnerLink is as that of a server. A reset ends the link.
func (r *Resettable) OwnerLink(ctx context.Context, tenant string) (email, url string, err error) {
	b := r.enter()
	defer b.requests.Done()
	return b.server.OwnerLink(ctx, tenant)
}

// SignInAs is as that of a server.
func (r *Resettable) SignInAs(ctx context.Context, tenant, email string) (token api.Token, userID string, err error) {
	b := r.enter()
	defer b.requests.Done()
	return b.server.SignInAs(ctx, tenant, email)
}

// Drain makes the backend report that it is not ready. It still answers requests.
func (r *Resettable) Drain() {
	b := r.enter()
	defer b.requests.Done()
	b.server.Drain()
}

// Metrics answers GET /metrics, with the counts since the last reset.
func (r *Resettable) Metrics() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		b := r.enter()
		defer b.requests.Done()
		b.server.Metrics().ServeHTTP(w, req)
	})
}

// Close stops the backend, after its requests.
func (r *Resettable) Close() error {
	r.resets.Lock()
	defer r.resets.Unlock()
	r.ended.Wait()
	return r.current.close()
}
