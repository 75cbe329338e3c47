package gate_test

import (
	"net/http"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/server/gate"
)

// X-Forwarded-For counts as far as proxies that are trusted wrote it.
func TestProxies_Caller(t *testing.T) {
	t.Parallel()
	trusted, err := gate.ParseProxies([]string{"10.0.0.0/8", "192.0.2.1", "2001:db8::1"})
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		from    string
		passed  []string
		proxies gate.Proxies
		want    string
	}{
		"nobody is trusted":        {"10.0.0.1:80", []string{"203.0.113.7"}, nil, "10.0.0.1"},
		"a stranger says so":       {"203.0.113.9:80", []string{"198.51.100.1"}, trusted, "203.0.113.9"},
		"a proxy says so":          {"10.0.0.1:80", []string{"203.0.113.7"}, trusted, "203.0.113.7"},
		"two proxies":              {"10.0.0.1:80", []string{"203.0.113.7, 192.0.2.1"}, trusted, "203.0.113.7"},
		"in two headers":           {"10.0.0.1:80", []string{"203.0.113.7", "192.0.2.1"}, trusted, "203.0.113.7"},
		"the caller wrote a part":  {"10.0.0.1:80", []string{"198.51.100.1, 203.0.113.7"}, trusted, "203.0.113.7"},
		"the caller wrote a proxy": {"10.0.0.1:80", []string{"10.0.0.5, 203.0.113.7"}, trusted, "203.0.113.7"},
		"no address":               {"10.0.0.1:80", []string{"unknown"}, trusted, "10.0.0.1"},
		"no header":                {"10.0.0.1:80", nil, trusted, "10.0.0.1"},
		"with a port":              {"10.0.0.1:80", []string{"203.0.113.7:1234"}, trusted, "203.0.113.7"},
		"IPv6":                     {"[2001:db8::1]:80", []string{"2001:db8:5::7"}, trusted, "2001:db8:5::7"},
		"IPv4 in IPv6":             {"[::ffff:10.0.0.1]:80", []string{"::ffff:203.0.113.7"}, trusted, "203.0.113.7"},
	} {
		r := &http.Request{RemoteAddr: test.from, Header: http.Header{}}
		for _, value := range test.passed {
			r.Header.Add("X-Forwarded-For", value)
		}
		if got := test.proxies.Caller(r).String(); got != test.want {
			t.Errorf("%s: got %s, want %s", name, got, test.want)
		}
	}
}

func TestParseProxies_refused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "proxy.example", "10.0.0.0/33", "10.0.0"} {
		if _, err := gate.ParseProxies([]string{text}); err == nil {
			t.Errorf("%q was accepted", text)
		}
	}
}
