package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/console"
)

// consoleOptions are the flags of console.
type consoleOptions struct {
	location
	listen string
	write  bool
}

// runConsole shows the pages of a tenant on this computer until ctx is done.
func runConsole(ctx context.Context, env Env, args []string) (err error) {
	var o consoleOptions
	f := flags(env, "console", "Show the pages of the console for a tenant, on this computer only. Open the link that it prints.\n"+credentialsUsage)
	o.flags(env, f)
	f.StringVar(&o.listen, "listen", "127.0.0.1:0", "`address` of this computer to listen on; port 0 selects a free port")
	f.BoolVar(&o.write, "write", false, "let forms save, for a tenant that nobody manages in code; without it they end in the configuration to copy")
	if err := parse(env, f, args); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		fmt.Fprintln(env.Stderr, "console:", err)
		return errUsage
	}
	c, end, err := o.connect(ctx, env)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("%w: choose another address with --listen", err)
	}
	defer listener.Close()
	if !loopback(listener.Addr()) {
		return fmt.Errorf("--listen %s is not an address of this computer alone: the console has your API key, so use 127.0.0.1", o.listen)
	}
	operator, secret := console.NewOperator(c, o.place(), time.Now())
	base := "http://" + listener.Addr().String()
	pages, err := console.New(console.Options{
		PublicURL: base, Logger: slog.New(slog.NewTextHandler(env.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
		Tenant: c.Tenant(), Operator: operator, Write: o.write, Local: true, Blocks: blocks{},
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(env.Stdout, "The console of %s; the link works once, for 15 minutes:\n%s\n", c.Tenant(), base+api.Path(api.PathConsoleSignIn, c.Tenant(), secret))
	s := &http.Server{Handler: pages, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10}
	return answer(ctx, env, s, listener, func() {})
}

// place says where the tenant is.
func (l location) place() string {
	if l.embedded != "" {
		return l.embedded
	}
	return l.apiURL
}
