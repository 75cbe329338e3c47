package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
	"github.com/access-config/terraform-provider-iam/internal/store/sqlstore/sqltest"
)

// wantErrorDocument wants the body of a refusal in the shape of the path's
// service.
func wantErrorDocument(t testing.TB, method, path string, status int, body []byte) {
	t.Helper()
	isService := strings.HasPrefix(path, "/configuration/") || strings.HasPrefix(path, "/site/")
	var doc api.Error
	var service api.ServiceError
	var err error
	complete := false
	if isService {
		err = json.Unmarshal(body, &service)
		complete = service.Status == status && service.Type != "" && service.Message != ""
	} else {
		err = json.Unmarshal(body, &doc)
		// Deleting a group with members answers 400 with code 404, as upstream.
		complete = (doc.Code == status || method == http.MethodDelete && status == 400 && doc.Code == 404) && doc.Status != "" && doc.Message != ""
	}
	if err != nil || !complete {
		t.Errorf("%s %.200s: got %d %.300s, which is no error document (%v)", method, path, status, body, err)
	}
}

// judged is a backend of which each refusal must be well-formed and leave
// everything as it was.
type judged struct {
	*backend
	watch *sqltest.Watch
	tried *int // requests
}

func newJudged(t *testing.T) (judged, *servertest.Maker) {
	t.Helper()
	running := servertest.New(t, servertest.Options{
		NoContract:       true,      // some of the nonsense is accepted
		VendorGroupDelay: time.Hour, // all that is written is a request's
	})
	b := &backend{url: running.URL, server: running.Server, store: running.Store}
	b.token = b.issue(t, servertest.Tenant, api.AllScopes()...)
	b.allowRestrictions(t, "site-1")
	b.withGroups(t, "g", "h")
	b.check(t, exchange{method: "PUT", path: "~/groups/shoppers", body: `{"name": {"en": "Shoppers"}, "userType": "CUSTOMER"}`, status: 201, want: `{}`})
	b.check(t, exchange{method: "PUT", path: "~/scopes/s", body: fuzzScope, status: 201, want: `{}`})
	b.check(t, exchange{method: "PUT", path: "~/access-controls/c", body: with(fullControl(), map[string]any{"restrictedTo": "CUSTOMER"}), status: 201, want: `{}`})
	for _, id := range []string{"v", "w"} {
		b.check(t, exchange{method: "PUT", path: vendors + "/" + id, body: `{"name": "V", "type": "COMPANY"}`, status: 201, want: `{}`})
	}
	b.create(t, "/site/acme/sites", siteBody(map[string]any{"code": "de", "mixins": map[string]any{"m": map[string]any{"a": 1}}}))
	for _, of := range []string{"", "/clients/shop"} {
		got := b.send(t, exchange{method: "POST", path: "/configuration/acme" + of + "/configurations", body: `[{"key": "k", "value": 1}]`})
		if got.status != http.StatusCreated {
			t.Fatalf("got %d %s", got.status, got.body)
		}
	}
	b.check(t, exchange{method: "PUT", path: locations + "/l", body: `{"type": "OFFICE", "contactDetails": {}}`, status: 201, want: `{}`})
	b.check(t, exchange{method: "POST", path: "~/clients", body: `{"id": "acme-k", "scopes": ["iam.user_read"]}`, status: 201, want: `{"id": "acme-k"}`})
	b.join(t, "anna@acme.example", "member")
	user := b.create(t, "~/users", person("anna@acme.example", "h"))
	watch, err := sqltest.NewWatch(running.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = watch.Close() })
	return judged{b, watch, new(int)}, &servertest.Maker{User: user}
}

// try makes a request, whatever its answer, and judges it.
func (j judged) try(t *testing.T, e exchange) {
	t.Helper()
	*j.tried++ // what must be new is so each time
	e.body = strings.ReplaceAll(e.body, "fresh", fmt.Sprint("fresh", *j.tried))
	status, body := direct(t, j.server, j.token, e)
	judge(t, e, status, body, e.method != http.MethodGet && j.changed(t))
}

