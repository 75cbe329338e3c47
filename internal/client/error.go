package client

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/api"
)

// RequestInfo names the request that an error is about.
type RequestInfo struct {
	Method    string
	Path      string // without the query
	Host      string
	RequestID string // the same for all tries
	TraceID   string // empty if there is no trace
	Attempts  int    // number of tries

	uncertain bool // the request may have taken effect
}

func (r RequestInfo) tookEffect() bool { return r.uncertain }

// trail returns the end of an error's text.
func (r RequestInfo) trail() string {
	if r.Attempts > 1 {
		return fmt.Sprintf(" [%s, %d tries at %s]", r.ids(), r.Attempts, r.Host)
	}
	return fmt.Sprintf(" [%s]", r.ids())
}

// ids returns what identifies the request in a log.
func (r RequestInfo) ids() string {
	if r.TraceID == "" {
		return "request id " + r.RequestID
	}
	return "request id " + r.RequestID + ", trace id " + r.TraceID
}

// Error is an answer with a status that is not a success.
type Error struct {
	RequestInfo
	StatusCode   int       // of HTTP, which may differ from the code in the document
	Document     api.Error // the server's description
	MissingScope string    // with status 403, if the server names it

	// RetryAfter is how long the server asks to wait, if that is longer than the
	// client waits.
	RetryAfter time.Duration

	// page is set if the answer is a web page, which comes from a proxy or from a
	// server that is not the API.
	page bool
}

// Error returns the request, the status and what the server said.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s %s: %s", e.Method, e.Path, statusText(e.StatusCode))
	if m := e.Document.Message; m != "" && m != http.StatusText(e.StatusCode) {
		text += ": " + m
	}
	if len(e.Document.Details) > 0 {
		text += " (" + strings.Join(e.Document.Details, "; ") + ")"
	}
	if e.RetryAfter > 0 {
		text += fmt.Sprintf(": the server asks to wait %s, the client waits %s at most", e.RetryAfter, longestRetryAfter)
	}
	return text + e.trail()
}

// RequestError is a request without a usable answer: there was none, or one that
// the API does not give.
type RequestError struct {
	RequestInfo
	Err error // the last cause
}

// Error returns the request and the last cause.
func (e *RequestError) Error() string {
	tries := "1 try"
	if e.Attempts != 1 {
		tries = fmt.Sprintf("%d tries", e.Attempts)
	}
	return fmt.Sprintf("%s %s: no usable answer from %s after %s: %s [%s]",
		e.Method, e.Path, e.Host, tries, access.Excerpt(e.Err.Error(), 2*mostText), e.ids())
}

// Unwrap returns the last cause.
func (e *RequestError) Unwrap() error { return e.Err }

// TokenError is a token request that was refused. It does not unwrap to the answer:
// a 404 from a wrong URL must not pass for a missing entity.
type TokenError struct {
	ClientID string
	URL      string
	Answer   *Error
}

// Rejected reports whether the server refused the credentials, as opposed to failing
// for another reason.
func (e *TokenError) Rejected() bool {
	switch e.Answer.StatusCode {
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return true
	default:
		return false
	}
}

// Error names the client and the URL, and what to check.
func (e *TokenError) Error() string {
	if e.Rejected() {
		return fmt.Sprintf("client id %q was rejected by %s: check the client id and the client secret: %v",
			e.ClientID, e.URL, e.Answer)
	}
	return fmt.Sprintf("client id %q got no token from %s: check the base URL: %v", e.ClientID, e.URL, e.Answer)
}

// NotFoundError is returned by a search without a result.
type NotFoundError struct {
	What string
}

// Error names what was searched for.
func (e *NotFoundError) Error() string { return "there is no " + e.What }

// IsNotFound reports whether the server said that the entity does not exist. A web
// page with that status does not count: it comes from a proxy or a wrong URL, and
// says nothing about the entity.
func IsNotFound(err error) bool {
	if _, ok := errors.AsType[*NotFoundError](err); ok {
		return true
	}
	e, ok := errors.AsType[*Error](err)
	return ok && e.StatusCode == http.StatusNotFound && !e.page
}

