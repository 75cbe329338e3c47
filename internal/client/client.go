package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-cleanhttp"
	"github.com/hashicorp/go-retryablehttp"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

const (
	defaultTimeout  = 30 * time.Second
	defaultTotal    = 5 * time.Minute
	defaultRetries  = 4
	defaultPageSize = 1000
	defaultAgent    = "terraform-provider-iam"

	// Limits of an answer in bytes, uncompressed, so that no server fills the
	// memory. An error document is short.
	maxAnswer  = 64 << 20
	maxRefusal = 1 << 20
	maxHeader  = 1 << 20
)

// Options says where the API is and who calls it. BaseURL and Tenant are
// required, and so is either AccessToken or ClientID with ClientSecret; every
// other zero value works.
type Options struct {
	BaseURL string // absolute, http or https, perhaps with a path
	Tenant  string // in any case

	AccessToken  string // a ready token; wins over client credentials
	ClientID     string
	ClientSecret string
	Scope        string // requested scopes, separated by spaces; empty: all that the client may have

	RequestTimeout time.Duration     // of one try, including the whole answer; zero: 30 seconds
	TotalTimeout   time.Duration     // of all tries of one call, including the pauses; zero: 5 minutes
	MaxRetries     *int              // tries after the first; nil: 4
	PageSize       int               // rows per page of a list; zero: 1000
	Transport      http.RoundTripper // nil: a connection pool of its own
	UserAgent      string
	Trace          api.Trace // sent with every request

	// Log is called once per try. It never receives a header, a query, a body or
	// a token. Nil disables logging.
	Log func(ctx context.Context, msg string, fields map[string]any)
}

// Client calls the API on behalf of one tenant. Its methods may be called from
// any number of goroutines.
type Client struct {
	base      *url.URL
	tenant    string
	tokens    *tokenSource
	transport http.RoundTripper
	timeout   time.Duration
	total     time.Duration
	retries   int
	pageSize  int
	maxAnswer int64
	maxPages  int
	maxRows   int
	maxList   int64
	agent     string
	trace     api.Trace
	log       func(ctx context.Context, msg string, fields map[string]any)
	backoff   retryablehttp.Backoff

	throttle throttle
	etags    etagCache

	activity activity

	wrote   atomic.Bool // whether any write was attempted
	users   batchReader[api.User]
	groups  batchReader[api.Group]
	team    batchReader[api.TeamMember]
	all     flight[[]api.User]       // under the empty id
	allOf   flight[[]api.Group]      // under the empty id
	members flight[[]api.Assignment] // by group
	setting flight[*api.Setting]     // by key

	mu    sync.Mutex // guards locks
	locks map[entity]*sync.Mutex
}

// BaseURLError is returned for an invalid base URL.
type BaseURLError struct{ Err error }

// Error says what is wrong and shows a correct URL.
func (e *BaseURLError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *BaseURLError) Unwrap() error { return e.Err }

// New returns a client. It checks the options and makes no request.
func New(o Options) (*Client, error) {
	c, err := newClient(o)
	if err != nil {
		return nil, err
	}
	if c.tokens, err = newTokenSource(c, o); err != nil {
		return nil, err
	}
	return c, nil
}

// newClient returns a client without tokens.
func newClient(o Options) (*Client, error) {
	base, err := parseBaseURL(o.BaseURL)
	if err != nil {
		return nil, &BaseURLError{err}
	}
	tenant, err := parseTenant(o.Tenant)
	if err != nil {
		return nil, err
	}
	c := &Client{
		base:      base,
		tenant:    tenant,
		transport: o.Transport,
		timeout:   o.RequestTimeout,
		total:     o.TotalTimeout,
		retries:   defaultRetries,
		pageSize:  o.PageSize,
		maxAnswer: maxAnswer,
		maxPages:  maxPages,
		maxRows:   maxRows,
		maxList:   maxList,
		agent:     o.UserAgent,
		trace:     o.Trace,
		log:       o.Log,
		backoff:   backoff,
		locks:     map[entity]*sync.Mutex{},
	}
	if o.MaxRetries != nil {
		c.retries = *o.MaxRetries
	}
	if c.retries < 0 || c.timeout < 0 || c.total < 0 || c.pageSize < 0 {
		return nil, errors.New("request timeout, total timeout, number of retries and page size must not be negative")
	}
	c.fillDefaults()
	c.startReaders()
	return c, nil
}

