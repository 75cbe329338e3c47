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

	"github.com/agext/levenshtein"

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
		{"audit", "print what changed in a tenant, and who changed it", runAudit},
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
	args = asCommand(args)
	if len(args) == 0 {
		usage(env.Stdout, all)
		return 0
	}
	i := slices.IndexFunc(all, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		fmt.Fprintf(env.Stderr, "There is no command %q%s (terraform-provider-iam help lists them)\n", args[0], didYouMean(args[0], names(all)))
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

// asCommand puts a command in the place of what people write for it; none is
// help for all of them.
func asCommand(args []string) []string {
	if len(args) == 0 {
		return nil
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		if len(args) == 1 {
			return nil
		}
		return append(slices.Clone(args[1:]), "-h")
	case "-version", "--version":
		return append([]string{"version"}, args[1:]...)
	}
	return args
}

func names(all []command) []string {
	names := []string{"help"}
	for _, c := range all {
		names = append(names, c.name)
	}
	return names
}

// didYouMean suggests the known name that is most like the given one, if any is.
func didYouMean(given string, known []string) string {
	distance := func(name string) int { return levenshtein.Distance(given, name, nil) }
	nearest := slices.MinFunc(known, func(a, b string) int { return distance(a) - distance(b) })
	if distance(nearest) > max(2, len(nearest)/3) {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", nearest)
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
	fmt.Fprint(w, "\nterraform-provider-iam help COMMAND shows its flags.\n")
}

// explaining is where a command that has commands of its own lists them, and how
// it ends: well where it was asked for help.
func explaining(env Env, args []string) (io.Writer, error) {
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		return env.Stdout, nil
	}
	return env.Stderr, errUsage
}

// flags returns a flag set that explains itself on stdout.
func flags(env Env, name, about string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.Usage = func() {
		f.SetOutput(env.Stdout)
		fmt.Fprintf(env.Stdout, "%s\n\nUsage: terraform-provider-iam %s [flags]\n\n", about, name)
		f.PrintDefaults()
	}
	return f
}

// parse reads the flags and refuses what is no flag.
func parse(env Env, f *flag.FlagSet, args []string) error {
	if err := parseFlags(env, f, args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		fmt.Fprintf(env.Stderr, "%s takes flags only, not %q\n", f.Name(), strings.Join(f.Args(), " "))
		return errUsage
	}
	return nil
}

// parseFlags reads the flags up to what is none. A mistake takes one line, which
// nobody has to search for above a list of all flags.
func parseFlags(env Env, f *flag.FlagSet, args []string) error {
	help := f.Usage
	f.Usage = func() {}
	f.SetOutput(io.Discard)
	err := f.Parse(args)
	f.Usage = help
	if errors.Is(err, flag.ErrHelp) {
		help()
	} else if err != nil {
		fmt.Fprintf(env.Stderr, "%s: %s (%[1]s -h shows all flags)\n", f.Name(), mistake(f, err))
		err = errUsage
	}
	return err
}

// mistake words what package flag says, with two dashes as the documentation has
// them.
func mistake(f *flag.FlagSet, err error) string {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return strings.Replace(err.Error(), "for flag -", "for --", 1)
	}
	known := []string{"--help"}
	f.VisitAll(func(f *flag.Flag) { known = append(known, "--"+f.Name) })
	name = "--" + strings.TrimPrefix(name, "-")
	return fmt.Sprintf("there is no flag %s%s", name, didYouMean(name, known))
}
