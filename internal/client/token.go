package client

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// expiryBuffer is how long before its end a token is no longer used, so that
// it does not expire on its way; short-lived tokens get a tenth of their life.
const expiryBuffer = time.Minute

// longestLife is the longest that a token is believed to live. No server grants
// more, and one that says so may have meant anything.
const longestLife = 10 * 365 * 24 * time.Hour

// longestToken is how many bytes a token may have.
const longestToken = 64 << 10

// token is one access token.
type token struct {
	value   string
	scopes  []string  // nil: not known
	expires time.Time // zero: not known
}

// tokenSource holds the token of a client and fetches it when there is none.
// Any number of callers cause one request.
type tokenSource struct {
	client *Client
	form   url.Values // the token request; nil: the token was given ready
	now    func() time.Time
	flight singleflight.Group

	mu      sync.Mutex
	current token
}

func newTokenSource(c *Client, o Options) (*tokenSource, error) {
	t := &tokenSource{client: c, now: time.Now, current: token{value: o.AccessToken}}
	switch {
	case o.AccessToken != "":
		if !sendable(o.AccessToken) {
			return nil, errors.New("access token holds a character no token has: look for a line break at its end")
		}
	case o.ClientID == "" && o.ClientSecret == "":
		return nil, errors.New("credentials are missing: give a client id and a client secret, or an access token")
	case o.ClientID == "":
		return nil, errors.New("client id is missing: give it beside the client secret")
	case o.ClientSecret == "":
		return nil, errors.New("client secret is missing: give it beside the client id")
	default:
		t.form = url.Values{
			"grant_type":    {"client_credentials"},
			"client_id":     {o.ClientID},
			"client_secret": {o.ClientSecret},
		}
		if o.Scope != "" {
			t.form.Set("scope", o.Scope)
		}
	}
	return t, nil
}

// GrantedScopes returns the scopes the token was granted. The server leaves out
// silently what the client may not have. A ready access token does not tell its
// scopes: then, or when the server does not list them, the answer is nil.
func (c *Client) GrantedScopes(ctx context.Context) ([]string, error) {
	held, err := c.tokens.get(ctx)
	return slices.Clone(held.scopes), err
}

// AccessToken is a token that is handed on.
type AccessToken struct {
	Value   string
	Type    string    // such as Bearer
	Scopes  []string  // granted; nil when the server does not list them
	Expires time.Time // zero when the server does not say
}

// ErrNoCredentials is a client that was given a ready token and cannot get
// another.
var ErrNoCredentials = errors.New("a token can be had for client credentials only, and there are none")

// NewAccessToken returns a token of its own, which the client does not use, with
// the scopes named, separated by spaces; with none named, with those that the
// client asks for. Those that the API key does not have are left out silently.
func (c *Client) NewAccessToken(ctx context.Context, scope string) (AccessToken, error) {
	if c.tokens.form == nil {
		return AccessToken{}, ErrNoCredentials
	}
	form := maps.Clone(c.tokens.form)
	if scope != "" {
		form.Set("scope", scope)
	}
	start := c.tokens.now()
	doc, err := c.tokens.request(ctx, form)
	if err != nil {
		return AccessToken{}, err
	}
	made := AccessToken{Value: doc.AccessToken, Type: doc.TokenType, Scopes: splitScopes(doc.Scope)}
	if life := lifeOf(doc); life > 0 {
		made.Expires = start.Add(life).UTC()
	}
	return made, nil
}

// held returns the current token unless there is none or it is about to expire.
func (t *tokenSource) held() (token, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	alive := t.current.expires.IsZero() || t.now().Before(t.current.expires)
	return t.current, t.current.value != "" && alive
}

// get returns the current token, or a new one.
func (t *tokenSource) get(ctx context.Context) (token, error) {
	if held, ok := t.held(); ok {
		return held, nil
	}
	result := t.flight.DoChan("", func() (any, error) {
		// The flight before this one may have landed in the meantime.
		if held, ok := t.held(); ok {
			return held, nil
		}
		// Others wait for this token too, so it does not end with its first caller.
		return t.fetch(context.WithoutCancel(ctx))
	})
	select {
	case <-ctx.Done():
		return token{}, fmt.Errorf("waiting for a token: %w", ctx.Err())
	case r := <-result:
		fetched, _ := r.Val.(token)
		return fetched, r.Err
	}
}

// drop forgets the token, unless it was replaced already. It reports whether a
// new one can be had.
func (t *tokenSource) drop(refused token) bool {
	if t.form == nil {
		return false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.current.value == refused.value {
		t.current = token{}
	}
	return true
}

// fetch requests a token and keeps it.
func (t *tokenSource) fetch(ctx context.Context) (token, error) {
	doc, err := t.request(ctx, t.form)
	if err != nil {
		return token{}, err
	}
	fetched := token{value: doc.AccessToken, scopes: splitScopes(doc.Scope), expires: t.expiry(lifeOf(doc))}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.current = fetched
	return fetched, nil
}

// request asks for a token. It changes nothing, so it may be repeated.
func (t *tokenSource) request(ctx context.Context, form url.Values) (api.Token, error) {
	ctx, cancel := t.client.withTotalTimeout(ctx)
	defer cancel()
	r := t.client.newRequest(call{
		method: http.MethodPost, path: api.PathToken, form: form, again: true, want: []int{http.StatusOK},
	})
	if err := r.send(ctx, ""); err != nil {
		if answer, ok := errors.AsType[*Error](err); ok {
			return api.Token{}, &TokenError{
				ClientID: form.Get("client_id"),
				URL:      t.client.base.String() + api.PathToken,
				Answer:   answer,
			}
		}
		return api.Token{}, overdue(ctx, err)
	}
	doc, err := decode[api.Token](r)
	switch {
	case err != nil:
	case doc.AccessToken == "":
		err = r.unusable(errors.New("it has no access token"))
	case !sendable(doc.AccessToken), len(doc.AccessToken) > longestToken:
		err = r.unusable(errors.New("its access token is no token"))
	}
	return doc, err
}

// sendable reports whether a token can stand in a header.
func sendable(token string) bool {
	return !strings.ContainsFunc(token, func(r rune) bool { return r < ' ' || r > '~' })
}

// lifeOf returns how long a token lives by the word of its server; zero when the
// server does not say, or says what cannot be.
func lifeOf(doc api.Token) time.Duration {
	if doc.ExpiresIn <= 0 || doc.ExpiresIn > int(longestLife/time.Second) {
		return 0
	}
	return time.Duration(doc.ExpiresIn) * time.Second
}

// expiry tells until when to use a token. One without a stated end is used
// until the server refuses it.
func (t *tokenSource) expiry(life time.Duration) time.Time {
	if life == 0 {
		return time.Time{}
	}
	return t.now().Add(life - min(expiryBuffer, life/10))
}

// splitScopes returns the scopes of a token answer without the word that names
// the tenant.
func splitScopes(text string) []string {
	words := strings.Fields(text)
	if len(words) == 0 {
		return nil
	}
	scopes := []string{}
	for _, word := range words {
		if !strings.HasPrefix(word, "tenant=") {
			scopes = append(scopes, word)
		}
	}
	return scopes
}

// redact takes the secrets out of a text that came from a server, because some
// servers quote the request they refuse.
func (r *request) redact(text string) string {
	secret := r.client.tokens.form.Get("client_secret")
	for _, hidden := range []string{r.token, secret, url.QueryEscape(secret), r.call.secret} {
		if hidden != "" {
			text = strings.ReplaceAll(text, hidden, "(redacted)")
		}
	}
	return text
}
