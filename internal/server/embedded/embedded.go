// Package embedded runs the reference backend inside a process, over a SQLite
// file and without a port: the provider's embedded mode and the commands that
// look into such a file. It is where server and sqlstore meet, so that neither
// has to know the other.
package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// BaseURL is what a client of an embedded backend takes for its address. It is
// never dialed.
const BaseURL = "http://embedded.invalid"

// Options say what to open.
type Options struct {
	Path   string // of the database file, made when missing
	Tenant string // made when missing
	Owner  string // e-mail of a new tenant's Owner; owner@TENANT.example when empty
}

// Backend is a reference backend in this process.
type Backend struct {
	store  *sqlstore.Store
	server *server.Server
	token  string
}

// Open opens the database and makes the tenant when it is missing.
func Open(ctx context.Context, o Options) (*Backend, error) {
	db, err := sqlstore.Open(ctx, "sqlite:"+o.Path)
	if err != nil {
		return nil, err
	}
	b := &Backend{store: db}
	if err := b.start(ctx, o); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

func (b *Backend) start(ctx context.Context, o Options) (err error) {
	if b.server, err = server.New(ctx, server.Options{Store: b.store}); err != nil {
		return err
	}
	if _, err = b.server.EnsureTenant(ctx, o.Tenant, o.Owner); err != nil {
		return err
	}
	b.token, err = b.server.IssueToken("embedded", o.Tenant, api.AllScopes())
	return err
}

// Token returns an access token for the tenant.
func (b *Backend) Token() string { return b.token }

// Close ends the backend. It does not delete the database.
func (b *Backend) Close() error { return b.store.Close() }

// RoundTrip answers a request with the backend's handler, without a network.
func (b *Backend) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	served := r.WithContext(r.Context()) // the caller's request stays as it is
	if served.Body == nil {
		served.Body = http.NoBody
	}
	defer served.Body.Close()
	defer func() {
		// A handler aborts to leave the caller without an answer.
		if cause := recover(); cause != nil {
			answer, err = nil, fmt.Errorf("the embedded backend gave no answer: %v", cause)
		}
	}()
	w := &recorder{header: http.Header{}}
	b.server.ServeHTTP(w, served)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.response(r), nil
}

// recorder collects an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the headers to come.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader sets the status; only the first call counts.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write collects a part of the body.
func (w *recorder) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *recorder) response(r *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)),
		StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}
}