// IsConflict reports whether the request conflicts with the server's state: an id or
// address in use, an outdated version.
func IsConflict(err error) bool { return hasStatus(err, http.StatusConflict) }

// IsForbidden reports whether the token lacks a right.
func IsForbidden(err error) bool { return hasStatus(err, http.StatusForbidden) }

// IsUnauthorized reports whether the server did not accept the token.
func IsUnauthorized(err error) bool { return hasStatus(err, http.StatusUnauthorized) }

// IsBadRequest reports whether the request broke a rule of the API.
func IsBadRequest(err error) bool { return hasStatus(err, http.StatusBadRequest) }

func hasStatus(err error, status int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.StatusCode == status
}

// IsUncertain reports whether a POST may have taken effect although no answer said
// so: the connection broke or timed out after data was sent, a gateway gave up, or
// the answer was not usable. Creating a group under a chosen id is repeated in that
// case, and an uncertain conflict may be with the caller's own group.
func IsUncertain(err error) bool {
	var e interface{ tookEffect() bool }
	return errors.As(err, &e) && e.tookEffect()
}

// refused returns the error for the latest answer, which is not a success.
func (r *request) refused() error {
	e := &Error{RequestInfo: r.RequestInfo, StatusCode: r.status, Document: api.ParseError(r.status, r.body)}
	if r.status == http.StatusForbidden {
		e.MissingScope = shown(r.redact(missingScope(e.Document.Details)))
	}
	e.Document.Message = shown(r.redact(e.Document.Message))
	e.Document.Details = r.shownDetails(e.Document.Details)
	if r.provesNoEffect() {
		e.uncertain = false
	}
	if wait := r.retryAfter(); wait > longestRetryAfter {
		e.RetryAfter = wait
	}
	if e.page = isPage(r.header.Get("Content-Type")); e.page {
		e.Document.Details = append(e.Document.Details, "the answer is a web page: check the base URL and proxies")
	}
	if to, err := url.Parse(r.header.Get("Location")); err == nil && r.status/100 == 3 && to.Host != "" {
		e.Document.Details = append(e.Document.Details, "it redirects to "+shown(to.Scheme+"://"+to.Host)+": check the base URL")
	}
	return e
}

// Limits of the server's texts in an error: characters of each text, and number of
// details.
const (
	mostText    = 500
	mostDetails = 10
)

// shown returns a text of the server as errors and logs show it.
func shown(text string) string { return access.Excerpt(text, mostText) }

func (r *request) shownDetails(details []string) (texts []string) {
	for i, detail := range details {
		if i == mostDetails {
			return append(texts, fmt.Sprintf("and %d more", len(details)-i))
		}
		texts = append(texts, shown(r.redact(detail)))
	}
	return texts
}

// provesNoEffect reports whether the answer shows that earlier tries had no effect
// either: what is wrong with a request was wrong with it before.
func (r *request) provesNoEffect() bool {
	switch r.status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity:
		return !isPage(r.header.Get("Content-Type")) // a page comes from a proxy
	}
	return false
}

// unanswered returns the error for a request whose last try failed.
func (r *request) unanswered(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err // the rest repeats the request, including the query
	}
	switch { // the context may end before the next try
	case r.failed == nil && r.status != 0:
		err = fmt.Errorf("%w, after %s", err, statusText(r.status))
	case r.failed != nil && !errors.Is(err, r.failed):
		err = fmt.Errorf("%w, after %w", err, r.failed)
	}
	return &RequestError{RequestInfo: r.RequestInfo, Err: err}
}

// unusable returns the error for a successful answer that the caller cannot use.
func (r *request) unusable(err error) error {
	r.markUncertain()
	return &RequestError{RequestInfo: r.RequestInfo, Err: err}
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

func isPage(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err == nil && (media == "text/html" || media == "application/xhtml+xml")
}

// scopePattern finds a scope: in brackets, where it is the first of several
// alternatives, or as a word.
var scopePattern = regexp.MustCompile(`\[([^\[\],]+)[^\[\]]*\]|\b(iam\.\w+)`)

func missingScope(details []string) string {
	for _, detail := range details {
		if m := scopePattern.FindStringSubmatch(detail); m != nil {
			return m[1] + m[2]
		}
	}
	return ""
}
