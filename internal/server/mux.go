package server

import (
	"net/http"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
)

// Mux finds the handler of a request as http.ServeMux does, among paths that
// http.ServeMux alone refuses: "/users/vendors/{vendorId}" and
// "/users/{userId}/groups" both match "/users/vendors/groups", and "/users/me"
// for one method does not go with "/users/{userId}" for another. The former of
// each win, so that "vendors" and "me" cannot be ids of users. In the same way
// "/vendors/search" wins over "/vendors/{vendorId}" with every method.
type Mux struct {
	first, second *http.ServeMux
}

// NewMux returns a Mux without handlers.
func NewMux() *Mux { return &Mux{first: http.NewServeMux(), second: http.NewServeMux()} }

// Handle registers the handler of a path; an empty method is every other one.
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
// writes behind the collection of configuration items.
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

// Handler returns the handler of a request, nil when there is none.
func (m *Mux) Handler(r *http.Request) http.Handler {
	r = tolerant(r)
	for _, mux := range []*http.ServeMux{m.first, m.second} {
		if h, pattern := mux.Handler(r); pattern != "" {
			return h
		}
	}
	return nil
}

// ServeHTTP hands the request to its handler.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = tolerant(r)
	if _, pattern := m.first.Handler(r); pattern != "" {
		m.first.ServeHTTP(w, r) // and not the handler: the path's values are set there
		return
	}
	m.second.ServeHTTP(w, r)
}
