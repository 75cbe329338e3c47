package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

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

func newJudged(t *testing.T) (judged, *maker) {
	t.Helper()
	running := servertest.New(t, servertest.Options{
		NoContract:       true,      // some of the nonsense is taken
		VendorGroupDelay: time.Hour, // all that is written is a request's
	})
	b := &backend{url: running.URL, server: running.Server, store: running.Store}
	b.token = b.issue(t, servertest.Tenant, api.AllScopes()...)
	b.allowRestrictions(t, "site-1")
	b.withGroups(t, "g")
	b.check(t, exchange{method: "PUT", path: "~/groups/shoppers", body: `{"name": {"en": "Shoppers"}, "userType": "CUSTOMER"}`, status: 201, want: `{}`})
	user := b.create(t, "~/users", person("anna@acme.example", "g"))
	watch, err := sqltest.NewWatch(running.DSN)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = watch.Close() })
	return judged{b, watch, new(int)}, &maker{user: user}
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
	case status >= 300: // to the clean path
	case len(body) > 0 && !json.Valid(body):
		t.Errorf("%s %.200s: got %d %.300s", e.method, e.path, status, body)
	}
}

// eachOperation runs a sub-test for each operation, on a backend of its own.
func eachOperation(t *testing.T, test func(t *testing.T, j judged, m *maker, o server.Operation)) {
	t.Helper()
	for _, o := range server.Operations() {
		t.Run(o.Method+" "+o.Path, func(t *testing.T) {
			t.Parallel()
			j, m := newJudged(t)
			test(t, j, m, o)
			if o.Method == http.MethodGet && j.changed(t) {
				t.Error("reading has written something")
			}
		})
	}
}

// No body makes an operation fail.
func TestEveryRoute_bodies(t *testing.T) {
	t.Parallel()
	doc := openAPI(t)
	eachOperation(t, func(t *testing.T, j judged, m *maker, o server.Operation) {
		e := m.request(o, doc)
		for _, body := range []string{
			"", " ", "{", "}", "null", "true", "1", `"text"`, "[]", "[{}]", "{}", `{"":{}}`, "{\"name\":{\"en\":\"\xff\"}}", `{"name":"\ud800"}`, `{"name":"\u0000"}`,
			e.body + e.body, strings.Replace(e.body, "}", "", 1), strings.Replace(e.body, ":", ":[", 1), strings.ToUpper(e.body),
			nested(9_000), nested(30_000), `{"name":` + nested(9_000) + "}", "\ufeff" + e.body, strings.Repeat("[", 100_000), strings.Repeat(`{"a":`, 100_000), "1" + strings.Repeat("0", 100_000),
			"a=b&c=d", "<xml/>", "--x\r\n", strings.Repeat("\x00", 1000),
		} {
			e.body = body
			j.try(t, e)
		}
		for _, size := range []int{10<<20 - 100, 10 << 20, 11 << 20} { // around the limit
			e.body = `{"padding": "` + strings.Repeat("x", size) + `"}`
			j.try(t, e)
		}
		if text := j.send(t, exchange{path: "~/groups"}); text.status != http.StatusOK {
			t.Errorf("afterwards groups answer %d", text.status)
		}
	})
}

// No member of a body makes an operation fail, whatever is in its place.
func TestEveryRoute_members(t *testing.T) {
	t.Parallel()
	doc := openAPI(t)
	eachOperation(t, func(t *testing.T, j judged, m *maker, o server.Operation) {
		m.whole = true
		e := m.request(o, doc)
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
			for i := range anythings {
				tryWith(name, (&maker{bytes: []byte{byte(i)}}).anything())
			}
			for _, word := range words {
				tryWith(name, strings.ToValidUTF8(word, "?"))
			}
		}
	})
}

// No id in a path makes an operation fail.
func TestEveryRoute_ids(t *testing.T) {
	t.Parallel()
	doc := openAPI(t)
	eachOperation(t, func(t *testing.T, j judged, m *maker, o server.Operation) {
		plain := m.request(o, doc)
		segments := strings.Split(o.Path, "/")
		for i, segment := range segments {
			if !strings.HasPrefix(segment, "{") || segment == "{tenant}" {
				continue
			}
			for _, word := range words {
				e := plain
				path, query, _ := strings.Cut(plain.path, "?")
				parts := strings.Split(path, "/")
				parts[i] = url.PathEscape(word)
				e.path = strings.TrimSuffix(strings.Join(parts, "/")+"?"+query, "?")
				j.try(t, e)
			}
		}
	})
}

// No parameter and no header of languages makes an operation fail.
func TestEveryRoute_parameters(t *testing.T) {
	t.Parallel()
	doc := openAPI(t)
	eachOperation(t, func(t *testing.T, j judged, m *maker, o server.Operation) {
		plain := m.request(o, doc)
		for i, word := range words {
			for k, name := range parameters {
				e := plain
				e.path += "?" + name + "=" + url.QueryEscape(word)
				if o.Method == http.MethodGet && i%3 == k%3 || i%15 == k { // some say as much as all
					j.try(t, e)
				}
			}
			e := plain
			e.path += "?" + strings.Map(printable, strings.ReplaceAll(word, " ", "+"))
			if _, err := url.Parse(e.path); err == nil {
				j.try(t, e)
			}
			for k, name := range []string{"Accept-Language", "Content-Language", "X-Total-Count", "Emporix-Tenant", "Content-Type"} {
				if o.Method != http.MethodGet && i%5 != k {
					continue
				}
				e := plain
				e.header = map[string]string{name: strings.Map(printable, word)}
				j.try(t, e)
			}
		}
	})
}
