package cli

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"golang.org/x/term"
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
