package cli

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/server"
	"github.com/access-config/terraform-provider-iam/internal/server/fault"
	"github.com/access-config/terraform-provider-iam/internal/server/gate"
	"github.com/access-config/terraform-provider-iam/internal/store"
)

// drainTime limits the requests in progress after the signal to stop.
const drainTime = 10 * time.Second

// serveOptions are the flags of serve.
type serveOptions struct {
	listen    string
	database  string
	seed      string
	keeps     bool // --database was given
	tenants   list
	owner     string
	clients   list // ID:SECRET
	certFile  string
	keyFile   string // of TLS
	secrets   serveSecrets
	logFormat string
	fault     string
	legacy    bool
	smtp      smtpOptions
	publicURL string
	limits    serveLimits
	console   serveConsole
	origins   list
	drain     time.Duration

	metricsListen string
}

// serveLimits are the flags that limit callers.
type serveLimits struct {
	connections int
	requests    int
	memory      int // in MB
	proxies     list
	privateMake bool
	audit       server.AuditLimit
	testTokens  bool
}

// serveSecrets are the flags for the keys that protect secrets and tokens.
type serveSecrets struct {
	keyFile string
	age     time.Duration // of a signing key
}

// list is a repeatable flag.
type list []string

// String returns the values given.
func (l *list) String() string { return strings.Join(*l, ",") }

// Set adds a value.
func (l *list) Set(value string) error {
	*l = append(*l, value)
	return nil
}

