package client

import (
	"context"
	"crypto/tls"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

const (
	shortestWait      = 200 * time.Millisecond
	longestWait       = 5 * time.Second
	longestRetryAfter = time.Minute // that is waited for
)

// retry decides whether to try again after the latest try, which failed with
// the error or gave the status of the request.
func (r *request) retry(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		// What never left may be sent in any case. A certificate that is not
		// trusted now will not be trusted in a second.
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
		return !untrusted && (!r.sent || r.call.repeatable())
	}
	if r.retryAfter() > longestRetryAfter {
		return false
	}
	switch r.status {
	case http.StatusTooManyRequests:
		return true // refused before anything was done
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return r.call.repeatable()
	default:
		return false
	}
}

// retryAfter returns how long the latest answer asks to wait; zero when it does
// not say.
func (r *request) retryAfter() time.Duration {
	wait, _ := retryAfter(r.header, time.Now())
	return wait
}

// backoff returns how long to wait before the next try: what the server asks
// for, which retry has found to be within reason; else twice as long each time, and a random part more so
// that clients which failed together do not come back together.
func backoff(low, high time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		if wait, ok := retryAfter(resp.Header, time.Now()); ok {
			return wait
		}
	}
	wait := high
	if attempt < 10 { // far beyond the limit, and still no overflow
		wait = min(high, low<<attempt)
	}
	return min(high, wait+rand.N(wait+1))
}

// wait returns how long to wait before the next try. When the server is asked
// too much and says for how long, all requests wait.
func (r *request) wait(low, high time.Duration, attempt int, resp *http.Response) time.Duration {
	wait := r.client.backoff(low, high, attempt, resp)
	if r.status == http.StatusTooManyRequests && r.header.Get("Retry-After") != "" {
		r.client.throttle.refused(wait)
	}
	return wait
}

// retryAfter reads the header, which is a number of seconds or a date. A date is
// of the server's clock, which its answer shows and which may not be this one.
func retryAfter(h http.Header, now time.Time) (time.Duration, bool) {
	value := h.Get("Retry-After")
	seconds, err := strconv.ParseUint(value, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, 1<<31)) * time.Second, true
	}
	date, err := http.ParseTime(value)
	if err != nil {
		return 0, false
	}
	if theirs, err := http.ParseTime(h.Get("Date")); err == nil {
		now = theirs
	}
	return max(0, date.Sub(now)), true
}
