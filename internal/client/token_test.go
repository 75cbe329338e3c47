package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

const testSecret = "s3cret+/%" // changes when a form encodes it

func credentials(o *Options) { o.AccessToken, o.ClientID, o.ClientSecret = "", "id-1", testSecret }

// issuer is a server that issues the tokens token-1, token-2 and so on, and
// accepts the latest one.
type issuer struct {
	issued atomic.Int32
	life   int    // seconds
	scope  string // granted
	form   url.Values
	reads  atomic.Int32
}

func (s *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == api.PathToken {
		_ = r.ParseForm()
		s.form = r.PostForm
		body := `{"access_token":"token-%d","token_type":"Bearer","expires_in":%d,"refresh_token":null,"scope":%q}`
		answer(200, fmt.Sprintf(body, s.issued.Add(1), s.life, s.scope))(w, r)
		return
	}
	s.reads.Add(1)
	if r.Header.Get("Authorization") != fmt.Sprintf("Bearer token-%d", s.issued.Load()) {
		answer(401, `{}`)(w, r)
		return
	}
	answer(200, `{"id":"g"}`)(w, r)
}

func TestToken_request(t *testing.T) {
	t.Parallel()
	s := &issuer{life: 14399}
	var header http.Header
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == api.PathToken {
			header = r.Header.Clone()
		}
		s.ServeHTTP(w, r)
	}, credentials, func(o *Options) { o.Scope = "tenant=acme iam.group_read" })
	for range 3 {
		if _, err := c.Group(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
	}
	if s.issued.Load() != 1 {
		t.Errorf("%d tokens issued, want 1", s.issued.Load())
	}
	want := url.Values{
		"grant_type": {"client_credentials"}, "client_id": {"id-1"}, "client_secret": {testSecret},
		"scope": {"tenant=acme iam.group_read"},
	}
	if s.form.Encode() != want.Encode() {
		t.Errorf("form %v, want %v", s.form, want)
	}
	if header.Get("Content-Type") != "application/x-www-form-urlencoded" || header.Get("Authorization") != "" {
		t.Errorf("header %v", header)
	}
}

func TestToken_singleFlight(t *testing.T) {
	t.Parallel()
	s := &issuer{life: 14399}
	release := make(chan struct{})
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == api.PathToken {
			<-release
		}
		s.ServeHTTP(w, r)
	}, credentials)
	var started, done sync.WaitGroup
	for range 50 {
		started.Add(1)
		done.Go(func() {
			started.Done()
			if _, err := c.Group(t.Context(), "g"); err != nil {
				t.Error(err)
			}
		})
	}
	started.Wait()
	close(release)
	done.Wait()
	if s.issued.Load() != 1 {
		t.Errorf("%d tokens issued, want 1", s.issued.Load())
	}
}

// TestToken_callerLeaves cancels the caller that started the token request:
// the others still get their token.
func TestToken_callerLeaves(t *testing.T) {
	t.Parallel()
	s := &issuer{life: 14399}
	asked, release := make(chan struct{}), make(chan struct{})
	c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == api.PathToken {
			close(asked)
			<-release
		}
		s.ServeHTTP(w, r)
	}, credentials)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() { _, err := c.Group(ctx, "g"); first <- err }()
	<-asked
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	close(release)
	if _, err := c.Group(t.Context(), "g"); err != nil || s.issued.Load() != 1 {
		t.Errorf("%d tokens issued, error %v", s.issued.Load(), err)
	}
}

func TestToken_expiry(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		life  int
		after time.Duration
		want  int32 // tokens issued
	}{
		"long, in time":    {3600, 58 * time.Minute, 1},
		"long, at its end": {3600, 59*time.Minute + time.Second, 2},
		"short, in time":   {30, 26 * time.Second, 1},
		"short, at end":    {30, 28 * time.Second, 2},
		"not stated":       {0, 1000 * time.Hour, 1},
		"in the past":      {-3600, 1000 * time.Hour, 1},
		"for ever":         {math.MaxInt, 1000 * time.Hour, 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &issuer{life: test.life}
			c := newTestClient(t, s.ServeHTTP, credentials)
			now := time.Now()
			c.tokens.now = func() time.Time { return now }
			for range 2 {
				if _, err := c.Group(t.Context(), "g"); err != nil {
					t.Fatal(err)
				}
				now = now.Add(test.after)
			}
			if s.issued.Load() != test.want {
				t.Errorf("%d tokens issued, want %d", s.issued.Load(), test.want)
			}
		})
	}
}

