// Package cli holds the commands of the binary, one file each. Terraform
// starts the binary without a command; then main serves the plugin instead.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/access-config/terraform-provider-iam/internal/access"
)

// Env is what a command may use of the process it runs in.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Getenv         func(string) string
	Version        string // of the release
	Commit         string
}

// command is one command of the binary.
type command struct {
	name  string
	about string
	run   func(ctx context.Context, env Env, args []string) error
}

func commands() []command {
	return []command{
		{"serve", "run the reference backend", runServe},
		{"backup", "copy the database of the reference backend into a file, while it is served, too", runBackup},
		{"restore", "make a database from such a file", runRestore},
		{"clients", "list, create, rotate and revoke API keys", runClients},
		{"keys", "list and rotate the keys that sign tokens", runKeys},
		{"report", "print the permissions report of a user", runReport},
		{"review", "print who gains and who loses access when a plan is applied", runReview},
		{"export", "write the configuration of a tenant that exists, with import blocks", runExport},
		{"version", "print version, commit and Go version", runVersion},
	}
}

// errUsage is an error that was explained on stderr already.
var errUsage = errors.New("usage")

// errExplained is as errUsage, of a command whose code 2 means something else.
var errExplained = errors.New("explained")

// errFound is what a review was told to fail on, and was explained on stderr.
var errFound = errors.New("found")

// Run runs the command that the first argument names and returns the exit
// code: 0, 1 for a failure, 2 for a wrong call and for a review that found what
// it was told to fail on. A wrong call of review is a failure, so that its 2 has
// one meaning.
func Run(ctx context.Context, env Env, args []string) int {
	all := commands()
	i := slices.IndexFunc(all, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		usage(env.Stderr, all)
		if slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
			return 0
		}
		fmt.Fprintf(env.Stderr, "\nThere is no command %q.\n", args[0])
		return 2
	}
	err := all[i].run(ctx, env, args[1:])
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return 0
	case errors.Is(err, errUsage), errors.Is(err, errFound):
		return 2
	case errors.Is(err, errExplained):
		return 1
	}
	explain(env.Stderr, args[0], err)
	return 1
}

// explain prints each of the errors in a line. They hold names that others
// chose, and a name is no line of its own.
func explain(w io.Writer, command string, err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			explain(w, command, err)
		}
		return
	}
	fmt.Fprintf(w, "%s: %s\n", command, access.Visible(err.Error()))
}

func usage(w io.Writer, all []command) {
	fmt.Fprint(w, "terraform-provider-iam is a Terraform provider with a reference IAM backend.\nTerraform starts it by itself. By hand it has these commands:\n\n")
	for _, c := range all {
		fmt.Fprintf(w, "  %-8s  %s\n", c.name, c.about)
	}
	fmt.Fprint(w, "\nA command with -h shows its flags.\n")
}

// flags returns a flag set that explains itself on stderr.
func flags(env Env, name, about string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.SetOutput(env.Stderr)
	f.Usage = func() {
		fmt.Fprintf(env.Stderr, "%s\n\nUsage: terraform-provider-iam %s [flags]\n\n", about, name)
		f.PrintDefaults()
	}
	return f
}

// parse reads the flags and refuses what is no flag.
func parse(env Env, f *flag.FlagSet, args []string) error {
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return err
	} else if err != nil {
		return errUsage
	}
	if f.NArg() > 0 {
		fmt.Fprintf(env.Stderr, "%s takes flags only, not %q\n", f.Name(), strings.Join(f.Args(), " "))
		return errUsage
	}
	return nil
}
