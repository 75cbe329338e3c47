package provider_test

import (
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/hashicorp/hcl/v2/hclparse"

	"github.com/access-config/terraform-provider-iam/internal/provider/providertest"
	"github.com/access-config/terraform-provider-iam/internal/servertest"
)

// A guide is a configuration that grows: each of its files is a fenced block
// after a line that ends in `name`: and may say which CLI the file needs. A
// later block replaces the file of the same name. At the end of a section, the
// files are applied, and a second plan has no changes.
var (
	fence   = regexp.MustCompile("(?ms)^```(terraform|hcl|csv|yaml)\n(.*?)^```$")
	fenced  = regexp.MustCompile("(?m)^([^\n]*)`([^`\n]+)`:\n\n\\z")
	needs   = regexp.MustCompile(`Terraform 1\.(\d+)(?: or OpenTofu 1\.(\d+))?`)
	version = regexp.MustCompile(`^(Terraform|OpenTofu) v1\.(\d+)`)
)

// before is what a tenant has when the guide begins.
var before = map[string]string{
	"onboarding-an-existing-tenant": "onboarding.tf",
}

// untouched lists the guides that adopt or move existing objects, with the
// requests that must not occur.
var untouched = map[string][]string{
	"moving-memberships":            {http.MethodDelete},
	"onboarding-an-existing-tenant": {http.MethodDelete, http.MethodPost, http.MethodPut, http.MethodPatch},
	"users-from-csv":                {http.MethodDelete},
}

// guideFile is a file that a guide shows.
type guideFile struct{ name, text, about string }

// guides returns the files of each guide by section.
func guides(t *testing.T) map[string][][]guideFile {
	t.Helper()
	all := map[string][][]guideFile{}
	paths, err := filepath.Glob("../../docs/guides/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatalf("there are no guides: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		guide := strings.TrimSuffix(filepath.Base(path), ".md")
		for section := range strings.SplitSeq(string(text), "\n## ") {
			var files []guideFile
			for _, at := range fence.FindAllStringSubmatchIndex(section, -1) {
				title := fenced.FindStringSubmatch(section[:at[0]])
				if title == nil {
					t.Errorf("%s: no file name stands before the block\n%s", guide, section[at[4]:at[5]])
					continue
				}
				files = append(files, guideFile{name: title[2], text: section[at[4]:at[5]], about: title[1]})
			}
			if len(files) > 0 {
				all[guide] = append(all[guide], files)
			}
		}
	}
	return all
}

// TestAccGuides does what the guides say.
func TestAccGuides(t *testing.T) {
	t.Parallel()
	for name, sections := range guides(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var begun atomic.Bool
			s := servertest.New(t, servertest.Options{NoFaults: true, Wrap: func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if begun.Load() && slices.Contains(untouched[name], r.Method) && !strings.HasPrefix(r.URL.Path, "/oauth/") {
						t.Errorf("the guide makes the request %s %s", r.Method, r.URL.Path)
					}
					next.ServeHTTP(w, r)
				})
			}})
			environment := map[string]string{"IAM_API_URL": s.URL, "IAM_TENANT": servertest.Tenant, "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret}
			workspace := func(files map[string]string) *providertest.Workspace {
				w := providertest.NewWorkspace(t, files)
				for variable, value := range environment {
					w.Setenv(variable, value)
				}
				return w
			}
			if file, ok := before[name]; ok {
				text, err := os.ReadFile(filepath.Join("testdata", "guides", file))
				if err != nil {
					t.Fatal(err)
				}
				workspace(map[string]string{"provider.tf": providertest.Source, "main.tf": string(text)}).Apply()
			}
			begun.Store(true)
			w := workspace(given(t, name))
			if !strings.Contains(sections[0][0].text, "required_providers") {
				w.Write("provider.tf", providertest.Source)
			}
			for _, files := range sections {
				follow(t, w, s.URL, files)
			}
		})
	}
}

// The check that a guide shows warns in the apply that breaks the rule, and in
// the plans after it.
func TestAccGuides_check(t *testing.T) {
	t.Parallel()
	w := providertest.NewWorkspace(t, map[string]string{"provider.tf": providertest.Source})
	s := servertest.New(t, servertest.Options{NoFaults: true})
	for variable, value := range map[string]string{"IAM_API_URL": s.URL, "IAM_TENANT": servertest.Tenant, "IAM_CLIENT_ID": servertest.ClientID, "IAM_CLIENT_SECRET": servertest.ClientSecret} {
		w.Setenv(variable, value)
	}
	for _, files := range guides(t)["restrictions-and-sites"][:2] {
		for _, f := range files {
			w.Write(f.name, f.text)
		}
	}
	const failed = "Check block assertion failed"
	if out := w.Apply(); strings.Contains(out, failed) {
		t.Errorf("the rule holds, and the apply says\n%s", out)
	}
	w.Write("all.tf", `
		resource "iam_group" "all" {
		  name   = { en = "All" }
		  access = { orders = "read" }
		}

		resource "iam_group_membership" "all" {
		  group_id = iam_group.all.id
		  user_id  = iam_user.anna.id
		}`)
	if out := w.Apply(); !strings.Contains(out, failed) || !strings.Contains(out, "gives read on orders") {
		t.Errorf("the apply that breaks the rule says\n%s", out)
	}
	if out, _ := w.Run("plan", "-no-color"); !strings.Contains(out, failed) {
		t.Errorf("the plan after it says\n%s", out)
	}
}

