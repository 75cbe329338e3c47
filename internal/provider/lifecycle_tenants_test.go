package provider_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// tenants are those of one backend: hundreds of backends take longer to start
// than all that happens in them.
type tenants struct {
	b    *servertest.Backend
	mu   sync.Mutex
	made map[string]*tenant
}

// tenant is one of them.
type tenant struct {
	client *client.Client // what others do behind Terraform's back
	config values         // the provider block
	writes atomic.Int64   // requests of the provider that change something
}

func newTenants(t testing.TB) *tenants {
	t.Helper()
	all := &tenants{made: map[string]*tenant{}}
	all.b = servertest.New(t, servertest.Options{NoContract: true, NoFaults: true, Wrap: all.count})
	return all
}

// add makes another tenant.
func (all *tenants) add(t testing.TB) *tenant {
	t.Helper()
	all.mu.Lock()
	name := fmt.Sprintf("tenant%d", len(all.made))
	added := &tenant{config: values{"api_url": all.b.URL, "tenant": name, "client_id": name, "client_secret": "secret"}}
	all.made[name] = added
	all.mu.Unlock()
	// Cells run until the end of their own tests, the backend until that of all.
	ctx := context.WithoutCancel(t.Context())
	_, err := all.b.Server.EnsureTenant(ctx, name, "owner@acme.example")
	if err == nil {
		err = all.b.Server.EnsureClient(ctx, name, name, "secret")
	}
	if err == nil {
		added.client, err = client.New(client.Options{BaseURL: all.b.URL, Tenant: name, ClientID: name, ClientSecret: "secret"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return added
}

// count counts the writes of the provider, by tenant.
func (all *tenants) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := strings.Split(r.URL.Path, "/")
		if r.Method != http.MethodGet && r.URL.Path != api.PathToken && len(parts) > 2 && strings.HasPrefix(r.UserAgent(), "terraform-provider-iam/") {
			all.mu.Lock()
			if of, ok := all.made[parts[2]]; ok {
				of.writes.Add(1)
			}
			all.mu.Unlock()
		}
		next.ServeHTTP(w, r)
	})
}

// providerWith is a provider of the tenant with more in its block.
func (of *tenant) providerWith(t testing.TB, more values) *providertest.Provider {
	t.Helper()
	return providertest.New(t, with(of.config, more))
}
