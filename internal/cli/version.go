package cli

import (
	"context"
	"fmt"
	"runtime"
)

// runVersion prints what this binary is.
func runVersion(_ context.Context, env Env, args []string) error {
	if err := parse(env, flags(env, "version", "Print version, commit and Go version."), args); err != nil {
		return err
	}
	_, err := fmt.Fprintf(env.Stdout, "terraform-provider-iam %s (commit %s, %s, %s/%s)\n", env.Version, env.Commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
