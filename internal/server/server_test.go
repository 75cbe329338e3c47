package server_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// What an exchange's want may say of a text besides the text itself.
const (
	anyText = "<any>"    // some text that is not empty
	absent  = "<absent>" // the object has no such member
)

// exchange is one request and the answer that it must get.
type exchange struct {
	name   string
	method string            // GET when empty
	path   string            // "~" at its start stands for the tenant's part of the IAM API
	header map[string]string // an Authorization of "" is left out; without any, the token has every scope
	body   string
	status int
	// want is JSON that must be in the answer: objects may have more members,
	// lists may not have more elements. Empty: there must be no body.
	want       string
	wantHeader map[string]string // "" for a header that must not be there
}

// backend is a running backend and how tests reach it.
type backend struct {
	url    string
	token  string // of the tenant, with every scope
	server *server.Server
	store  store.Store
}

func newBackend(t testing.TB) *backend {
	t.Helper()
	b, _ := newBackendAt(t)
	return b
}

// newBackendAt also returns the backend's clock.
func newBackendAt(t testing.TB) (*backend, *clock) {
	t.Helper()
	c := newClock()
	running := servertest.New(t, servertest.Options{Now: c.Now})
	b := &backend{url: running.URL, server: running.Server, store: running.Store}
	b.token = b.issue(t, servertest.Tenant, api.AllScopes()...)
	return b, c
}

// clock advances by a millisecond whenever it is read: no two records are created at the same
// time, and lists have one possible order.
type clock struct{ millis atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.millis.Store(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC).UnixMilli())
	return c
}

// Now returns the next millisecond.
func (c *clock) Now() time.Time { return time.UnixMilli(c.millis.Add(1)) }

// advance moves the clock.
func (c *clock) advance(d time.Duration) { c.millis.Add(d.Milliseconds()) }

// over starts a second server over a store, which must be one that a backend
// has filled.
func over(t testing.TB, b *backend, o server.Options) *backend {
	t.Helper()
	s, err := server.New(t.Context(), o)
	if err != nil {
		t.Fatalf("starting the backend: %v", err)
	}
	t.Cleanup(s.Close)
	listener := httptest.NewServer(s)
	t.Cleanup(listener.Close)
	return &backend{url: listener.URL, token: b.token, server: s, store: o.Store}
}

// issue returns a token.
func (b *backend) issue(t testing.TB, tenant string, scopes ...string) string {
	t.Helper()
	token, err := b.server.IssueToken("tests", tenant, scopes)
	if err != nil {
		t.Fatalf("issuing a token: %v", err)
	}
	return token
}

// issueUser returns a token of a user.
func (b *backend) issueUser(t testing.TB, userID string, kind access.UserType, scopes ...string) string {
	t.Helper()
	token, err := b.server.IssueUserToken(userID, servertest.Tenant, kind, scopes)
	if err != nil {
		t.Fatalf("issuing a token: %v", err)
	}
	return token
}

// owner returns the id of the tenant's Owner.
func (b *backend) owner(t testing.TB) string {
	t.Helper()
	u, err := b.store.UserByEmail(t.Context(), servertest.Tenant, "owner@acme.example")
	if err != nil {
		t.Fatalf("looking for the Owner: %v", err)
	}
	return u.ID
}

// bearer is the header that carries a token.
func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send makes the request of an exchange.
func (b *backend) send(t testing.TB, e exchange) answer {
	t.Helper()
	if e.method == "" {
		e.method = http.MethodGet
	}
	if rest, ok := strings.CutPrefix(e.path, "~"); ok {
		e.path = "/iam/" + servertest.Tenant + rest
	}
	target := b.url + e.path
	r, err := http.NewRequestWithContext(t.Context(), e.method, target, strings.NewReader(e.body))
	if err != nil {
		t.Fatalf("making the request: %v", err)
	}
	r.Header.Set("Authorization", "Bearer "+b.token)
	r.Header.Set("Accept-Language", "*")
	r.Header.Set("Content-Language", "*")
	for name, value := range e.header {
		r.Header.Set(name, value)
		if value == "" {
			r.Header.Del(name)
		}
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", e.method, e.path, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: reading the answer: %v", e.method, e.path, err)
	}
	return answer{status: response.StatusCode, header: response.Header, body: body}
}

// check makes the request of an exchange and judges the answer.
func (b *backend) check(t testing.TB, e exchange) {
	t.Helper()
	got := b.send(t, e)
	if got.status != e.status {
		t.Errorf("%s %s: got %d, want %d; body: %s", e.method, e.path, got.status, e.status, got.body)
		return
	}
	for name, want := range e.wantHeader {
		if values := got.header.Values(name); strings.Join(values, "\n") != want {
			t.Errorf("%s %s: header %s is %q, want %q", e.method, e.path, name, values, want)
		}
	}
	e.want = inShape(t, e.path, e.want)
	if e.want == "" {
		if len(got.body) > 0 {
			t.Errorf("%s %s: the body must be empty, got %s", e.method, e.path, got.body)
		}
		return
	}
	if kind := got.header.Get("Content-Type"); kind != "application/json" {
		t.Errorf("%s %s: Content-Type is %q", e.method, e.path, kind)
	}
	if diff := differs("", parse(t, e.want), parse(t, string(got.body))); diff != "" {
		t.Errorf("%s %s: %s\n got %s\nwant %s", e.method, e.path, diff, got.body, e.want)
	}
}

