// Package console has the pages that people look at. It is a client of the API like any
// other, and may do no more than the person in front of it. Its pages are templates that
// work without JavaScript. They never read a bearer token, and the API never reads their
// cookies.
package console

import (
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
)

// Path is the path below which all pages are.
const Path = "/console/"

//go:embed pages
var files embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"verdictTone": verdictTone, "names": names, "people": people, "levelClass": levelClass, "records": records, "visible": visible, "visibles": visibles,
	"moment": moment, "add": add, "list": arguments, "column": column,
}).ParseFS(files, "pages/*.html"))

// arguments makes a map of names and values, for a template that needs several.
func arguments(pairs ...any) map[string]any {
	all := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		all[fmt.Sprint(pairs[i])] = pairs[i+1]
	}
	return all
}

// column is one that cannot be sorted by.
func column(label string) choice { return choice{Label: label} }

func add(a, b int) int { return a + b }

// policy allows only the style sheet, and forms of the pages themselves.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Options configure New. BaseURL, PublicURL and Logger are required.
type Options struct {
	BaseURL   string            // of the API
	Transport http.RoundTripper // to the API; nil: the network
	PublicURL string            // under which people reach the pages
	Logger    *slog.Logger
	Now       func() time.Time // nil: time.Now

	Tenant   string    // that the first page shows; empty: it asks for one
	Operator *Operator // the only one who can sign in; nil: people do, by key or link
	Links    bool      // the backend sends links to sign in with
	Write    bool      // forms save, for tenants that nobody manages in code
	Local    bool      // answer only under a name of this computer
	Blocks   Blocks    // writes objects as configuration; nil: the pages do not show it

	// As returns a token of the user with the e-mail address and the user's id, for
	// development; nil: nobody signs in as someone else. It needs Local.
	As func(ctx context.Context, tenant, email string) (token api.Token, userID string, err error)
}

// console answers the pages.
type console struct {
	o        Options
	secure   bool // people use TLS
	sessions sessions
	states   states
}

// New returns the handler of everything below Path.
func New(o Options) (http.Handler, error) {
	origin, err := url.Parse(o.PublicURL)
	if err != nil {
		return nil, fmt.Errorf("the public URL: %w", err)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.As != nil && !o.Local {
		return nil, errors.New("people can sign in as others only on this computer")
	}
	c := &console{o: o, secure: origin.Scheme == "https", sessions: sessions{now: o.Now, by: map[[sha256.Size]byte]*session{}}}
	protection := http.NewCrossOriginProtection()
	// Behind a proxy, the Host header may be another one.
	if err := protection.AddTrustedOrigin(origin.Scheme + "://" + origin.Host); err != nil {
		return nil, fmt.Errorf("the public URL: %w", err)
	}
	protection.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		c.write(w, http.StatusForbidden, "message.html", message{"This page was not asked", "The request came from another page, and nothing was changed.", "Open the link in your e-mail, and use the button on the page that it shows."})
	}))
	handler := protection.Handler(c.mux())
	if o.Local {
		handler = c.local(handler)
	}
	return c.observed(handler), nil
}

// mux returns what answers each address.
func (c *console) mux() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"style.css", asset("style.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET "+Path+"console.js", asset("console.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET "+api.PathConsoleInvitation, c.openLink(c.cookie))
	mux.HandleFunc("GET "+pathInvitation, c.handleInvitation)
	mux.HandleFunc("POST "+pathInvitation, c.handleAccept)
	mux.HandleFunc("GET "+pathStart, c.handleStart)
	mux.HandleFunc("GET "+Path+"{tenant}/{$}", c.handleTenant)
	mux.HandleFunc("GET "+pathSignIn, c.handleSignIn)
	mux.HandleFunc("POST "+pathSignIn, c.handleKey)
	mux.HandleFunc("POST "+pathSignOut, c.handleSignOut)
	mux.HandleFunc("POST "+pathDev, c.handleDev)
	mux.HandleFunc("GET "+pathSignInLink, c.openLink(c.signInCookie))
	mux.HandleFunc("POST "+pathSignInSend, c.handleSignInSend)
	if c.o.Operator != nil {
		mux.HandleFunc("GET "+pathSignInOpen, c.handleOperatorOpen)
		mux.HandleFunc("POST "+pathSignInOpen, c.handleOperator)
	} else {
		mux.HandleFunc("GET "+pathSignInOpen, c.handleSignInOpen)
		mux.HandleFunc("POST "+pathSignInOpen, c.handleSignInAccept)
	}
	for _, p := range routes() {
		method, path, _ := strings.Cut(p.pattern, " ")
		mux.HandleFunc(method+" "+Path+"{tenant}/"+path, c.page(p))
	}
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { c.missing(w) })
	return mux
}

// observed sets the headers of every page, and logs it by its pattern: addresses may contain
// secrets.
func (c *console) observed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Cache-Control", "no-store")
		start, o := time.Now(), &observer{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(o, r)
		c.o.Logger.InfoContext(r.Context(), "page", "method", r.Method, "route", r.Pattern[strings.Index(r.Pattern, " ")+1:], "status", o.status, "duration", time.Since(start))
	})
}

// observer notes the status of a response.
type observer struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (o *observer) WriteHeader(status int) {
	o.status = status
	o.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach the writer below.
func (o *observer) Unwrap() http.ResponseWriter { return o.ResponseWriter }

// asset returns the handler of a file that all pages use. Its name is that of an embedded one.
func asset(name, kind string) http.HandlerFunc {
	text := embedded(name)
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "max-age=3600")
		_, _ = io.WriteString(w, text) // an error means that the reader went away
	}
}

// message is the content of a page that only says something.
type message struct{ Title, Text, Next string }

// write writes a page.
func (c *console) write(w http.ResponseWriter, status int, page string, content any) {
	var b bytes.Buffer
	if err := pages.ExecuteTemplate(&b, page, content); err != nil {
		panic(fmt.Sprintf("page %s: %v", page, err)) // a mistake in the template, which http.Server logs
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// options are those of a client that acts for the person who sent the request. A page does
// not wait for retries.
func (c *console) options(r *http.Request, tenant string) client.Options {
	none := 0
	return client.Options{
		BaseURL: c.o.BaseURL, Tenant: tenant, MaxRetries: &none, RequestTimeout: pageTime, PageSize: pageRows, Transport: onBehalf{c.o.Transport, r},
	}
}

const (
	pageTime = 15 * time.Second // limits a request to the API
	// pageRows are the rows that a request asks for: the backend may be in this process, and
	// its memory counts as well.
	pageRows = 250
)

// onBehalf passes on where a request comes from, so that the API slows down the caller who
// guesses, and not all of them.
type onBehalf struct {
	next http.RoundTripper
	r    *http.Request
}

// RoundTrip implements http.RoundTripper.
func (b onBehalf) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.RemoteAddr = b.r.RemoteAddr
	if passed := b.r.Header.Values("X-Forwarded-For"); len(passed) > 0 {
		r.Header.Set("X-Forwarded-For", strings.Join(passed, ","))
	}
	next := b.next
	if next == nil {
		next = http.DefaultTransport
	}
	return next.RoundTrip(r) //nolint:wrapcheck // handed on as it is
}
