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
	longestRetryAfter = time.Minute // a longer wait fails at once
)

// retry reports whether to try again after the latest try, which failed with err
// or has the status of the request.
func (r *request) retry(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	if err != nil {
		// A request that was never sent can always be sent again. A certificate that
		// is not trusted now will not be trusted in a second.
		_, untrusted := errors.AsType[*tls.CertificateVerificationError](err)
		return !untrusted && (!r.sent || r.call.repeatable())
	}
	if r.retryAfter() > longestRetryAfter {
		return false
	}
	switch r.status {
	case http.StatusTooManyRequests:
		return true // the server did nothing
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return r.call.repeatable()
	default:
		return false
	}
}

// retryAfter returns the Retry-After of the latest answer; zero if it has none.
func (r *request) retryAfter() time.Duration {
	wait, _ := retryAfter(r.header, time.Now())
	return wait
}

// backoff returns how long to wait before the next try: what the server asks for,
// which retry has limited; otherwise twice as long each time plus a random part, so
// that clients that failed together do not retry together.
func backoff(low, high time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		if wait, ok := retryAfter(resp.Header, time.Now()); ok {
			return wait
		}
	}
	wait := high
	if attempt < 10 { // beyond this the limit applies, and the shift could overflow
		wait = min(high, low<<attempt)
	}
	return min(high, wait+rand.N(wait+1))
}

// wait returns how long to wait before the next try. If the server limits the rate
// and says for how long, all requests wait.
func (r *request) wait(low, high time.Duration, attempt int, resp *http.Response) time.Duration {
	wait := r.client.backoff(low, high, attempt, resp)
	if r.status == http.StatusTooManyRequests && r.header.Get("Retry-After") != "" {
		r.client.throttle.refused(wait)
	}
	return wait
}

// retryAfter parses the header, which is a number of seconds or a date. A date is
// compared with the server's own clock where the answer has one.
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
