package server_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore"
)

// fuzzBackend is a backend without a network, whose database a second
// connection watches.
type fuzzBackend struct {
	server *server.Server
	store  store.Store
	token  string
	watch  *sql.Conn
	user   string
}

func newFuzzBackend(f *testing.F) *fuzzBackend {
	f.Helper()
	path := filepath.Join(f.TempDir(), "iam.db")
	must := func(err error) {
		if err != nil {
			f.Helper()
			f.Fatal(err)
		}
	}
	db, err := sqlstore.Open(f.Context(), "sqlite:"+path)
	must(err)
	f.Cleanup(func() { must(db.Close()) })
	b := &fuzzBackend{store: db}
	b.server, err = server.New(f.Context(), server.Options{Store: db, TestTokens: true, VendorGroupDelay: time.Hour}) // writes are those of requests
	must(err)
	f.Cleanup(b.server.Close)
	_, err = b.server.EnsureTenant(f.Context(), servertest.Tenant, "")
	must(err)
	b.token, err = b.server.IssueToken("fuzz", servertest.Tenant, api.AllScopes())
	must(err)
	watch, err := sql.Open("sqlite", path)
	must(err)
	f.Cleanup(func() { must(watch.Close()) })
	b.watch, err = watch.Conn(f.Context())
	must(err)
	f.Cleanup(func() { must(b.watch.Close()) })
	b.expect(f, 201, "PUT", "/scopes/s", fuzzScope)
	b.expect(f, 201, "PUT", "/access-controls/c", fullControl())
	must(b.putBack(f.Context(), store.KindVendor, "v"))
	must(b.putBack(f.Context(), store.KindLocation, "l"))
	b.expect(f, 201, "PUT", "/groups/g", fullGroupWithout("restrictions"))
	b.expect(f, 201, "PUT", "/groups/shoppers", `{"name": {"en": "Shoppers"}, "userType": "CUSTOMER"}`)
	var made api.Created
	must(json.Unmarshal(b.expect(f, 201, "POST", "/users", person("anna@acme.example", "g")), &made))
	b.user = made.ID
	return b
}

// putBack makes the document of that id what it was at the start.
func (b *fuzzBackend) putBack(ctx context.Context, kind, id string) error {
	body := map[string]string{store.KindVendor: `{"name": "V", "type": "COMPANY"}`, store.KindLocation: `{"type": "OFFICE", "contactDetails": {}}`}
	return b.store.PutDocument(ctx, store.Document{Tenant: servertest.Tenant, Kind: kind, ID: id, Body: body[kind]})
}

func fullGroupWithout(member string) string { return with(fullGroup(), map[string]any{member: absent}) }

// do makes a request and returns status and body of the answer.
func (b *fuzzBackend) do(t testing.TB, method, path, language, body string) (int, []byte) {
	t.Helper()
	if !strings.HasPrefix(path, "/vendor/") {
		path = "/iam/" + servertest.Tenant + path
	}
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Authorization", "Bearer "+b.token)
	r.Header.Set("Accept-Language", "*")
	r.Header.Set("Content-Language", language)
	w := httptest.NewRecorder()
	b.server.ServeHTTP(w, r)
	return w.Code, w.Body.Bytes()
}

func (b *fuzzBackend) expect(t testing.TB, status int, method, path, body string) []byte {
	t.Helper()
	got, answer := b.do(t, method, path, "*", body)
	if got != status {
		t.Fatalf("%s %s with %q: got %d %s, want %d", method, path, body, got, answer, status)
	}
	return answer
}