// given returns the files that a guide begins with and that no text can show,
// such as those of other encodings.
func given(t *testing.T, guide string) map[string]string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", "guides", guide, "*"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(text)
	}
	return files
}

// follow writes the files of a section and does what is done with them.
func follow(t *testing.T, w *providertest.Workspace, url string, files []guideFile) {
	t.Helper()
	apply := false
	for _, f := range files {
		text := strings.ReplaceAll(f.text, "https://api.emporix.io", url)
		switch filepath.Ext(f.name) {
		case ".tf", ".hcl":
			if _, d := hclparse.NewParser().ParseHCL([]byte(text), f.name); d.HasErrors() {
				t.Fatal(d)
			}
		}
		if !able(t, w, f.about) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(filepath.Join(w.Dir, f.name)), 0o700); err != nil {
			t.Fatal(err)
		}
		w.Write(f.name, text)
		switch {
		case strings.HasSuffix(f.name, ".tftest.hcl"):
			w.MustRun("get", "-no-color") // of the modules, as init does
			if out := w.MustRun("test", "-no-color"); strings.Contains(out, " 0 passed") || !strings.Contains(out, "0 failed") {
				t.Error(out)
			}
		case strings.HasSuffix(f.name, ".tfquery.hcl"):
			w.MustRun("query", "-no-color")
		case filepath.Ext(f.name) == ".yaml":
			if comment, ok := newPipeline(t, w, text).run("pull_request"); !ok || !strings.Contains(comment, "gains access") {
				t.Errorf("the pipeline ended well: %v; its comment is\n%s", ok, comment)
			}
		default:
			apply = true
		}
	}
	if apply && !strings.Contains(files[len(files)-1].name, ".tftest.") {
		w.Apply()
		settled(t, w)
	}
}

// scoped is a data source inside a check, which Terraform reads in every apply.
var scoped = regexp.MustCompile(`(?m)^check "[^"]+" \{\n  data `)

// settled wants a plan that changes nothing.
func settled(t *testing.T, w *providertest.Workspace) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(w.Dir, "*.tf"))
	if err != nil {
		t.Fatal(err)
	}
	reads := false
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		reads = reads || scoped.Match(text)
	}
	if !reads {
		w.NoChanges()
		return
	}
	out, code := w.Run("plan", "-detailed-exitcode", "-no-color")
	if code != 2 || !strings.Contains(out, "Plan: 0 to add, 0 to change, 0 to destroy.") || strings.Contains(out, "assertion failed") {
		t.Errorf("the plan ended with %d, want 2 and the read of a check:\n%s", code, out)
	}
}

// able reports whether the CLI at hand can do what a file needs.
func able(t *testing.T, w *providertest.Workspace, about string) bool {
	t.Helper()
	least := needs.FindStringSubmatch(about)
	if least == nil {
		return true
	}
	has := version.FindStringSubmatch(w.MustRun("version"))
	if has == nil {
		t.Fatal("the CLI tells no version")
	}
	needed := least[1]
	if has[1] == "OpenTofu" {
		needed = least[2]
	}
	minor, _ := strconv.Atoi(has[2])
	wanted, err := strconv.Atoi(needed)
	if err != nil || minor < wanted {
		t.Logf("left out, as this CLI is %s: %s", has[0], about)
		return false
	}
	return true
}

// A message that the guides explain is one that the provider gives.
func TestGuides_messages(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/guides/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	given := map[string]bool{}
	for _, m := range messages(t) {
		summary := strings.TrimSuffix(m.summary, ": %s")
		given[summary] = true
		if of, each := strings.CutPrefix(summary, "%s "); each { // kind of object
			given["User "+of] = true
		}
	}
	limits, err := os.ReadFile("plumbing/violation.go") // whose summaries are those of limits
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"([A-Z][A-Za-z ]+)", "`).FindAllStringSubmatch(string(limits), -1) {
		given[m[1]] = true
	}
	headings := regexp.MustCompile(`(?m)^### (.+)$`).FindAllStringSubmatch(string(text), -1)
	for _, heading := range headings {
		if !given[heading[1]] {
			t.Errorf("no message has the summary %q", heading[1])
		}
	}
	if len(headings) < 10 {
		t.Errorf("only %d messages are explained", len(headings))
	}
}
