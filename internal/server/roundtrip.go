package server

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// RoundTrip answers a request without a network: a Server is an
// http.RoundTripper, too.
func (s *Server) RoundTrip(r *http.Request) (answer *http.Response, err error) {
	served := r.WithContext(r.Context()) // the caller's request stays as it is
	switch {
	case served.Body == nil:
		served.Body = http.NoBody
	case served.ContentLength == 0 && served.Body != http.NoBody:
		served.ContentLength = -1 // of a request that is sent, zero is unknown
	}
	defer served.Body.Close()
	defer func() {
		// A handler aborts to leave the caller without an answer.
		if cause := recover(); cause != nil {
			answer, err = nil, fmt.Errorf("the embedded backend gave no answer: %v", cause)
		}
	}()
	w := &collector{header: http.Header{}}
	s.ServeHTTP(w, served)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.response(r), nil
}

// collector collects an answer.
type collector struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header returns the headers to come.
func (w *collector) Header() http.Header { return w.header }

// WriteHeader sets the status; only the first call counts.
func (w *collector) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write collects a part of the body.
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
