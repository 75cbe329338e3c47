package visibility_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

const settingsType = "iam_restriction_settings"

// tied is whether restrictions are tied to the sites, as the server has it.
func tied(t *testing.T, c *client.Client) string {
	t.Helper()
	item, err := c.Setting(t.Context(), api.SettingSiteSync)
	if err != nil {
		t.Fatal(err)
	}
	return string(item.Value)
}

func TestRestrictionSettingsResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		server := func(when, sync, values string) {
			t.Helper()
			if gotSync, gotValues := tied(t, b.Client), listed(t, b.Client); gotSync != sync || gotValues != values {
				t.Errorf("%s the server has sync %s and %q, want %s and %q", when, gotSync, gotValues, sync, values)
			}
		}
		set(t, b.Client, api.SettingRestrictions, []string{"old"})
		config := values{"sync_with_sites": false, "values": []any{"DE", "AT"}}
		made := p.MustApply(settingsType, state{}, config)
		server("after the creation", "false", "AT DE")
		if made.Values["id"] != "acme" {
			t.Errorf("got %v", made.Values)
		}
		noChange(t, p, settingsType, made, config)

		imported, d := p.Import(settingsType, "ACME")
		if len(d) > 0 || !same(imported.Values, made.Values) {
			t.Errorf("import: %v, %v", imported.Values, d)
		}
		noChange(t, p, settingsType, imported, config)
		if _, d := p.Import(settingsType, "globex"); !d.Has("error: Unable to import restriction settings", "configured for acme") {
			t.Errorf("import of another tenant: %v", d)
		}

		both := values{"sync_with_sites": true, "values": []any{"main"}}
		changed := p.MustApply(settingsType, made, both) // the list before the tie
		server("tied", "true", "main")
		noChange(t, p, settingsType, changed, both)
		changed = p.MustApply(settingsType, changed, config) // the tie before the list
		server("untied", "false", "AT DE")
		changed = p.MustApply(settingsType, changed, values{"sync_with_sites": false, "values": []any{}})
		server("emptied", "false", "")
		noChange(t, p, settingsType, changed, values{"sync_with_sites": false, "values": []any{}})

		changed = p.MustApply(settingsType, changed, both)
		only := p.MustApply(settingsType, changed, values{"sync_with_sites": true})
		server("no longer managed", "true", "main")
		if only.Values["values"] != nil {
			t.Errorf("got %v", only.Values)
		}
		set(t, b.Client, api.SettingRestrictions, []string{})
		noChange(t, p, settingsType, only, values{"sync_with_sites": true})
		list := p.MustApply(settingsType, only, values{"values": []any{"main"}})
		server("the other way around", "true", "main")
		noChange(t, p, settingsType, list, values{"values": []any{"main"}})

		_, d = p.Apply(settingsType, list, nil)
		if d.Failed() || !d.Has("warning: Restriction Values Left", "The restriction values main remain on the tenant's list", "values = []") {
			t.Errorf("destroyed: %v", d)
		}
		server("destroyed without having tied", "true", "main")
		all := p.MustApply(settingsType, state{}, values{"sync_with_sites": true, "values": []any{}})
		if _, d = p.Apply(settingsType, all, nil); len(d) > 0 {
			t.Errorf("destroyed with nothing to leave: %v", d)
		}
		server("destroyed", "false", "")
	})
}

func TestRestrictionSettingsResource_changedElsewhere(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		config := values{"sync_with_sites": false, "values": []any{"DE", "AT"}}
		made := p.MustApply(settingsType, state{}, config)
		set(t, b.Client, api.SettingRestrictions, []string{"main", "main", "DE"})
		set(t, b.Client, api.SettingRestrictions, []string{"main", "main"})
		set(t, b.Client, api.SettingSiteSync, true)
		drifted, d := p.Refresh(settingsType, made)
		if len(d) > 0 || drifted.Values["sync_with_sites"] != true || fmt.Sprint(drifted.Values["values"]) != "[main]" {
			t.Errorf("got %v, %v", drifted.Values, d)
		}
		mended := p.MustApply(settingsType, drifted, config)
		noChange(t, p, settingsType, mended, config)
		if got := listed(t, b.Client); got != "AT DE" || tied(t, b.Client) != "false" {
			t.Errorf("the list is %s", got)
		}
		for _, key := range []string{api.SettingRestrictions, api.SettingSiteSync} {
			if err := b.Client.DeleteSetting(t.Context(), key); err != nil {
				t.Fatal(err)
			}
		}
		drifted, d = p.Refresh(settingsType, made)
		if len(d) > 0 || drifted.Values["sync_with_sites"] != false || fmt.Sprint(drifted.Values["values"]) != "[]" {
			t.Errorf("without the items: %v, %v", drifted.Values, d)
		}
		noChange(t, p, settingsType, p.MustApply(settingsType, drifted, config), config)
	})
}

// The list may have values that no state knows: those that a new resource takes
// away are named before.
func TestRestrictionSettingsResource_namesWhatItWillRemove(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, v := range []string{"FR", "DE", "AT"} {
		p.MustApply("iam_restriction", state{}, values{"value": v})
	}
	if _, _, d := p.Plan(settingsType, state{}, values{"values": []any{"DE"}}); len(d) != 1 || !d.Has(`warning at AttributeName("values")`, "Restriction Values Will Be Removed", ": AT, FR.") {
		t.Errorf("got %v", d)
	}
	made, d := p.Apply(settingsType, state{}, values{"values": []any{"DE", "AT", "FR"}})
	if len(d) > 0 {
		t.Errorf("nothing goes: %v", d)
	}
	tie, d := p.Apply(settingsType, state{}, values{"sync_with_sites": false})
	if len(d) > 0 {
		t.Fatal(d)
	}
	if _, _, d := p.Plan(settingsType, tie, values{"sync_with_sites": false, "values": []any{"DE"}}); len(d) != 1 || !d.Has("Restriction Values Will Be Removed", ": AT, FR.") {
		t.Errorf("managed from now on: %v", d)
	}
	// From then on the plan shows it itself.
	if _, _, d := p.Plan(settingsType, made, values{"values": []any{"DE"}}); len(d) > 0 {
		t.Errorf("what is managed: %v", d)
	}
}

