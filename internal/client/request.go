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

// call describes a request that a method of the client makes.
type call struct {
	method string
	path   string
	query  url.Values
	body   any        // sent as JSON; nil: no body
	form   url.Values // of the token request, which has no token and no tenant yet
	total  bool       // request the total number of rows
	unless string     // ETag for which 304 is a success; empty: none
	again  bool       // a POST that may be sent twice; other methods always may
	want   []int      // statuses that are a success
	secret string     // in the body; redacted from errors
}

func (c call) repeatable() bool { return c.again || c.method != http.MethodPost }

// request is a call in progress, with all its tries. It is the RoundTripper below
// the retries, where each try is visible on its own: there it is counted, logged
// and read to the end, so that a truncated answer is retried like a missing one.
type request struct {
	RequestInfo
	client *Client
	call   call
	token  string

	// Of the latest try:
	sent   bool // data may have reached the server
	status int
	header http.Header
	body   []byte
	failed error // instead of an answer
}

func (c *Client) newRequest(call call) *request {
	return &request{
		RequestInfo: RequestInfo{Method: call.method, Path: call.path, Host: c.base.Host, RequestID: uuid.NewString(), TraceID: c.trace.ID()},
		client:      c,
		call:        call,
	}
}

// send makes the request, with as many tries as the retry policy allows.
func (r *request) send(ctx context.Context, token string) error {
	r.token = token
	req, err := r.build(ctx)
	if err != nil {
		return err
	}
	retrier := retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: r, // which applies the timeout
			// The API never redirects. A server that does is not the API and must
			// not receive a request meant for it.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryMax:     r.client.retries,
		RetryWaitMin: shortestWait,
		RetryWaitMax: longestWait,
		CheckRetry: func(ctx context.Context, _ *http.Response, err error) (bool, error) {
			return r.retry(ctx, err), nil // an error returned here would hide the cause
		},
		Backoff:      r.wait,
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
	resp, err := retrier.Do(req)
	if err != nil {
		return r.unanswered(err)
	}
	_ = resp.Body.Close() // empty: RoundTrip has read it
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

// build returns the HTTP request, whose header is the same for all tries.
func (r *request) build(ctx context.Context) (*retryablehttp.Request, error) {
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

// setHeader sets the headers of every request. "*" selects localized texts as
// maps of all languages, in both directions.
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
	if r.token != "" {
		h.Set("Authorization", "Bearer "+r.token)
	}
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

// maxPath limits a path in bytes. Ids may also come from a server.
const maxPath = 8 << 10

// checkPath rejects ids that escaping cannot keep in their path segment: servers
// and gateways resolve "." and ".." and drop empty segments, and the request would
// reach another route.
func checkPath(path string) error {
	if len(path) > maxPath {
		return fmt.Errorf("an id is too long: the path has %d bytes, the limit is %d", len(path), maxPath)
	}
	for segment := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if segment == "" || segment == "." || segment == ".." {
			return fmt.Errorf("%q cannot be used as an id: it is not a valid path segment", segment)
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
		err = ctx.Err() // net/http may return the cause, which overdue adds
	case limited.Err() != nil:
		err = fmt.Errorf("no whole answer within %s: %w", r.client.timeout, err)
	}
	r.failed = err
	r.sent = err == nil || reached.server()
	switch { // a gateway does not say how far the request got
	case err != nil && r.sent, r.status == http.StatusBadGateway, r.status == http.StatusServiceUnavailable, r.status == http.StatusGatewayTimeout:
		r.markUncertain()
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

// readAll reads at most one byte more than the limit, which shows the caller that
// there was more.
func readAll(body io.ReadCloser, limit int64) ([]byte, error) {
	defer body.Close()
	var buffer bytes.Buffer
	if _, err := buffer.ReadFrom(io.LimitReader(body, limit+1)); err != nil {
		return nil, fmt.Errorf("reading the answer: %w", err)
	}
	return buffer.Bytes(), nil
}

// markUncertain records that the call may have taken effect without the caller
// knowing. This matters for POST only: other methods can be repeated, and the token
// request changes nothing.
func (r *request) markUncertain() {
	r.uncertain = r.uncertain || r.Method == http.MethodPost && r.call.form == nil
}

// reach records whether a try got a connection.
type reach struct{ asked, connected atomic.Bool }

func (r *reach) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { r.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { r.connected.Store(true) },
	})
}

// server reports whether data may have reached the server. A transport that never
// asked for a connection is not that of net/http, and its progress is unknown.
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
