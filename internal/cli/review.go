package cli

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
	"github.com/access-config/terraform-provider-iam/internal/client"
	"github.com/access-config/terraform-provider-iam/internal/console"
	"github.com/access-config/terraform-provider-iam/internal/review"
)

// reviewOptions are the flags of review.
type reviewOptions struct {
	location

	write      review.Options
	offline    bool
	named      bool              // tenant was given as a flag
	places     map[string]string // URL or path by tenant
	schema     bool
	allow      bool   // unresolved changes
	redact     bool   // leave people's data out
	maxBytes   int    // -1: depends on the format
	acceptFile string // an acceptance
	errorsFile string // Terraform's error output
	file       string // of the plan; empty for standard input
}

const reviewAbout = `Print who gains and who loses access when a plan is applied:

  terraform plan -out plan.out
  terraform show -json plan.out | terraform-provider-iam review

The plan is read from standard input or from the file given as argument.
Credentials come from IAM_CLIENT_ID and IAM_CLIENT_SECRET, or IAM_ACCESS_TOKEN; an embedded database and --offline need none.

The provider blocks of a plan name its tenants. --api-url or --embedded sets where they are; --tenant NAME=URL-or-path sets it for one tenant.
For a tenant NAME, the variables IAM_CLIENT_ID_NAME, IAM_CLIENT_SECRET_NAME and IAM_ACCESS_TOKEN_NAME, in capitals, replace the credentials above.

The exit code is 0, 2 if --fail-on matches, and 1 for every error.`

func (o *reviewOptions) flags(env Env) *flag.FlagSet {
	f := flags(env, "review", reviewAbout)
	o.apiFlags(env, f)
	o.tenant = env.Getenv("IAM_TENANT")
	f.Func("tenant", "`name` of the tenant, for a plan that does not name it (default IAM_TENANT), or NAME=URL-or-path: where that tenant is; may be repeated", o.setTenant)
	f.BoolVar(&o.offline, "offline", false, "make no requests; start from the state in the plan, which knows only what it manages")
	f.StringVar(&o.write.Format, "format", "text", "`format` of the review: "+strings.Join(review.Formats(), ", "))
	f.Func("fail-on", "exit with 2 on any of these `kinds`, separated by commas: lost (someone loses a level, or access to records), admin (someone gains or loses manage on users_and_groups), unrestricted (someone's restriction is lifted), unresolved (something is known only after apply); unresolved is always included", o.setFailOn)
	f.Func("allow", "do not fail on this `kind`; only unresolved is possible, and a plan that ended with an error still fails", o.setAllow)
	f.BoolVar(&o.write.Summary, "summary", false, "print only the verdict, counts and the users that the review fails on")
	f.IntVar(&o.maxBytes, "max-bytes", -1, fmt.Sprintf("`size` at which text and markdown are cut; the review counts what it cut, and never cuts users that it fails on (default %d for markdown, no limit for text)", review.MaxComment))
	f.BoolVar(&o.redact, "redact", false, redactUsage)
	f.StringVar(&o.acceptFile, "accept", "", "`file` that accepts what the review fails on: JSON with plan (as the review prints it), person, reason and date")
	f.StringVar(&o.errorsFile, "errors", "", "`file` with the standard error of terraform plan, for a plan that failed")
	f.BoolVar(&o.schema, "schema", false, "print the JSON Schema of --format json, and nothing else")
	return f
}

// runReview prints who gains and who loses access when a plan is applied.
func runReview(ctx context.Context, env Env, args []string) error {
	var o reviewOptions
	if err := o.parse(env, o.flags(env), args); err != nil {
		return err
	}
	if o.schema {
		_, err := io.WriteString(env.Stdout, review.Schema)
		return err
	}
	r, err := o.run(ctx, env)
	if err != nil {
		return err
	}
	return o.print(env, r)
}

// run reviews the plan. If Terraform refused the plan, it may be missing.
func (o *reviewOptions) run(ctx context.Context, env Env) (review.Result, error) {
	if err := o.readErrors(); err != nil {
		return review.Result{}, err
	}
	refused := strings.TrimSpace(o.write.Errors) != ""
	p, err := o.plan(env)
	if refused && errors.Is(err, review.ErrEmpty) {
		r := review.Result{Errored: true}
		o.failOnErrored(r)
		return r, nil
	}
	if err != nil {
		return review.Result{}, err
	}
	r, err := o.review(ctx, env, p)
	if err != nil {
		return review.Result{}, err
	}
	r.Errored = r.Errored || refused
	o.failOnErrored(r)
	o.write.Plan = r.Fingerprint(p)
	return r, o.accept(r)
}

