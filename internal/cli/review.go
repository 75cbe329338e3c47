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

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// reviewOptions are the flags of review.
type reviewOptions struct {
	reportOptions

	offline bool
	failOn  []string
	file    string // of the plan; empty for standard input
}

// What a review can fail on.
const (
	failLost         = "lost"
	failAdmin        = "admin"
	failUnrestricted = "unrestricted"
	failUnresolved   = "unresolved"
)

// runReview prints who gains and who loses access when a plan is applied.
func runReview(ctx context.Context, env Env, args []string) error {
	var o reviewOptions
	f := flags(env, "review", "Print who gains and who loses access when a plan is applied:\n\n  terraform plan -out plan.out\n  terraform show -json plan.out | terraform-provider-iam review\n\n"+
		"The plan comes from standard input or from a file given as argument.\nCredentials come from IAM_CLIENT_ID and IAM_CLIENT_SECRET, or IAM_ACCESS_TOKEN; an embedded database and --offline need none.")
	f.StringVar(&o.apiURL, "api-url", env.Getenv("IAM_API_URL"), "base `URL` of the IAM API (default IAM_API_URL)")
	f.StringVar(&o.embedded, "embedded", "", "`path` of an embedded backend's database, instead of an API")
	f.StringVar(&o.tenant, "tenant", env.Getenv("IAM_TENANT"), "`name` of the tenant (default IAM_TENANT)")
	f.BoolVar(&o.offline, "offline", false, "ask no one: start from the state in the plan, which knows what is managed there and no more")
	f.StringVar(&o.format, "format", "text", "`text`, markdown, json or csv")
	f.Func("fail-on", "end with code 2 on any of these `kinds`, separated by commas: lost (someone loses a level, or access to records), admin (someone gains or loses manage on users_and_groups), unrestricted (someone's restriction is lifted), unresolved (something is not known before the apply)", o.setFailOn)
	if err := o.parse(env, f, args); err != nil {
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
	if err := r.write(env.Stdout, o.format); err != nil {
		return err
	}
	if o.format == "csv" { // which has no room for them
		for _, n := range r.notes {
			fmt.Fprintf(env.Stderr, "review: %s: %s\n", n.Address, n.Text)
		}
	}
	return o.judge(env, r)
}

func (o *reviewOptions) setFailOn(text string) error {
	for name := range strings.SplitSeq(text, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains([]string{failLost, failAdmin, failUnrestricted, failUnresolved}, name) {
			return fmt.Errorf("%q is none of lost, admin, unrestricted, unresolved", name)
		}
		o.failOn = append(o.failOn, name)
	}
	return nil
}

// parse reads the flags, before and behind the name of the file.
func (o *reviewOptions) parse(env Env, f *flag.FlagSet, args []string) error {
	for {
		if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
			return err
		} else if err != nil {
			return errUsage
		}
		if f.NArg() == 0 {
			break
		}
		if o.file != "" {
			fmt.Fprintf(env.Stderr, "review takes one file, not %q, too\n", f.Arg(0))
			return errUsage
		}
		o.file, args = f.Arg(0), f.Args()[1:]
	}
	if o.file == "-" {
		o.file = ""
	}
	var err error
	switch {
	case !o.offline && o.apiURL == "" && o.embedded == "":
		err = errors.New("say where to look: an API with --api-url (or IAM_API_URL), a database with --embedded, or only the plan with --offline")
	case !slices.Contains([]string{"text", "markdown", "json", "csv"}, o.format):
		err = fmt.Errorf("--format is text, markdown, json or csv, not %q", o.format)
	}
	if err != nil {
		fmt.Fprintln(env.Stderr, "review:", err)
		return errUsage
	}
	return nil
}

func (o *reviewOptions) plan(env Env) (*plan, error) {
	if o.file == "" {
		if env.Stdin == nil {
			return readPlan(strings.NewReader(""))
		}
		return readPlan(env.Stdin)
	}
	file, err := os.Open(o.file)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return readPlan(file)
}

// review compares the tenant with what the plan makes of it.
func (o *reviewOptions) review(ctx context.Context, env Env, p *plan) (r review, err error) {
	if o.offline {
		before := priorState(p)
		after := applyPlan(p, before)
		for _, c := range p.ResourceChanges {
			if c.Type == "iam_role_template" && c.does("update", "delete") {
				after.note(c, "groups that start from the role template and are not in this state are not reviewed offline")
			}
		}
		return newReview(p, before, after), nil
	}
	c, end, err := connect(ctx, env, o.reportOptions)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, end()) }()
	before, err := c.State(ctx)
	if err == nil {
		err = c.AddMake(ctx, &before)
	}
	if err != nil {
		return r, err
	}
	after := applyPlan(p, before)
	if err := after.putTemplates(ctx, c, p); err != nil {
		return r, err
	}
	return newReview(p, before, after), nil
}

// judge says which of the things to fail on the review found.
func (o *reviewOptions) judge(env Env, r review) error {
	var found []string
	for _, name := range r.happened() {
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

// review is what a plan does to access.
type review struct {
	users    []access.UserChange
	findings []access.Finding // that were not there before
	notes    []note
	errored  bool // the plan is not whole
}

func newReview(p *plan, before access.State, after *applied) review {
	r := review{notes: after.notes, errored: p.Errored}
	state := after.state()
	for u := range access.CompareStates(before, state) {
		r.users = append(r.users, u)
	}
	old := map[string]bool{}
	key := func(f access.Finding) string {
		return strings.Join([]string{string(f.Kind), strings.ToLower(f.Email), f.Entity, strings.Join(f.Groups, " "), f.Text}, "\x00")
	}
	for _, f := range access.Findings(before) {
		old[key(f)] = true
	}
	for _, f := range access.Findings(state) {
		if !old[key(f)] {
			r.findings = append(r.findings, f)
		}
	}
	return r
}

// happened returns which of the things that a review can fail on happen.
func (r review) happened() []string {
	var lost, admin, unrestricted bool
	for _, u := range r.users {
		for _, c := range u.Changes {
			lost = lost || !c.Widens()
			admin = admin || c.Entity == "users_and_groups" && (c.Before >= access.Manage) != (c.After >= access.Manage)
			// Who had a level on some records and gets it on all.
			unrestricted = unrestricted || c.Kind == access.Unrestricted || c.Kind == access.Raised && len(c.Except) > 0
		}
	}
	var names []string
	for _, h := range []struct {
		name string
		is   bool
	}{{failLost, lost}, {failAdmin, admin}, {failUnrestricted, unrestricted}, {failUnresolved, r.errored || len(r.notes) > 0}} {
		if h.is {
			names = append(names, h.name)
		}
	}
	return names
}

func (r review) write(w io.Writer, format string) error {
	switch format {
	case "csv":
		return access.WriteChangesCSV(w, r.users)
	case "json":
		return r.writeJSON(w)
	case "markdown":
		return r.writeMarkdown(w)
	}
	return r.writeText(w)
}
