package visibility_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

type (
	values = providertest.Values
	state  = providertest.State
)

func with(v, changes values) values {
	merged := values{}
	maps.Copy(merged, v)
	maps.Copy(merged, changes)
	return merged
}

// noChange refreshes and plans, and wants nothing to differ.
func noChange(t *testing.T, p *providertest.Provider, typeName string, s state, config values) {
	t.Helper()
	refreshed, d := p.Refresh(typeName, s)
	if len(d) > 0 {
		t.Errorf("refresh: %v", d)
	}
	planned, _, d := p.Plan(typeName, refreshed, config)
	if !same(refreshed.Values, planned.Values) || len(d) > 0 {
		t.Errorf("the plan changes %v to %v: %v", refreshed.Values, planned.Values, d)
	}
}

func same(a, b values) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

// listed is the list of the tenant as the server has it, sorted.
func listed(t *testing.T, c *client.Client) string {
	t.Helper()
	item, err := c.Setting(t.Context(), api.SettingRestrictions)
	if client.IsNotFound(err) {
		return "none"
	}
	var list []string
	if err != nil || json.Unmarshal(item.Value, &list) != nil {
		t.Fatalf("got %+v, %v", item, err)
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// set sets a configuration item behind the provider's back.
func set(t *testing.T, c *client.Client, key string, value any) {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	err = c.UpdateSetting(t.Context(), api.SettingUpdate{Key: key, Value: text})
	if client.IsBadRequest(err) {
		err = c.CreateSetting(t.Context(), api.Setting{Key: key, Value: text})
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestRestrictionResource_life(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		p := providertest.New(t, b.Config)
		set(t, b.Client, api.SettingRestrictions, []string{"others"})
		de := values{"value": "DE"}
		made := p.MustApply("iam_restriction", state{}, de)
		if got := listed(t, b.Client); got != "DE others" {
			t.Errorf("the list is %s", got)
		}
		noChange(t, p, "iam_restriction", made, de)

		imported, d := p.Import("iam_restriction", "DE")
		if len(d) > 0 || !same(imported.Values, made.Values) {
			t.Errorf("import: %v, %v", imported.Values, d)
		}
		if gone, d := p.Import("iam_restriction", "de"); gone.Values != nil || !d.Has("Unable to import restriction", `"de"`) {
			t.Errorf("import of another: %v, %v", gone.Values, d)
		}
		_, d = p.Apply("iam_restriction", state{}, de)
		if !d.Has(`error at AttributeName("value"): Restriction Already Exists`, `id = "DE"`) {
			t.Errorf("a second owner: %v", d)
		}

		if _, replace, _ := p.Plan("iam_restriction", made, values{"value": "AT"}); !replace {
			t.Error("another value must replace the restriction")
		}
		moved := p.MustApply("iam_restriction", made, values{"value": "AT"})
		if got := listed(t, b.Client); got != "AT others" {
			t.Errorf("after the replacement the list is %s", got)
		}
		p.MustApply("iam_restriction", moved, nil)
		p.MustApply("iam_restriction", moved, nil) // gone already
		if got := listed(t, b.Client); got != "others" {
			t.Errorf("after the destruction the list is %s", got)
		}
	})
}

func TestRestrictionResource_changedElsewhere(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	p := providertest.New(t, b.Config)
	made := p.MustApply("iam_restriction", state{}, values{"value": "DE"})
	set(t, b.Client, api.SettingRestrictions, []string{"FR"})
	gone, d := p.Refresh("iam_restriction", made)
	if gone.Values != nil || !d.Has("warning: Restriction Not Found", "DE no longer exists") {
		t.Errorf("taken off the list: %v, %v", gone.Values, d)
	}
	if err := b.Client.DeleteSetting(t.Context(), api.SettingRestrictions); err != nil {
		t.Fatal(err)
	}
	if gone, d := p.Refresh("iam_restriction", made); gone.Values != nil || len(d) != 1 {
		t.Errorf("without a list: %v, %v", gone.Values, d)
	}
	p.MustApply("iam_restriction", made, nil) // nothing to take it off
	p.MustApply("iam_restriction", state{}, values{"value": "DE"})
	if got := listed(t, b.Client); got != "DE" {
		t.Errorf("the new list is %s", got)
	}
}

func TestRestrictionResource_badConfiguration(t *testing.T) {
	t.Parallel()
	p := providertest.New(t, providertest.Remote(t, servertest.Options{}).Config)
	for _, v := range []string{" ", "D E", "DE#FR", "a--b", "a\n"} {
		if _, _, d := p.Plan("iam_restriction", state{}, values{"value": v}); !d.Has(`error at AttributeName("value"): Invalid Restriction Value`, fmt.Sprintf("%q", v)) {
			t.Errorf("%q: got %v", v, d)
		}
	}
	planned, _, d := p.Plan("iam_restriction", state{}, values{"value": providertest.Unknown})
	if d.Failed() || planned.Values["value"] != providertest.Unknown {
		t.Errorf("an unknown value: %v, %v", planned.Values, d)
	}
	unconfigured := providertest.New(t, values{"api_url": providertest.Unknown, "tenant": "acme", "client_id": "a", "client_secret": "b"})
	if _, _, d := unconfigured.Plan("iam_restriction", state{}, values{"value": "DE"}); len(d) > 0 {
		t.Errorf("while the provider is unknown: %v", d)
	}
}

// Every value of a large configuration ends up in the list, however many are
// applied at a time, and by how many processes.
func TestRestrictionResource_parallel(t *testing.T) {
	t.Parallel()
	providertest.EachMode(t, func(t *testing.T, b providertest.Backend) {
		processes := []*providertest.Provider{providertest.New(t, b.Config)}
		if b.Config["api_url"] != nil {
			processes = append(processes, providertest.New(t, b.Config), providertest.New(t, b.Config))
		}
		const number = 30
		states := make([]state, number)
		inParallel := func(config func(i int) values) {
			var running sync.WaitGroup
			for i := range number {
				running.Go(func() {
					after, d := processes[i%len(processes)].Apply("iam_restriction", states[i], config(i))
					if len(d) > 0 {
						t.Errorf("value %d: %v", i, d)
					}
					states[i] = after
				})
			}
			running.Wait()
		}
		inParallel(func(i int) values { return values{"value": fmt.Sprintf("v%02d", i)} })
		var want []string
		for i := range number {
			want = append(want, fmt.Sprintf("v%02d", i))
		}
		if got := listed(t, b.Client); got != strings.Join(want, " ") {
			t.Errorf("the list is %s", got)
		}
		inParallel(func(int) values { return nil })
		if got := listed(t, b.Client); got != "" {
			t.Errorf("after the destruction the list is %s", got)
		}
	})
}

// before runs something once, while a request waits at the door of the
// backend: what others do between the provider's read and its write.
type before struct {
	armed  atomic.Bool // also for the requests in it
	method string
	path   string // how the path ends
	do     func(w http.ResponseWriter, r *http.Request, next http.Handler)
}

func (b *before) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == b.method && strings.HasSuffix(r.URL.Path, b.path) && b.armed.Swap(false) {
			b.do(w, r, next)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// discard is an answer that nobody gets.
type discard struct{ header http.Header }

func (d discard) Header() http.Header          { return d.header }
func (discard) WriteHeader(int)                {}
func (discard) Write(text []byte) (int, error) { return len(text), nil }

// lost lets a request take effect and breaks the connection.
func lost(_ http.ResponseWriter, r *http.Request, next http.Handler) {
	next.ServeHTTP(discard{http.Header{}}, r)
	panic(http.ErrAbortHandler)
}

// What somebody else lists between the read and the write stays, unless it is
// the same value: then it is theirs.
func TestRestrictionResource_writtenMeanwhile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ others, want, fails string }{
		"another value":  {"FR", "DE FR", ""},
		"the same value": {"DE", "DE", "Restriction DE already exists in the tenant"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var b providertest.Backend
			held := before{method: http.MethodPut, path: "/restrictions", do: func(w http.ResponseWriter, r *http.Request, next http.Handler) {
				set(t, b.Client, api.SettingRestrictions, []string{c.others})
				next.ServeHTTP(w, r)
			}}
			b = providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: held.wrap})
			p := providertest.New(t, b.Config)
			held.armed.Store(true)
			made, d := p.Apply("iam_restriction", state{}, values{"value": "DE"})
			if d.Failed() != (c.fails != "") || c.fails != "" && !d.Has(c.fails) || (made.Values == nil) != (c.fails != "") {
				t.Errorf("got %v, %v", made.Values, d)
			}
			if got := listed(t, b.Client); got != c.want {
				t.Errorf("the list is %s", got)
			}
		})
	}
}