// changes is a number that is another after each commit.
func (b *fuzzBackend) changes(t testing.TB) (n int) {
	t.Helper()
	if err := b.watch.QueryRowContext(t.Context(), "PRAGMA data_version").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// fuzzOperation is a request with any body, and how to take back what it did.
type fuzzOperation struct {
	method, path string
	back         func(ctx context.Context, b *fuzzBackend, id string) error
}

var fuzzOperations = []fuzzOperation{
	{"POST", "/users", func(ctx context.Context, b *fuzzBackend, id string) error {
		return b.store.DeleteUser(ctx, servertest.Tenant, id)
	}},
	{"PUT", "/users/{user}", nil},
	{"POST", "/groups", func(ctx context.Context, b *fuzzBackend, id string) error {
		return b.store.DeleteGroup(ctx, servertest.Tenant, id)
	}},
	{"PUT", "/groups/g", nil},
	{"PUT", "/groups/new", func(ctx context.Context, b *fuzzBackend, id string) error {
		return b.store.DeleteGroup(ctx, servertest.Tenant, id)
	}},
	{"PUT", "/templates/new", func(ctx context.Context, b *fuzzBackend, id string) error {
		return b.store.DeleteTemplate(ctx, servertest.Tenant, id)
	}},
	{"POST", "/groups/g/users", clearMembers("g")},
	{"POST", "/groups/shoppers/users", clearMembers("shoppers")},
	{"PUT", "/access-controls/c", nil},
	{"PUT", "/access-controls/new", func(ctx context.Context, b *fuzzBackend, id string) error {
		return b.store.DeleteAccessControl(ctx, servertest.Tenant, id)
	}},
	{"PUT", "/scopes/s", nil},
	{"PUT", "/scopes/new", func(ctx context.Context, b *fuzzBackend, id string) error {
		return b.store.DeleteDocument(ctx, servertest.Tenant, store.KindScope, id)
	}},
	{"POST", "/users/{user}/test-token", nil},
	{"POST", vendors, func(ctx context.Context, b *fuzzBackend, id string) error {
		if err := b.store.DeleteTask(ctx, servertest.Tenant, "vendor-groups "+id); err != nil {
			return err
		}
		return b.store.DeleteDocument(ctx, servertest.Tenant, store.KindVendor, id)
	}},
	{"PUT", vendors + "/v", func(ctx context.Context, b *fuzzBackend, _ string) error {
		return b.putBack(ctx, store.KindVendor, "v")
	}},
	{"POST", locations, func(ctx context.Context, b *fuzzBackend, id string) error {
		return b.store.DeleteDocument(ctx, servertest.Tenant, store.KindLocation, id)
	}},
	{"PUT", locations + "/l", func(ctx context.Context, b *fuzzBackend, _ string) error {
		return b.putBack(ctx, store.KindLocation, "l")
	}},
}

// fuzzScope is the body of the scope that is changed.
const fuzzScope = `{"description": {"en": "A scope"}, "domain": "d"}`

func clearMembers(group string) func(ctx context.Context, b *fuzzBackend, _ string) error {
	return func(ctx context.Context, b *fuzzBackend, _ string) error {
		return b.store.DeleteMembers(ctx, servertest.Tenant, group)
	}
}

// FuzzRequests: no body makes the backend fail. What is refused leaves nothing
// behind; an accepted document can be read, listed, and written back unchanged.
func FuzzRequests(f *testing.F) {
	b := newFuzzBackend(f)
	languages := []string{"*", "", "en", "de", "pl"}
	for i, body := range []string{
		person("new@acme.example", "g"), changed(b.user, "g"), with(fullGroupWithout("restrictions"), map[string]any{"id": "fresh", "vendorId": "v"}),
		fullGroup(), `{"name": "plain", "metadata": {"version": 1}}`, `{"userId": "` + b.user + `"}`, `{"userId": "c", "userType": "customer"}`,
		fullControl(), `{"scopes": ["order.order_read_by_vendor"], "name": "x", "metadata": {"version": 1}}`, fuzzScope,
		with(fullVendor, map[string]any{"parentId": absent, "id": "fresh", "metadata": map[string]any{"mixins": map[string]any{"crm": "x"}}}), with(warehouse, map[string]any{"id": "fresh"}),
		`{"name": {"en": "Clerk"}, "basedOn": "viewer", "access": {"orders": "manage", "carts": "none", "forms": "edit"}}`,
	} {
		for operation := range fuzzOperations {
			f.Add(uint8(operation), uint8(i), body)
		}
	}
	for _, body := range []string{``, `{}`, `[]`, `null`, `{"name": {"": "x", "en": null}}`, `{"name":{"en":"\ud800"},"mixins":{"a":1e999,"":[{}]}}`, "{\"name\":{\"en\":\"\xff\"}}"} {
		f.Add(uint8(3), uint8(0), body)
	}
	f.Fuzz(func(t *testing.T, operation, language uint8, body string) {
		o := fuzzOperations[int(operation)%len(fuzzOperations)]
		path := strings.Replace(o.path, "{user}", b.user, 1)
		before := b.changes(t)
		status, answer := b.do(t, o.method, path, languages[int(language)%len(languages)], body)
		if status >= 400 {
			var doc api.Error
			if err := json.Unmarshal(answer, &doc); err != nil || doc.Code != status || doc.Message == "" || doc.Status == "" || status >= 500 {
				t.Fatalf("%s %s: got %d %s", o.method, path, status, answer)
			}
			if b.changes(t) != before {
				t.Fatalf("%s %s: got %d %s, but something was written", o.method, path, status, answer)
			}
			return
		}
		var made api.Created
		if status == http.StatusCreated && (json.Unmarshal(answer, &made) != nil || made.ID == "") {
			t.Fatalf("%s %s: got %d %s", o.method, path, status, answer)
		}
		b.checkTaken(t, o, path, made.ID)
		if o.back != nil {
			if err := o.back(t.Context(), b, made.ID); err != nil {
				t.Fatalf("taking it back: %v", err)
			}
			return
		}
		b.expect(t, 204, "PUT", "/groups/g", fullGroupWithout("restrictions"))
		b.expect(t, 204, "PUT", "/users/"+b.user, changed(b.user, "g"))
		b.expect(t, 204, "PUT", "/access-controls/c", fullControl())
		b.expect(t, 204, "PUT", "/scopes/s", fuzzScope)
	})
}

// checkTaken reads what was written, lists it, and writes it back.
func (b *fuzzBackend) checkTaken(t *testing.T, o fuzzOperation, path, id string) {
	t.Helper()
	if strings.HasSuffix(path, "/users") && path != "/users" { // a membership
		b.expect(t, 200, "GET", path, "")
		return
	}
	if strings.HasSuffix(path, "/test-token") { // a login
		b.expect(t, 200, "GET", "/users/"+b.user, "")
		return
	}
	if o.method == "POST" {
		path += "/" + id
	}
	doc := b.expect(t, 200, "GET", path, "")
	b.expect(t, 200, "GET", "/groups?sort=name,description&q=name:exists", "")
	b.expect(t, 200, "GET", "/users?expand=groups", "")
	b.expect(t, 200, "GET", "/access-controls?pageSize=1000&q=scopes:exists", "")
	b.expect(t, 200, "GET", "/scopes?pageSize=1000&sort=description,domain&q=id:exists", "")
	b.expect(t, 200, "GET", "/users/"+b.user+"/scopes", "")
	b.expect(t, 200, "GET", vendors+"?sort=name,contactDetails.email&q=name:exists&fields=name,mixins.crm", "")
	b.expect(t, 200, "GET", locations+"?sort=name&q=type:exists", "")
	unversioned := func(doc []byte) string { return with(string(doc), map[string]any{"metadata": absent}) }
	back := string(doc)
	if strings.HasPrefix(path, "/access-controls/") || strings.HasPrefix(path, "/scopes/") {
		back = unversioned(doc) // their metadata may hold a version and nothing else
	}
	b.expect(t, 204, "PUT", path, back)
	again := b.expect(t, 200, "GET", path, "")
	if unversioned(again) != unversioned(doc) {
		t.Fatalf("%s: written back it was %s\nand is %s", path, doc, again)
	}
}
