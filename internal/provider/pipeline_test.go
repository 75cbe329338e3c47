package provider_test

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// pipeline is a pipeline of GitHub Actions that runs in a workspace, as far as a
// test can: actions of others are left out, and gh keeps the comment.
type pipeline struct {
	t     *testing.T
	w     *providertest.Workspace
	steps []pipelineStep
}

type pipelineStep struct {
	Name, If, Run string
	Env           map[string]string
}

// newPipeline reads the pipeline. Its terraform init finds the provider in a
// folder, and links to it.
func newPipeline(t *testing.T, w *providertest.Workspace, text string) *pipeline {
	t.Helper()
	var doc struct {
		Jobs map[string]struct{ Steps []pipelineStep }
	}
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Jobs) != 1 {
		t.Fatalf("the pipeline has %d jobs, and not 1", len(doc.Jobs))
	}
	p := &pipeline{t: t, w: w}
	for _, job := range doc.Jobs {
		p.steps = job.Steps
	}
	rc := filepath.Join(t.TempDir(), "mirror.tfrc")
	block := fmt.Sprintf("provider_installation {\n  filesystem_mirror {\n    path = %q\n  }\n}\n", mirror(t, t.TempDir()))
	if err := os.WriteFile(rc, []byte(block), 0o600); err != nil {
		t.Fatal(err)
	}
	w.Setenv("TF_CLI_CONFIG_FILE", rc)
	return p
}

