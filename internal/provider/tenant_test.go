package provider_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// An identity of another tenant does not match that of an object of this one,
// whatever the objects are called: neither by an import nor by a refresh, which
// would report what the tenant lacks as gone.
func TestIdentity_otherTenant(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	ids := everything(t, s.Client)
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	for name, a := range addresses {
		identity := recordedIdentity(chosen(ids, a.identity))
		imported, d := p.ImportIdentity(name, identity)
		if d.Failed() {
			t.Errorf("import of %s by %v: %v", name, identity, d)
			continue
		}
		identity["tenant"] = "ACME" // which the API does not tell from acme
		if again, d := p.ImportIdentity(name, identity); len(d) > 0 || !reflect.DeepEqual(again.Values, imported.Values) {
			t.Errorf("import of %s by %v: %v", name, identity, d)
		}
		identity["tenant"] = "umbrella"
		if _, d := p.ImportIdentity(name, identity); len(d) != 1 || !d.Has("error: Identity Of Another Tenant", "umbrella", "acme") {
			t.Errorf("import of %s by %v: %v", name, identity, d)
		}
		imported.Identity = p.EncodeIdentity(name, identity)
		if read, d := p.Refresh(name, imported); len(d) != 1 || !d.Has("error: Object Of Another Tenant", "umbrella", "acme") || !reflect.DeepEqual(read.Values, imported.Values) {
			t.Errorf("refresh of %s of another tenant: %v, %v", name, read.Values, d)
		}
	}
	elsewhere := providertest.State{Values: values{"value": "AT"}, Identity: p.EncodeIdentity("iam_restriction", values{"value": "AT", "tenant": "umbrella"})}
	if read, d := p.Refresh("iam_restriction", elsewhere); len(d) != 1 || !d.Has("Object Of Another Tenant") || read.Values == nil {
		t.Errorf("refresh of what this tenant lacks: %v, %v", read.Values, d)
	}
}

// An identity that was recorded without the tenant is that of the provider's
// tenant, and one that was never recorded stays open until the next refresh. So
// does the tenant while the provider is not configured.
func TestIdentity_upgrade(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	ids := everything(t, s.Client)
	p := providertest.New(t, values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	unknown := providertest.New(t, values{"api_url": providertest.Unknown, "tenant": servertest.Tenant})
	for name, a := range addresses {
		before := chosen(ids, a.identity)
		identity := recordedIdentity(before)
		if len(before) == len(identity) {
			continue // it was the tenant all along
		}
		recorded, err := json.Marshal(before)
		if err != nil {
			t.Fatal(err)
		}
		imported, d := p.ImportIdentity(name, before)
		if d.Failed() {
			t.Errorf("import of %s by %v: %v", name, before, d)
			continue
		}
		upgraded, d := p.UpgradeIdentity(name, 0, recorded)
		if have := p.Identity(name, upgraded); len(d) > 0 || !reflect.DeepEqual(have, identity) {
			t.Errorf("the identity %s of %s: %v, %v, want %v", recorded, name, have, d, identity)
		}
		open, d := unknown.UpgradeIdentity(name, 0, recorded)
		if have := p.Identity(name, open); len(d) > 0 || have["tenant"] != nil {
			t.Errorf("the identity %s of %s without a tenant: %v, %v", recorded, name, have, d)
		}
		none, d := p.UpgradeIdentity(name, 0, nil)
		if have := p.Identity(name, none); len(d) > 0 || have["tenant"] != nil {
			t.Errorf("an identity of %s that was not recorded: %v, %v", name, have, d)
		}
		for _, i := range []*tfprotov6.ResourceIdentityData{upgraded, open, none} {
			imported.Identity = i
			if read, d := p.Refresh(name, imported); len(d) > 0 || !reflect.DeepEqual(p.Identity(name, read.Identity), identity) {
				t.Errorf("%s after a refresh of %v: %v, %v", name, p.Identity(name, i), p.Identity(name, read.Identity), d)
			}
		}
		if _, d := p.UpgradeIdentity(name, 0, []byte(`{"id": 1}`)); !d.Has("Unreadable Identity", name) {
			t.Errorf("an identity of %s that is none: %v", name, d)
		}
	}
}