// fillDefaults replaces zero values by their defaults.
func (c *Client) fillDefaults() {
	if c.timeout == 0 {
		c.timeout = defaultTimeout
	}
	if c.total == 0 {
		c.total = defaultTotal
	}
	if c.pageSize == 0 {
		c.pageSize = defaultPageSize
	}
	if c.agent == "" {
		c.agent = defaultAgent
	}
	if c.transport == nil {
		pooled := cleanhttp.DefaultPooledTransport()
		// All requests go to one host, so it may use all idle connections.
		pooled.MaxIdleConnsPerHost = pooled.MaxIdleConns
		pooled.MaxResponseHeaderBytes = maxHeader
		c.transport = pooled
	}
}

// parseBaseURL checks the URL. Its errors do not quote the URL, which may contain
// a password.
func parseBaseURL(raw string) (*url.URL, error) {
	const hint = `write it like "https://api.emporix.io"`
	u, err := url.Parse(raw)
	switch {
	case raw == "":
		return nil, errors.New("base URL is empty: " + hint)
	case err != nil:
		return nil, errors.New("base URL is not a URL: " + hint)
	case u.User != nil:
		return nil, errors.New("base URL contains a user or password: pass credentials as client id and secret")
	case u.Scheme != "http" && u.Scheme != "https", u.Host == "":
		return nil, errors.New("base URL is not an absolute http or https URL: " + hint)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("base URL contains a query or fragment: remove everything after the path")
	}
	return url.Parse(strings.TrimRight(u.String(), "/"))
}

// parseTenant returns the tenant in lower case, the only form that API paths
// accept.
func parseTenant(raw string) (string, error) {
	tenant := strings.ToLower(raw)
	if !api.ValidTenant(tenant) {
		return "", fmt.Errorf("tenant %q is not valid: use 3 to 16 letters and digits, beginning with a letter", raw)
	}
	return tenant, nil
}

// Tenant returns the tenant, in lower case.
func (c *Client) Tenant() string { return c.tenant }

// path fills a pattern with the tenant and the values.
func (c *Client) path(pattern string, values ...string) string {
	return api.Path(pattern, append([]string{c.tenant}, values...)...)
}

// do makes the call with a token and returns the request once it has an answer
// that the call accepts. A refused token may have expired early or been revoked,
// so do tries once more with a new one.
func (c *Client) do(ctx context.Context, call call) (*request, error) {
	if call.method != http.MethodGet {
		c.wrote.Store(true)
	}
	defer c.activity.begin(ctx)()
	ctx, cancel := c.withTotalTimeout(ctx)
	defer cancel()
	r := c.newRequest(call)
	for renewed := false; ; renewed = true {
		held, err := c.tokens.get(ctx)
		if err != nil {
			if ctx.Err() != nil {
				err = fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
			}
			return nil, overdue(ctx, err)
		}
		err = r.send(ctx, held.value)
		if err == nil {
			return r, nil
		}
		if renewed || !IsUnauthorized(err) || !c.tokens.drop(held) {
			return nil, overdue(ctx, err)
		}
	}
}

// entity is the key of a lock.
type entity struct{ kind, id string }

// withTotalTimeout limits a call including all its tries.
func (c *Client) withTotalTimeout(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, c.total, &TotalTimeoutError{c.total})
}

// Lock waits until nothing else in this process holds the entity of that kind and
// id, and returns the function that releases it. The API has no conditional
// updates of users, so code that reads an entity to write it back holds its lock
// in between. A holder must not lock the same entity again.
func (c *Client) Lock(kind, id string) (unlock func()) {
	c.mu.Lock()
	lock, ok := c.locks[entity{kind, id}]
	if !ok {
		lock = new(sync.Mutex)
		c.locks[entity{kind, id}] = lock
	}
	c.mu.Unlock()
	lock.Lock()
	return lock.Unlock
}