func (j judged) changed(t *testing.T) bool {
	t.Helper()
	changed, err := j.watch.Changed()
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

// judge wants no failure, refusals that are well-formed and leave everything as
// it was, and answers that can be read.
func judge(t *testing.T, e exchange, status int, body []byte, changed bool) {
	t.Helper()
	switch {
	case status >= 500:
		t.Errorf("%s %.200s with %.300s: got %d %s", e.method, e.path, e.body, status, body)
	case status >= 400:
		wantErrorDocument(t, e.method, e.path, status, body)
		if changed {
			t.Errorf("%s %.200s with %.300s: got %d %s, and something was written", e.method, e.path, e.body, status, body)
		}
	case status >= 300:
		t.Errorf("%s %.200s: got the redirect %d", e.method, e.path, status)
	case len(body) > 0 && !isJSON(e, body):
		t.Errorf("%s %.200s: got %d %.300s", e.method, e.path, status, body)
	}
}

// isJSON reports whether an answer is a document, or, of an export, lines of them.
func isJSON(e exchange, body []byte) bool {
	documents := [][]byte{body}
	if strings.Contains(e.path, "/audit-events/export") {
		documents = slices.Collect(bytes.Lines(body))
	}
	return !slices.ContainsFunc(documents, func(document []byte) bool { return !json.Valid(document) })
}

// made is a request of the operation.
func made(m *servertest.Maker, o server.Operation, doc *openapi3.T) exchange {
	r := m.Request(o.Method, o.Path, doc)
	return exchange{method: r.Method, path: r.Path, header: r.Header, body: r.Body}
}

// TestEveryRoute tries each operation with everything. Those that write have a
// backend of their own.
func TestEveryRoute(t *testing.T) {
	t.Parallel()
	doc := openAPI(t)
	reader, m := newJudged(t)
	t.Cleanup(func() {
		if reader.changed(t) {
			t.Error("reading has written something")
		}
	})
	for i, o := range server.Operations() {
		t.Run(o.Method+" "+o.Path, func(t *testing.T) {
			t.Parallel()
			j, m := judged{reader.backend, reader.watch, new(int)}, &servertest.Maker{User: m.User}
			if o.Method != http.MethodGet {
				j, m = newJudged(t)
			}
			plain := made(m, o, doc)
			m.Whole = true
			whole := made(m, o, doc)
			j.tryMembers(t, whole)
			j.tryParameters(t, plain, i)
			j.tryIDs(t, o, plain)
			j.tryBodies(t, plain)
			if got := j.send(t, exchange{path: "~/groups"}); got.status != http.StatusOK {
				t.Errorf("afterwards groups answer %d", got.status)
			}
		})
	}
}

// tryMembers puts everything in the place of each member of the body. Of words,
// some say as much as all, here and below.
func (j judged) tryMembers(t *testing.T, e exchange) {
	t.Helper()
	var body any
	_ = json.Unmarshal([]byte(e.body), &body)
	members, isObject := body.(map[string]any)
	if list, ok := body.([]any); ok && len(list) > 0 {
		members, isObject = list[0].(map[string]any)
	}
	if !isObject { // or none at all
		return
	}
	tryWith := func(name string, value any) {
		usual := members[name]
		members[name] = value
		if text, err := json.Marshal(body); err == nil {
			e.body = string(text)
			j.try(t, e)
		}
		members[name] = usual
	}
	for name := range members {
		for i := range servertest.Anythings {
			tryWith(name, (&servertest.Maker{Bytes: []byte{byte(i)}}).Anything())
		}
		for i, word := range servertest.Words {
			if i%4 == len(name)%4 {
				tryWith(name, strings.ToValidUTF8(word, "?"))
			}
		}
	}
}

// tryParameters tries what may follow the path, and the headers of languages.
// Which word meets which name is another for each operation.
func (j judged) tryParameters(t *testing.T, plain exchange, operation int) {
	t.Helper()
	headers := []string{"Accept-Language", "Content-Language", "X-Total-Count", "Emporix-Tenant", "Content-Type"}
	for i, word := range servertest.Words {
		e := plain
		e.path += "?" + servertest.Parameters[(i+operation)%len(servertest.Parameters)] + "=" + url.QueryEscape(word)
		j.try(t, e)
		e = plain
		e.header = map[string]string{headers[(i+operation)%len(headers)]: strings.Map(servertest.Printable, word)}
		j.try(t, e)
		e = plain
		e.path += "?" + strings.Map(servertest.Printable, strings.ReplaceAll(word, " ", "+"))
		if _, err := url.Parse(e.path); err == nil && i%5 == 0 {
			j.try(t, e)
		}
	}
}

// tryIDs tries each variable of the path.
func (j judged) tryIDs(t *testing.T, o server.Operation, plain exchange) {
	t.Helper()
	for i, segment := range strings.Split(o.Path, "/") {
		if !strings.HasPrefix(segment, "{") || segment == "{tenant}" {
			continue
		}
		for _, word := range servertest.Words {
			e := plain
			parts := strings.Split(plain.path, "/")
			parts[i] = url.PathEscape(word)
			e.path = strings.Join(parts, "/")
			j.try(t, e)
		}
	}
}

// tryBodies tries what is no document at all.
func (j judged) tryBodies(t *testing.T, e exchange) {
	t.Helper()
	usual := e.body
	for _, body := range []string{
		"", " ", "{", "}", "null", "true", "1", `"text"`, "[]", "[{}]", "{}", `{"":{}}`, "{\"name\":{\"en\":\"\xff\"}}", `{"name":"\ud800"}`, `{"name":"\u0000"}`,
		usual + usual, strings.Replace(usual, "}", "", 1), strings.Replace(usual, ":", ":[", 1), strings.ToUpper(usual), "\ufeff" + usual,
		servertest.Nested(9_000), servertest.Nested(30_000), `{"name":` + servertest.Nested(9_000) + "}", strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000), "1" + strings.Repeat("0", 100_000),
		"a=b&c=d", "<xml/>", "--x\r\n", strings.Repeat("\x00", 1000), `{"padding": "` + strings.Repeat("x", 10<<20) + `"}`,
	} {
		e.body = body
		j.try(t, e)
		if e.method == http.MethodGet { // which reads none
			return
		}
	}
}
