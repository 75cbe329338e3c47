package server_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
)

// withBody returns a request for each operation that reads a body.
func withBody(t *testing.T) []exchange {
	t.Helper()
	var list []exchange
	for _, o := range server.Operations() {
		bodyless := slices.Contains([]string{api.PathMemberType, api.PathUserLock, api.PathInvitationResend, api.PathInvitationAccept, api.PathMakeSync, api.PathClientRotate}, o.Path)
		if slices.Contains([]string{"POST", "PUT", "PATCH"}, o.Method) && !bodyless {
			list = append(list, request(o))
		}
	}
	if len(list) < 5 {
		t.Fatalf("these are not all: %v", list)
	}
	return list
}

func TestCall_malformed(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	for _, e := range withBody(t) {
		for name, body := range map[string]string{
			"nothing":         ``,
			"no JSON":         `name=Sales`,
			"half of it":      `{"name": {"en": "Sa`,
			"two documents":   `{} {}`,
			"text":            `"text"`,
			"number":          `5`,
			"null":            `null`,
			"list":            `[{}]`,
			"not UTF-8":       "{\"name\": {\"en\": \"\xff\"}, \"userId\": \"\xc3\"}",
			"deeper than any": `{"mixins": ` + strings.Repeat(`[`, 20_000) + strings.Repeat(`]`, 20_000) + `}`,
		} {
			if name == "nothing" && strings.HasSuffix(e.path, "/test-token") {
				continue // there it is optional
			}
			e.body, e.status, e.want = body, 400, `{"code": 400, "status": "Bad Request", "message": "`+anyText+`", "resourceId": "`+absent+`"}`
			e.name = e.method + " " + e.path + ": " + name
			b.play(t, e)
		}
	}
}

func TestCall_size(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	padded := func(size int) string {
		const start, end = `{"name": {"en": "x"}`, `}`
		return start + strings.Repeat(" ", size-len(start)-len(end)) + end
	}
	tooLarge := `{"code": 413, "status": "Request Entity Too Large", "message": "` + anyText + `"}`
	b.check(t, exchange{method: "PUT", path: "~/groups/big", body: padded(10<<20 + 1), status: 413, want: tooLarge})
	b.check(t, exchange{method: "PUT", path: "~/groups/big", body: padded(10 << 20), status: 201, want: `{"id": "big"}`})
}

// A body may be large; it does not keep the only writer busy for long.
func TestCall_longLists(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.withGroups(t, "g")
	different := make([]string, 100_000)
	for i := range different {
		different[i] = fmt.Sprint(i)
	}
	same := slices.Repeat([]string{"g"}, len(different))
	b.play(
		t,
		exchange{name: "restrictions", method: "PUT", path: "~/groups/g", body: with(`{"name": {"en": "x"}}`, map[string]any{"restrictions": different}), status: 400, want: `{"resourceId": "g"}`},
		exchange{name: "access controls", method: "PUT", path: "~/groups/g", body: with(`{"name": {"en": "x"}}`, map[string]any{"accessControls": different}), status: 400, want: `{"resourceId": "0"}`},
		exchange{name: "groups", method: "POST", path: "~/users", body: person("anna@acme.example", same...), status: 201, want: `{"id": "` + anyText + `"}`},
	)
}

// Texts come back as they were.
func TestCall_characters(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	const name = `<b>Zoë & Łukasz</b> 🙂 \"q\" \\ \t`
	b.check(t, exchange{method: "PUT", path: "~/groups/g", body: `{"name": {"en": "` + name + `"}, "mixins": {"k\"<": ["<&>", 1.50, null]}}`, status: 201, want: `{"id": "g"}`})
	b.check(t, exchange{path: "~/groups/g", status: 200, want: `{"name": {"en": "` + name + `"}, "mixins": {"k\"<": ["<&>", 1.5, null]}}`})
}

// HEAD answers as GET does, without the body.
func TestCall_head(t *testing.T) {
	t.Parallel()
	b := newBackend(t)
	b.play(
		t,
		exchange{name: "list", method: "HEAD", path: "~/users", header: total, status: 200, wantHeader: map[string]string{api.HeaderTotalCount: "1", "Content-Type": "application/json"}},
		exchange{name: "unknown", method: "HEAD", path: "~/users/nobody", status: 404},
		exchange{name: "no token", method: "HEAD", path: "~/users", header: map[string]string{"Authorization": ""}, status: 401},
	)
}
