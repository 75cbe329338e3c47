// Command terraform-provider-iam is a Terraform provider for access
// configuration, with a reference IAM backend. Terraform starts it as a plugin;
// see package cli for its commands.
package main

import (
	"context"
	"errors"
	"flag"
	"log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/access-config/terraform-provider-iam/internal/cli"
	"github.com/access-config/terraform-provider-iam/internal/provider"
	"github.com/access-config/terraform-provider-iam/internal/tune"
)

// Set by the release build.
var (
	version = "dev"
	commit  = "none"
)

func main() {
	if !asPlugin(os.Args[1:]) {
		ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
		env := cli.Env{Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr, Getenv: os.Getenv, Version: version, Commit: commit}
		code := cli.Run(ctx, env, os.Args[1:])
		stop()
		os.Exit(code)
	}
	debug := flag.Bool("debug", false, "run so that a debugger can attach")
	flag.Parse()
	quiet := false
	if !*debug { // a debugged process does not have Terraform's environment
		levels := tune.SilencedLogs(os.Environ())
		for _, level := range levels {
			_ = os.Setenv(level, "OFF") // on failure the plugin is only slower
		}
		quiet = len(levels) > 0
		tune.Memory(os.Getenv)
	}
	plugin := provider.New(version, os.Getenv)
	if !*debug { // a debugger may outlive its parent
		go endWithParent(plugin)
	}
	err := plugin.Serve(*debug, quiet)
	if err := errors.Join(err, plugin.Close()); err != nil {
		log.Fatal(err)
	}
}

// asPlugin reports whether the program was started by Terraform, which sets the
// variable of go-plugin's handshake, or by a debugger.
func asPlugin(args []string) bool {
	if len(args) == 0 {
		return os.Getenv("TF_PLUGIN_MAGIC_COOKIE") != ""
	}
	return strings.HasPrefix(args[0], "-debug") || strings.HasPrefix(args[0], "--debug")
}

// endWithParent ends the process when the CLI that started it is killed.
// Otherwise it would run forever: go-plugin relies on the CLI to stop it.
func endWithParent(plugin *provider.Plugin) {
	if orphaned, err := plugin.FinishOrphaned(context.Background()); orphaned {
		if err != nil {
			log.Print(err)
		}
		os.Exit(1)
	}
}