func TestToken_refused(t *testing.T) {
	t.Parallel()
	t.Run("renewed once", func(t *testing.T) {
		t.Parallel()
		s := &issuer{life: 14399}
		c := newTestClient(t, s.ServeHTTP, credentials)
		if _, err := c.Group(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		s.issued.Add(1) // as if revoked
		if _, err := c.Group(t.Context(), "g"); err != nil {
			t.Fatal(err)
		}
		if s.issued.Load() != 3 || s.reads.Load() != 3 {
			t.Errorf("latest token %d after %d reads, want 3 and 3", s.issued.Load(), s.reads.Load())
		}
	})
	t.Run("once for many", func(t *testing.T) {
		t.Parallel()
		s := &issuer{life: 14399}
		c := newTestClient(t, s.ServeHTTP, credentials)
		if _, err := c.GrantedScopes(t.Context()); err != nil {
			t.Fatal(err)
		}
		held, _ := c.tokens.held()
		c.tokens.drop(held)
		renewed, err := c.tokens.get(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c.tokens.drop(held) // another caller whose request had the old token
		if still, ok := c.tokens.held(); !ok || still.value != renewed.value {
			t.Error("the new token was dropped in place of the old one")
		}
	})
	t.Run("not twice", func(t *testing.T) {
		t.Parallel()
		var tokens, reads atomic.Int32
		c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == api.PathToken {
				tokens.Add(1)
				answer(200, `{"access_token":"t"}`)(w, r)
				return
			}
			reads.Add(1)
			answer(401, `{}`)(w, r)
		}, credentials)
		_, err := c.CreateUser(t.Context(), api.UserCreate{})
		if !IsUnauthorized(err) || IsUncertain(err) || tokens.Load() != 2 || reads.Load() != 2 {
			t.Errorf("%d tokens, %d requests, error %v", tokens.Load(), reads.Load(), err)
		}
	})
	t.Run("ready token", func(t *testing.T) {
		t.Parallel()
		var requests atomic.Int32
		c := newTestClient(t, func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			answer(401, `{}`)(w, r)
		})
		if _, err := c.Group(t.Context(), "g"); !IsUnauthorized(err) || requests.Load() != 1 {
			t.Errorf("%d requests, error %v", requests.Load(), err)
		}
	})
}

func TestGrantedScopes(t *testing.T) {
	t.Parallel()
	tests := map[string][]string{
		"iam.user_read iam.group_read tenant=acme": {"iam.user_read", "iam.group_read"},
		"tenant=acme": {},
		"":            nil,
	}
	for granted, want := range tests {
		s := &issuer{scope: granted}
		got, err := newTestClient(t, s.ServeHTTP, credentials).GrantedScopes(t.Context())
		if err != nil || !slices.Equal(got, want) || (got == nil) != (want == nil) {
			t.Errorf("%q: scopes %#v, want %#v (error %v)", granted, got, want, err)
		}
	}
	ready := newTestClient(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("sent %s", r.RequestURI) })
	if got, err := ready.GrantedScopes(t.Context()); got != nil || err != nil {
		t.Errorf("scopes %v, error %v", got, err)
	}
}

func TestTokenError(t *testing.T) {
	t.Parallel()
	fault := `{"fault":{"faultstring":"Invalid ApiKey","detail":{"errorcode":"oauth.v2.InvalidClientId"}}}`
	tests := map[string]struct {
		handler  http.HandlerFunc
		rejected bool
		want     string
	}{
		"unknown client": {answer(401, fault), true, "Invalid ApiKey"},
		"bad request":    {answer(400, `{}`), true, "check the client id and the client secret"},
		"wrong URL":      {answer(404, ``), false, "check the base URL"},
		"out of order":   {answer(502, ``), false, "502 Bad Gateway"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newTestClient(t, test.handler, credentials)
			_, err := c.CreateUser(t.Context(), api.UserCreate{})
			e, ok := errors.AsType[*TokenError](err)
			if !ok || e.Rejected() != test.rejected {
				t.Fatalf("error %v (%T)", err, err)
			}
			for _, want := range []string{`"id-1"`, c.base.String() + "/oauth/token", test.want} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("text %q lacks %q", err, want)
				}
			}
			if IsNotFound(err) || IsUncertain(err) {
				t.Errorf("not found %t, uncertain %t: %v", IsNotFound(err), IsUncertain(err), err)
			}
		})
	}
}