// runServe runs the reference backend until ctx is done, or one of its subcommands.
func runServe(ctx context.Context, env Env, args []string) error {
	if len(args) > 0 && args[0] == "migrate" {
		return runMigrate(ctx, env, args[1:])
	}
	if len(args) > 0 && args[0] == "copy" {
		return runCopy(ctx, env, args[1:])
	}
	var o serveOptions
	f := flags(env, "serve", "Run the reference backend. \"serve migrate\" creates or updates the tables of a database and exits;\n\"serve copy\" copies a database into another one. Each has its own flags: see -h.")
	f.StringVar(&o.listen, "listen", "127.0.0.1:8080", "`address` to listen on; port 0 selects a free port")
	f.StringVar(&o.database, "database", "sqlite:iam.db", "`address` of the database: sqlite:PATH, created if missing, or postgres://USER:PASSWORD@HOST/DATABASE, which several processes can share")
	f.StringVar(&o.seed, "seed", "", "`folder` with a configuration in the form that export writes: the tenant starts with it, in a temporary database, and POST /iam/TENANT/reset restores it; for tests")
	f.Var(&o.tenants, "tenant", "`name` of a tenant to serve, created if missing (repeatable)")
	f.StringVar(&o.owner, "owner", "", "`e-mail` address of the Owner of new tenants (default owner@TENANT.example)")
	f.Var(&o.clients, "client", "API key of a tenant as `ID:SECRET`; the first is for the first tenant, and so on (repeatable; default IAM_CLIENT_ID and IAM_CLIENT_SECRET; otherwise a tenant without an API key gets one, which is printed once)")
	f.StringVar(&o.certFile, "tls-cert", "", "`file` with the TLS certificate")
	f.StringVar(&o.keyFile, "tls-key", "", "`file` with the TLS key")
	f.StringVar(&o.secrets.keyFile, "key-file", "", keyFileUsage)
	f.DurationVar(&o.secrets.age, "signing-key-age", 90*24*time.Hour, "`age` at which a new key starts to sign tokens; older keys verify their tokens until these expire")
	f.StringVar(&o.logFormat, "log-format", "text", "`text` or json")
	f.StringVar(&o.fault, "fault", "", "misbehave like an API on a bad day: `switches` separated by commas, such as shuffle,lag=200ms,429=0.1,503=0.05,slow=50ms,drop=0.05,tolerant-deletes,vendor-groups=500ms,lenient-language,one-key-maps,seed=7")
	f.BoolVar(&o.legacy, "legacy", true, "serve the routes for roles, permissions and resources, which the public API deprecates; --legacy=false disables them")
	f.StringVar(&o.smtp.address, "smtp", "", "`address` of a mail server for the e-mails to users: HOST:PORT, which encrypts if the server offers STARTTLS, or smtps://HOST for TLS from the start; without one the e-mails are only listed")
	f.StringVar(&o.smtp.from, "smtp-from", "no-reply@localhost", "sender `address` of these e-mails")
	f.StringVar(&o.smtp.user, "smtp-user", "", "`name` for a login at the mail server, which is never sent without TLS; the password comes from --smtp-password-file or IAM_SMTP_PASSWORD")
	f.StringVar(&o.smtp.passwordFile, "smtp-password-file", "", "`file` with the password for --smtp-user")
	f.StringVar(&o.publicURL, "public-url", "", "`address` that links in e-mails begin with, such as https://iam.example.com (default the address of --listen)")
	f.IntVar(&o.limits.connections, "max-connections", 1024, "maximum `number` of connections; one more closes the oldest idle connection of the address that has the most")
	f.IntVar(&o.limits.requests, "max-requests", 128, "maximum `number` of concurrent requests; others wait for half a second and then get 429")
	f.IntVar(&o.limits.memory, "max-request-memory", 96, "maximum memory in `MB` for the bodies and answers of all concurrent requests; others wait as with --max-requests")
	f.Var(&o.limits.proxies, "trusted-proxy", "`address` or network of a proxy whose X-Forwarded-For names the caller (repeatable; default none)")
	f.Var(&o.origins, "cors-origin", "`origin` whose pages may call the API from a browser, such as https://app.example.com (repeatable; default none)")
	f.DurationVar(&o.limits.audit.Age, "audit-age", 0, "`age` at which audit events are removed, such as 8760h for a year; an event records the removal (default never)")
	f.IntVar(&o.limits.audit.Most, "audit-events", 0, "`number` of the newest audit events to keep per tenant; an event records the removal of older ones (default all)")
	f.BoolVar(&o.limits.privateMake, "allow-private-make", false, "call a Make server at any address, also in the backend's own network and without TLS: for tests")
	f.BoolVar(&o.limits.testTokens, "test-tokens", false, "let API keys that may change users get tokens of users, limited to the scopes of the key: for tests")
	f.BoolVar(&o.console.write, "console-write", false, "let forms of the console save, for tenants that nobody manages in code; without it they end in the configuration to copy")
	f.BoolVar(&o.console.dev, "dev", false, "let everyone who opens the console sign in as any user, to see what the user sees: for development, only with --listen on 127.0.0.1")
	f.DurationVar(&o.drain, "drain-delay", time.Second, "`duration` between the signal to stop, when /readyz starts to answer 503, and the end of new connections: set it longer than the check interval of your load balancer")
	f.StringVar(&o.metricsListen, "metrics-listen", "", "`address` for GET /metrics, instead of --listen: use it if others than the operator can reach --listen")
	if err := parse(env, f, args); err != nil {
		return err
	}
	if o.seed != "" {
		f.Visit(func(given *flag.Flag) { o.keeps = o.keeps || given.Name == "database" })
	}
	for i, tenant := range o.tenants {
		o.tenants[i] = strings.ToLower(tenant) // like the provider and report
	}
	// The environment may be meant for other commands: it is no mistake if there is
	// no tenant for the key.
	if id, secret := env.Getenv("IAM_CLIENT_ID"), env.Getenv("IAM_CLIENT_SECRET"); len(o.tenants) > 0 && len(o.clients) == 0 && id != "" && secret != "" {
		o.clients = list{id + ":" + secret}
	}
	if err := o.check(); err != nil {
		fmt.Fprintln(env.Stderr, "serve:", err)
		return errUsage
	}
	return serve(ctx, env, o)
}

