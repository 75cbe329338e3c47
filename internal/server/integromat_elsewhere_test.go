package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
)

// The backend calls no address of its own network for a tenant, and gives no key
// away without TLS.
func TestIntegromat_addresses(t *testing.T) {
	t.Parallel()
	filled := newBackend(t)
	b := over(t, filled, server.Options{Store: filled.store, Now: newClock().Now})
	put := func(address string) exchange {
		return exchange{method: "PUT", path: integromatPath("/organization"), body: `{"organizationId": "7", "apiUrl": "` + address + `", "apiKey": "k"}`}
	}
	for address, want := range map[string]string{
		"http://eu1.make.com":                "must begin with https://",
		"https://127.0.0.1":                  "the backend's own network, such as 127.0.0.1",
		"https://169.254.169.254/latest":     "own network",
		"https://[::1]:8443":                 "own network",
		"https://[::ffff:10.0.0.1]":          "own network",
		"https://[64:ff9b::a9fe:a9fe]":       "own network",
		"https://10.0.0.1:443":               "own network",
		"https://user@eu1.make.com":          "must be the address of a Make",
		"https://eu1.make.com?a=b":           "must be the address of a Make",
		"https://[fe80::1%25eth0]/":          "own network",
		"https://0.0.0.0":                    "own network",
		"https://100.64.0.1/x":               "own network",
		"https://[2002:a00:1::]/":            "own network",
		"https://[2001:0:0:0:0:0:80ff:fffe]": "own network",
	} {
		if got := b.send(t, put(address)); got.status != 400 || !strings.Contains(string(got.body), want) {
			t.Errorf("%s: got %d %s", address, got.status, got.body)
		}
	}
	if got := b.send(t, put("https://localhost")); got.status != 201 { // what a name leads to is seen when it is called
		t.Errorf("a name: got %d %s", got.status, got.body)
	}
}

// What a Make says in its errors is shown without control characters, and cut.
func TestIntegromat_hostileError(t *testing.T) {
	t.Parallel()
	hostile := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("{\"message\": \"\\u001b[2Jgone\\n" + strings.Repeat("x", 1000) + "\"}"))
	}))
	t.Cleanup(hostile.Close)
	s := newSynced(t, server.Options{})
	s.organization(t, 201, `"sync": true, "apiUrl": "`+hostile.URL+`", "apiKey": "k"`)
	s.create(t, "~/users", person("anna@acme.example", "oe-editor"))
	var members []api.MakeMember
	s.db.until(t, func() bool {
		members = read[[]api.MakeMember](t, s.backend, integromatPath("/members"))
		return len(members) == 1 && members[0].LastError != ""
	})
	if said := members[0].LastError; !strings.Contains(said, `\u{1b}[2Jgone\u{a}`) || len(said) > 600 || strings.ContainsAny(said, "\x1b\n") {
		t.Errorf("got %q", said)
	}
}