// The answer to the write is lost and the request repeated: the value that then
// exists is the resource's own, whether the item was changed or made.
func TestRestrictionResource_lostAnswer(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodPut, http.MethodPost} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			cut := before{method: method, do: lost}
			b := providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: cut.wrap})
			p := providertest.New(t, b.Config)
			if method == http.MethodPost {
				cut.path = "/configurations"
				if err := b.Client.DeleteSetting(t.Context(), api.SettingRestrictions); err != nil {
					t.Fatal(err)
				}
			}
			cut.armed.Store(true)
			p.MustApply("iam_restriction", state{}, values{"value": "DE"})
			if got := listed(t, b.Client); got != "DE" || cut.armed.Load() {
				t.Errorf("the list is %s", got)
			}
		})
	}
}

// Where every try meets another write, it gives up and says so.
func TestRestrictionResource_neverTheOnlyWriter(t *testing.T) {
	t.Parallel()
	var puts atomic.Int32
	var b providertest.Backend
	b = providertest.Remote(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodPut && r.Header.Get("User-Agent") != "terraform-provider-iam" { // that is the other's client
				set(t, b.Client, api.SettingRestrictions, []string{fmt.Sprint("other", puts.Add(1))})
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	none, d := p.Apply("iam_restriction", state{}, values{"value": "DE"})
	if none.Values != nil || !d.Has(`error at AttributeName("value"): Unable to create restriction`, "The version of 'restrictions' is") || puts.Load() != 20 {
		t.Errorf("got %v, %v after %d tries", none.Values, d, puts.Load())
	}
}

// A setting that is not a list is reported and never overwritten.
func TestRestrictionResource_unreadableList(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{NoContract: true, Wrap: func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/restrictions") {
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(`{"key":"restrictions","value":"DE,FR","version":1}`))
				if r.Method != http.MethodGet {
					t.Errorf("%s was sent", r.Method)
				}
				return
			}
			next.ServeHTTP(w, r)
		})
	}})
	p := providertest.New(t, b.Config)
	if _, d := p.Apply("iam_restriction", state{}, values{"value": "DE"}); !d.Has("Unable to read restrictions", `configuration item restrictions has the unexpected value "DE,FR"`) {
		t.Errorf("got %v", d)
	}
	if kept, d := p.Refresh("iam_restriction", state{Values: values{"value": "DE"}}); kept.Values == nil || !d.Has("Unable to read restriction") {
		t.Errorf("got %v, %v", kept.Values, d)
	}
}

