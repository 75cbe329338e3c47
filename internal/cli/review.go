package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/review"
)

// reviewOptions are the flags of review.
type reviewOptions struct {
	reportOptions

	offline bool
	failOn  []string
	file    string // of the plan; empty for standard input
}

// runReview prints who gains and who loses access when a plan is applied.
func runReview(ctx context.Context, env Env, args []string) error {
	var o reviewOptions
	f := flags(env, "review", "Print who gains and who loses access when a plan is applied:\n\n  terraform plan -out plan.out\n  terraform show -json plan.out | terraform-provider-iam review\n\n"+
		"The plan comes from standard input or from a file given as argument.\nCredentials come from IAM_CLIENT_ID and IAM_CLIENT_SECRET, or IAM_ACCESS_TOKEN; an embedded database and --offline need none.\n\n"+
		"The exit code is 0, 2 where --fail-on says so, and 1 for every error.")
	f.StringVar(&o.apiURL, "api-url", env.Getenv("IAM_API_URL"), "base `URL` of the IAM API (default IAM_API_URL)")
	f.StringVar(&o.embedded, "embedded", "", "`path` of an embedded backend's database, instead of an API")
	f.StringVar(&o.tenant, "tenant", env.Getenv("IAM_TENANT"), "`name` of the tenant (default IAM_TENANT)")
	f.BoolVar(&o.offline, "offline", false, "ask no one: start from the state in the plan, which knows what is managed there and no more")
	f.StringVar(&o.format, "format", "text", "`text`, markdown, json or csv")
	f.Func("fail-on", "end with code 2 on any of these `kinds`, separated by commas: lost (someone loses a level, or access to records), admin (someone gains or loses manage on users_and_groups), unrestricted (someone's restriction is lifted), unresolved (something is not known before the apply)", o.setFailOn)
	if err := o.parse(f, args); err != nil {
		return err
	}
	p, err := o.plan(env)
	if err != nil {
		return err
	}
	r, err := o.review(ctx, env, p)
	if err != nil {
		return err
	}
	if err := r.Write(env.Stdout, o.format); err != nil {
		return err
	}
	if o.format == "csv" { // which has no room for them
		for _, n := range r.Unresolved {
			fmt.Fprintf(env.Stderr, "review: %s: %s\n", n.Address, n.Text)
		}
	}
	return o.judge(env, r)
}

func (o *reviewOptions) setFailOn(text string) error {
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(review.Kinds(), name) {
			return fmt.Errorf("%q is none of %s", name, strings.Join(review.Kinds(), ", "))
		}
		o.failOn = append(o.failOn, name)
	}
	return nil
}

// parse reads the flags, before and behind the name of the file.
func (o *reviewOptions) parse(f *flag.FlagSet, args []string) error {
	for {
		if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
			return err
		} else if err != nil {
			return errExplained
		}
		if f.NArg() == 0 {
			break
		}
		if o.file != "" {
			return fmt.Errorf("one file is reviewed, not %q, too", f.Arg(0))
		}
		o.file, args = f.Arg(0), f.Args()[1:]
	}
	if o.file == "-" {
		o.file = ""
	}
	switch {
	case !o.offline && o.apiURL == "" && o.embedded == "":
		return errors.New("say where to look: an API with --api-url (or IAM_API_URL), a database with --embedded, or only the plan with --offline")
	case !slices.Contains(review.Formats(), o.format):
		return fmt.Errorf("--format is one of %s, not %q", strings.Join(review.Formats(), ", "), o.format)
	}
	return nil
}

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

// review compares the tenant with what the plan makes of it.
func (o *reviewOptions) review(ctx context.Context, env Env, p *review.Plan) (r review.Result, err error) {
	if o.offline {
		return review.Offline(p), nil
	}
	c, end, err := connect(ctx, env, o.reportOptions)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, end()) }()
	return review.Online(ctx, p, c)
}

// judge says which of the things to fail on the review found.
func (o *reviewOptions) judge(env Env, r review.Result) error {
	var found []string
	for _, name := range r.Happens() {
		if slices.Contains(o.failOn, name) {
			found = append(found, name)
		}
	}
	if len(found) == 0 {
		return nil
	}
	fmt.Fprintf(env.Stderr, "review: failed on %s\n", strings.Join(found, ", "))
	return errFound
}
