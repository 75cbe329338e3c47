package servertest

import (
	"bytes"
	"io"
	"net/http"
	"testing"
)

// contract wraps the server and checks every exchange against the descriptions of the API: the
// server's own, which must have all operations, and the published ones, which have most.
type contract struct {
	t         testing.TB
	next      http.Handler
	own       served
	published []*description
}

// checked wraps a server with the check.
func checked(t testing.TB, next http.Handler) http.Handler {
	t.Helper()
	own, err := loadServed()
	if err != nil {
		t.Fatalf("loading the server's description: %v", err)
	}
	published, err := loadPublished()
	if err != nil {
		t.Fatalf("loading the published descriptions (%s): %v", publishedVariable, err)
	}
	if len(published) == 0 {
		sayUnpublished.Do(func() {
			t.Logf("Exchanges are checked against openapi.yaml only: %s is not set, and there are no published descriptions in the default folder.", publishedVariable)
		})
	}
	return &contract{t: t, next: next, own: own, published: published}
}

// exchange is a request and its response.
type exchange struct {
	request *http.Request
	sent    bytes.Buffer // what the server read of the request's body
	status  int
	header  http.Header
	answer  bytes.Buffer
}

// ServeHTTP answers one request. It does not check a response that the server aborts: the panic
// passes.
func (c *contract) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e := &exchange{request: r, header: w.Header()}
	inner := r.WithContext(r.Context()) // the request stays as it came
	if r.Body != nil {
		inner.Body = tee{Reader: io.TeeReader(r.Body, &e.sent), Closer: r.Body}
	}
	c.next.ServeHTTP(&recorder{ResponseWriter: w, exchange: e}, inner)
	c.check(e)
}

// check reports the faults of an exchange.
func (c *contract) check(e *exchange) {
	o, values := c.own.find(e.request)
	if o == nil {
		c.report(e, c.own.description, c.own.stray(e))
		return
	}
	if e.status == http.StatusNotModified {
		c.report(e, c.own.description, unchanged(e))
		return
	}
	c.report(e, c.own.description, o.problems(e, values))
	for _, d := range c.published {
		if o, ok := d.operations[o.shape]; ok {
			c.report(e, d, o.problems(e, values))
		}
	}
}

func (c *contract) report(e *exchange, d *description, problems []error) {
	for _, p := range problems {
		c.t.Errorf("%s %s answered with %d, against %s: %v", e.request.Method, e.request.URL.RequestURI(), e.status, d.name, p)
	}
}

// tee copies a body while it is read.
type tee struct {
	io.Reader
	io.Closer
}

// recorder copies the response.
type recorder struct {
	http.ResponseWriter

	exchange *exchange
}

// WriteHeader notes the status; only the first call counts.
func (r *recorder) WriteHeader(status int) {
	if r.exchange.status == 0 {
		r.exchange.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

// Write copies a part of the body.
func (r *recorder) Write(p []byte) (int, error) {
	if r.exchange.status == 0 {
		r.exchange.status = http.StatusOK
	}
	r.exchange.answer.Write(p)
	return r.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the writer below.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