func (o serveOptions) check() error {
	if len(o.clients) > len(o.tenants) {
		return fmt.Errorf("there are %d API keys for %d tenants: name each tenant with --tenant", len(o.clients), len(o.tenants))
	}
	if o.seed != "" && len(o.tenants) != 1 {
		return errors.New("--seed needs exactly one --tenant: start another serve for another tenant")
	}
	if o.seed != "" && o.keeps {
		return errors.New("--seed uses a temporary SQLite database: remove --database. To fill a database permanently, apply the configuration with Terraform")
	}
	for i, tenant := range o.tenants {
		if slices.Contains(o.tenants[:i], tenant) {
			return fmt.Errorf("--tenant %s is given twice", tenant)
		}
	}
	if o.owner != "" && !api.ValidEmail(o.owner) {
		return fmt.Errorf("--owner %q is not an e-mail address", o.owner)
	}
	for _, c := range o.clients {
		if id, secret, ok := strings.Cut(c, ":"); !ok || id == "" || secret == "" {
			return errors.New("--client must be ID:SECRET")
		}
	}
	if (o.certFile == "") != (o.keyFile == "") {
		return errors.New("--tls-cert and --tls-key go together")
	}
	if o.secrets.age < time.Hour {
		return errors.New("--signing-key-age must be at least 1h")
	}
	if _, err := fault.Parse(o.fault); err != nil {
		return err
	}
	if err := o.limits.check(); err != nil {
		return err
	}
	if err := o.smtp.check(); err != nil {
		return err
	}
	if err := errors.Join(o.checkLinks(), o.checkDev()); err != nil {
		return err
	}
	for _, origin := range o.origins {
		if err := server.CheckOrigin(origin); err != nil {
			return fmt.Errorf("--cors-origin %s: %w", origin, err)
		}
	}
	if o.drain < 0 {
		return errors.New("--drain-delay must not be negative")
	}
	if o.logFormat != "text" && o.logFormat != "json" {
		return fmt.Errorf("--log-format must be text or json, not %q", o.logFormat)
	}
	return nil
}

func (l serveLimits) check() error {
	if l.connections < 1 || l.requests < 1 || l.memory < 1 {
		return errors.New("--max-connections, --max-requests and --max-request-memory must be at least 1")
	}
	if l.audit.Age < 0 || l.audit.Most < 0 {
		return errors.New("--audit-age and --audit-events must not be negative")
	}
	if _, err := gate.ParseProxies(l.proxies); err != nil {
		return fmt.Errorf("--trusted-proxy: %w", err)
	}
	return nil
}

// serve opens the database, creates tenants and API keys, and answers requests. It
// ends after ctx and the requests in progress.
func serve(ctx context.Context, env Env, o serveOptions) (err error) {
	tlsConfig, err := o.tlsConfig()
	if err != nil {
		return err
	}
	encryption, err := encryptionKeys(env, o.secrets.keyFile)
	if err != nil {
		return err
	}
	logger := slog.New(slog.NewTextHandler(env.Stderr, nil))
	if o.logFormat == "json" {
		logger = slog.New(slog.NewJSONHandler(env.Stderr, nil))
	}
	connections := gate.NewConnections(o.limits.connections)
	options := server.Options{Logger: logger, Connections: connections, Encryption: encryption, Print: terminal(env)}
	if options.Mail, err = o.smtp.mail(env); err != nil {
		return err
	}
	// Listen before a key is created: it is printed once, and is lost if serve then
	// fails. Links contain the address.
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.listen)
	if err != nil {
		return fmt.Errorf("%w: choose another address with --listen", err)
	}
	defer listener.Close()
	if err := o.checkDevAddress(listener.Addr()); err != nil {
		return err
	}
	options.PublicURL = o.links(listener.Addr())
	backend, err := o.open(ctx, options)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, backend.Close()) }()
	if tlsConfig == nil && !loopback(listener.Addr()) {
		logger.WarnContext(ctx, "serving without TLS beyond this computer: others in the network can read client secrets and tokens; set --tls-cert and --tls-key, or listen on 127.0.0.1 behind a proxy", "address", listener.Addr().String())
	}
	if o.metricsListen != "" {
		end, err := serveMetrics(ctx, o.metricsListen, backend.Metrics(), logger)
		if err != nil {
			return err
		}
		defer func() { _ = end() }()
	}
	if err := o.ensureShown(ctx, env, backend, options); err != nil {
		return err
	}
	handler, err := o.handler(backend, options)
	if err != nil {
		return err
	}
	s := &http.Server{
		Handler: handler, TLSConfig: tlsConfig, ConnContext: gate.ConnContext,
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
	return answer(ctx, env, s, connections.Limit(listener), func() {
		backend.Drain()
		time.Sleep(o.drain)
	})
}

// handler returns what answers the requests to --listen.
func (o serveOptions) handler(backend served, options server.Options) (http.Handler, error) {
	var handler http.Handler = backend
	if o.fault != "" {
		faults, _ := fault.Parse(o.fault) // check has validated it
		handler = faults.Wrap(backend)
	}
	if len(o.origins) > 0 {
		handler = server.WithOrigins(o.origins, handler) // also what the faults answer
	}
	return o.withConsole(handler, backend, options)
}

