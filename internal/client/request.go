package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/go-retryablehttp"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// call is what a method of the client asks of the server.
type call struct {
	method string
	path   string
	query  url.Values
	body   any        // sent as JSON; nil: no body
	form   url.Values // the token request, which has no token and no tenant yet
	total  bool       // ask for the number of all rows
	unless string     // the ETag that makes 304 a success; empty: none does
	again  bool       // a POST that may be sent twice; the other methods always may
	want   []int      // the statuses that are a success
	secret string     // in the body, and never told
}

func (c call) repeatable() bool { return c.again || c.method != http.MethodPost }

// request is one call under way, with all its tries. It is the RoundTripper
// below the retries, because that is where each try is seen on its own: there
// it is counted, logged and read to the end, so that an answer that breaks off
// is repeated like one that never came.
type request struct {
	RequestInfo
	client *Client
	call   call
	token  string

	// Of the latest try:
	sent   bool // something may have reached the server
	status int
	header http.Header
	body   []byte
	failed error // in place of an answer
}

func (c *Client) newRequest(call call) *request {
	return &request{
		RequestInfo: RequestInfo{Method: call.method, Path: call.path, Host: c.base.Host, RequestID: uuid.NewString(), TraceID: c.trace.ID()},
		client:      c,
		call:        call,
	}
}

// send makes the request, with as many tries as it takes and policy allows.
func (r *request) send(ctx context.Context, token string) error {
	r.token = token
	req, err := r.request(ctx)
	if err != nil {
		return err
	}
	retrier := retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: r, // which keeps the time
			// The API never redirects. Whoever does is not the API, and must
			// not see a request made for it.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax:     r.client.retries,
		RetryWaitMin: shortestWait,
		RetryWaitMax: longestWait,
		CheckRetry: func(ctx context.Context, _ *http.Response, err error) (bool, error) {
			return r.retry(ctx, err), nil // an error here would replace the cause
		},
		Backoff:      r.wait,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err := retrier.Do(req)
	if err != nil {
		return r.unanswered(err)
	}
	_ = resp.Body.Close() // holds nothing: RoundTrip took it all
	if r.status == http.StatusNotModified && r.call.unless != "" {
		return nil
	}
	if r.status < 200 || r.status > 299 {
		return r.refused()
	}
	if !slices.Contains(r.call.want, r.status) {
		return r.unusable(fmt.Errorf("%s is not an answer to this request", statusText(r.status)))
	}
	return nil
}

// request builds the request, whose header stays the same over all tries.
func (r *request) request(ctx context.Context) (*retryablehttp.Request, error) {
	if err := checkPath(r.Path); err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Method, shown(r.Path), err)
	}
	target := r.client.base.String() + r.Path
	if len(r.call.query) > 0 {
		target += "?" + r.call.query.Encode()
	}
	var body any
	switch {
	case r.call.form != nil:
		body = []byte(r.call.form.Encode())
	case r.call.body != nil:
		encoded, err := json.Marshal(r.call.body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: encoding the body: %w", r.Method, r.Path, err)
		}
		body = encoded
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, r.Method, target, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	r.setHeader(req.Header)
	return req, nil
}

// setHeader sets what every request carries. Localized texts travel as maps of
// all languages in both directions, which is what "*" asks for.
func (r *request) setHeader(h http.Header) {
	h.Set("Accept", "application/json")
	h.Set("User-Agent", r.client.agent)
	h.Set(api.HeaderRequestID, r.RequestID)
	if trace := r.client.trace; trace.Parent != "" {
		h.Set(api.HeaderTraceparent, trace.Parent)
		if trace.State != "" {
			h.Set(api.HeaderTracestate, trace.State)
		}
	}
	if r.call.form != nil {
		h.Set("Content-Type", "application/x-www-form-urlencoded")
		return
	}
	h.Set("Authorization", "Bearer "+r.token)
	h.Set(api.HeaderTenant, r.client.tenant)
	h.Set("Accept-Language", "*")
	if r.Method != http.MethodGet {
		h.Set("Content-Language", "*")
	}
	if r.call.body != nil {
		h.Set("Content-Type", "application/json")
	}
	if r.call.total {
		h.Set(api.HeaderTotalCount, "true")
	}
	if r.call.unless != "" {
		h.Set("If-None-Match", r.call.unless)
	}
}

