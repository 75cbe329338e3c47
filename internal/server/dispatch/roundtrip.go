package dispatch

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// RoundTrip answers a request with a handler, without a network.
func RoundTrip(h http.Handler, r *http.Request) (response *http.Response, err error) {
	served := r.WithContext(r.Context()) // a copy: the caller's request must not change
	switch {
	case served.Body == nil:
		served.Body = http.NoBody
	case served.ContentLength == 0 && served.Body != http.NoBody:
		served.ContentLength = -1 // a client's zero means unknown
	}
	defer served.Body.Close()
	defer func() {
		// A handler panics to abort its response.
		if cause := recover(); cause != nil {
			response, err = nil, fmt.Errorf("the embedded backend aborted its response: %v", cause)
		}
	}()
	w := &collector{header: http.Header{}}
	h.ServeHTTP(w, served)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.response(r), nil
}

// collector collects a response.
type collector struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the headers of the response.
func (w *collector) Header() http.Header { return w.header }

// WriteHeader sets the status; only the first call counts.
func (w *collector) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write appends to the body.
func (w *collector) Write(p []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(p)
}

func (w *collector) response(r *http.Request) *http.Response {
	w.WriteHeader(http.StatusOK)
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", w.status, http.StatusText(w.status)),
		StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
	}
}
