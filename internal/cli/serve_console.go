package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/dispatch"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

// serveConsole are the flags for the pages of the console.
type serveConsole struct {
	dev   bool
	write bool
}

// checkDev refuses --dev together with what lets others reach the backend.
func (o serveOptions) checkDev() error {
	if o.console.dev && (o.publicURL != "" || len(o.limits.proxies) > 0) {
		return errors.New("--dev lets everyone who reaches the console sign in as anyone: remove --public-url and --trusted-proxy")
	}
	return nil
}

// checkDevAddress refuses --dev on an address that others can reach.
func (o serveOptions) checkDevAddress(address net.Addr) error {
	if o.console.dev && !loopback(address) {
		return fmt.Errorf("--dev lets everyone who reaches the console sign in as anyone, and others can reach --listen %s: use 127.0.0.1", o.listen)
	}
	return nil
}

// withConsole serves the pages of the console beside the API. They call the backend inside
// this process.
func (o serveOptions) withConsole(handler http.Handler, backend served, options server.Options) (http.Handler, error) {
	settings := console.Options{
		BaseURL: embedded.BaseURL, Transport: inside{backend, make(chan struct{}, runtime.GOMAXPROCS(0))}, PublicURL: options.PublicURL, Logger: options.Logger, Blocks: blocks{},
		Links: options.Mail != nil || options.Print != nil, Write: o.console.write,
	}
	if o.console.dev {
		settings.As, settings.Local = backend.SignInAs, true
	}
	pages, err := console.New(settings)
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

// inside is a transport to a handler in this process. More requests at a time than there are
// processors would only take memory, also for the database.
type inside struct {
	handler http.Handler
	places  chan struct{}
}

// RoundTrip implements http.RoundTripper.
func (i inside) RoundTrip(r *http.Request) (*http.Response, error) {
	select {
	case i.places <- struct{}{}:
		defer func() { <-i.places }()
	case <-r.Context().Done():
		return nil, r.Context().Err() //nolint:wrapcheck // as http.Transport returns it
	}
	return dispatch.RoundTrip(i.handler, r)
}

// ensureShown creates what is missing, and shows how its people sign in.
func (o serveOptions) ensureShown(ctx context.Context, env Env, backend served, options server.Options) error {
	created, err := backend.ensure(ctx, env)
	if err != nil {
		return err
	}
	return o.showOwners(ctx, backend, options, created)
}

// showOwners shows a link for the Owner of each new tenant, who has no other way to sign in
// yet; with --dev, of each tenant that the flags name. A link is a secret, so only a terminal
// shows it.
func (o serveOptions) showOwners(ctx context.Context, backend served, options server.Options, created []string) error {
	tenants := created
	if o.console.dev {
		tenants = o.tenants
	}
	for _, tenant := range tenants {
		if options.Print == nil {
			how := "with an API key; start serve in a terminal or with --smtp to get links"
			if options.Mail != nil {
				how = "the Owner asks for a link by e-mail"
			}
			options.Logger.InfoContext(ctx, "a new tenant has a console", "tenant", tenant, "address", options.PublicURL+console.Path+tenant+"/", "sign_in", how)
			continue
		}
		email, link, err := backend.OwnerLink(ctx, tenant)
		if err != nil {
			return err
		}
		options.Print(fmt.Sprintf("Console of %s: %s (for %s, once, 15 minutes)", tenant, link, access.Visible(email)))
	}
	return nil
}
