// Package dispatch finds the handler of a request among all paths of the API, and
// answers requests without a network.
package dispatch

import (
	"net/http"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Mux finds the handler of a request as http.ServeMux does, but accepts paths that
// http.ServeMux refuses together: "/users/vendors/{vendorId}" and
// "/users/{userId}/groups" both match "/users/vendors/groups", and so do
// "/users/me" for one method and "/users/{userId}" for another. The fixed segment
// wins: "vendors" and "me" cannot be ids of users, and "/vendors/search" is no
// vendor for any method.
type Mux struct {
	first, second *http.ServeMux
}

// NewMux returns a Mux without handlers.
func NewMux() *Mux { return &Mux{first: http.NewServeMux(), second: http.NewServeMux()} }

// Handle registers the handler of a path. An empty method stands for all methods
// without a handler of their own.
func (m *Mux) Handle(method, path string, h http.Handler) {
	mux := m.second
	switch path {
	case api.PathVendorUsers, api.PathVendorSearch, api.PathUserMe, api.PathMyScopes, api.PathMyGrants:
		mux = m.first
	}
	if method != "" {
		path = method + " " + path
	}
	mux.Handle(path, h)
}

// tolerant returns the request without the slash that the platform's dashboard
// appends to the path of all configuration items.
func tolerant(r *http.Request) *http.Request {
	path, ok := strings.CutSuffix(r.URL.EscapedPath(), "/")
	if !ok || !strings.HasPrefix(path, "/configuration/") || !strings.HasSuffix(path, "/configurations") {
		return r
	}
	target := *r.URL
	target.Path, target.RawPath = strings.TrimSuffix(target.Path, "/"), strings.TrimSuffix(target.RawPath, "/")
	r = r.WithContext(r.Context()) // a copy
	r.URL = &target
	return r
}

// Handler returns the handler of a request, or nil.
func (m *Mux) Handler(r *http.Request) http.Handler {
	r = tolerant(r)
	for _, mux := range []*http.ServeMux{m.first, m.second} {
		if h, pattern := mux.Handler(r); pattern != "" {
			return h
		}
	}
	return nil
}

// ServeHTTP passes the request to its handler.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = tolerant(r)
	if _, pattern := m.first.Handler(r); pattern != "" {
		m.first.ServeHTTP(w, r) // not the handler itself: ServeMux sets the path values
		return
	}
	m.second.ServeHTTP(w, r)
}
