package cli

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"golang.org/x/term"

	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/dispatch"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

// checkPublicURL refuses what links cannot begin with. A path is refused because the pages
// would not be below it.
func checkPublicURL(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" ||
		u.RawQuery != "" || u.ForceQuery || strings.Contains(text, "#") {
		return fmt.Errorf("--public-url must be an address without a path, such as https://iam.example.com, not %q", text)
	}
	return nil
}

// links returns what links begin with: --public-url, or the address that serve listens on.
// The Host header of a request is never used, because any caller can choose it.
func (o serveOptions) links(address net.Addr) string {
	if o.publicURL != "" {
		return strings.TrimRight(o.publicURL, "/")
	}
	if o.certFile != "" {
		return "https://" + address.String()
	}
	return "http://" + address.String()
}

// checkLinks refuses e-mails whose links would not name an address. Links to this computer
// are fine where the readers are.
func (o serveOptions) checkLinks() error {
	if o.publicURL != "" {
		return checkPublicURL(o.publicURL)
	}
	host, _, _ := net.SplitHostPort(o.listen)
	address, err := netip.ParseAddr(host)
	if anywhere := host == "" || err == nil && address.IsUnspecified(); o.smtp.address != "" && anywhere {
		return fmt.Errorf("--smtp with --listen %s needs --public-url: the links in e-mails must name an address", o.listen)
	}
	return nil
}

// withConsole serves the pages of the console beside the API. They call the backend inside
// this process.
func withConsole(handler http.Handler, backend http.Handler, options server.Options) (http.Handler, error) {
	pages, err := console.New(console.Options{BaseURL: embedded.BaseURL, Transport: inside{backend}, PublicURL: options.PublicURL, Logger: options.Logger, Blocks: blocks{}})
	if err != nil {
		return nil, err
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, console.Path) {
			pages.ServeHTTP(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	}), nil
}

// inside is a transport to a handler in this process.
type inside struct{ handler http.Handler }

// RoundTrip implements http.RoundTripper.
func (i inside) RoundTrip(r *http.Request) (*http.Response, error) {
	return dispatch.RoundTrip(i.handler, r)
}

// terminal returns the function that prints a line on the terminal of the operator, or nil
// if there is none: lines with secrets must not reach a file or a log.
func terminal(env Env) func(line string) {
	for _, w := range []io.Writer{env.Stdout, env.Stderr} {
		if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
			return func(line string) { fmt.Fprintln(f, line) }
		}
	}
	return nil
}
