package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// pristine is a database file that requests start from, again and again.
type pristine struct {
	content []byte
	path    string // of the copy in use
	token   string
	user    string

	store  *sqlstore.Store
	server *server.Server
	watch  *sqltest.Watch
}

// newPristine takes the database that the other fuzz test starts with.
func newPristine(f *testing.F) *pristine {
	f.Helper()
	filled := newFuzzBackend(f)
	p := &pristine{path: filepath.Join(f.TempDir(), "iam.db"), token: filled.token, user: filled.user}
	err := filled.store.PutDocument(f.Context(), store.Document{
		Tenant: servertest.Tenant, Kind: store.KindSetting, ID: api.SettingRestrictions, Body: `{"key": "restrictions", "value": ["site-1"]}`,
	})
	if err := errors.Join(err, filled.putBack(f.Context(), store.KindVendor, "w")); err != nil {
		f.Fatal(err)
	}
	copied := filepath.Join(f.TempDir(), "copy.db")
	if _, err := filled.watch.ExecContext(f.Context(), "VACUUM INTO '"+copied+"'"); err != nil {
		f.Fatal(err)
	}
	if p.content, err = os.ReadFile(copied); err != nil {
		f.Fatal(err)
	}
	if err := p.restore(); err != nil {
		f.Fatal(err)
	}
	f.Cleanup(p.close)
	return p
}

func (p *pristine) close() {
	p.server.Close()
	_ = p.watch.Close()
	_ = p.store.Close()
}

// restore undoes everything.
func (p *pristine) restore() error {
	if p.store != nil {
		p.close()
	}
	for _, end := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(p.path + end)
	}
	if err := os.WriteFile(p.path, p.content, 0o600); err != nil {
		return err
	}
	ctx, dsn := context.Background(), "sqlite:"+p.path
	var err error
	if p.store, err = sqlstore.Open(ctx, dsn); err != nil {
		return err
	}
	if p.server, err = server.New(ctx, server.Options{Store: p.store, TestTokens: true}); err != nil {
		return err
	}
	p.server.Close() // what is written is written by requests
	p.watch, err = sqltest.NewWatch(dsn)
	return err
}

// FuzzRoutes: no request makes any operation fail, and what is refused leaves
// everything as it was. The bytes make the request, body by the operation's
// description; a body of its own takes the place of that one.
func FuzzRoutes(f *testing.F) {
	doc := openAPI(f)
	p := newPristine(f)
	operations := server.Operations()
	for i := range operations {
		f.Add(uint16(i), []byte(nil), "")
		f.Add(uint16(i), []byte("\x02\x05\x09\x01\x0b\x07\x03\x00\x0d\x11\x02\x04\x06\x08\x0a\x0c\x0e\x10\x12\x14"), "")
		f.Add(uint16(i), []byte(strings.Repeat("\x02\x1d", 40)), "")
		f.Add(uint16(i), []byte(nil), "["+servertest.Nested(400)+"]")
	}
	f.Fuzz(func(t *testing.T, operation uint16, choices []byte, body string) {
		o := operations[int(operation)%len(operations)]
		e := made(&servertest.Maker{Bytes: choices, User: p.user}, o, doc)
		if body != "" {
			e.body = body
		}
		status, answer := direct(t, p.server, p.token, e)
		changed, err := p.watch.Changed()
		if err != nil {
			t.Fatal(err)
		}
		judge(t, e, status, answer, changed)
		if changed {
			if err := p.restore(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// direct makes a request without a network, which breaks on bodies that are not
// read to their end.
func direct(t testing.TB, s *server.Server, token string, e exchange) (status int, body []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), e.method, strings.Replace(e.path, "~", "/iam/"+servertest.Tenant, 1), strings.NewReader(e.body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Accept-Language", "*")
	r.Header.Set("Content-Language", "*")
	r.Header.Set(api.HeaderTenant, servertest.Tenant)
	for name, value := range e.header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}