func TestRestrictionSettingsResource_plan(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	plan := func(prior state, config values) providertest.Diagnostics {
		t.Helper()
		_, _, d := p.Plan(settingsType, prior, config)
		return d
	}
	if d := plan(state{}, values{"values": []any{"DE", "D E"}}); !d.Has(`error at AttributeName("values")`, `"D E" is not a restriction value`) {
		t.Errorf("no value: %v", d)
	}
	if d := plan(state{}, values{"values": []any{"DE"}}); len(d) > 0 {
		t.Errorf("not tied: %v", d)
	}
	const refused = "Restriction Is Not A Site"
	if d := plan(state{}, values{"sync_with_sites": true, "values": []any{"main", "DE"}}); len(d) != 1 || !d.Has(`error at AttributeName("values").ElementKeyValue`, refused, `"DE"`) {
		t.Errorf("tied: %v", d)
	}
	for _, unknown := range []values{
		{"sync_with_sites": providertest.Unknown, "values": []any{"DE"}},
		{"sync_with_sites": true, "values": providertest.Unknown},
		{"sync_with_sites": true, "values": []any{"main", providertest.Unknown}},
	} {
		if d := plan(state{}, unknown); len(d) > 0 {
			t.Errorf("%v: %v", unknown, d)
		}
	}
	// What the same plan does to the tie also counts for single values.
	free := p.MustApply(settingsType, state{}, values{"sync_with_sites": false, "values": []any{"DE"}})
	if d := plan(free, values{"sync_with_sites": true, "values": []any{"DE"}}); !d.Has(refused, `"DE"`) {
		t.Errorf("tied with an existing value: %v", d)
	}
	p.NextRun()
	if d := plan(state{}, values{"sync_with_sites": true}); len(d) > 0 {
		t.Errorf("a tie: %v", d)
	}
	if _, _, d := p.Plan("iam_restriction", state{}, values{"value": "FR"}); !d.Has(refused) {
		t.Errorf("a single value under the planned tie: %v", d)
	}
	p.NextRun()
	if d := plan(free, values{"sync_with_sites": false, "values": []any{"DE", "FR"}}); len(d) > 0 {
		t.Errorf("untied: %v", d)
	}
	if _, _, d := p.Plan("iam_site", state{}, site("DE")); len(d) > 0 {
		t.Fatal(d)
	}
	if d := plan(free, values{"sync_with_sites": true, "values": []any{"DE"}}); len(d) > 0 {
		t.Errorf("a planned site: %v", d)
	}
	unconfigured := providertest.New(t, values{"api_url": providertest.Unknown, "tenant": "acme", "client_id": "a", "client_secret": "b"})
	if _, _, d := unconfigured.Plan(settingsType, state{}, values{"sync_with_sites": true, "values": []any{"DE"}}); len(d) > 0 {
		t.Errorf("while the provider is unknown: %v", d)
	}
}

// The tenant has values that are no sites, which only the API knows.
func TestRestrictionSettingsResource_refused(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	set(t, b.Client, api.SettingRestrictions, []string{"EU"})
	none, d := p.Apply(settingsType, state{}, values{"sync_with_sites": true})
	if none.Values != nil || !d.Has("error: Unable to create restriction settings", "there is no site 'EU'") {
		t.Errorf("got %v, %v", none.Values, d)
	}
	made := p.MustApply(settingsType, state{}, values{"sync_with_sites": false})
	kept, d := p.Apply(settingsType, made, values{"sync_with_sites": true})
	if !same(kept.Values, made.Values) || !d.Has("error: Unable to update restriction settings", "there is no site 'EU'") {
		t.Errorf("got %v, %v", kept.Values, d)
	}
}

// What an item has besides its value stays.
func TestRestrictionSettingsResource_keepsTheRest(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	about, yes := "Values of the shop", true
	if err := b.Client.UpdateSetting(t.Context(), api.SettingUpdate{Key: api.SettingRestrictions, Value: []byte(`[]`), Description: &about, Restricted: &yes}); err != nil {
		t.Fatal(err)
	}
	p := providertest.New(t, b.Config)
	p.MustApply(settingsType, state{}, values{"values": []any{"DE"}})
	if item, err := b.Client.Setting(t.Context(), api.SettingRestrictions); err != nil || item.Description != about || !item.Restricted || string(item.Value) != `["DE"]` {
		t.Errorf("got %+v, %v", item, err)
	}
}

// What is as it should be is not written.
func TestRestrictionSettingsResource_writesNothingNew(t *testing.T) {
	t.Parallel()
	var writes atomic.Int32
	b := providertest.Remote(t, servertest.Options{Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet && strings.HasPrefix(r.URL.Path, "/configuration/") {
				writes.Add(1)
			}
			next.ServeHTTP(w, r)
		})
	}})
	set(t, b.Client, api.SettingRestrictions, []string{"AT", "DE"})
	before := writes.Load()
	p := providertest.New(t, b.Config)
	made := p.MustApply(settingsType, state{}, values{"sync_with_sites": false, "values": []any{"DE", "AT"}})
	p.MustApply(settingsType, made, values{"sync_with_sites": false})
	if n := writes.Load() - before; n != 0 {
		t.Errorf("%d writes", n)
	}
}
