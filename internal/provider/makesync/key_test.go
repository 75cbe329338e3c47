package makesync_test

import (
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// keysSent collects the key of each write of the organization, "" where there is
// none.
type keysSent struct {
	mu   sync.Mutex
	keys []string
}

var keyInBody = regexp.MustCompile(`"apiKey":"([^"]*)"`)

func (k *keysSent) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/make/") {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				panic(err)
			}
			key := ""
			if found := keyInBody.FindSubmatch(body); found != nil {
				key = string(found[1])
			}
			k.mu.Lock()
			k.keys = append(k.keys, key)
			k.mu.Unlock()
			r.Body = io.NopCloser(strings.NewReader(string(body)))
		}
		next.ServeHTTP(w, r)
	})
}

func (k *keysSent) take() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	keys := k.keys
	k.keys = nil
	return keys
}

// The key is sent when the organization is created, when its version or the address
// changes, and when the API has lost it; it is in no state and no plan.
func TestOrganization_key(t *testing.T) {
	t.Parallel()
	elsewhere := servertest.New(t, servertest.Options{NoFaults: true})
	sent := &keysSent{}
	b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: sent.wrap})
	p := providertest.New(t, b.Config)
	const first, second = servertest.ClientID + ":" + servertest.ClientSecret, "second:key"
	config := keyed(elsewhere.URL, first)
	apply := func(s state, want ...string) state {
		t.Helper()
		planned, _, d := p.Plan("iam_make_organization", s, config)
		made := p.MustApply("iam_make_organization", s, config)
		if got := sent.take(); !slices.Equal(got, want) {
			t.Errorf("%v sends the keys %q, want %q", config, got, want)
		}
		for where, v := range map[string]values{"plan": planned.Values, "state": made.Values} {
			if v["api_key_wo"] != nil || v["api_key_wo_version"] != config["api_key_wo_version"] {
				t.Errorf("the %s is %v; %v", where, v, d)
			}
		}
		noChange(t, p, made, config)
		return made
	}
	made := apply(state{}, first)
	config["prune_stale"] = true
	made = apply(made, "")
	config["api_key_wo"] = second // alone it is not seen
	noChange(t, p, made, config)
	config["api_key_wo_version"] = 2
	made = apply(made, second)
	config["api_url"] = strings.Replace(elsewhere.URL, "127.0.0.1", "localhost", 1)
	made = apply(made, second)

	_, err := b.Client.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "7", Sync: true, PruneStale: true})
	must(t, err)
	sent.take()
	made, _ = p.Refresh("iam_make_organization", made)
	if made.Values["api_key_wo_version"] != nil || made.Values["api_url"] != nil {
		t.Errorf("without the key there is %v", made.Values)
	}
	apply(made, second)
	imported, d := p.Import("iam_make_organization", "7")
	if len(d) > 0 || imported.Values["api_key_wo_version"] != nil || imported.Values["api_url"] != config["api_url"] {
		t.Errorf("imported: %v; %v", imported.Values, d)
	}
	apply(imported, second)
	config = values{"organization_id": "7", "prune_stale": true}
	apply(imported, "")
}

// An organization that is synced with an address already needs no key; a new
// address does.
func TestOrganization_keyNeeded(t *testing.T) {
	t.Parallel()
	elsewhere := servertest.New(t, servertest.Options{NoFaults: true})
	b := providertest.Remote(t, servertest.Options{NoFaults: true})
	if _, err := b.Client.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "7", Sync: true, APIURL: elsewhere.URL, APIKey: "secret"}); err != nil {
		t.Fatal(err)
	}
	p := providertest.New(t, b.Config)
	imported, d := p.Import("iam_make_organization", "7")
	if d.Failed() {
		t.Fatal(d)
	}
	keyless := func(url any) values { return values{"organization_id": "7", "api_url": url} }
	missing := []string{"error at", `"api_key_wo"`, "Missing API Key"}
	for _, c := range []struct {
		name   string
		prior  state
		config values
		says   []string
	}{
		{"the address that it has", imported, keyless(elsewhere.URL), nil},
		{"another address", imported, keyless("https://eu1.make.com"), append(missing, "https://eu1.make.com")},
		{"no address", imported, keyless(nil), nil},
		{"another address and key", imported, keyed("https://eu1.make.com", "k"), nil},
		{"a new one", state{}, keyless(elsewhere.URL), append(missing, elsewhere.URL)},
		{"a new one, with a key", state{}, keyed(elsewhere.URL, "k"), nil},
		{"a new one without address", state{}, keyless(nil), nil},
		{"an address that is not known yet", state{}, keyless(providertest.Unknown), nil},
	} {
		p.NextRun()
		p.Refresh("iam_make_organization", imported) // so that a new one replaces it
		if _, _, d := p.Plan("iam_make_organization", c.prior, c.config); d.Failed() != (c.says != nil) || c.says != nil && !d.Has(c.says...) {
			t.Errorf("%s: %v", c.name, d)
		}
	}
	if changed, d := p.Apply("iam_make_organization", imported, values{"organization_id": "7", "api_url": elsewhere.URL, "prune_stale": true}); d.Failed() || changed.Values["prune_stale"] != true {
		t.Errorf("a change without key: %v, %v", changed.Values, d)
	}
	if o, err := b.Client.MakeOrganization(t.Context()); err != nil || !o.HasAPIKey || !o.PruneStale {
		t.Errorf("after a change without key: %+v, %v", o, err)
	}
}
