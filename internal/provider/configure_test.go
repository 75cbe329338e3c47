package provider_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

type values = providertest.Values

func with(v, changes values) values {
	merged := values{}
	for _, m := range []values{v, changes} {
		for key, value := range m {
			merged[key] = value
		}
	}
	return merged
}

func TestConfigure_mistakes(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	key := values{"api_url": b.URL, "tenant": "acme", "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret}
	file := filepath.Join(t.TempDir(), "iam.db")
	for _, c := range []struct {
		name        string
		config      values
		environment map[string]string
		want        []string
	}{
		{"nothing", values{"tenant": "acme"}, nil, []string{"error: No Backend Configured", `api_url       = "https://`, `embedded = { path = "iam.db" }`}},
		{"nothing, not even a tenant", values{}, nil, []string{"No Backend Configured"}},
		{"both", with(key, values{"embedded": values{"path": file}}), nil, []string{`error at AttributeName("api_url")`, "embedded"}},
		{"both in the environment", values{"tenant": "acme"}, map[string]string{"IAM_API_URL": b.URL, "IAM_EMBEDDED_PATH": file}, []string{"error: Two Backends Configured"}},
		{"embedded without a path", values{"tenant": "acme", "embedded": values{}}, nil, []string{`error at AttributeName("embedded").AttributeName("path"): Missing Database Path`}},
		{"embedded without a path or a tenant", values{"embedded": values{}}, nil, []string{"Missing Database Path"}},
		{"no tenant", with(key, values{"tenant": nil}), nil, []string{`error at AttributeName("tenant"): Missing Tenant`, "IAM_TENANT"}},
		{"tenant against the pattern", with(key, values{"tenant": "my-shop"}), nil, []string{`error at AttributeName("tenant")`, "3 to 16 letters and digits"}},
		{"tenant against the pattern, from the environment", with(key, values{"tenant": nil}), map[string]string{"IAM_TENANT": "x"}, []string{`error at AttributeName("tenant"): Invalid Tenant`}},
		{"no credentials", values{"api_url": b.URL, "tenant": "acme"}, nil, []string{"error: Missing Credentials", "IAM_CLIENT_SECRET"}},
		{"wrong secret", with(key, values{"client_secret": "wrong"}), nil, []string{"error: Unable to get access token", servertest.ClientID, "rejected", b.URL}},
		{"unknown client", with(key, values{"client_id": "nobody"}), nil, []string{"error: Unable to get access token", "nobody"}},
		{"not a URL", with(key, values{"api_url": "localhost"}), nil, []string{`error at AttributeName("api_url"): Invalid API URL`, "write it like"}},
		{"wrong duration", with(key, values{"request_timeout": "fast"}), nil, []string{`error at AttributeName("request_timeout"): Invalid Duration`}},
		{"owner without an address", values{"tenant": "acme", "embedded": values{"path": file, "owner": "me"}}, nil, []string{"Invalid E-Mail Address"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := providertest.Start(t, c.environment).Configure(c.config)
			if !d.Has(c.want...) {
				t.Errorf("got %v, want %q", d, c.want)
			}
			for _, text := range d {
				if strings.Contains(text, servertest.ClientSecret) || strings.Contains(text, `"wrong"`) {
					t.Errorf("the secret is in the message: %s", text)
				}
			}
		})
	}
	if _, err := os.Stat(file); !os.IsNotExist(err) {
		t.Errorf("a refused configuration made a database: %v", err)
	}
}

func TestConfigure_environment(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	for name, environment := range map[string]map[string]string{
		"own names":      {"IAM_API_URL": b.URL, "IAM_TENANT": "ACME", "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret},
		"platform names": {"EMPORIX_API_URL": b.URL, "EMPORIX_TENANT": "acme", "EMPORIX_CLIENT_ID": servertest.ClientID, "EMPORIX_CLIENT_SECRET": servertest.ClientSecret},
		"own names win":  {"IAM_TENANT": "acme", "EMPORIX_TENANT": "other", "IAM_API_URL": b.URL, "EMPORIX_API_URL": "http://nowhere.invalid", "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret},
		"embedded":       {"IAM_TENANT": "acme", "IAM_EMBEDDED_PATH": filepath.Join(t.TempDir(), "iam.db")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := providertest.Start(t, environment)
			if d := p.Configure(values{}); len(d) > 0 {
				t.Fatal(d)
			}
			if found, d := p.ReadData("iam_user", values{"email": "owner@acme.example"}); d.Failed() || found["status"] != "ACTIVE" {
				t.Errorf("got %v, %v", found, d)
			}
		})
	}
}

// The configuration decides, and the environment only fills in.
func TestConfigure_embeddedInTheBlockWins(t *testing.T) {
	t.Parallel()
	p := providertest.Start(t, map[string]string{"IAM_API_URL": "http://nowhere.invalid"})
	d := p.Configure(values{"tenant": "acme", "embedded": values{"path": filepath.Join(t.TempDir(), "iam.db"), "owner": "boss@acme.example"}})
	if len(d) > 0 {
		t.Fatal(d)
	}
	if _, d := p.ReadData("iam_user", values{"email": "boss@acme.example"}); d.Failed() {
		t.Error(d)
	}
}

func TestConfigure_unknownMakesNoRequest(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	t.Cleanup(s.Close)
	for _, unknown := range []string{"tenant", "client_secret", "access_token", "scope"} {
		p := providertest.Start(t, nil)
		config := values{"api_url": s.URL, "tenant": "acme", "client_id": "a", "client_secret": "b"}
		if d := p.Configure(with(config, values{unknown: providertest.Unknown})); len(d) > 0 {
			t.Errorf("%s unknown: %v", unknown, d)
		}
		user := values{"email": "a@acme.example", "first_name": "A", "last_name": "B"}
		if _, _, d := p.Plan("iam_user", providertest.State{}, user); d.Failed() {
			t.Errorf("%s unknown, plan: %v", unknown, d)
		}
		if _, d := p.Apply("iam_user", providertest.State{}, user); !d.Has("Provider Configuration Unknown") {
			t.Errorf("%s unknown, apply: %v", unknown, d)
		}
	}
	if n := requests.Load(); n > 0 {
		t.Errorf("%d requests were made", n)
	}
}

func TestConfigure_missingScopesAreOneWarning(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	p := providertest.Start(t, nil)
	d := p.Configure(values{
		"api_url": b.URL, "tenant": "acme", "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret,
		"scope": api.ScopeUserRead + " " + api.ScopeGroupRead + " " + api.ScopeTemplateRead,
	})
	if len(d) != 1 || !d.Has("warning: Scopes Missing", "iam.group_manage: needed to create, update and delete iam_group", "iam.user_create") || d.Has("iam.user_read:") {
		t.Errorf("got %v", d)
	}
	// Without the scope the operation is an error that names it, and the state
	// stays.
	admin := providertest.New(t, values{"api_url": b.URL, "tenant": "acme", "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	config := values{"id": "g", "name": values{"en": "G"}}
	made := admin.MustApply("iam_group", providertest.State{}, config)
	kept, d := p.Apply("iam_group", made, with(config, values{"name": values{"en": "Other"}}))
	if !d.Has("error: Unable to update group", "lacks the scope iam.group_manage") || kept.Values == nil {
		t.Errorf("update without the scope: %v, %v", kept.Values, d)
	}
}

// A token that has a scope of teams lacks the other; one without any may be of
// an API without teams, where nobody could heed the warning.
func TestConfigure_teamScopes(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	for absent, want := range map[string]string{
		api.ScopeTeamManage:                           "team.team_manage: needed to write iam_team_member",
		api.ScopeTeamManage + " " + api.ScopeTeamRead: "",
	} {
		granted := slices.DeleteFunc(api.AllScopes(), func(s string) bool { return slices.Contains(strings.Fields(absent), s) })
		d := providertest.Start(t, nil).Configure(values{
			"api_url": b.URL, "tenant": "acme", "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret, "scope": strings.Join(granted, " "),
		})
		if want == "" && len(d) > 0 || want != "" && (len(d) != 1 || !d.Has("warning: Scopes Missing", want) || d.Has(api.ScopeTeamRead)) {
			t.Errorf("without %s: got %v", absent, d)
		}
	}
}

// A 403 while reading never drops what is in the state.
func TestConfigure_forbiddenReadKeepsState(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	admin := providertest.New(t, values{"api_url": b.URL, "tenant": "acme", "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	made := admin.MustApply("iam_group", providertest.State{}, values{"id": "g", "name": values{"en": "G"}})
	p := providertest.Start(t, nil)
	p.Configure(values{"api_url": b.URL, "tenant": "acme", "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret, "scope": api.ScopeUserRead})
	kept, d := p.Refresh("iam_group", made)
	if !d.Has("error: Unable to read group", "lacks the scope iam.group_read", "The state is unchanged") || kept.Values == nil {
		t.Errorf("got %v, %v", kept.Values, d)
	}
}

func TestConfigure_tokenOfAnotherTenant(t *testing.T) {
	t.Parallel()
	b := servertest.New(t, servertest.Options{})
	if _, err := b.Server.EnsureTenant(t.Context(), "globex", ""); err != nil {
		t.Fatal(err)
	}
	p := providertest.New(t, values{"api_url": b.URL, "tenant": "globex", "client_id": servertest.ClientID, "client_secret": servertest.ClientSecret})
	_, d := p.ReadData("iam_users", values{})
	if !d.Has("error: Unable to list users", "401", "an API key belongs to one tenant only") {
		t.Errorf("got %v", d)
	}
}

func TestConfigure_apiIsDown(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.NotFoundHandler())
	url := s.URL
	s.Close()
	p := providertest.Start(t, nil)
	d := p.Configure(values{"api_url": url, "tenant": "acme", "client_id": "a", "client_secret": "b", "max_retries": 1})
	if !d.Has("error: Unable to get access token", "connection refused", "2 tries", strings.TrimPrefix(url, "http://")) {
		t.Errorf("got %v", d)
	}
}

func TestConfigure_databaseThatIsNotOurs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "notes.txt")
	text := []byte(strings.Repeat("Not a database, but somebody's notes.\n", 100))
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	d := providertest.Start(t, nil).Configure(values{"tenant": "acme", "embedded": values{"path": path}})
	if !d.Has(`error at AttributeName("embedded").AttributeName("path"): Unable to open embedded backend`, path) {
		t.Errorf("got %v", d)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(text) {
		t.Errorf("the file was changed: %v", err)
	}
	d = providertest.Start(t, nil).Configure(values{"tenant": "acme", "embedded": values{"path": filepath.Join(t.TempDir(), "no", "such", "folder", "iam.db")}})
	if !d.Has("Unable to open embedded backend", "folder") {
		t.Errorf("a missing folder: %v", d)
	}
}

// A guardrails block that is left out, or in which every limit is, limits
// nothing and reads nothing. An unknown one does not hold yet.
func TestConfigure_guardrailsLeftOut(t *testing.T) {
	t.Parallel()
	b := providertest.Remote(t, servertest.Options{})
	user := values{"email": "anna@acme.example", "first_name": "Anna", "last_name": "Schmidt"}
	made := providertest.New(t, b.Config).MustApply("iam_user", providertest.State{}, user)
	for name, c := range map[string]struct {
		guardrails any
		refused    bool
		unknown    string
	}{
		"left out":       {nil, false, ""},
		"empty":          {values{}, false, ""},
		"unknown":        {providertest.Unknown, false, "all"},
		"unknown limits": {values{"protect_users": providertest.Unknown, "max_users_losing_access": providertest.Unknown, "keep_admins": providertest.Unknown}, false, "keep_admins, max_users_losing_access, protect_users"},
		"known in part":  {values{"protect_users": []any{"anna@acme.example", providertest.Unknown}}, true, "protect_users"},
		"protected":      {values{"protect_users": []any{"anna@acme.example"}}, true, ""},
	} {
		p := providertest.New(t, with(b.Config, values{"guardrails": c.guardrails}))
		if _, _, d := p.Plan("iam_user", made, nil); d.Failed() != c.refused || !c.refused && len(d) > 0 {
			t.Errorf("%s: %v", name, d)
		}
		d := p.Configure(with(b.Config, values{"guardrails": c.guardrails}))
		if len(d) > 0 != (c.unknown != "") || c.unknown != "" && !d.Has(`warning at AttributeName("guardrails"): Guardrails Not Known Yet`, "known only after apply: "+c.unknown+". ") {
			t.Errorf("%s: %v", name, d)
		}
	}
}

// A server that keeps the provider waiting is given up on, and the error says
// when and what to change.
func TestConfigure_patience(t *testing.T) {
	t.Parallel()
	hang := func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}
	later := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(http.StatusTooManyRequests)
	}
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		setting values
		want    []string
	}{
		"one try":   {hang, values{"request_timeout": "50ms"}, []string{"no whole answer within 50ms"}},
		"all tries": {hang, values{"total_timeout": "50ms"}, []string{"All tries together took longer than 50ms", "raise the provider's total_timeout"}},
		"told to":   {later, nil, []string{"asks to wait 1h0m0s", "The API requests a pause of 1h0m0s."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := httptest.NewServer(c.handler)
			t.Cleanup(s.Close)
			p := providertest.New(t, with(values{"api_url": s.URL, "tenant": "acme", "access_token": "ready", "max_retries": 0}, c.setting))
			_, d := p.ReadData("iam_users", values{})
			if !d.Has(append(c.want, "error: Unable to list users", "GET /iam/acme/users")...) {
				t.Errorf("got %v", d)
			}
		})
	}
}

// Every request belongs to the trace of the environment, where that is one, and
// errors give its id beside that of the request.
func TestConfigure_trace(t *testing.T) {
	t.Parallel()
	const id, parent, state = "4bf92f3577b34da6a3ce929d0e0e4736", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "congo=t61rcWkgMzE"
	for _, c := range []struct {
		parent, state string
		sent          []string
	}{
		{parent, state, []string{parent, state}},
		{parent, "A=b", []string{parent, ""}},
		{strings.ToUpper(parent), state, []string{"", ""}},
		{"", state, []string{"", ""}},
	} {
		var requests atomic.Int32
		b := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				if got := []string{r.Header.Get("traceparent"), r.Header.Get("tracestate")}; !slices.Equal(got, c.sent) {
					t.Errorf("%s %s has %q, want %q", r.Method, r.URL.Path, got, c.sent)
				}
				next.ServeHTTP(w, r)
			})
		}})
		p := providertest.Start(t, map[string]string{"TRACEPARENT": c.parent, "TRACESTATE": c.state})
		token, err := b.Server.IssueToken("tests", "acme", []string{api.ScopeUserRead})
		if err != nil {
			t.Fatal(err)
		}
		if d := p.Configure(values{"api_url": b.URL, "tenant": "acme", "access_token": token}); d.Failed() {
			t.Fatal(d)
		}
		_, d := p.ReadData("iam_groups", values{})
		if !d.Has("[request id ") || d.Has(", trace id "+id+"]") != (c.sent[0] != "") || requests.Load() == 0 {
			t.Errorf("with %q and %q, after %d requests: got %v", c.parent, c.state, requests.Load(), d)
		}
		if d := p.Configure(values{"api_url": b.URL, "tenant": "acme", "client_id": "nobody", "client_secret": "wrong"}); !d.Has("[request id ") || d.Has(", trace id "+id+"]") != (c.sent[0] != "") {
			t.Errorf("the token with %q and %q: got %v", c.parent, c.state, d)
		}
	}
}