func TestToken_noAnswer(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		handler http.HandlerFunc
		option  func(*Options)
		want    string
	}{
		"not reachable": {nil, unreachable, "after 5 tries: connection refused"},
		"cut":           {cut(""), credentials, "after 5 tries: EOF"},
		"page":          {page(200, "<html>"), credentials, "text/html"},
		"no token":      {answer(200, `{}`), credentials, "no access token"},
		"not a token":   {answer(200, `{"access_token":"hidden","expires_in":"x"}`), credentials, "not the expected JSON"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newTestClient(t, test.handler, credentials, test.option).CreateUser(t.Context(), api.UserCreate{})
			if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "hidden") {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
			if IsUncertain(err) {
				t.Errorf("no user can have been created: %v", err)
			}
		})
	}
}

// TestSecretsStaySecret makes the server quote each request in its answer.
func TestSecretsStaySecret(t *testing.T) {
	t.Parallel()
	quote := func(status int, contentType string, keep bool) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if keep && r.URL.Path == api.PathToken {
				answer(200, `{"access_token":"t0ken-value","expires_in":3600}`)(w, r)
				return
			}
			body, _ := io.ReadAll(r.Body)
			decoded, _ := url.QueryUnescape(string(body))
			text := fmt.Sprintf("%s %s %s", r.Header.Get("Authorization"), body, decoded)
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			if contentType == "application/json" {
				text = fmt.Sprintf(`{"message":%q,"details":[%q]}`, text, text)
			}
			_, _ = io.WriteString(w, text)
		}
	}
	tests := map[string]http.HandlerFunc{
		"token refused":        quote(401, "application/json", false),
		"token page":           quote(200, "text/html", false),
		"token answer odd":     quote(200, "application/json", false),
		"request refused":      quote(403, "application/json", true),
		"request unauthorized": quote(401, "application/json", true),
		"request page":         quote(200, "text/html", true),
		"cut":                  cut(""),
	}
	for name, handler := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var told strings.Builder
			c := newTestClient(t, handler, credentials, func(o *Options) {
				o.Log = func(_ context.Context, msg string, fields map[string]any) {
					mu.Lock()
					defer mu.Unlock()
					fmt.Fprintln(&told, msg, fields)
				}
			})
			_, err := c.Group(t.Context(), "g")
			_, makeErr := c.PutMakeOrganization(t.Context(), api.MakeOrganizationUpdate{OrganizationID: "7", APIKey: "m4ke-key"})
			if err == nil || makeErr == nil {
				t.Fatal("no error")
			}
			fmt.Fprintf(&told, "%v %+v %v %+v", err, err, makeErr, makeErr)
			for _, secret := range []string{testSecret, url.QueryEscape(testSecret), "t0ken-value", "m4ke-key"} {
				if strings.Contains(told.String(), secret) {
					t.Errorf("%q appears in %s", secret, &told)
				}
			}
		})
	}
}

// A token that is handed on is another than the client's own, which stays.
func TestNewAccessToken(t *testing.T) {
	t.Parallel()
	s := &issuer{life: 100, scope: "iam.group_read tenant=acme"}
	c := newTestClient(t, s.ServeHTTP, credentials, func(o *Options) { o.Scope = "iam.group_read iam.user_read" })
	own, err := c.tokens.get(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for scope, want := range map[string]string{"": "iam.group_read iam.user_read", "iam.group_read": "iam.group_read"} {
		start := time.Now()
		made, err := c.NewAccessToken(t.Context(), scope)
		if err != nil || made.Value == own.value || made.Type != "Bearer" || !slices.Equal(made.Scopes, []string{"iam.group_read"}) || s.form.Get("scope") != want {
			t.Errorf("%q: got %+v for %q, %v", scope, made, s.form.Get("scope"), err)
		}
		if life := made.Expires.Sub(start); life < 99*time.Second || life > 110*time.Second {
			t.Errorf("%q: the token lives for %s", scope, life)
		}
	}
	if kept, err := c.tokens.get(t.Context()); err != nil || kept.value != own.value {
		t.Errorf("the client's own token became %q, %v", kept.value, err)
	}
	ready := newTestClient(t, s.ServeHTTP)
	if made, err := ready.NewAccessToken(t.Context(), ""); !errors.Is(err, ErrNoCredentials) {
		t.Errorf("with a ready token: got %+v, %v", made, err)
	}
}