// maxPath is how long a path may be, in bytes. Ids come from a server, too.
const maxPath = 8 << 10

// checkPath refuses ids that escaping cannot keep in their segment: servers and
// gateways resolve "." and "..", and fold an empty segment into its neighbor,
// so that the request would reach another route.
func checkPath(path string) error {
	if len(path) > maxPath {
		return fmt.Errorf("an id is too long: the path has %d bytes, and may have %d", len(path), maxPath)
	}
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if segment == "" || segment == "." || segment == ".." {
			return fmt.Errorf("%q cannot be an id: a path cannot carry it", segment)
		}
	}
	return nil
}

// RoundTrip makes one try.
func (r *request) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := r.client.throttle.enter(ctx); err != nil {
		return nil, err
	}
	defer r.client.throttle.leave()
	r.sent, r.status, r.header, r.body, r.failed = false, 0, nil, nil, nil
	r.Attempts++
	start := time.Now()
	var reached reach
	limited, cancel := context.WithTimeout(ctx, r.client.timeout)
	defer cancel()
	resp, err := r.client.transport.RoundTrip(req.WithContext(reached.trace(limited)))
	if err == nil {
		r.status, r.header = resp.StatusCode, resp.Header
		limit := r.client.maxAnswer
		if resp.StatusCode > 299 {
			limit = min(limit, maxRefusal)
		}
		r.body, err = readAll(resp.Body, limit)
		resp.Body = http.NoBody
	}
	switch {
	case err == nil:
	case ctx.Err() != nil:
		err = ctx.Err() // net/http may give the cause, which overdue tells
	case limited.Err() != nil:
		err = fmt.Errorf("no whole answer within %s: %w", r.client.timeout, err)
	}
	r.failed = err
	r.sent = err == nil || reached.server()
	switch { // a gateway does not say how far the request came
	case err != nil && r.sent, r.status == http.StatusBadGateway, r.status == http.StatusServiceUnavailable, r.status == http.StatusGatewayTimeout:
		r.doubt()
	}
	r.logTry(ctx, time.Since(start), err)
	if err == nil && r.status != http.StatusTooManyRequests {
		r.client.throttle.answered()
	}
	if err != nil {
		return nil, err
	}
	return resp, nil
}

// readAll reads at most one byte more than the limit, which tells the reader
// that there was more.
func readAll(body io.ReadCloser, limit int64) ([]byte, error) {
	defer body.Close()
	var buffer bytes.Buffer
	if _, err := buffer.ReadFrom(io.LimitReader(body, limit+1)); err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	return buffer.Bytes(), nil
}

// doubt notes that the call may have taken effect without the caller knowing.
// Only a POST leaves doubt: the other methods can simply be called again, and
// the token request changes nothing.
func (r *request) doubt() {
	r.uncertain = r.uncertain || r.Method == http.MethodPost && r.call.form == nil
}

// reach follows a try to its connection.
type reach struct{ asked, connected atomic.Bool }

func (r *reach) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { r.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { r.connected.Store(true) },
	})
}

// server reports whether something may have reached the server. A transport
// that never asked for a connection is not net/http's and does not tell.
func (r *reach) server() bool { return r.connected.Load() || !r.asked.Load() }

func (r *request) logTry(ctx context.Context, took time.Duration, err error) {
	if r.client.log == nil {
		return
	}
	fields := map[string]any{
		"method":      r.Method,
		"path":        r.Path,
		"attempt":     r.Attempts,
		"duration_ms": took.Milliseconds(),
		"request_id":  r.RequestID,
	}
	if r.TraceID != "" {
		fields["trace_id"] = r.TraceID
	}
	if r.status != 0 {
		fields["status"] = r.status
	}
	if err != nil {
		fields["error"] = shown(err.Error())
	}
	r.client.log(ctx, "IAM API request", fields)
}