func (o *reviewOptions) setFailOn(text string) error {
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(review.Kinds(), name) {
			return fmt.Errorf("unknown kind %q: use %s", name, strings.Join(review.Kinds(), ", "))
		}
		o.write.FailOn = append(o.write.FailOn, name)
	}
	return nil
}

func (o *reviewOptions) setAllow(text string) error {
	if text != review.NotKnown {
		return fmt.Errorf("only %s can be allowed", review.NotKnown)
	}
	o.allow = true
	return nil
}

// setTenant accepts the name of the tenant, or a name and its location.
func (o *reviewOptions) setTenant(text string) error {
	name, place, placed := strings.Cut(text, "=")
	name = strings.ToLower(strings.TrimSpace(name))
	if name == "" || placed && place == "" {
		return errors.New("use NAME or NAME=URL-or-path")
	}
	if !placed {
		o.tenant, o.named = name, true
		return nil
	}
	if o.places == nil {
		o.places = map[string]string{}
	}
	o.places[name] = place
	return nil
}

// parse reads the flags, before and after the name of the file.
func (o *reviewOptions) parse(env Env, f *flag.FlagSet, args []string) error {
	for {
		if err := parseFlags(env, f, args); errors.Is(err, flag.ErrHelp) {
			return err
		} else if err != nil {
			return errExplained
		}
		if f.NArg() == 0 {
			break
		}
		if o.file != "" {
			return fmt.Errorf("review takes one file; %q is a second one", f.Arg(0))
		}
		o.file, args = f.Arg(0), f.Args()[1:]
	}
	return o.settle()
}

// settle checks the flags together and sets what follows from them.
func (o *reviewOptions) settle() error {
	if o.schema {
		return nil
	}
	if o.file == "-" {
		o.file = ""
	}
	named := slices.Contains(o.write.FailOn, review.NotKnown)
	switch {
	case !o.offline && o.apiURL == "" && o.embedded == "" && len(o.places) == 0:
		return errors.New("no tenant given: use --api-url (or IAM_API_URL), --embedded PATH, --tenant NAME=URL-or-path or --offline")
	case o.allow && named:
		return errors.New("--fail-on unresolved and --allow unresolved contradict each other")
	case o.redact && o.write.Format != "html":
		return errors.New("--redact is for --format html")
	case o.maxBytes < -1:
		return fmt.Errorf("--max-bytes must be a number of bytes, not %d", o.maxBytes)
	case len(o.write.FailOn) > 0 && !o.allow && !named:
		o.write.FailOn = append(o.write.FailOn, review.NotKnown)
	}
	o.write.MaxBytes = o.maxBytes
	if o.maxBytes < 0 {
		o.write.MaxBytes = 0
		if o.write.Format == "markdown" {
			o.write.MaxBytes = review.MaxComment
		}
	}
	return o.write.Check()
}

// plan reads the plan from the file or from standard input.
func (o *reviewOptions) plan(env Env) (*review.Plan, error) {
	if o.file == "" {
		var in io.Reader = strings.NewReader("")
		if env.Stdin != nil {
			in = env.Stdin
		}
		return review.Read(in)
	}
	file, err := os.Open(o.file)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return review.Read(file)
}

func (o *reviewOptions) readErrors() error {
	if o.errorsFile == "" {
		return nil
	}
	text, err := os.ReadFile(o.errorsFile)
	o.write.Errors = string(text)
	return err
}

// failOnErrored makes an incomplete plan fail even if unresolved changes are
// allowed: nobody has seen the rest of the plan.
func (o *reviewOptions) failOnErrored(r review.Result) {
	if r.Errored && o.allow && len(o.write.FailOn) > 0 {
		o.write.FailOn = append(o.write.FailOn, review.NotKnown)
	}
}

