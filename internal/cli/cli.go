// Package cli has the commands of the binary, one file each. Terraform starts the
// binary without a command, and main then serves the plugin instead.
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

// Env is the part of the process that a command may use.
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
		{"backup", "copy the database of the reference backend into a file, even while it is served", runBackup},
		{"restore", "create a database from a backup", runRestore},
		{"clients", "list, create, rotate and revoke API keys", runClients},
		{"keys", "list and rotate the keys that sign tokens", runKeys},
		{"report", "print the permissions report of a user", runReport},
		{"review", "print who gains and who loses access when a plan is applied", runReview},
		{"console", "show the pages of the console for a tenant, on this computer", runConsole},
		{"export", "write the configuration of an existing tenant, with import blocks", runExport},
		{"audit", "print what changed in a tenant, and who changed it", runAudit},
		{"version", "print version, commit and Go version", runVersion},
	}
}

// errUsage is a usage error that was already printed.
var errUsage = errors.New("usage")

// errExplained is a usage error that was already printed, of a command whose exit
// code 2 has another meaning.
var errExplained = errors.New("explained")

// errFound means that a review found what --fail-on names. It was already printed.
var errFound = errors.New("found")

// Run runs the command that the first argument names and returns the exit code: 0
// for success, 1 for a failure, 2 for a usage error. For review, 2 means that it
// found what --fail-on names, and a usage error is 1.
func Run(ctx context.Context, env Env, args []string) int {
	all := commands()
	args = asCommand(args)
	if len(args) == 0 {
		usage(env.Stdout, all)
		return 0
	}
	i := slices.IndexFunc(all, func(c command) bool { return c.name == args[0] })
	if i < 0 {
		fmt.Fprintf(env.Stderr, "Unknown command %q%s (terraform-provider-iam help lists the commands)\n", args[0], didYouMean(args[0], names(all)))
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

// asCommand replaces flags such as --version by the command. No arguments mean
// general help.
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

// didYouMean suggests the known name most similar to the given one, if any is.
func didYouMean(given string, known []string) string {
	distance := func(name string) int { return levenshtein.Distance(given, name, nil) }
	nearest := slices.MinFunc(known, func(a, b string) int { return distance(a) - distance(b) })
	if distance(nearest) > max(2, len(nearest)/3) {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", nearest)
}

// explain prints each error on one line. Errors contain names that others chose,
// which must not add lines.
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
	fmt.Fprint(w, "terraform-provider-iam is a Terraform provider with a reference IAM backend.\nTerraform starts it without arguments. Commands to run by hand:\n\n")
	for _, c := range all {
		fmt.Fprintf(w, "  %-8s  %s\n", c.name, c.about)
	}
	fmt.Fprint(w, "\nterraform-provider-iam help COMMAND shows its flags.\n")
}

// usageOutput returns where a command lists its subcommands, and its error: none
// if a flag such as --help requested the list.
func usageOutput(env Env, args []string) (io.Writer, error) {
	if len(args) > 0 && strings.HasPrefix(args[0], "-") {
		return env.Stdout, nil
	}
	return env.Stderr, errUsage
}

// flags returns a flag set that prints its help to stdout.
func flags(env Env, name, about string) *flag.FlagSet {
	f := flag.NewFlagSet(name, flag.ContinueOnError)
	f.Usage = func() {
		f.SetOutput(env.Stdout)
		fmt.Fprintf(env.Stdout, "%s\n\nUsage: terraform-provider-iam %s [flags]\n\n", about, name)
		f.PrintDefaults()
	}
	return f
}

// parse reads the flags and rejects other arguments.
func parse(env Env, f *flag.FlagSet, args []string) error {
	if err := parseFlags(env, f, args); err != nil {
		return err
	}
	if f.NArg() > 0 {
		fmt.Fprintf(env.Stderr, "%s: unexpected argument %q\n", f.Name(), strings.Join(f.Args(), " "))
		return errUsage
	}
	return nil
}

// parseFlags reads the flags up to the first other argument. A mistake is reported
// in one line, without the list of all flags.
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

// mistake rewrites an error of package flag, with two dashes as in the
// documentation.
func mistake(f *flag.FlagSet, err error) string {
	name, unknown := strings.CutPrefix(err.Error(), "flag provided but not defined: -")
	if !unknown {
		return strings.Replace(err.Error(), "for flag -", "for --", 1)
	}
	known := []string{"--help"}
	f.VisitAll(func(f *flag.Flag) { known = append(known, "--"+f.Name) })
	name = "--" + strings.TrimPrefix(name, "-")
	return fmt.Sprintf("unknown flag %s%s", name, didYouMean(name, known))
}
