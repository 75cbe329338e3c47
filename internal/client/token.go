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

// expiryBuffer is how long before its expiry a token is replaced, so that it does
// not expire in transit; for short-lived tokens it is a tenth of their lifetime.
const expiryBuffer = time.Minute

// longestLife is the longest lifetime of a token that is plausible. A longer one is
// ignored.
const longestLife = 10 * 365 * 24 * time.Hour

// longestToken limits a token in bytes.
const longestToken = 64 << 10

// token is one access token.
type token struct {
	value   string
	scopes  []string  // nil: unknown
	expires time.Time // zero: unknown
}

// tokenSource holds the token of a client and fetches it when needed. Concurrent
// callers share one request.
type tokenSource struct {
	client *Client
	form   url.Values // the token request; nil: the token was given in the options
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
			return nil, errors.New("access token contains a character that no token has: check for a line break at its end")
		}
	case o.ClientID == "" && o.ClientSecret == "":
		return nil, errors.New("credentials are missing: set a client id and a client secret, or an access token")
	case o.ClientID == "":
		return nil, errors.New("client id is missing: set it together with the client secret")
	case o.ClientSecret == "":
		return nil, errors.New("client secret is missing: set it together with the client id")
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

// GrantedScopes returns the scopes of the token. The server silently drops scopes
// that the client may not have. It returns nil if the server does not list them, or
// if the token was given in the options.
func (c *Client) GrantedScopes(ctx context.Context) ([]string, error) {
	held, err := c.tokens.get(ctx)
	return slices.Clone(held.scopes), err
}

// AccessToken is a token for use outside the client.
type AccessToken struct {
	Value   string
	Type    string    // such as Bearer
	Scopes  []string  // granted; nil if the server does not list them
	Expires time.Time // zero if the server does not say
}

// ErrNoCredentials is returned by a client that has a token and no credentials to
// get another one with.
var ErrNoCredentials = errors.New("an access token needs client credentials, and none are configured")

// NewAccessToken returns a new token, which the client itself does not use, with
// the given scopes, separated by spaces; if scope is empty, with those of the
// options. The server silently drops scopes that the API key does not have.
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

// held returns the current token and whether it is usable.
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
		// The previous flight may have just fetched one.
		if held, ok := t.held(); ok {
			return held, nil
		}
		// Others wait for this token too, so the first caller must not cancel it.
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

// drop discards the token, unless it was already replaced. It reports whether a new
// one can be fetched.
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

// request fetches a token. It changes nothing, so it may be repeated.
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
		err = r.unusable(errors.New("its access token is not valid"))
	}
	return doc, err
}

// sendable reports whether a token is a valid header value.
func sendable(token string) bool {
	return !strings.ContainsFunc(token, func(r rune) bool { return r < ' ' || r > '~' })
}

// lifeOf returns the lifetime of a token as its server states it; zero if the server
// does not say or the value is implausible.
func lifeOf(doc api.Token) time.Duration {
	if doc.ExpiresIn <= 0 || doc.ExpiresIn > int(longestLife/time.Second) {
		return 0
	}
	return time.Duration(doc.ExpiresIn) * time.Second
}

// expiry returns until when to use a token. A token without a stated lifetime is
// used until the server refuses it.
func (t *tokenSource) expiry(life time.Duration) time.Time {
	if life == 0 {
		return time.Time{}
	}
	return t.now().Add(life - min(expiryBuffer, life/10))
}

// splitScopes returns the scopes of a token answer, without the word for the tenant.
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

// redact removes secrets from a text of the server, because some servers quote the
// request that they refuse.
func (r *request) redact(text string) string {
	secret := r.client.tokens.form.Get("client_secret")
	for _, hidden := range []string{r.token, secret, url.QueryEscape(secret), r.call.secret} {
		if hidden != "" {
			text = strings.ReplaceAll(text, hidden, "(redacted)")
		}
	}
	return text
}