// complete adds the flags to the options.
func (o serveOptions) complete(options server.Options) server.Options {
	faults, _ := fault.Parse(o.fault) // check has validated it
	options.NoLegacy, options.VendorGroupDelay, options.MetricsElsewhere = !o.legacy, faults.VendorGroups, o.metricsListen != ""
	options.LenientLanguage, options.OneKeyMaps = faults.LenientLanguage, faults.OneKeyMaps
	options.Requests, options.Memory, options.Audit = o.limits.requests, int64(o.limits.memory)<<20, o.limits.audit
	options.PrivateIntegromat, options.TestTokens, options.SigningKeyAge = o.limits.privateMake, o.limits.testTokens, o.secrets.age
	options.Proxies, _ = gate.ParseProxies(o.limits.proxies) // check has validated them
	return options
}

// start starts the backend with the options and flags, and encrypts secrets that are
// stored in plain text or under an older key.
func (o serveOptions) start(ctx context.Context, options server.Options) (*server.Server, error) {
	options = o.complete(options)
	backend, err := server.New(ctx, options)
	if err != nil {
		return nil, err
	}
	count, err := backend.Reseal(ctx)
	switch {
	case err != nil:
		backend.Close()
		return nil, err
	case options.Encryption == nil:
		options.Logger.WarnContext(ctx, "secrets in the database are not encrypted: whoever can read it or a backup of it can sign tokens and use the keys of Make; set a key with --key-file or "+encryptionVariable)
	case count > 0:
		options.Logger.InfoContext(ctx, "secrets in the database were encrypted", "secrets", count, "key", options.Encryption.ID())
	}
	return backend, nil
}

// loopback reports whether only this computer can reach the address.
func loopback(address net.Addr) bool {
	tcp, ok := address.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// tlsConfig reads certificate and key, or returns nil if there are none. It runs
// before anything else, so that a wrong file is reported at once.
func (o serveOptions) tlsConfig() (*tls.Config, error) {
	if o.certFile == "" {
		return nil, nil
	}
	pair, err := tls.LoadX509KeyPair(o.certFile, o.keyFile)
	if err != nil {
		return nil, fmt.Errorf("reading --tls-cert %s and --tls-key %s: %w", o.certFile, o.keyFile, err)
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}}, nil
}

// ensureAll creates missing tenants and API keys, and returns the tenants that it created. A
// database without any tenant is an error, because no request could succeed.
func (o serveOptions) ensureAll(ctx context.Context, env Env, backend *server.Server, db store.Store) (created []string, err error) {
	for i, tenant := range o.tenants {
		missing, err := backend.EnsureTenant(ctx, tenant, o.owner)
		if err == nil {
			err = o.ensureKey(ctx, env, backend, i)
		}
		if err != nil {
			return nil, err
		}
		if missing {
			created = append(created, tenant)
		}
	}
	if len(o.tenants) > 0 {
		return created, nil
	}
	all, err := db.Tenants(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the tenants: %w", err)
	}
	if len(all) == 0 {
		return nil, errors.New("the database has no tenant: create one, for example with --tenant acme")
	}
	return nil, nil
}

// ensureKey creates the API key of the i-th tenant if it is missing.
func (o serveOptions) ensureKey(ctx context.Context, env Env, backend *server.Server, i int) error {
	tenant := o.tenants[i]
	if i < len(o.clients) {
		id, secret, _ := strings.Cut(o.clients[i], ":")
		return backend.EnsureClient(ctx, tenant, id, secret)
	}
	id, secret, err := backend.FirstClient(ctx, tenant)
	if err != nil || id == "" {
		return err
	}
	return printSecret(env.Stdout, "created an API key", tenant, id, secret)
}

// answer serves on the listener, with TLS if s is configured for it, and prints the
// ready line. When ctx is done it calls leave, which may block, and drains.
func answer(ctx context.Context, env Env, s *http.Server, listener net.Listener, leave func()) error {
	scheme, run := "http", s.Serve
	if s.TLSConfig != nil {
		scheme = "https"
		run = func(l net.Listener) error { return s.ServeTLS(l, "", "") }
	}
	done := make(chan error, 1)
	go func() { done <- run(listener) }()
	if _, err := fmt.Fprintf(env.Stdout, "ready: %s://%s\n", scheme, listener.Addr()); err != nil {
		return errors.Join(err, s.Close())
	}
	select {
	case err := <-done: // never nil before Shutdown
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	leave()
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
	defer cancel()
	if err := s.Shutdown(drain); err != nil {
		return fmt.Errorf("stopping: %w", err)
	}
	return nil
}
