package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// page answers with a web page, as gateways do.
func page(status int, html string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, html)
	}
}

func TestError(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		text    string // of the error, without what is around it
		scope   string
	}{
		"document": {
			answer(400, `{"code":400,"status":"Bad Request","message":"no such language","details":["xx","yy"]}`),
			"400 Bad Request: no such language (xx; yy)", "",
		},
		"status of HTTP counts": {
			answer(400, `{"code":404,"status":"Bad Request","message":"has members","resourceId":"g1"}`),
			"400 Bad Request: has members", "",
		},
		"numeric status": {
			answer(403, `{"status":403,"type":"Forbidden","message":"no","details":[{"field":"f","message":"m"}]}`),
			"403 Forbidden: no (f: m)", "",
		},
		"scope in brackets": {
			answer(403, `{"code":403,"details":["Missing required scopes '[iam.group_manage]'"]}`),
			"403 Forbidden (Missing required scopes '[iam.group_manage]')", "iam.group_manage",
		},
		"scope as a word": {
			answer(403, `{"code":403,"details":["See the manual","Required scope(s): iam.group_read"]}`),
			"403 Forbidden (See the manual; Required scope(s): iam.group_read)", "iam.group_read",
		},
		"one of two scopes": {
			answer(403, `{"code":403,"details":["Required scope(s): [iam.group_read, iam.group_read_own]"]}`),
			"403 Forbidden (Required scope(s): [iam.group_read, iam.group_read_own])", "iam.group_read",
		},
		"scope elsewhere": {
			answer(400, `{"message":"bad","details":["[iam.group_read]"]}`),
			"400 Bad Request: bad ([iam.group_read])", "",
		},
		"fault": {
			answer(401, `{"fault":{"faultstring":"Invalid token","detail":{"errorcode":"keymanagement.x"}}}`),
			"401 Unauthorized: Invalid token (keymanagement.x)", "",
		},
		"empty object": {answer(401, `{}`), "401 Unauthorized", ""},
		"no body":      {answer(404, ``), "404 Not Found", ""},
		"odd status":   {answer(599, ``), "599", ""},
		"web page": {
			page(500, "<html>oops</html>"),
			"500 Internal Server Error (the answer is a web page: check the base URL and proxies)", "",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTestClient(t, test.handler)
			_, err := c.UpdateGroup(t.Context(), "x", api.GroupUpdate{})
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("error %v (%T)", err, err)
			}
			want := fmt.Sprintf("PUT /iam/acme/groups/x: %s [request id %s]", test.text, e.RequestID)
			if err.Error() != want {
				t.Errorf("text %q\nwant %q", err, want)
			}
			if e.MissingScope != test.scope {
				t.Errorf("missing scope %q, want %q", e.MissingScope, test.scope)
			}
		})
	}
}

func TestErrorKinds(t *testing.T) {
	t.Parallel()
	kinds := map[string]func(error) bool{
		"not found": IsNotFound, "conflict": IsConflict, "forbidden": IsForbidden, "unauthorized": IsUnauthorized,
	}
	tests := []struct {
		handler http.HandlerFunc
		want    string // the one kind
	}{
		{answer(404, `{"code":400}`), "not found"},
		{answer(404, ``), "not found"},
		{page(404, "<html>"), ""},
		{answer(400, `{"code":404,"status":"Not Found","message":"404"}`), ""},
		{answer(409, `{}`), "conflict"},
		{answer(403, `{"code":404}`), "forbidden"},
		{answer(401, `{}`), "unauthorized"},
		{answer(410, `{"code":404}`), ""},
		{answer(500, `{"code":404}`), ""},
		{answer(200, `{}`), ""},
		{cut(""), ""},
	}
	for _, test := range tests {
		c := newTestClient(t, test.handler)
		_, err := c.Group(t.Context(), "g")
		if err == nil {
			t.Fatal("no error")
		}
		for kind, is := range kinds {
			wrapped := fmt.Errorf("reading: %w", err)
			if is(wrapped) != (kind == test.want) {
				t.Errorf("%v: %s is %t", err, kind, is(wrapped))
			}
		}
	}
	if IsNotFound(nil) || IsUncertain(nil) {
		t.Error("no error is some error")
	}
}

