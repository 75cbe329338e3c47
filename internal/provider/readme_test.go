package provider_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
)

var shown = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// README.md shows what the CLI and the program print for its configuration.
func TestAccReadme(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(text), "\n## What it looks like\n")
	blocks := shown.FindAllStringSubmatch(rest, 4)
	if len(blocks) < 4 {
		t.Fatal("README.md does not show a configuration, a plan, a report and a review")
	}
	config, plan, report, review := blocks[0][2], blocks[1][2], blocks[2][2], blocks[3][2]
	w := providertest.NewWorkspace(t, map[string]string{"main.tf": config})
	wantLines(t, w.MustRun("plan", "-no-color"), plan)
	w.Apply()
	wantLines(t, bash(t, w.Dir, report), report)
	lines := regexp.MustCompile(`(?m)^  restrictions .*\n`)
	if !lines.MatchString(config) {
		t.Fatal("the configuration has no restrictions to remove")
	}
	w.Write("main.tf", lines.ReplaceAllString(config, ""))
	w.MustRun("plan", "-out", "plan.out")
	if err := os.WriteFile(filepath.Join(w.Dir, "plan.json"), []byte(w.MustRun("show", "-json", "plan.out")), 0o600); err != nil {
		t.Fatal(err)
	}
	_, piped, _ := strings.Cut(review, "\n")
	wantLines(t, bash(t, w.Dir, strings.Replace(piped, "$ terraform show -json plan.out", "$ cat plan.json", 1)), piped)
}

// bash runs the first line of a block, behind its prompt, and returns what it
// prints.
func bash(t *testing.T, dir, block string) string {
	t.Helper()
	binary, err := providertest.Binary()
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(strings.TrimPrefix(block, "$ "), "\n")
	cmd := exec.CommandContext(t.Context(), "bash", "-c", `terraform-provider-iam() { "$BINARY" "$@"; }; `+line) // #nosec G204 -- of README.md
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "BINARY="+binary)
	out, err := cmd.Output()
	if err != nil && len(out) == 0 {
		t.Fatalf("%s: %v", line, err)
	}
	return string(out)
}

// wantLines wants the lines of a block, without its commands, one after another
// in what was printed.
func wantLines(t *testing.T, printed, block string) {
	t.Helper()
	want := regexp.MustCompile(`(?m)^\$ .*\n`).ReplaceAllString(block, "")
	if !strings.Contains(printed, strings.TrimRight(want, "\n")) {
		t.Errorf("README.md shows\n%s\nand this is printed:\n%s", want, printed)
	}
}