// mirror puts the provider into a folder as terraform init expects it there.
func mirror(t *testing.T, dir string) string {
	t.Helper()
	binary, err := providertest.Binary()
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(dir, "registry.terraform.io", "access-config", "iam", "0.1.0", runtime.GOOS+"_"+runtime.GOARCH)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Link(binary, filepath.Join(folder, "terraform-provider-iam_v0.1.0")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// expression is one of GitHub's in a value of the environment.
var expression = regexp.MustCompile(`\$\{\{[^}]*\}\}`)

// run runs the pipeline for an event, from a clean checkout, and returns the
// comment and whether the job succeeded.
func (p *pipeline) run(event string) (comment string, ok bool) {
	p.t.Helper()
	for _, name := range []string{".terraform", ".terraform.lock.hcl", "plan.out", "plan.json", "plan.err", "review.md", "review.err", "comment.md", "posted.md", "summary.md"} {
		if err := os.RemoveAll(filepath.Join(p.w.Dir, name)); err != nil {
			p.t.Fatal(err)
		}
	}
	ok = true
	for _, s := range p.steps {
		if s.Run == "" || !p.due(s.If, event, ok) {
			continue
		}
		script := "export GITHUB_STEP_SUMMARY=summary.md\ngh() { while [ $# -gt 0 ]; do if [ \"$1\" = --body-file ]; then cp \"$2\" posted.md; fi; shift; done; }\n"
		for _, name := range slices.Sorted(maps.Keys(s.Env)) {
			script += fmt.Sprintf("export %s='%s'\n", name, expression.ReplaceAllString(s.Env[name], "x"))
		}
		out, code := p.w.Bash(script + s.Run)
		p.t.Logf("%s%s ended with %d:\n%s", s.Name, s.Run, code, out)
		ok = ok && code == 0
	}
	text, err := os.ReadFile(filepath.Join(p.w.Dir, "posted.md"))
	if (err == nil) != (event == "pull_request") {
		p.t.Errorf("the comment on %s: %v", event, err)
	}
	return string(text), ok
}

// due reports whether a step is due on an event, after steps of which all
// succeeded or not.
func (p *pipeline) due(condition, event string, ok bool) bool {
	p.t.Helper()
	due := ok
	for part := range strings.SplitSeq(condition, "&&") {
		switch part = strings.TrimSpace(part); part {
		case "":
		case "always()":
			due = true
		case "github.event_name == 'push'", "github.event_name == 'pull_request'":
			due = due && strings.Contains(part, "'"+event+"'")
		default:
			p.t.Fatalf("the pipeline asks for %q, which this test does not know", part)
		}
	}
	return due
}

// TestAccPipeline runs the pipeline of the guide through a team's work: the
// tenant changes only after a review or an acceptance, and every error is
// posted to the pull request.
func TestAccPipeline(t *testing.T) {
	t.Parallel()
	s := servertest.New(t, servertest.Options{NoFaults: true})
	sections := guides(t)["review-in-ci"]
	w := providertest.NewWorkspace(t, map[string]string{"provider.tf": providertest.Source, "groups.tf": sections[0][0].text, "members.tf": sections[0][1].text})
	for variable, value := range map[string]string{"IAM_API_URL": s.URL, "IAM_TENANT": servertest.Tenant, "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret} {
		w.Setenv(variable, value)
	}
	w.Apply()
	p := newPipeline(t, w, sections[1][1].text)
	expect := func(what string, passes bool, comment ...string) string {
		t.Helper()
		text, ok := p.run("pull_request")
		if ok != passes {
			t.Errorf("%s: the job ended well: %v, want %v", what, ok, passes)
		}
		for _, want := range comment {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the comment lacks %q:\n%s", what, want, text)
			}
		}
		return text
	}
	out := regexp.MustCompile(`(?m)^  members .*$`).ReplaceAllString(sections[0][1].text, "  members  = {}")
	w.Write("members.tf", out)
	text := expect("a loss", false, "**FAIL lost:** 1 user loses access: `anna.schmidt@acme.example`\n", "  anna.schmidt@acme.example (Anna Schmidt)\n- loses read on")
	if _, ok := p.run("push"); ok {
		t.Error("the loss was applied all the same")
	}
	plan := regexp.MustCompile("Plan fingerprint: `(sha256:[0-9a-f]{64})`").FindStringSubmatch(text)
	if plan == nil {
		t.Fatalf("the comment has no fingerprint:\n%s", text)
	}
	w.Write("access-accepted.json", fmt.Sprintf(`{"plan": %q, "person": "Jane Doe", "reason": "meant", "date": "2026-11-30"}`, plan[1]))
	expect("an accepted loss", true, "**ACCEPTED lost:** 1 user loses access: `anna.schmidt@acme.example`\n\nAccepted by `Jane Doe` on `2026-11-30`: `meant`\n")
	if _, ok := p.run("push"); !ok {
		t.Error("the accepted loss was not applied")
	}
	w.NoChanges()

	w.Write("members.tf", sections[0][1].text)
	w.Apply()
	w.Write("groups.tf", strings.Replace(sections[0][0].text, "orders", "carts", 1))
	expect("another loss", false, "**FAIL lost:** 1 user loses access", "`The acceptance is for another plan: "+plan[1])
	guarded := "\nprovider \"iam\" {\n  guardrails {\n    protect_users = [\"anna.schmidt@acme.example\"]\n  }\n}\n"
	w.Write("provider.tf", providertest.Source+guarded)
	expect("a refused plan", false, "**FAIL unresolved:** the plan failed and is incomplete", "**Terraform refused the plan**", "Error: Protected Users Lose Access", "anna.schmidt@acme.example: loses read on")
	w.Write("provider.tf", providertest.Source)

	w.Write("groups.tf", strings.Replace(sections[0][0].text, "access", "acess", 1))
	expect("a misspelled argument", false, "**Terraform refused the plan**", "on groups.tf line 4, in resource")
	w.Write("groups.tf", "@octocat\n")
	expect("no configuration", false, "**FAIL:** the pipeline ended before the review: x/x/actions/runs/x\n\n    \n", "\n    Error: ", "1: @octocat\n")

	w.Write("groups.tf", sections[0][0].text+`
		resource "terraform_data" "anna" {
		  input            = iam_user.anna.id
		  triggers_replace = timestamp()
		}

		resource "iam_group_membership" "later" {
		  group_id = "oe-viewer"
		  user_id  = terraform_data.anna.output
		}`)
	expect("an unknown user", false, "**FAIL unresolved:** 1 change is unresolved: `iam_group_membership.later`\n")

	w.Write("groups.tf", sections[0][0].text)
	w.Write("access-accepted.json", "{")
	expect("no acceptance", false, "**FAIL:** the pipeline ended before the review: x/x/actions/runs/x\n\n    review: --accept access-accepted.json: it must be JSON with")
}

// The provider of the pipeline may be linked from wherever terraform init found
// it.
func TestAccPipeline_linkedProvider(t *testing.T) {
	t.Parallel()
	sections := guides(t)["review-in-ci"]
	for name, set := range map[string]func(w *providertest.Workspace){
		"make install": func(w *providertest.Workspace) {
			home := t.TempDir()
			mirror(t, filepath.Join(home, ".terraform.d", "plugins"))
			w.Setenv("HOME", home)
			w.Setenv("TF_CLI_CONFIG_FILE", os.DevNull)
		},
		"plugin cache":    func(w *providertest.Workspace) { w.Setenv("TF_PLUGIN_CACHE_DIR", t.TempDir()) },
		"its data folder": func(w *providertest.Workspace) { w.Setenv("TF_DATA_DIR", t.TempDir()) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := servertest.New(t, servertest.Options{NoFaults: true})
			w := providertest.NewWorkspace(t, map[string]string{"provider.tf": providertest.Source, "groups.tf": sections[0][0].text, "members.tf": sections[0][1].text})
			for variable, value := range map[string]string{"IAM_API_URL": s.URL, "IAM_TENANT": servertest.Tenant, "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret} {
				w.Setenv(variable, value)
			}
			p := newPipeline(t, w, sections[1][1].text)
			set(w)
			if comment, ok := p.run("pull_request"); !ok || !strings.Contains(comment, "**PASS ") {
				t.Errorf("the job ended well: %v; its comment is\n%s", ok, comment)
			}
		})
	}
}
