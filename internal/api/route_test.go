package api_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

func TestPath(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern string
		values  []string
		want    string
	}{
		{api.PathToken, nil, "/oauth/token"},
		{api.PathUsers, []string{"acme"}, "/iam/acme/users"},
		{api.PathUserGroup, []string{"acme", "u1", "g1"}, "/iam/acme/users/u1/groups/g1"},
		{api.PathMemberType, []string{"acme", "g1", "EMPLOYEE", "u1"}, "/iam/acme/groups/g1/users/EMPLOYEE/u1"},
		{api.PathGroup, []string{"acme", "a/b"}, "/iam/acme/groups/a%2Fb"},
		{api.PathGroup, []string{"acme", "two words"}, "/iam/acme/groups/two%20words"},
		{api.PathGroup, []string{"acme", "50%"}, "/iam/acme/groups/50%25"},
		{api.PathGroup, []string{"acme", "a?b#c"}, "/iam/acme/groups/a%3Fb%23c"},
		{api.PathGroup, []string{"acme", "{userId}"}, "/iam/acme/groups/%7BuserId%7D"},
		{api.PathGroup, []string{"acme", "ä"}, "/iam/acme/groups/%C3%A4"},
		{api.PathGroup, []string{"acme", "A-b_c.d~e"}, "/iam/acme/groups/A-b_c.d~e"},
	} {
		if got := api.Path(c.pattern, c.values...); got != c.want {
			t.Errorf("%s with %q: got %s, want %s", c.pattern, c.values, got, c.want)
		}
	}
}

// A server matches what Path fills in, for all characters. The exception is a
// lone slash, which net/http takes for a trailing slash.
func TestPath_foundAgain(t *testing.T) {
	t.Parallel()
	patterns := []string{api.PathGroup, api.PathUserGroup, api.PathMember, api.PathMemberType, api.PathControl}
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.SampledFrom(patterns).Draw(t, "pattern")
		id := rapid.String().Filter(func(s string) bool { return !slices.Contains([]string{"", ".", "..", "/"}, s) })
		var names, values, got []string
		for part := range strings.SplitSeq(pattern, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				names, values = append(names, strings.TrimSuffix(name, "}")), append(values, id.Draw(t, part))
			}
		}
		mux := http.NewServeMux()
		mux.HandleFunc(pattern, func(_ http.ResponseWriter, r *http.Request) {
			for _, name := range names {
				got = append(got, r.PathValue(name))
			}
		})
		target, err := url.Parse("http://api.example" + api.Path(pattern, values...))
		if err != nil {
			t.Fatal(err)
		}
		mux.ServeHTTP(httptest.NewRecorder(), &http.Request{Method: http.MethodGet, URL: target})
		if !slices.Equal(got, values) {
			t.Errorf("%s: got %q, want %q", target, got, values)
		}
	})
}

func TestAllScopes(t *testing.T) {
	t.Parallel()
	scopes := api.AllScopes()
	if unique := slices.Compact(slices.Sorted(slices.Values(scopes))); len(unique) != len(scopes) {
		t.Errorf("duplicate scope: %v", scopes)
	}
	for _, own := range api.OwnScopes() {
		if slices.Contains(scopes, own) {
			t.Errorf("an API key cannot have %s", own)
		}
	}
	scopes[0] = "changed"
	if slices.Contains(api.AllScopes(), "changed") {
		t.Error("a caller can modify the shared list")
	}
}