// While restrictions are tied to the sites, a value that is no site is refused
// in the plan, on the attribute; a site that the same plan makes is one.
func TestRestrictionResource_planWithSites(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{})
	config := values{"api_url": s.URL, "tenant": servertest.Tenant, "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}
	p := providertest.New(t, config)
	made := p.MustApply("iam_restriction", state{}, values{"value": "DE"})
	p.MustApply("iam_site", state{}, site("DE"))
	p.MustApply("iam_site", state{}, with(site("hidden"), values{"active": false}))
	set(t, s.Client, api.SettingSiteSync, true)
	const refused = `error at AttributeName("value"): Restriction Is Not A Site`
	if _, _, d := p.Plan("iam_restriction", state{}, values{"value": "FR"}); !d.Has(refused, `no site with the code "FR"`, "iam_site.name.code") {
		t.Errorf("no site: %v", d)
	}
	if _, _, d := p.Plan("iam_restriction", made, values{"value": "FR"}); !d.Has(refused) {
		t.Errorf("replaced by no site: %v", d)
	}
	for _, v := range []string{"main", "hidden"} {
		if _, _, d := p.Plan("iam_restriction", state{}, values{"value": v}); len(d) > 0 {
			t.Errorf("%s: %v", v, d)
		}
	}
	if _, _, d := p.Plan("iam_restriction", made, values{"value": "DE"}); len(d) > 0 {
		t.Errorf("there already: %v", d)
	}
	p.NextRun()
	if _, _, d := p.Plan("iam_site", state{}, site("FR")); len(d) > 0 {
		t.Fatal(d)
	}
	if _, _, d := p.Plan("iam_restriction", state{}, values{"value": "FR"}); len(d) > 0 {
		t.Errorf("a planned site: %v", d)
	}

	// A key that sees active sites only cannot know; one that sees none is
	// left to the API.
	scopes := api.ScopeSettingRead + " " + api.ScopeSettingManage
	reader := providertest.Start(t, nil)
	reader.Configure(with(config, values{"scope": scopes + " " + api.ScopeSiteRead}))
	if _, _, d := reader.Plan("iam_restriction", state{}, values{"value": "hidden"}); d.Failed() || !d.Has(`warning at AttributeName("value"): Restriction May Not Be A Site`, "no permission to see inactive sites") {
		t.Errorf("an inactive site: %v", d)
	}
	if _, _, d := reader.Plan("iam_restriction", state{}, values{"value": "main"}); len(d) > 0 {
		t.Errorf("an active site: %v", d)
	}
	blind := providertest.Start(t, nil)
	blind.Configure(with(config, values{"scope": scopes}))
	if _, _, d := blind.Plan("iam_restriction", state{}, values{"value": "FR"}); len(d) > 0 {
		t.Errorf("without the scope: %v", d)
	}
	if _, d := blind.Apply("iam_restriction", state{}, values{"value": "FR"}); !d.Has(`error at AttributeName("value"): Unable to create restriction`, "there is no site 'FR'") {
		t.Errorf("the API's answer: %v", d)
	}
}
