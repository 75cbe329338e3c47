package providertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// address is where configurations name the provider's source.
const address = "registry.terraform.io/access-config/iam"

// Workspace is a folder in which the real CLI runs with the real binary of the
// provider, started anew by each command.
type Workspace struct {
	Dir string
	t   testing.TB
	cli string
	env []string
}

// built is the folder of what Binary built.
var built string

// Binary builds the provider once per test process and returns its path. Main
// removes it.
var Binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "terraform-provider-iam")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "terraform-provider-iam")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", path, "github.com/access-config/terraform-provider-iam")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the provider: %w\n%s", err, out)
	}
	return path, nil
})

// Main runs the tests of a package and removes the binary that they built.
// Call it from TestMain.
func Main(m *testing.M) {
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// NewWorkspace makes a workspace with the given files. It skips the test,
// saying so, unless TF_ACC is set.
func NewWorkspace(t testing.TB, files map[string]string) *Workspace {
	t.Helper()
	if os.Getenv("TF_ACC") == "" {
		t.Skip("acceptance tests run the real CLI and are skipped unless TF_ACC is set")
	}
	w := &Workspace{Dir: t.TempDir(), t: t, cli: findCLI(t)}
	binary, err := Binary()
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range files {
		w.Write(name, text)
	}
	rc := filepath.Join(t.TempDir(), "cli.tfrc")
	text := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n", address, filepath.Dir(binary))
	if err := os.WriteFile(rc, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	w.env = append(clean(os.Environ()), "TF_CLI_CONFIG_FILE="+rc, "TF_IN_AUTOMATION=1", "TF_INPUT=0", "CHECKPOINT_DISABLE=1")
	return w
}

func findCLI(t testing.TB) string {
	t.Helper()
	if path := os.Getenv("TF_ACC_TERRAFORM_PATH"); path != "" {
		return path
	}
	for _, name := range []string{"terraform", "tofu"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("TF_ACC is set and neither terraform nor tofu is on the PATH: set TF_ACC_TERRAFORM_PATH")
	return ""
}

// clean leaves out of the environment what would change the provider or the
// CLI.
func clean(environment []string) []string {
	var kept []string
	for _, pair := range environment {
		if strings.HasPrefix(pair, "TF_") || strings.HasPrefix(pair, "IAM_") || strings.HasPrefix(pair, "EMPORIX_") {
			continue
		}
		kept = append(kept, pair)
	}
	return kept
}

// SkipBelow skips the test where the CLI is no Terraform of this version, 1.minor,
// or later, which the feature needs.
func (w *Workspace) SkipBelow(minor int, feature string) {
	w.t.Helper()
	text := w.MustRun("version")
	var has int
	for line := range strings.Lines(text) { // warnings may stand before
		if n, err := fmt.Sscanf(line, "Terraform v1.%d", &has); n == 1 && err == nil {
			break
		}
	}
	if has < minor {
		w.t.Skipf("%s needs Terraform 1.%d; the CLI at hand says:\n%s", feature, minor, text)
	}
}

// Write puts a file into the workspace.
func (w *Workspace) Write(name, text string) {
	w.t.Helper()
	if err := os.WriteFile(filepath.Join(w.Dir, name), []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// Setenv sets a variable for the commands to come.
func (w *Workspace) Setenv(name, value string) { w.env = append(w.env, name+"="+value) }

// Run runs the CLI and returns what it printed and its exit code.
func (w *Workspace) Run(args ...string) (output string, code int) {
	w.t.Helper()
	cmd := exec.Command(w.cli, args...)
	cmd.Dir, cmd.Env = w.Dir, w.env
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("running %s: %v", w.cli, err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// MustRun runs a command that must end well.
func (w *Workspace) MustRun(args ...string) string {
	w.t.Helper()
	out, code := w.Run(args...)
	if code != 0 {
		w.t.Fatalf("%s ended with %d:\n%s", strings.Join(args, " "), code, out)
	}
	return out
}

// Bash runs a script as a step of a pipeline, with the CLI as terraform, and
// returns what it printed and its exit code.
func (w *Workspace) Bash(text string) (output string, code int) {
	w.t.Helper()
	bin := w.t.TempDir()
	if err := os.Symlink(w.cli, filepath.Join(bin, "terraform")); err != nil {
		w.t.Fatal(err)
	}
	cmd := exec.Command("bash", "-e", "-c", text)
	cmd.Dir, cmd.Env = w.Dir, slices.Concat(w.env, []string{"PATH=" + bin + string(os.PathListSeparator) + os.Getenv("PATH")})
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		w.t.Fatalf("running bash: %v", err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// Apply applies the configuration.
func (w *Workspace) Apply() string {
	w.t.Helper()
	return w.MustRun("apply", "-auto-approve", "-no-color")
}

// NoChanges plans and wants nothing to do.
func (w *Workspace) NoChanges() {
	w.t.Helper()
	if out, code := w.Run("plan", "-detailed-exitcode", "-no-color"); code != 0 {
		w.t.Errorf("the plan ended with %d, want 0 (no changes):\n%s", code, out)
	}
}

// Plan is a plan as "show -json" prints it, as far as tests look at it.
type Plan struct {
	ResourceChanges []ResourceChange `json:"resource_changes"`
	ResourceDrift   []ResourceChange `json:"resource_drift"`
}

// ResourceChange is the planned change of one resource.
type ResourceChange struct {
	Address string `json:"address"`
	Type    string `json:"type"`
	Change  Change `json:"change"`
}

// Change is what happens to a resource.
type Change struct {
	Actions      []string       `json:"actions"`
	Before       map[string]any `json:"before"`
	After        map[string]any `json:"after"`
	AfterUnknown map[string]any `json:"after_unknown"`
	Importing    map[string]any `json:"importing"` // nil unless it is imported
}

// Plan plans and returns the plan.
func (w *Workspace) Plan() Plan {
	w.t.Helper()
	w.MustRun("plan", "-no-color", "-out", "plan.out")
	cmd := exec.Command(w.cli, "show", "-json", "plan.out")
	cmd.Dir, cmd.Env = w.Dir, w.env
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("showing the plan: %v", err)
	}
	var plan Plan
	if err := json.Unmarshal(out, &plan); err != nil {
		w.t.Fatalf("reading the plan: %v", err)
	}
	return plan
}

// Source is the block that names where the provider comes from.
const Source = "terraform {\n  required_providers {\n    iam = { source = \"" + address + "\" }\n  }\n}\n"

// Command is a command of the CLI that is not started yet.
func (w *Workspace) Command(args ...string) *exec.Cmd {
	cmd := exec.Command(w.cli, args...)
	cmd.Dir, cmd.Env = w.Dir, slices.Clone(w.env)
	return cmd
}