func TestUnusableAnswer(t *testing.T) {
	t.Parallel()
	read := func(ctx context.Context, c *Client) error { _, err := c.Group(ctx, "g"); return err }
	list := func(ctx context.Context, c *Client) error { _, err := c.Groups(ctx); return err }
	invite := func(ctx context.Context, c *Client) error { _, err := c.CreateUser(ctx, api.UserCreate{}); return err }
	remove := func(ctx context.Context, c *Client) error { return c.DeleteGroup(ctx, "g", false) }
	tests := map[string]struct {
		call    func(context.Context, *Client) error
		handler http.HandlerFunc
		want    []string
	}{
		"page instead of a group": {
			read, page(200, "<html>"+strings.Repeat("a", 300)),
			[]string{"200 OK with text/html", `"<html>` + strings.Repeat("a", 194) + `"`, "after 1 try"},
		},
		"page instead of a list":      {list, page(200, "<html>"), []string{"text/html", "<html>"}},
		"object instead of a list":    {list, answer(200, `{"items":[]}`), []string{"application/json", `{\"items\":[]}`}},
		"group without id":            {read, answer(200, `{}`), []string{"no id"}},
		"null instead of a group":     {read, answer(200, `null`), []string{"no id"}},
		"nothing instead of a group":  {read, answer(200, ``), []string{"200 OK"}},
		"no group, but no content":    {read, answer(204, ``), []string{"204 No Content is not an answer"}},
		"page instead of an id":       {invite, page(201, "<html>"), []string{"201 Created with text/html"}},
		"no id of the created object": {invite, answer(201, `{}`), []string{"no id"}},
		"only accepted":               {invite, answer(202, `{"id":"u"}`), []string{"202 Accepted is not an answer"}},
		"page instead of a deletion":  {remove, page(200, "<html>"), []string{"200 OK is not an answer"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.call(t.Context(), newTestClient(t, test.handler))
			e, ok := errors.AsType[*RequestError](err)
			if !ok {
				t.Fatalf("error %v (%T)", err, err)
			}
			for _, want := range append(test.want, "request id "+e.RequestID, e.Host, e.Method+" "+e.Path) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("text %q lacks %q", err, want)
				}
			}
			if IsUncertain(err) != (e.Method == http.MethodPost) {
				t.Errorf("uncertain is %t: %v", IsUncertain(err), err)
			}
		})
	}
}

func TestAnswerTooLarge(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, answer(200, `{"id":"0123456789"}`))
	c.maxAnswer = 10
	_, one := c.Group(t.Context(), "g")
	_, list := c.Groups(t.Context())
	for _, err := range []error{one, list} {
		if err == nil || !strings.Contains(err.Error(), "larger than 10 bytes") {
			t.Errorf("error %v", err)
		}
	}
}

func TestErrorNamesTriesAndHost(t *testing.T) {
	t.Parallel()
	c := newTestClient(t, answer(503, `{"message":"busy"}`))
	_, err := c.Groups(t.Context())
	want := fmt.Sprintf("GET /iam/acme/groups: 503 Service Unavailable: busy [request id %s, 5 tries at %s]",
		requestID(err), c.base.Host)
	if err.Error() != want {
		t.Errorf("text %q\nwant %q", err, want)
	}
	c = newTestClient(t, nil, unreachable)
	_, err = c.Groups(t.Context())
	want = fmt.Sprintf("GET /iam/acme/groups: no usable answer from %s after 5 tries: connection refused [request id %s]",
		c.base.Host, requestID(err))
	if err.Error() != want || !errors.Is(err, errRefused) {
		t.Errorf("text %q\nwant %q", err, want)
	}
}

