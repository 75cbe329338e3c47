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
	unknown       http.Handler // of all other paths; may be nil
}

// NewMux returns a Mux without handlers.
func NewMux() *Mux { return &Mux{first: http.NewServeMux(), second: http.NewServeMux()} }

// Handle registers the handler of a path. An empty method stands for all methods
// without a handler of their own, and the path "/" for all paths without one.
func (m *Mux) Handle(method, path string, h http.Handler) {
	mux := m.second
	switch path {
	case "/":
		m.unknown = h
		return
	case api.PathVendorUsers, api.PathVendorSearch, api.PathUserMe, api.PathMyScopes, api.PathMyGrants:
		mux = m.first
	}
	if method != "" {
		path = method + " " + path
	}
	mux.Handle(path, h)
}

// clean reports whether no segment of a path is empty, "." or "..", except that the
// path may end in a slash. http.ServeMux would redirect other paths: a request whose
// id is missing would then reach the object or the list around it.
func clean(path string) bool {
	path = strings.TrimSuffix(strings.TrimPrefix(path, "/"), "/")
	for segment := range strings.SplitSeq(path, "/") {
		if segment == "." || segment == ".." || segment == "" && path != "" {
			return false
		}
	}
	return true
}

// withoutSlash returns the request without the slash at the end of its path.
func withoutSlash(r *http.Request) *http.Request {
	target := *r.URL
	target.Path, target.RawPath = strings.TrimSuffix(target.Path, "/"), strings.TrimSuffix(target.RawPath, "/")
	r = r.WithContext(r.Context()) // a copy
	r.URL = &target
	return r
}

// find returns the mux that has a handler for the request, and the request as the
// mux expects it; nil if there is no handler.
//
// A slash at the end of a path is ignored, as on the platform. Of a request that
// removes all members of a list it is not: there it is more likely to precede an id
// that is missing.
func (m *Mux) find(r *http.Request) (*http.ServeMux, *http.Request) {
	path := r.URL.EscapedPath()
	if !clean(path) {
		return nil, r
	}
	mux, _ := m.match(r)
	if mux == nil && strings.HasSuffix(path, "/") {
		r = withoutSlash(r)
		var pattern string
		if mux, pattern = m.match(r); pattern == http.MethodDelete+" "+api.PathMembers || pattern == http.MethodDelete+" "+api.PathUserGroups {
			mux = nil
		}
	}
	return mux, r
}

// match returns the mux with a pattern for the request, and that pattern.
func (m *Mux) match(r *http.Request) (*http.ServeMux, string) {
	for _, mux := range []*http.ServeMux{m.first, m.second} {
		if _, pattern := mux.Handler(r); pattern != "" {
			return mux, pattern
		}
	}
	return nil, ""
}

// Handler returns the handler of a request, or nil.
func (m *Mux) Handler(r *http.Request) http.Handler {
	mux, r := m.find(r)
	if mux == nil {
		return m.unknown
	}
	h, _ := mux.Handler(r)
	return h
}

// ServeHTTP passes the request to its handler.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch mux, found := m.find(r); {
	case mux != nil:
		mux.ServeHTTP(w, found) // not the handler itself: ServeMux sets the path values
	case m.unknown != nil:
		m.unknown.ServeHTTP(w, r)
	default:
		http.NotFound(w, r)
	}
}
