package servertest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/golang-jwt/jwt/v5"
)

// report is a test that collects problems.
type report struct {
	testing.TB

	problems []string
}

// Errorf notes a problem.
func (r *report) Errorf(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

// played is an exchange with a server that gives a fixed answer.
type played struct {
	name   string
	method string // GET when empty
	path   string
	scope  string // of the token, none for ""
	body   string
	status int
	header http.Header // application/json and a request id when nil
	answer string
	want   string // part of the one problem; "" for none

	noLanguage bool // without Content-Language
}

// play returns the problems that the check has with an exchange.
func (p played) play(t *testing.T) []string {
	t.Helper()
	header := p.header
	if header == nil {
		header = http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"1"}}
	}
	r := &report{TB: t}
	own, err := loadServed()
	if err != nil {
		t.Fatal(err)
	}
	c := &contract{t: r, own: own, next: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for name, values := range header {
			w.Header()[name] = values
		}
		w.WriteHeader(p.status)
		_, _ = io.WriteString(w, p.answer)
	})}
	request := httptest.NewRequestWithContext(t.Context(), p.method, p.path, strings.NewReader(p.body))
	if !p.noLanguage {
		request.Header.Set("Content-Language", "*")
	}
	if p.scope != "" {
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"scope": p.scope}).SignedString([]byte("key"))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer "+token)
	}
	c.ServeHTTP(httptest.NewRecorder(), request)
	return r.problems
}

const (
	group    = `{"id": "g", "name": {"en": "G"}, "userType": "EMPLOYEE", "accessControls": [], "metadata": {"version": 1, "createdAt": "2026-01-31T12:00:00.000Z"}}`
	notFound = `{"code": 404, "status": "Not Found", "message": "x"}`
)

func TestContract(t *testing.T) {
	t.Parallel()
	const path = "/iam/acme/groups/g"
	noID := http.Header{"Content-Type": {"application/json"}}
	for _, p := range []played{
		{name: "as described", path: path, scope: "iam.group_read", status: 200, answer: group},
		{name: "plain text", path: path, scope: "iam.group_read", status: 200, answer: strings.Replace(group, `{"en": "G"}`, `"G"`, 1)},
		{name: "refused", path: path, scope: "iam.group_read", status: 404, answer: notFound},
		{name: "without a token", path: path, status: 401, answer: `{}`},
		{name: "HEAD", method: "HEAD", path: path, scope: "iam.group_read", status: 200},
		{name: "made", method: "POST", path: "/iam/acme/groups", scope: "iam.group_manage", body: `{"name": {"en": "G"}}`, status: 201, answer: `{"id": "g"}`},
		{name: "broken request, refused", method: "POST", path: "/iam/acme/groups", scope: "iam.group_manage", body: `{"name": 5}`, status: 400, answer: `{"code": 400, "status": "Bad Request", "message": "x"}`},
		{name: "failed", path: path, scope: "iam.group_read", status: 507, answer: `{"code": 507, "status": "Insufficient Storage", "message": "x"}`},

		{name: "member missing", path: path, scope: "iam.group_read", status: 200, answer: strings.Replace(group, `"userType"`, `"kind"`, 1), want: `"userType" is missing`},
		{name: "member of another type", path: path, scope: "iam.group_read", status: 200, answer: strings.Replace(group, `[]`, `null`, 1), want: "/accessControls"},
		{name: "member that is not described", path: path, scope: "iam.group_read", status: 200, answer: strings.Replace(group, `{"id"`, `{"secret": 1, "id"`, 1), want: `"secret"`},
		{name: "no date", path: path, scope: "iam.group_read", status: 200, answer: strings.Replace(group, `T12:00`, ` 12:00`, 1), want: "createdAt"},
		{name: "the body is not JSON", path: path, scope: "iam.group_read", status: 200, answer: `<html>`, want: "failed to decode"},
		{name: "another media type", path: path, scope: "iam.group_read", status: 200, header: http.Header{"Content-Type": {"text/html"}, "X-Request-Id": {"1"}}, answer: group, want: "Content-Type"},
		{name: "no request id", path: path, scope: "iam.group_read", status: 200, header: noID, answer: group, want: "X-Request-Id"},
		{name: "status that is not described", path: path, scope: "iam.group_read", status: 410, answer: notFound, want: "410"},
		{name: "error of another shape", path: path, scope: "iam.group_read", status: 404, answer: `{"error": "x"}`, want: "GET /iam/acme/groups/g answered with 404"},
		{name: "body where none is", method: "DELETE", path: path, scope: "iam.group_manage", status: 204, answer: `{}`, want: "the body must be empty"},
		{name: "scope missing", method: "DELETE", path: path, scope: "iam.group_read", status: 204, want: "no iam.group_manage"},
		{name: "token missing", method: "DELETE", path: path, status: 204, want: "token"},
		{name: "broken request, taken", method: "POST", path: "/iam/acme/groups", scope: "iam.group_manage", body: `{"name": 5}`, status: 201, answer: `{"id": "g"}`, want: "/name"},
		{name: "header missing, request taken", method: "POST", path: "/iam/acme/groups", scope: "iam.group_manage", body: `{"name": {"en": "G"}}`, noLanguage: true, status: 201, answer: `{"id": "g"}`, want: "Content-Language"},
		{name: "body missing, request taken", method: "POST", path: "/iam/acme/groups", scope: "iam.group_manage", status: 201, answer: `{"id": "g"}`, want: "body"},
		{name: "broken parameter, taken", path: "/iam/acme/groups?pageSize=0", scope: "iam.group_read", status: 200, answer: `[]`, want: "pageSize"},
		{name: "broken path, taken", path: "/iam/ACME/groups", scope: "iam.group_read", status: 200, answer: `[]`, want: "tenant"},
		{name: "broken header", path: "/iam/acme/groups", scope: "iam.group_read", status: 200, header: http.Header{"Content-Type": {"application/json"}, "X-Request-Id": {"1"}, "X-Total-Count": {"many"}}, answer: `[]`, want: "X-Total-Count"},
	} {
		t.Run(p.name, p.run)
	}
}