// Errors of either kind, and the log, have the trace's id beside the request's.
func TestErrorNamesTrace(t *testing.T) {
	t.Parallel()
	const id = "4bf92f3577b34da6a3ce929d0e0e4736"
	var logged []any
	traced := func(o *Options) {
		o.Trace = api.Trace{Parent: "00-" + id + "-00f067aa0ba902b7-01"}
		o.Log = func(_ context.Context, _ string, fields map[string]any) { logged = append(logged, fields["trace_id"]) }
	}
	for _, c := range []*Client{newTestClient(t, answer(404, ""), traced), newTestClient(t, answer(200, "nonsense"), traced)} {
		_, err := c.Group(t.Context(), "g")
		if want := fmt.Sprintf(" [request id %s, trace id %s]", requestID(err), id); err == nil || !strings.HasSuffix(err.Error(), want) {
			t.Errorf("got %v, want %s at its end", err, want)
		}
	}
	if fmt.Sprint(logged) != fmt.Sprint([]any{id, id}) {
		t.Errorf("the log has %v", logged)
	}
}

func requestID(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.RequestID
	}
	e, _ := errors.AsType[*RequestError](err)
	return e.RequestID
}

func TestLog(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var lines []map[string]any
	note := func(_ context.Context, _ string, fields map[string]any) {
		mu.Lock()
		defer mu.Unlock()
		lines = append(lines, fields)
	}
	// Not a GET: net/http itself repeats one that was cut, unseen.
	c := newTestClient(t, sequence(answer(503, ""), cut(""), answer(204, "")), func(o *Options) { o.Log = note })
	if err := c.RemoveMember(t.Context(), "g", "u"); err != nil {
		t.Fatal(err)
	}
	if len(lines) != 3 {
		t.Fatalf("%d lines, want one per try: %v", len(lines), lines)
	}
	for i, want := range []any{503, nil, 204} {
		line := lines[i]
		if line["method"] != "DELETE" || line["path"] != "/iam/acme/groups/g/users/u" || line["status"] != want ||
			line["attempt"] != i+1 || line["request_id"] != lines[0]["request_id"] {
			t.Errorf("line %d: %v", i+1, line)
		}
		if _, ok := line["duration_ms"].(int64); !ok || (line["error"] != nil) != (want == nil) {
			t.Errorf("line %d: %v", i+1, line)
		}
	}
}

// A refusal has little to say: what is beyond a megabyte is not read, and what
// is shown is cut and made visible, in logs too.
func TestRefusal_hostile(t *testing.T) {
	t.Parallel()
	long := newTestClient(t, answer(400, `{"message":"no"`+strings.Repeat(" ", maxRefusal)+`}`))
	if _, err := long.Group(t.Context(), "g"); err == nil || strings.Contains(err.Error(), "Bad Request: no") {
		t.Errorf("error %v", err)
	}
	scoped := newTestClient(t, answer(403, `{"details":["[iam.\u001b[2J`+strings.Repeat("x", 2000)+`]"]}`))
	_, err := scoped.Group(t.Context(), "g")
	if e, ok := errors.AsType[*Error](err); !ok || strings.ContainsFunc(e.MissingScope, access.Hidden) || len(e.MissingScope) > 600 {
		t.Errorf("error %v", err)
	}
	var said any
	failing := newTestClient(t, nil, func(o *Options) {
		o.Transport = roundTrip(func(*http.Request) (*http.Response, error) { return nil, errors.New("header \x1b[2J\n!x") })
		o.MaxRetries = new(0)
		o.Log = func(_ context.Context, _ string, fields map[string]any) { said = fields["error"] }
	})
	_, err = failing.Group(t.Context(), "g")
	if want := `header \u{1b}[2J\u{a}!x`; err == nil || !strings.Contains(err.Error(), want) || said != want {
		t.Errorf("error %v, logged %q, want %q", err, said, want)
	}
}
