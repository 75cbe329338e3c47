package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/api"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/server/embedded"
)

// credentialsUsage describes where connect takes credentials from.
const credentialsUsage = "Credentials come from IAM_CLIENT_ID and IAM_CLIENT_SECRET, or IAM_ACCESS_TOKEN; an embedded database needs none."

// location is the tenant that a command works on, and the API or database that
// has it.
type location struct{ apiURL, embedded, tenant string }

// flags declares --api-url, --embedded and --tenant.
func (l *location) flags(env Env, f *flag.FlagSet) {
	l.apiFlags(env, f)
	f.StringVar(&l.tenant, "tenant", env.Getenv("IAM_TENANT"), "`name` of the tenant (default IAM_TENANT)")
}

// apiFlags declares --api-url and --embedded.
func (l *location) apiFlags(env Env, f *flag.FlagSet) {
	f.StringVar(&l.apiURL, "api-url", env.Getenv("IAM_API_URL"), "base `URL` of the IAM API (default IAM_API_URL)")
	f.StringVar(&l.embedded, "embedded", "", "`path` of an embedded backend's database, instead of an API")
}

func (l location) check() error {
	if l.apiURL == "" && l.embedded == "" {
		return errors.New("no tenant given: use --api-url (or IAM_API_URL) or --embedded PATH")
	}
	return nil
}

// connect returns a client of the API or of the embedded database, and the
// function that closes it.
func (l location) connect(ctx context.Context, env Env) (*client.Client, func() error, error) {
	options := client.Options{
		BaseURL: l.apiURL, Tenant: l.tenant, UserAgent: "terraform-provider-iam/" + env.Version,
		ClientID: env.Getenv("IAM_CLIENT_ID"), ClientSecret: env.Getenv("IAM_CLIENT_SECRET"), AccessToken: env.Getenv("IAM_ACCESS_TOKEN"),
	}
	trace, err := api.ParseTrace(env.Getenv("TRACEPARENT"), env.Getenv("TRACESTATE"))
	if err != nil {
		fmt.Fprintf(env.Stderr, "TRACEPARENT or TRACESTATE is ignored: %v\n", err)
	}
	options.Trace = trace
	end := func() error { return nil }
	if l.embedded != "" {
		backend, err := embedded.Open(ctx, embedded.Options{Path: l.embedded, Tenant: strings.ToLower(l.tenant), EncryptionKey: env.Getenv(encryptionVariable), MustExist: true})
		if err != nil {
			return nil, nil, err
		}
		options.BaseURL, options.Transport, options.AccessToken, end = embedded.BaseURL, backend, backend.Token(), backend.Close
	}
	if options.AccessToken == "" && options.ClientID == "" && options.ClientSecret == "" {
		return nil, nil, errors.New("credentials are missing: set IAM_CLIENT_ID and IAM_CLIENT_SECRET, or IAM_ACCESS_TOKEN")
	}
	c, err := client.New(options)
	if err != nil {
		return nil, nil, errors.Join(err, end())
	}
	return c, end, nil
}
