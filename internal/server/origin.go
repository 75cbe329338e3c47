package server

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/rs/cors"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server/dispatch"
)

// preflightAge is how long a browser may remember that a request is allowed, in seconds.
const preflightAge = 600

// allowedHeaders are the request headers that the API reads, and X-Version, which clients
// of the platform send.
var allowedHeaders = []string{
	"Authorization", "Accept", headerAcceptLanguage, "Content-Type", headerContentLanguage, "If-None-Match",
	api.HeaderTotalCount, api.HeaderRequestID, api.HeaderTenant, api.HeaderTraceparent, api.HeaderTracestate, "X-Version",
}

// exposedHeaders are the response headers that pages can read beyond those that browsers
// always show.
var exposedHeaders = []string{api.HeaderTotalCount, api.HeaderSiteCount, api.HeaderRequestID, "ETag", "Retry-After", "Allow"}

// CheckOrigin returns an error unless the text is an origin as browsers send it: scheme,
// host, and the port if it is not the scheme's own.
func CheckOrigin(text string) error {
	switch {
	case strings.Contains(text, "*"):
		return errors.New("an origin has no wildcard, because pages that nobody listed could then call the API: list each origin")
	case text == "null":
		return errors.New("any page can make its origin null, with a sandbox or from a file: serve the page from an address and list that")
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(u.Host, ", ") {
		return errors.New("an origin has a scheme, a host and, if it is not the usual one, a port, such as https://app.example.com or http://localhost:3000")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fmt.Errorf("a port is a number from 1 to 65535, not %s", port)
		}
	}
	if strings.ContainsFunc(u.Host, func(r rune) bool { return r > '~' }) {
		return errors.New("write the host in the form with xn--, as browsers send it")
	}
	usual := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	host := strings.TrimSuffix(strings.TrimSuffix(strings.ToLower(u.Host), usual), ":")
	if sent := u.Scheme + "://" + host; sent != text {
		return fmt.Errorf("browsers send this origin as %s", sent)
	}
	return nil
}

// WithOrigins lets pages of these origins call the operations of the API from a browser
// (CORS): each path with its methods. Cookies and other credentials of the browser are not
// allowed. What the handler answers on other paths, such as /metrics, stays as it is.
func WithOrigins(origins []string, next http.Handler) http.Handler {
	methods := map[string][]string{}
	s := new(Server)
	for _, r := range slices.Concat(s.table(), s.resetTable(), s.openTable()) {
		methods[r.path] = append(methods[r.path], r.method)
		if r.method == http.MethodGet {
			methods[r.path] = append(methods[r.path], http.MethodHead)
		}
	}
	paths := dispatch.NewMux()
	for path, allowed := range methods {
		paths.Handle("", path, cors.New(cors.Options{
			AllowedOrigins: origins, AllowedMethods: allowed, AllowedHeaders: allowedHeaders, ExposedHeaders: exposedHeaders, MaxAge: preflightAge,
		}).Handler(next))
	}
	paths.Handle("", "/", next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { paths.Handler(r).ServeHTTP(w, r) })
}