// inShape turns a wanted error document of IAM into the one that the service of
// the path writes, so that tests of every route can want the same of all.
func inShape(t testing.TB, path, want string) string {
	t.Helper()
	var doc struct {
		Code    any   `json:"code"`
		Message any   `json:"message"`
		Details []any `json:"details"`
	}
	ofMake := strings.HasPrefix(path, api.PathMakeAPI)
	if !ofMake && !strings.HasPrefix(path, "/configuration/") && !strings.HasPrefix(path, "/site/") || json.Unmarshal([]byte(want), &doc) != nil {
		return want
	}
	status, isStatus := doc.Code.(float64)
	switch {
	case !isStatus:
		return want
	case ofMake:
		return makeError(int(status))
	}
	shaped := map[string]any{"status": doc.Code, "type": anyText, "code": absent, "resourceId": absent}
	if doc.Message != nil {
		shaped["message"] = doc.Message
	}
	if doc.Details != nil {
		var details []any
		for _, text := range doc.Details {
			details = append(details, map[string]any{"message": text})
		}
		shaped["details"] = details
	}
	text, err := json.Marshal(shaped)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// errorDocument reads an error document of any service as one of IAM.
func errorDocument(t testing.TB, path string, body []byte) api.Error {
	t.Helper()
	if strings.HasPrefix(path, "/configuration/") || strings.HasPrefix(path, "/site/") {
		var doc api.ServiceError
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatal(err)
		}
		e := api.Error{Code: doc.Status, Message: doc.Message}
		if doc.Type == strings.ToLower(strings.ReplaceAll(http.StatusText(doc.Status), " ", "_")) {
			e.Status = http.StatusText(doc.Status)
		}
		for _, detail := range doc.Details {
			e.Details = append(e.Details, detail.Message)
		}
		return e
	}
	var doc api.Error
	if err := json.Unmarshal(body, &doc); err != nil {
		t.Fatal(err)
	}
	return doc
}

// play checks exchanges one after the other, each as a sub-test.
func (b *backend) play(t *testing.T, list ...exchange) {
	t.Helper()
	for _, e := range list {
		t.Run(e.name, func(t *testing.T) { b.check(t, e) })
	}
}

// create makes something by POST and returns its id.
func (b *backend) create(t testing.TB, path, body string) string {
	t.Helper()
	got := b.send(t, exchange{method: "POST", path: path, body: body})
	var created api.Created
	if err := json.Unmarshal(got.body, &created); err != nil || got.status != http.StatusCreated || created.ID == "" {
		t.Fatalf("POST %s: got %d %s", path, got.status, got.body)
	}
	return created.ID
}

// settle does the tasks that are due, such as the groups of new vendors.
func (b *backend) settle(t testing.TB) {
	t.Helper()
	if err := b.server.DoTasks(t.Context()); err != nil {
		t.Fatalf("doing the tasks: %v", err)
	}
}

// read decodes what a GET answers.
func read[T any](t testing.TB, b *backend, path string) T {
	t.Helper()
	got := b.send(t, exchange{path: path})
	var doc T
	if err := json.Unmarshal(got.body, &doc); err != nil || got.status != http.StatusOK {
		t.Fatalf("GET %s: got %d %s", path, got.status, got.body)
	}
	return doc
}

func parse(t testing.TB, text string) any {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("not JSON: %v: %s", err, text)
	}
	return v
}

// differs names the first place where got is not what want asks for.
func differs(at string, want, got any) string {
	switch want := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s: got %v, want an object", at, got)
		}
		for name, value := range want {
			member, there := object[name]
			if value == absent {
				if there {
					return fmt.Sprintf("%s.%s: must not be there, is %v", at, name, member)
				}
				continue
			}
			if !there {
				return fmt.Sprintf("%s.%s: is missing", at, name)
			}
			if diff := differs(at+"."+name, value, member); diff != "" {
				return diff
			}
		}
		return ""
	case []any:
		list, ok := got.([]any)
		if !ok || len(list) != len(want) {
			return fmt.Sprintf("%s: got %v, want a list of %d", at, got, len(want))
		}
		for i := range want {
			if diff := differs(fmt.Sprintf("%s[%d]", at, i), want[i], list[i]); diff != "" {
				return diff
			}
		}
		return ""
	}
	if text, ok := got.(string); want == anyText && ok && text != "" {
		return ""
	}
	if want != got {
		return fmt.Sprintf("%s: got %v, want %v", at, got, want)
	}
	return ""
}

// noZero fails when a field of a struct, or of one inside of it, has its zero
// value: such a field would come out right even where it is forgotten.
func noZero(t testing.TB, record any) {
	t.Helper()
	for _, path := range zeroFields(record) {
		t.Errorf("%T has no %s: give it a value", record, path)
	}
}

func zeroFields(record any) []string {
	v := reflect.Indirect(reflect.ValueOf(record))
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
		return nil
	}
	var paths []string
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		if v.Field(i).IsZero() {
			paths = append(paths, name)
			continue
		}
		for _, inner := range zeroFields(v.Field(i).Interface()) {
			paths = append(paths, name+"."+inner)
		}
	}
	return paths
}