func TestContract_stray(t *testing.T) {
	t.Parallel()
	for _, p := range []played{
		{name: "unknown path", path: "/iam/acme/nothing", status: 404, answer: notFound},
		{name: "unknown method", method: "PATCH", path: "/iam/acme/groups", status: 405, answer: `{"code": 405, "status": "Method Not Allowed", "message": "x"}`},
		{name: "empty segment", path: "/iam/acme/groups//users", status: 404, answer: notFound},
		{name: "redirect to another path", path: "/iam//acme/groups", status: 307, want: "no such operation"},
		{name: "unknown path of another service", path: "/site/acme/nothing", status: 404, answer: `{"status": 404, "type": "not_found", "message": "x"}`},
		{name: "unknown path of another service, in another shape", path: "/configuration/acme/nothing", status: 404, answer: notFound, want: "not of the schema ServiceError"},
		{name: "unknown path, answered", path: "/iam/acme/nothing", status: 200, answer: `{}`, want: "no such operation"},
		{name: "unknown path, no error", path: "/iam/acme/nothing", status: 404, answer: `{}`, want: "not of the schema Error"},
		{name: "unknown path, no JSON", path: "/iam/acme/nothing", status: 404, answer: `404 page not found`, want: "the body is not JSON"},
	} {
		t.Run(p.name, p.run)
	}
}

func (p played) run(t *testing.T) {
	problems := p.play(t)
	switch {
	case p.want == "" && len(problems) > 0:
		t.Errorf("got %q, want no problem", problems)
	case p.want != "" && (len(problems) != 1 || !strings.Contains(problems[0], p.want)):
		t.Errorf("got %q, want one problem with %s", problems, p.want)
	}
}

// The check stands between the server and what a test wraps around it.
func TestNew_contract(t *testing.T) {
	t.Parallel()
	for _, without := range []bool{false, true} {
		r := &report{TB: t}
		b := New(r, Options{NoContract: without, NoFaults: true, Wrap: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if _, wrapped := next.(*contract); wrapped == without {
					t.Errorf("without the check: %v, but the handler is a %T", without, next)
				}
				http.Error(w, "broken on purpose", http.StatusTeapot)
			})
		}})
		response, err := http.Get(b.URL + "/healthz")
		if err != nil {
			t.Fatal(err)
		}
		response.Body.Close()
		if len(r.problems) > 0 {
			t.Errorf("what is outside of the check was checked: %q", r.problems)
		}
	}
}