// accept reads the acceptance. It does not count for another plan, or for a plan
// that ended with an error.
func (o *reviewOptions) accept(r review.Result) error {
	if o.acceptFile == "" {
		return nil
	}
	file, err := os.Open(o.acceptFile)
	if err != nil {
		return err
	}
	defer file.Close()
	a, err := review.ReadAcceptance(file)
	switch {
	case err != nil:
		return fmt.Errorf("--accept %s: %w", o.acceptFile, err)
	case r.Errored:
		o.write.NotAccepted = "A plan with errors cannot be accepted."
	case a.Plan != o.write.Plan:
		o.write.NotAccepted = "The acceptance is for another plan: " + a.Plan
	default:
		o.write.Accepted = a
	}
	return nil
}

// review compares the plan's tenants before and after the plan.
func (o *reviewOptions) review(ctx context.Context, env Env, p *review.Plan) (review.Result, error) {
	options := review.Against{Tenant: o.tenant, Named: o.named}
	if len(o.places) == 1 && options.Tenant == "" {
		options.Tenant = slices.Collect(maps.Keys(o.places))[0]
	}
	if !o.offline {
		options.Open = func(ctx context.Context, tenant string) (*client.Client, func() error, error) {
			return o.open(ctx, env, tenant)
		}
	}
	return review.Run(ctx, p, options)
}

// open connects to a tenant. It returns no client if the tenant has no location.
func (o *reviewOptions) open(ctx context.Context, env Env, tenant string) (*client.Client, func() error, error) {
	at := location{apiURL: o.apiURL, embedded: o.embedded, tenant: tenant}
	if place, ok := o.places[tenant]; ok {
		at.apiURL, at.embedded = "", place
		if strings.Contains(place, "://") {
			at.apiURL, at.embedded = place, ""
		}
	}
	if at.apiURL == "" && at.embedded == "" {
		return nil, nil, nil
	}
	all := env.Getenv
	if own := "_" + strings.ToUpper(tenant); hasCredentials(all, own) {
		env.Getenv = func(name string) string { return all(name + own) }
	}
	return at.connect(ctx, env)
}

// hasCredentials reports whether the environment has credentials with the suffix.
func hasCredentials(getenv func(string) string, suffix string) bool {
	return slices.ContainsFunc([]string{"IAM_CLIENT_ID", "IAM_CLIENT_SECRET", "IAM_ACCESS_TOKEN"}, func(name string) bool { return getenv(name+suffix) != "" })
}

// redactUsage describes --redact.
const redactUsage = "leave names, e-mail addresses and ids of people out of html: they are numbered; groups, levels and counts stay"

// shown returns what is written of the review.
func (o *reviewOptions) shown(r review.Result) review.Result {
	if o.redact {
		return r.Redacted()
	}
	return r
}

// writeHTML returns the options to write with, and says what html contains.
func (o *reviewOptions) writeHTML(env Env) review.Options {
	w := o.write
	if w.Format != "html" {
		return w
	}
	w.HTML = func(to io.Writer, v review.View) error { return console.WriteReview(to, v, !o.redact) }
	if !o.redact {
		fmt.Fprintln(env.Stderr, "review:", personalText)
		return w
	}
	if w.Errors != "" {
		w.Errors = "What Terraform printed is left out: it can name people."
	}
	if w.Accepted != nil {
		w.Accepted = w.Accepted.Redacted()
	}
	return w
}

// personalText is said of files with people's data.
const personalText = "the page contains names and e-mail addresses: keep it as you keep them, or add --redact"

// print writes the review, and on standard error what it fails on.
func (o *reviewOptions) print(env Env, r review.Result) error {
	var text bytes.Buffer
	if err := o.shown(r).Write(&text, o.writeHTML(env)); err != nil {
		return err
	}
	if _, err := env.Stdout.Write(text.Bytes()); err != nil {
		return err
	}
	say := func(text string) { fmt.Fprintf(env.Stderr, "review: %s\n", text) }
	if o.write.MaxBytes > 0 && text.Len() > o.write.MaxBytes {
		say(fmt.Sprintf("the review has %d bytes, more than --max-bytes %d, because it never cuts users that it fails on", text.Len(), o.write.MaxBytes))
	}
	if o.write.Format == "csv" { // which has no column for them
		for _, line := range r.Remarks() {
			say(line)
		}
	}
	if len(r.Failed(o.write.FailOn)) == 0 {
		return nil
	}
	say(r.Verdict(o.write))
	if o.write.Accepted != nil {
		return nil
	}
	if o.write.NotAccepted != "" {
		say(access.Visible(o.write.NotAccepted))
	}
	return errFound
}
