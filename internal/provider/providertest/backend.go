package providertest

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// Backend is a tenant to test against, in one of the provider's modes.
type Backend struct {
	Config Values         // the provider block
	HCL    string         // the same, as text
	Client *client.Client // what others do behind Terraform's back
}

// Remote returns a backend behind an address.
func Remote(t testing.TB, o servertest.Options) Backend {
	t.Helper()
	b := servertest.New(t, o)
	remote := Backend{
		Config: Values{"api_url": b.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret},
		HCL: fmt.Sprintf("  api_url       = %q\n  tenant        = %q\n  client_id     = %q\n  client_secret = %q\n",
			b.URL, servertest.Tenant, servertest.ClientID, servertest.ClientSecret),
		Client: b.Client,
	}
	if b.Faulty {
		// Among thousands of requests, some would meet more faults in a row than the
		// default number of retries.
		remote.Config["max_retries"] = 20
		remote.HCL += "  max_retries   = 20\n"
	}
	remote.HCL = "provider \"iam\" {\n" + remote.HCL + "}\n"
	return remote
}

// Embedded returns a backend inside the provider.
func Embedded(t testing.TB) Backend {
	t.Helper()
	path := filepath.Join(t.TempDir(), "iam.db")
	return Backend{
		Config: Values{"tenant": servertest.Tenant, "embedded": Values{"path": path}},
		HCL:    fmt.Sprintf("provider \"iam\" {\n  tenant   = %q\n  embedded = { path = %q }\n}\n", servertest.Tenant, path),
		Client: Opened(t, path),
	}
}

// Opened returns a client of the tenant in the database file of an embedded
// backend. The file stays open until the test ends.
func Opened(t testing.TB, path string) *client.Client {
	t.Helper()
	backend, err := embedded.Open(t.Context(), embedded.Options{Path: path, Tenant: servertest.Tenant})
	if err != nil {
		t.Fatalf("opening the embedded backend: %v", err)
	}
	t.Cleanup(func() {
		if err := backend.Close(); err != nil {
			t.Errorf("closing the embedded backend: %v", err)
		}
	})
	c, err := client.New(client.Options{BaseURL: embedded.BaseURL, Tenant: servertest.Tenant, Transport: backend, AccessToken: backend.Token()})
	if err != nil {
		t.Fatalf("making a client: %v", err)
	}
	return c
}

// EachMode runs the test against a backend behind an address and against one
// inside the provider, at the same time.
func EachMode(t *testing.T, test func(t *testing.T, b Backend)) {
	t.Helper()
	t.Run("api_url", func(t *testing.T) {
		t.Parallel()
		test(t, Remote(t, servertest.Options{}))
	})
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		test(t, Embedded(t))
	})
}
