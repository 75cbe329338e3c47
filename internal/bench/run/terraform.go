package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// step is the cost of one run of the CLI.
type step struct {
	name     string // apply, plan, destroy
	wall     time.Duration
	cpu      time.Duration // of the CLI and the provider together
	cli      usage         // its memory alone
	provider usage
	backend  usage // zero without one
	requests int64
	lines    int // that the CLI printed
}

// workspace is a folder with a configuration and a provider.
type workspace struct {
	cli, dir string
	env      []string
	backend  *backend // nil without one
}

// files are the files of a configuration, by name.
type files map[string]string

// newWorkspace writes the configuration, and a CLI configuration that uses the
// provider in the folder binaries.
func newWorkspace(cli, dir, binaries string, config files) (workspace, error) {
	w := workspace{cli: cli, dir: dir}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return w, err
	}
	rc := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", source, binaries)
	config["cli.tfrc"] = rc
	for name, text := range config {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return w, err
		}
	}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "TF_") && !strings.HasPrefix(variable, "IAM_") && !strings.HasPrefix(variable, "EMPORIX_") {
			w.env = append(w.env, variable)
		}
	}
	w.env = append(w.env, "TF_CLI_CONFIG_FILE="+filepath.Join(dir, "cli.tfrc"), "CHECKPOINT_DISABLE=1")
	return w, nil
}

// run runs the CLI and returns its cost.
func (w workspace) run(ctx context.Context, name string, args ...string) (step, error) {
	var output bytes.Buffer
	cmd := exec.CommandContext(ctx, w.cli, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = w.dir, w.env, &output, &output
	requests, backend := w.backend.spent()
	s, err := measured(cmd)
	s.name = name
	s.requests, s.backend = w.backend.spent()
	s.requests -= requests
	s.backend.cpu -= backend.cpu
	s.lines = bytes.Count(output.Bytes(), []byte("\n"))
	if err != nil {
		return s, fmt.Errorf("%s %s: %w\n%s", w.cli, strings.Join(args, " "), err, output.String())
	}
	return s, nil
}

// measured runs a command and returns its cost.
func measured(cmd *exec.Cmd) (step, error) {
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return step{}, err
	}
	ended := make(chan struct{})
	watched := make(chan step, 1)
	go func() { watched <- watch(cmd.Process.Pid, ended) }()
	err := cmd.Wait()
	took := time.Since(start)
	close(ended)
	s := <-watched
	s.wall = took
	// The times of a process include those of the children it waited for.
	s.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	return s, err
}

// plan refreshes and plans; a change is an error.
func (w workspace) plan(ctx context.Context) (step, error) {
	return w.run(ctx, "plan", "plan", "-detailed-exitcode", "-no-color")
}

// lifeWithOneMore is life, and plans one user more in between.
func (w workspace) lifeWithOneMore(ctx context.Context) (steps []step, more step, err error) {
	apply, err := w.run(ctx, "apply", "apply", "-auto-approve", "-no-color")
	if err != nil {
		return nil, more, err
	}
	plan, err := w.plan(ctx)
	if err != nil {
		return nil, more, err
	}
	file := filepath.Join(w.dir, usersFile)
	rows, err := os.ReadFile(file)
	if err != nil {
		return nil, more, err
	}
	if err := os.WriteFile(file, append(rows, "new@acme.example,First,New,Sales\n"...), 0o600); err != nil {
		return nil, more, err
	}
	if more, err = w.run(ctx, "plan", "plan", "-no-color"); err != nil {
		return nil, more, err
	}
	destroy, err := w.run(ctx, "destroy", "destroy", "-auto-approve", "-no-color")
	return []step{apply, plan, destroy}, more, err
}

// life applies, plans without changes, and destroys. A plan is short, so it is
// the median of three.
func (w workspace) life(ctx context.Context) ([]step, error) {
	apply, err := w.run(ctx, "apply", "apply", "-auto-approve", "-no-color")
	if err != nil {
		return nil, err
	}
	var plans [3]step
	for i := range plans {
		if plans[i], err = w.plan(ctx); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(plans[:], func(a, b step) int { return cmp.Compare(a.wall, b.wall) })
	destroy, err := w.run(ctx, "destroy", "destroy", "-auto-approve", "-no-color")
	return []step{apply, plans[1], destroy}, err
}
